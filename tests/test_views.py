"""What the stage shows besides the cloud, and that nothing in the cloud moves for it."""

import json
import re

import pytest
from conftest import Server, shared_server
from pages import WALL, OpenPage
from playwright.sync_api import Page, expect

WORDS = ["Delaktighet"] * 4 + ["Tydlighet"] * 3 + ["Kommunikation"] * 2 + ["Mod", "Tid", "Lugn"]
PLACES = """() => Object.fromEntries([...document.querySelectorAll('#cloud text[data-word]')]
  .map((text) => [text.dataset.word, JSON.stringify(text.getBoundingClientRect())]))"""

TAKEN = """(event) => !dispatchEvent(new KeyboardEvent("keydown", event))"""
TWICE = """(key) => [1, 2].forEach(() => dispatchEvent(new KeyboardEvent("keydown", { key })))"""


server = shared_server


@pytest.fixture(autouse=True)
def question(server: Server) -> None:
    """Each test has a question and words of its own, and starts with the cloud on stage."""
    coach = server.coach()
    coach.act("step", question="Vad är viktigast?", answers_each=None).raise_for_status()
    for name, fields in {
        "view": {"view": "cloud"},
        "calm": {"on": ""},
        "figures": {"counts": "on", "participants": "on"},
        "hall": {},
    }.items():
        coach.act(name, **fields).raise_for_status()
    for word in WORDS:
        server.send(word).raise_for_status()


def open_stage(server: Server, open_page: OpenPage, **options: str) -> Page:
    stage = open_page(f"{server.room_url}/stage", WALL, **options)
    expect(stage.locator("#cloud text[data-word]")).to_have_count(6)
    settle(stage)
    return stage


def settle(stage: Page) -> None:
    """Wait until nothing glides any more."""
    stage.evaluate(
        "Promise.allSettled(document.getAnimations().map((animation) => animation.finished))"
    )


def expect_view(stage: Page, view: str) -> None:
    expect(stage.locator("body")).to_have_attribute("data-view", view)


@pytest.mark.parametrize("view", ["lobby", "ranking", "roll"])
def test_a_view_is_switched_and_back_without_a_jump(
    server: Server, open_page: OpenPage, view: str
) -> None:
    stage = open_stage(server, open_page)
    before = stage.evaluate(PLACES)
    server.coach().act("view", view=view).raise_for_status()
    expect_view(stage, view)
    expect(stage.locator("#cloud")).to_be_hidden()
    server.coach().act("view", view="cloud").raise_for_status()
    expect(stage.locator("#cloud")).to_be_visible()
    assert stage.evaluate(PLACES) == before


def test_the_lobby_has_a_large_code_and_says_who_is_here(
    server: Server, open_page: OpenPage
) -> None:
    stage = open_stage(server, open_page)
    open_page(server.room_url)
    server.coach().act("view", view="lobby").raise_for_status()
    expect(stage.locator("#answers")).to_have_text("1 telefon är med")
    box = stage.locator("#qr").bounding_box()
    assert box is not None
    assert box["height"] > 500


@pytest.mark.parametrize("scripts", [True, False])
def test_behind_the_lobby_nobody_is_asked_before_the_step_begins(
    server: Server, open_page: OpenPage, scripts: bool
) -> None:
    coach = server.coach()
    coach.act("step", question="Hur har vi det nu?").raise_for_status()
    coach.act("view", view="lobby").raise_for_status()
    stage = open_page(f"{server.room_url}/stage", WALL)
    expect(stage.locator("#question")).to_have_text("")
    expect(stage.locator("#qr")).to_be_visible()
    phone = open_page(server.room_url, java_script_enabled=scripts)
    expect(phone.locator("h1")).to_have_text("Snart börjar det")
    expect(phone.locator("#answer")).to_be_hidden()
    coach.act("view", view="cloud").raise_for_status()
    expect(stage.locator("#question")).to_have_text("Hur har vi det nu?")
    if not scripts:
        phone.reload()
    expect(phone.locator("h1")).to_have_text("Hur har vi det nu?")
    expect(phone.locator("#field")).to_be_visible()


def test_an_answer_that_comes_behind_the_lobby_counts(server: Server, open_page: OpenPage) -> None:
    coach = server.coach()
    coach.act("step", question="Hur har vi det nu?").raise_for_status()
    coach.act("view", view="lobby").raise_for_status()
    phone = open_page(server.room_url)
    expect(phone.locator("#field")).to_be_hidden()
    server.send("Lugn").raise_for_status()
    assert server.counts() == {"Lugn": 1}
    expect(phone.locator("#field")).to_be_visible()


def test_the_calm_stage_of_a_closed_step_has_a_large_code_and_no_word_behind_it(
    server: Server, open_page: OpenPage
) -> None:
    coach = server.coach()
    coach.act("step", question="Hur har vi det nu?", concealed="on").raise_for_status()
    server.send("Lugn").raise_for_status()
    for name, fields in {"close": {}, "calm": {"on": "on"}}.items():
        coach.act(name, **fields).raise_for_status()
    stage = open_page(f"{server.room_url}/stage", WALL)
    expect_view(stage, "calm")
    expect(stage.locator("#calm")).to_be_hidden()
    box = stage.locator("#qr").bounding_box()
    assert box is not None
    assert box["height"] > 500


def test_to_ask_a_question_behind_the_lobby_shows_it(server: Server, open_page: OpenPage) -> None:
    coach = server.coach()
    coach.act("view", view="lobby").raise_for_status()
    coach.act("step", question="Vad gör vi nu?").raise_for_status()
    stage = open_page(f"{server.room_url}/stage", WALL)
    expect_view(stage, "cloud")
    expect(stage.locator("#question")).to_have_text("Vad gör vi nu?")
    expect(open_page(server.room_url).locator("#field")).to_be_visible()


def test_the_ranking_is_sorted_and_its_bars_are_as_long_as_words_are_frequent(
    server: Server, open_page: OpenPage
) -> None:
    server.coach().act("view", view="ranking").raise_for_status()
    stage = open_stage(server, open_page)
    rows = stage.locator("#ranking li")
    expect(rows.locator(".label")).to_have_text(
        ["Delaktighet", "Tydlighet", "Kommunikation", "Mod", "Tid", "Lugn"]
    )
    for _ in range(2):
        server.send("Tydlighet").raise_for_status()
    expect(rows.first.locator(".label")).to_have_text("Tydlighet")
    expect(rows.first.locator(".count")).to_have_text("5")
    settle(stage)
    widths = [row.bounding_box() for row in rows.locator(".bar").all()]
    lengths = [box["width"] for box in widths if box]
    assert lengths[1] / lengths[0] == pytest.approx(4 / 5, abs=0.01)


def test_every_word_rolls_past_and_a_hidden_one_is_gone_at_once(
    server: Server, open_page: OpenPage
) -> None:
    server.coach().act("view", view="roll").raise_for_status()
    stage = open_stage(server, open_page)
    rolling = stage.locator("#roll [data-key]")
    expect(stage.locator("#roll")).to_contain_text("Lugn")
    assert len(set(rolling.all_inner_texts())) == rolling.count()
    server.coach().act("hide", word="lugn").raise_for_status()
    expect(stage.locator("#roll [data-key=lugn]")).to_have_count(0)
    expect(stage.locator("#roll")).not_to_contain_text("Lugn")


def test_a_word_that_was_hidden_while_nothing_rolled_does_not_come_back(
    server: Server, open_page: OpenPage
) -> None:
    coach = server.coach()
    coach.act("view", view="roll").raise_for_status()
    stage = open_stage(server, open_page)
    expect(stage.locator("#roll")).to_contain_text("Lugn")
    coach.act("view", view="cloud").raise_for_status()
    expect_view(stage, "cloud")
    coach.act("hide", word="lugn").raise_for_status()
    expect(stage.locator("#cloud text[data-word]")).to_have_count(5)
    stage.route("**/words.json", lambda route: None)  # the server has not replied yet
    coach.act("view", view="roll").raise_for_status()
    expect_view(stage, "roll")
    assert "Lugn" not in str(stage.locator("#roll").text_content())
    stage.unroute("**/words.json")
    coach.act("pace", pace="fast").raise_for_status()
    expect(stage.locator("#roll")).to_contain_text("Tydlighet")
    expect(stage.locator("#roll")).not_to_contain_text("Lugn")


def test_words_without_room_roll_beneath_the_cloud(server: Server, open_page: OpenPage) -> None:
    coach = server.coach()
    for first in "abcdefghij":
        for second in "klmnopqrst":
            server.send(f"Förändringsarbete{first}{second}").raise_for_status()
    coach.act("hall", deep=True).raise_for_status()
    stage = open_page(f"{server.room_url}/stage", WALL)
    expect(stage.locator("#left-out")).to_contain_text("ord till")
    shown = stage.locator("#rest [data-key]").first
    expect(shown).to_be_visible()
    word = shown.get_attribute("data-key")
    assert word not in stage.evaluate(PLACES)
    coach.act("hide", word=word).raise_for_status()
    expect(stage.locator(f"#rest [data-key={word}]")).to_have_count(0)


def test_the_light_moves_nothing_and_says_how_many(server: Server, open_page: OpenPage) -> None:
    stage = open_stage(server, open_page)
    before = stage.evaluate(PLACES)
    color = "word => getComputedStyle(document.querySelector(`#cloud [data-word=${word}]`)).color"
    colors = {word: stage.evaluate(color, word) for word in ("tydlighet", "mod")}
    server.coach().act("light", word="tydlighet").raise_for_status()
    expect(stage.locator("#light")).to_have_text("Tydlighet 3 svar")
    assert stage.evaluate(color, "tydlighet") == colors["tydlighet"]
    assert stage.evaluate(color, "mod") != colors["mod"]
    assert stage.evaluate(PLACES) == before
    server.coach().act("light").raise_for_status()
    expect(stage.locator("#light")).to_be_hidden()
    assert stage.evaluate(color, "mod") == colors["mod"]


def test_the_caption_of_the_light_does_not_lie_on_its_word(
    server: Server, open_page: OpenPage
) -> None:
    coach = server.coach()
    for number in range(60):
        server.send(f"Förändring{number}").raise_for_status()
    stage = open_page(f"{server.room_url}/stage", (1024, 768))
    expect(stage.locator("#cloud text[data-word]")).to_have_count(66)
    settle(stage)
    boxes = stage.evaluate(PLACES)
    for find in (min, max):
        word = find(boxes, key=lambda word: json.loads(boxes[word])["top"])
        coach.act("light", word=word).raise_for_status()
        expect(stage.locator("#light strong")).to_have_text(re.compile(word, re.IGNORECASE))
        light, lit = stage.locator("#light").bounding_box(), json.loads(boxes[word])
        assert light
        assert light["y"] >= lit["bottom"] or light["y"] + light["height"] <= lit["top"]


def test_a_lit_word_is_told_by_its_bar_and_not_at_all_in_the_lobby(
    server: Server, open_page: OpenPage
) -> None:
    coach = server.coach()
    stage = open_stage(server, open_page)
    coach.act("light", word="mod").raise_for_status()
    caption = stage.locator("#light")
    expect(caption).to_be_visible()
    coach.act("view", view="lobby").raise_for_status()
    expect_view(stage, "lobby")
    expect(caption).to_be_hidden()
    coach.act("view", view="ranking").raise_for_status()
    expect_view(stage, "ranking")
    expect(caption).to_be_hidden()
    bars = stage.locator("#ranking li").evaluate_all(
        "bars => bars.map((b) => getComputedStyle(b).color)"
    )
    assert [bars.count(color) for color in bars] == [5, 5, 5, 1, 5, 5]
    for word in "abcdefg":
        server.send(f"{word}ktig").raise_for_status()
    coach.act("light", word="gktig").raise_for_status()
    expect(caption).to_be_visible()


def test_the_calm_stage_shows_the_question_and_the_code_and_comes_back_as_it_was(
    server: Server, open_page: OpenPage
) -> None:
    stage = open_stage(server, open_page)
    before = stage.evaluate(PLACES)
    server.coach().act("light", word="mod").raise_for_status()
    server.coach().act("calm").raise_for_status()
    expect_view(stage, "calm")
    for part in ("#cloud", "#tally", "#light", "#answers", "#ranking", "#roll"):
        expect(stage.locator(part)).to_be_hidden()
    for part in ("#question", "#qr", "#address"):
        expect(stage.locator(part)).to_be_visible()
    server.coach().act("calm").raise_for_status()
    expect(stage.locator("#cloud")).to_be_visible()
    assert stage.evaluate(PLACES) == before


def test_the_coach_decides_whether_figures_are_seen(server: Server, open_page: OpenPage) -> None:
    stage = open_stage(server, open_page)
    expect(stage.locator("#answers")).to_have_text("12 svar från 12 telefoner")
    server.coach().act("figures", counts="", participants="on").raise_for_status()
    expect(stage.locator("#answers")).to_have_text("från 12 telefoner")
    server.coach().act("light", word="mod").raise_for_status()
    expect(stage.locator("#light")).to_have_text("Mod")
    server.coach().act("figures", counts="", participants="").raise_for_status()
    expect(stage.locator("#answers")).to_be_empty()


def open_coachs_stage(server: Server, open_page: OpenPage) -> Page:
    """Return a stage that takes a clicker's keys."""
    coach = open_page(server.coach_url, WALL)
    with coach.expect_popup() as popup:
        coach.get_by_role("link", name="Öppna storbilden").click()
    expect(popup.value.locator("#cloud text[data-word]")).to_have_count(6)
    return popup.value


def test_a_clicker_steers_a_stage_that_its_coach_opened(
    server: Server, open_page: OpenPage
) -> None:
    stage = open_coachs_stage(server, open_page)
    stage.keyboard.press("PageDown")
    expect(stage.locator("#light strong")).to_have_text("Delaktighet")
    stage.keyboard.press("PageDown")
    expect(stage.locator("#light strong")).to_have_text("Tydlighet")
    stage.keyboard.press("PageUp")
    expect(stage.locator("#light strong")).to_have_text("Delaktighet")
    stage.keyboard.press("Escape")
    expect(stage.locator("#light")).to_be_hidden()
    stage.keyboard.press(".")
    expect_view(stage, "calm")
    stage.keyboard.press(".")
    expect_view(stage, "cloud")
    stage.keyboard.press("F5")
    expect_view(stage, "lobby")
    stage.keyboard.press("F5")
    expect_view(stage, "cloud")


def test_keys_of_the_browser_are_not_the_clickers(server: Server, open_page: OpenPage) -> None:
    stage = open_coachs_stage(server, open_page)
    for held in ("metaKey", "ctrlKey", "altKey"):
        assert not stage.evaluate(TAKEN, {"key": "r", held: True, "cancelable": True}), held
    assert stage.evaluate(TAKEN, {"key": "r", "cancelable": True})


def test_the_full_stop_pressed_twice_at_once_calms_the_stage(
    server: Server, open_page: OpenPage
) -> None:
    stage = open_coachs_stage(server, open_page)
    replies: list[str] = []
    stage.on("response", lambda reply: replies.append(reply.url))
    with stage.expect_response(lambda _: len(replies) == 2):
        stage.evaluate(TWICE, ".")
    assert server.coach().act("figures", counts="on", participants="on").json()["calm"]
    expect_view(stage, "calm")


def test_escape_puts_out_the_light_on_a_table(server: Server, open_page: OpenPage) -> None:
    coach = server.coach()
    table = coach.act("tables", number=1).json()["table_list"][0]["table"]
    stage = open_coachs_stage(server, open_page)
    coach.act("light-table", table=table).raise_for_status()
    expect(stage.locator("#light")).to_be_visible()
    stage.keyboard.press("Escape")
    expect(stage.locator("#light")).to_be_hidden()


def test_without_the_coachs_cookie_the_keys_do_nothing(server: Server, open_page: OpenPage) -> None:
    stage = open_stage(server, open_page)
    stage.keyboard.press("PageDown")
    stage.keyboard.press(".")
    server.send("Tillit").raise_for_status()
    expect(stage.locator("#cloud text[data-word]")).to_have_count(7)
    expect_view(stage, "cloud")
    expect(stage.locator("#light")).to_be_hidden()


def test_with_less_motion_words_come_page_by_page(server: Server, open_page: OpenPage) -> None:
    server.coach().act("view", view="roll").raise_for_status()
    stage = open_page(f"{server.room_url}/stage", WALL, reduced_motion="reduce")
    expect(stage.locator("#roll .page [data-key]")).to_have_count(6)
