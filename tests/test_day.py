"""A whole managers' day: a morning's cloud, then a dialogue in three steps at fifty tables."""

import json
import re
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from random import Random
from typing import Any

import pytest
import requests
from conftest import JSON, WAIT_SECONDS, Coach, Server
from playwright.sync_api import Page, expect

OpenPage = Callable[..., Page]

WALL = (1920, 1080)
FOYER = (1024, 768)
PHONE = (390, 844)
TABLES = ["Eldkvarn", *(f"Bord {number}" for number in range(2, 51))]
MORNING = ["Delaktighet"] * 6 + ["Tydlighet"] * 4 + ["Kommunikation"] * 3 + ["Arbetsglädje", "Tid"]
ALONE = ["Tidsbrist", "Stress", "Samarbete", "Tid", "Uthållighet"]
TOGETHER = ["Tid", "Förberedelse och reflektion", "Uthållighet", "Samarbete", "Lyhördhet"]
REVEAL_MS = 6000


class Table:
    """Somebody who writes for a table."""

    def __init__(self, server: Server, table: int) -> None:
        self.server = server
        self.table = table
        self.session = requests.Session()
        self.session.headers.update(JSON)

    def send(self, factor: str) -> None:
        sent = {"answer": factor, "table": self.table}
        reply = self.session.post(self.server.room_url, json=sent, timeout=WAIT_SECONDS)
        assert reply.status_code == 201, reply.text


def act(coach: Coach, name: str, /, **fields: Any) -> dict[str, Any]:
    reply = coach.act(name, **fields)
    assert reply.ok, reply.text
    status: dict[str, Any] = reply.json()
    return status


def answer_all(server: Server, answers: list[str]) -> None:
    with ThreadPoolExecutor(8) as hall:
        replies = list(hall.map(server.send, answers))
    assert {reply.status_code for reply in replies} == {201}


def answered_at_tables(server: Server, tables: int) -> Counter[str]:
    """Let so many tables send three factors each; return how often each was sent."""
    sent: Counter[str] = Counter()
    draw = Random(50)
    for table in range(1, tables + 1):
        writer = Table(server, table)
        for factor in draw.sample(TOGETHER, 3):
            writer.send(factor)
            sent[factor] += 1
    return sent


def clock_shown(page: Page) -> int:
    """Return the seconds that a page's clock shows."""
    minutes, seconds = page.locator("#work .clock").inner_text().split(":")
    return 60 * int(minutes) + int(seconds)


def test_a_day_from_the_lobby_to_what_came_out(server: Server, open_page: OpenPage) -> None:
    coach = server.coach()
    stage = open_page(f"{server.room_url}/stage", WALL)
    phone = open_page(server.room_url, PHONE)

    act(coach, "view", view="lobby")
    expect(stage.locator("body")).to_have_attribute("data-view", "lobby")
    expect(stage.locator("#answers")).to_contain_text("1 telefon")

    act(coach, "step", question="Vad får förändring att lyckas?", answers_each=None)
    act(coach, "view", view="cloud")
    draw = Random(400)
    morning = draw.choices(MORNING, k=400)
    answer_all(server, morning)
    expect(stage.locator("#answers")).to_contain_text("400 svar")
    for label, count in Counter(morning).items():
        word = stage.locator(f"#cloud text[data-word='{label.casefold()}']")
        expect(word).to_have_attribute("data-count", str(count))

    status = act(coach, "agenda", name="dialogue")
    act(coach, "tables", names="\n".join(TABLES))
    steps = {step["kind"]: step["step"] for step in status["steps"]}
    assert [step["kind"] for step in status["steps"]][-3:] == ["reflection", "tables", "summary"]

    status = act(coach, "step", step=steps["reflection"])
    assert status["next"] == "clock"
    expect(stage.locator("body")).to_have_attribute("data-view", "work")
    expect(stage.locator("#work .clock")).to_have_text("5:00")
    act(coach, "clock", do="start")
    alone = draw.choices(ALONE, k=60)
    answer_all(server, alone)
    expect(stage.locator("#work .progress")).to_contain_text("60 svar")
    assert stage.locator("#cloud text").count() == 0
    assert server.words()["words"] == []

    act(coach, "step", go="next", step=steps["reflection"])
    act(coach, "clock", do="start")
    sent = answered_at_tables(server, 38)
    expect(stage.locator("#work .progress")).to_have_text("38 av 50 bord klara")
    late = open_page(f"{server.room_url}/stage", FOYER)
    expect(late.locator("#work .progress")).to_have_text("38 av 50 bord klara")
    assert abs(clock_shown(late) - clock_shown(stage)) <= 1

    before = clock_shown(stage)
    server.kill()
    server.start()
    expect(stage.locator("#line")).to_be_hidden(timeout=WAIT_SECONDS * 1000)
    assert before - 30 < clock_shown(stage) <= before
    expect(phone.locator("body")).to_have_attribute("data-code", server.code)

    coach = server.coach()
    status = act(coach, "step", go="next", step=steps["tables"])
    assert (status["kind"], status["next"]) == ("summary", "reveal")
    expect(stage.locator("#calm")).to_be_visible()
    act(coach, "reveal")
    expect(stage.locator("body")).to_have_attribute("data-view", "comparison")
    words = stage.locator("#comparison [data-side='after'] [data-word]")
    expect(words).to_have_count(len(set(ALONE) | set(TOGETHER)))
    assert counts_after(stage) == {
        **{key(label): count for label, count in sent.items()},
        **{key(label): 0 for label in set(alone) - set(sent)},
    }
    assert places(stage, "before").items() <= places(stage, "after").items()
    expect(
        stage.locator("#comparison .new", has_text="Förberedelse och reflektion")
    ).to_be_visible()
    expect(stage.locator("#comparison .gone", has_text="Stress")).to_be_visible()

    act(coach, "light", word="tid")
    expect(stage.locator("#light .tables")).to_contain_text("Bord")
    act(coach, "light-table", table=1)
    expect(stage.locator("#light strong")).to_have_text("Eldkvarn")
    expect(late.locator("#light strong")).to_have_text("Eldkvarn")


def key(label: str) -> str:
    return label.casefold().replace(" ", "")


def counts_after(stage: Page) -> dict[str, int]:
    """Return what each word of the summary counts at the tables."""
    picture = stage.request.get(f"{stage.url}").text()
    found = re.search(r'id="first-picture">(.*?)</script>', picture, re.DOTALL)
    assert found
    compared = json.loads(found[1])["comparison"]["words"]
    return {word: about["after"] for word, about in compared.items()}


def places(stage: Page, side: str) -> dict[str, str]:
    """Return where each word of one side lies in its plane."""
    placed: dict[str, str] = stage.locator(
        f"#comparison [data-side='{side}'] [data-word]"
    ).evaluate_all(
        """drawn => Object.fromEntries(drawn.map((word) =>
            [word.dataset.word, word.style.transform.split(" scale")[0]]))"""
    )
    return placed


def test_revealed_words_grow_in_the_rarest_first_within_six_seconds(
    server: Server, open_page: OpenPage
) -> None:
    coach = server.coach()
    act(coach, "step", question="Vad?", answers_each=None, concealed=True)
    answer_all(server, ["Delaktighet"] * 5 + ["Tid"] * 3 + ["Mod"] * 2 + ["Ro"])
    stage = open_page(f"{server.room_url}/stage", WALL)
    expect(stage.locator("#calm")).to_be_visible()
    act(coach, "reveal")
    expect(stage.locator("#cloud text")).to_have_count(4)
    starts = stage.locator("#cloud g").evaluate_all(
        """groups => groups.flatMap((group) => group.getAnimations().map((animation) => ({
            word: group.firstChild.dataset.word,
            ends: animation.effect.getComputedTiming().endTime,
            starts: animation.effect.getTiming().delay,
        })))"""
    )
    order = sorted({(start["starts"], start["word"]) for start in starts})
    assert [word for _, word in order] == ["ro", "mod", "tid", "delaktighet"]
    assert max(start["ends"] for start in starts) <= REVEAL_MS


@pytest.mark.parametrize("still", ["switch", "reduced motion"])
def test_revealed_words_are_there_at_once_for_who_wants_so(
    server: Server, open_page: OpenPage, still: str
) -> None:
    coach = server.coach()
    act(coach, "step", question="Vad?", answers_each=None, concealed=True)
    answer_all(server, ["Tid", "Mod"])
    if still == "switch":
        act(coach, "gradual", on="")
    motion = "reduce" if still == "reduced motion" else "no-preference"
    stage = open_page(f"{server.room_url}/stage", WALL, reduced_motion=motion)
    expect(stage.locator("#calm")).to_be_visible()
    act(coach, "reveal")
    expect(stage.locator("#cloud text")).to_have_count(2)
    delays = stage.locator("#cloud g").evaluate_all(
        "groups => groups.flatMap((g) => g.getAnimations().map((a) => a.effect.getTiming().delay))"
    )
    assert set(delays) <= {0}
