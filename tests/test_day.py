"""A whole managers' day: a morning's cloud, then a dialogue in three steps at fifty tables."""

import json
import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from random import Random
from typing import Any

import pytest
import requests
from conftest import JSON, WAIT_SECONDS, Coach, Server
from pages import PHONE, WALL, OpenPage, press, unfold
from playwright.sync_api import Page, expect

FOYER = (1024, 768)
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
    assert [reply.text for reply in replies if reply.status_code != 201] == []


def answer_at_tables(server: Server, tables: range, draw: Random) -> Counter[str]:
    """Let these tables send three factors each; return how often each was sent."""
    sent: Counter[str] = Counter()
    for table in tables:
        writer = Table(server, table)
        for factor in draw.sample(TOGETHER, 3):
            writer.send(factor)
            sent[factor] += 1
    return sent


def pause(coach: Page, *stages: Page) -> str:
    """Stop the clock; return what it shows, which is the same everywhere."""
    press(coach, "Paus")
    expect(coach.locator("#time .clock-note")).to_have_text("Paus")
    shown = coach.locator("#time .clock").inner_text()
    for stage in stages:
        expect(stage.locator("#work .clock")).to_have_text(shown)
    return shown


def test_a_day_from_the_lobby_to_what_came_out(server: Server, open_page: OpenPage) -> None:
    coach = open_page(server.coach_url, PHONE)
    stage = open_page(f"{server.room_url}/stage", WALL)
    phone = open_page(server.room_url, PHONE)

    press(coach, "Lobby")
    expect(stage.locator("body")).to_have_attribute("data-view", "lobby")
    expect(stage.locator("#answers")).to_contain_text("1 telefon")
    unfold(coach, "agenda")
    press(coach, "Framgångsfaktorer ett moln hela förmiddagen")
    press(coach, "Börja: visa frågan")

    draw = Random(400)
    morning = draw.choices(MORNING, k=400)
    answer_all(server, morning)
    expect(stage.locator("#answers")).to_contain_text("400 svar")
    for label, count in Counter(morning).items():
        word = stage.locator(f"#cloud text[data-word='{label.casefold()}']")
        expect(word).to_have_attribute("data-count", str(count))

    press(coach, "Dialog i tre steg 5 + 10 minuter")
    unfold(coach, "all-tables")
    coach.get_by_label("Bordens namn").fill("\n".join(TABLES))
    press(coach, "Lägg till bord")
    expect(coach.locator("#named-list > li")).to_have_count(50)

    press(coach, "Stäng för svar")
    press(coach, "Nästa: egen reflektion Hur har vi det nu?")
    expect(stage.locator("body")).to_have_attribute("data-view", "work")
    expect(stage.locator("#work .clock")).to_have_text("5:00")
    press(coach, "Starta klockan")
    alone = draw.choices(ALONE, k=60)
    answer_all(server, alone)
    expect(stage.locator("#work .progress")).to_contain_text("60 svar")
    assert stage.locator("#cloud text").count() == 0
    assert server.words()["words"] == []

    press(coach, "Nästa: samtal i grupp Vilka tre faktorer gör att vi lyckas?")
    press(coach, "Starta klockan")
    sent = answer_at_tables(server, range(1, 39), draw)
    expect(stage.locator("#work .progress")).to_have_text("38 av 50 bord klara")
    expect(coach.locator("#tables-title")).to_have_text("38 av 50 bord klara")
    missing = ", ".join(TABLES[38:])
    expect(coach.locator("#missing")).to_have_text(f"Saknas: {missing}")
    late = open_page(f"{server.room_url}/stage", FOYER)
    expect(late.locator("#work .progress")).to_have_text("38 av 50 bord klara")
    paused = pause(coach, stage, late)
    sent += answer_at_tables(server, range(39, 51), draw)
    expect(late.locator("#work .progress")).to_have_text("50 av 50 bord klara")
    expect(coach.locator("#missing")).to_be_hidden()

    server.kill()
    for page in (coach, stage, late):
        expect(page.locator("#line")).to_be_visible()
    server.start()
    for page in (coach, stage, late):
        expect(page.locator("#line")).to_be_hidden(timeout=WAIT_SECONDS * 1000)
    for page in (stage, late):
        expect(page.locator("#work .clock")).to_have_text(paused)
    coach.reload()
    expect(coach.locator("#time .clock")).to_have_text(paused)
    expect(phone.locator("body")).to_have_attribute("data-code", server.code)

    press(coach, "Starta klockan")
    press(coach, "Nästa: summering Vad kom vi fram till?")
    expect(stage.locator("#calm")).to_be_visible()
    press(coach, "Visa resultatet")
    for screen in (stage, late):
        expect(screen.locator("body")).to_have_attribute("data-view", "comparison")
        words = screen.locator("#comparison [data-side='after'] [data-word]")
        expect(words).to_have_count(len(set(ALONE) | set(TOGETHER)))
    expect(stage.locator("#join")).to_be_hidden()
    expect(stage.locator("#legend")).to_be_visible()
    assert counts_after(stage) == {
        **{key(label): count for label, count in sent.items()},
        **{key(label): 0 for label in set(alone) - set(sent)},
    }
    assert places(stage, "before").items() <= places(stage, "after").items()
    expect(
        stage.locator("#comparison .new", has_text="Förberedelse och reflektion")
    ).to_be_visible()
    expect(stage.locator("#comparison .gone", has_text="Stress")).to_be_visible()

    turn(late, "after", "before")
    turn(late, "before", "after")
    expect(stage.locator("#other-side")).to_be_hidden()  # it shows both

    coach.locator("#word-list button.label", has_text="Uthållighet").click()
    expect(stage.locator("#light .tables")).to_contain_text("Bord")
    expect(coach.locator("#word-list .said:visible")).to_contain_text("Bord")
    coach.locator("#sent > summary").click()
    press(coach, "Eldkvarn")
    for screen in (stage, late):
        expect(screen.locator("#light strong")).to_have_text("Eldkvarn")
    press(coach, "Före")
    for screen in (stage, late):
        expect(screen.locator("body")).to_have_attribute("data-side", "before")
        expect(screen.locator("#legend")).to_be_hidden()
        expect(screen.locator("#other-side")).to_be_hidden()


def turn(stage: Page, seen: str, other: str) -> None:
    """Change sides on a stage that has no room for both."""
    expect(stage.locator(f"#{seen}-title")).to_be_visible()
    stage.get_by_role("button", name="Före").click()
    expect(stage.locator(f"#{other}-title")).to_be_visible()
    expect(stage.locator(f"#{seen}-title")).to_be_hidden()


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
