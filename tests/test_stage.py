"""The stage: one calm picture, the same on every screen, whatever happens behind it."""

import re
from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
import requests
from conftest import Server, Watcher, shared_server
from pages import WALL, OpenPage
from playwright.sync_api import Page, expect

Watch = Callable[..., Watcher]

SCREENS = [WALL, (3840, 2160), (1024, 768), (1280, 800), (2560, 1080), (3840, 1080), (1080, 1920)]
OWN_SCREEN = {
    "16:9": WALL,
    "4:3": (1024, 768),
    "21:9": (2560, 1080),
    "32:9": (3840, 1080),
    "9:16": (1080, 1920),
}
WORDS = ["Delaktighet"] * 6 + ["Tydlighet"] * 4 + ["Tillit"] * 3
WORDS += [
    "Mod",
    "Tid",
    "Arbetsglädje",
    "Kommunikation",
    "Öppenhet",
    "Ansvar",
    "Lugn",
    "Humor",
    "Mål",
]
BACK_MS = 10_000

SHOWN_AGAIN_WHILE_CONNECTING = """
window.WebSocket = class extends WebSocket {
  constructor(...address) {
    super(...address);
    const shown = () => setTimeout(() => dispatchEvent(new Event("pageshow")));
    this.addEventListener("message", shown, { once: true });
  }
};"""

PICTURE = """() => Object.fromEntries([...document.querySelectorAll("#cloud [data-word]")].map(
  (text) => {
    const { a, e, f } = new DOMMatrix(text.parentElement.style.transform);
    const size = a * text.getAttribute("font-size");
    return [text.dataset.word, [e, f, size].map((number) => Math.round(100 * number) / 100)];
  }))"""
BOXES = """(selector) => [...document.querySelectorAll(selector)].map((element) => {
  const { left, top, right, bottom } = element.getBoundingClientRect();
  return [left, top, right, bottom];
})"""
INK = """() => [...document.querySelectorAll("#cloud text")].map((text) => {
  const { left, top, right, bottom } = text.getBoundingClientRect();
  const canvas = document.createElement("canvas").getContext("2d");
  canvas.font = "600 100px Ordmoln";
  const ink = canvas.measureText(text.textContent);
  const line = ink.fontBoundingBoxAscent + ink.fontBoundingBoxDescent;
  const above = ink.fontBoundingBoxAscent - ink.actualBoundingBoxAscent;
  const beneath = ink.fontBoundingBoxDescent - ink.actualBoundingBoxDescent;
  const px = (bottom - top) / line;
  return [left, top + above * px, right, bottom - beneath * px];
})"""
COUNTED = """(number) => new Promise((done) => {
  const look = () => {
    const words = [...document.querySelectorAll("#cloud [data-word]")];
    const answers = words.reduce((sum, text) => sum + Number(text.dataset.count), 0);
    if (answers === number) done();
    else requestAnimationFrame(look);
  };
  look();
})"""
NOTE_ANIMATIONS = """window.animated = [];
const animate = Element.prototype.animate;
Element.prototype.animate = function (frames, timing) {
  window.animated.push(...Object.keys(frames));
  return animate.call(this, frames, timing);
};"""


server = shared_server


@pytest.fixture(autouse=True)
def question(server: Server) -> None:
    """Each test has a question of its own, whatever the one before it did."""
    if not server.running:
        server.start()
    server.coach().act("aspect", aspect="16:9").raise_for_status()
    server.coach().act("hall").raise_for_status()
    ask(server)


def ask(server: Server, **fields: Any) -> None:
    server.coach().act("step", question="Vad är viktigast?", **fields).raise_for_status()


def send_all(server: Server, answers: list[str]) -> None:
    for answer in answers:
        server.send(answer).raise_for_status()


def open_stage(open_page: OpenPage, server: Server, **options: Any) -> Page:
    return open_page(f"{server.room_url}/stage", WALL, **options)


def expect_answers(stage: Page, number: int) -> None:
    """Wait until the stage says so many answers; the picture follows at most a tick later."""
    expect(stage.locator("#answers")).to_contain_text(f"{number} svar", timeout=BACK_MS)


def expect_picture(stage: Page, number: int) -> None:
    """Wait until the words on the stage stand for so many answers."""
    expect_answers(stage, number)
    stage.evaluate(COUNTED, number)


def words_on(stage: Page) -> dict[str, list[float]]:
    """Return x, y and size of each word, in plane units, as the stage's DOM has them."""
    found: dict[str, list[float]] = stage.evaluate(PICTURE)
    return found


def drawn(stage: Page, *words: str) -> None:
    for word in words:
        expect(stage.locator(f"#cloud [data-word={word}]")).to_have_count(1)


def boxes(stage: Page, selector: str) -> list[list[float]]:
    found: list[list[float]] = stage.evaluate(BOXES, selector)
    return found


def overlap(one: list[float], other: list[float]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def stages_connected(server: Server) -> bool:
    metrics = requests.get(f"{server.url}/metrics", timeout=10).text
    return 'ordmoln_sockets{as="stage"} 0.0' not in metrics


def settled(stage: Page) -> None:
    """Wait until nothing glides."""
    stage.evaluate("Promise.allSettled(document.getAnimations().map(({ finished }) => finished))")


def test_words_appear_and_grow(server: Server, open_page: OpenPage) -> None:
    stage = open_stage(open_page, server)
    send_all(server, ["mod", "tid", "mod"])
    expect(stage.locator("[data-word=mod]")).to_have_attribute("data-count", "2")
    expect_picture(stage, 3)
    size = {word: size for word, (_, _, size) in words_on(stage).items()}
    assert size["mod"] > size["tid"]
    expect(stage.locator("#answers")).to_have_text("3 svar från 3 telefoner")
    expect(stage.locator("#tally tbody tr")).to_have_text(["Mod2", "Tid1"])


def test_the_stage_shows_every_word_where_the_server_says(
    server: Server, open_page: OpenPage, watch: Watch
) -> None:
    stage = open_stage(open_page, server)
    send_all(server, WORDS)
    expect_picture(stage, len(WORDS))
    before = words_on(stage)
    watcher = watch("stage")
    known = watcher.wait_for(lambda name, message: name == "picture")
    assert before == places(known["words"])
    server.send("delaktighet")
    expect_picture(stage, len(WORDS) + 1)
    changes = watcher.wait_for(
        lambda name, message: message["answers"] == len(WORDS) + 1 and message["words"]
    )
    assert words_on(stage) == {**before, **places(changes["words"])}


def places(words: list[dict[str, Any]]) -> dict[str, list[float]]:
    return {word["word"]: [round(word[name], 2) for name in ("x", "y", "size")] for word in words}


@pytest.mark.parametrize("way", ["hide", "withdraw"])
def test_a_word_that_is_taken_away_leaves_cloud_and_table(
    server: Server, open_page: OpenPage, way: str
) -> None:
    stage, phone = open_stage(open_page, server), open_page(server.room_url)
    server.send("mod")
    phone.locator("#field").fill("tid")
    phone.locator("#answer button").click()
    expect(stage.locator("#tally tbody tr")).to_have_text(["Mod1", "Tid1"])
    if way == "hide":
        server.coach().act("hide", word="tid").raise_for_status()
    else:
        phone.get_by_role("button", name="Ta tillbaka").click()
    expect(stage.locator("#tally tbody tr")).to_have_text(["Mod1"])
    expect(stage.locator("#cloud text")).to_have_text(["Mod"])
    expect(stage.locator("#answers")).to_have_text("1 svar från 1 telefon")


def test_the_picture_stays_while_the_server_is_away_and_goes_on_after(
    server: Server, open_page: OpenPage
) -> None:
    stage = open_stage(open_page, server)
    send_all(server, WORDS)
    expect_picture(stage, len(WORDS))
    before = words_on(stage)
    server.kill()
    expect(stage.locator("#line")).to_be_visible()
    assert words_on(stage) == before
    server.start()
    expect(stage.locator("#line")).to_be_hidden(timeout=BACK_MS)
    assert words_on(stage) == before
    server.send("gemenskap")
    drawn(stage, "gemenskap", *before)


def test_a_stage_that_is_shown_while_it_connects_connects_once(
    server: Server, open_page: OpenPage
) -> None:
    stage = open_page("about:blank", WALL)
    stage.add_init_script(SHOWN_AGAIN_WHILE_CONNECTING)
    server.send("Tydlighet").raise_for_status()
    stage.goto(f"{server.room_url}/stage")
    expect(stage.locator("#cloud [data-word]")).to_have_text(["Tydlighet"])


def test_a_stage_whose_room_the_server_no_longer_knows_says_so(
    tmp_path: Path, open_page: OpenPage
) -> None:
    server = Server(tmp_path).start()
    stage = open_stage(open_page, server)
    server.send("mod").raise_for_status()
    drawn(stage, "mod")
    server.kill()
    server.log = tmp_path / "another.db"
    server.start()
    expect(stage.locator("h1")).to_have_text("Här finns inget rum", timeout=BACK_MS)
    server.kill()


def test_a_font_that_does_not_come_does_not_keep_the_picture_waiting(
    server: Server, open_page: OpenPage
) -> None:
    stage = open_page("about:blank", WALL)
    stage.route("**/*.woff2*", lambda route: None)
    stage.goto(f"{server.room_url}/stage", wait_until="commit")
    server.send("mod").raise_for_status()
    drawn(stage, "mod")


def test_a_stage_opened_later_shows_the_same_picture(server: Server, open_page: OpenPage) -> None:
    first = open_stage(open_page, server)
    send_all(server, WORDS)
    expect_picture(first, len(WORDS))
    second = open_stage(open_page, server)
    drawn(second, "delaktighet")
    assert words_on(second) == words_on(first)


def test_an_empty_room_shows_the_large_code_until_the_first_word(
    server: Server, open_page: OpenPage
) -> None:
    stage = open_stage(open_page, server)
    [large] = boxes(stage, "#qr")
    server.send("mod")
    drawn(stage, "mod")
    [small] = boxes(stage, "#qr")
    assert large[2] - large[0] > 2 * (small[2] - small[0])


def test_q_and_its_button_show_the_large_code_and_keys_can_be_turned_off(
    server: Server, open_page: OpenPage
) -> None:
    stage = open_stage(open_page, server)
    large = stage.locator("body.large-qr")
    stage.keyboard.press("q")
    expect(large).to_have_count(1)
    stage.get_by_role("button", name="Stor QR-kod").click()
    expect(large).to_have_count(0)
    stage.get_by_role("button", name="Snabbtangenter").click()
    stage.keyboard.press("q")
    expect(large).to_have_count(0)


def test_a_finger_that_taps_the_screen_sees_the_buttons(
    server: Server, open_page: OpenPage
) -> None:
    stage = open_page(f"{server.room_url}/stage", WALL, has_touch=True)
    expect(stage.locator("#toolbar")).to_have_css("opacity", "0")
    stage.touchscreen.tap(400, 400)
    expect(stage.locator("#toolbar")).to_have_css("opacity", "1")


@pytest.mark.parametrize("by_key", [True, False])
def test_f_and_its_button_fill_the_screen(
    server: Server, open_page: OpenPage, by_key: bool
) -> None:
    stage = open_stage(open_page, server)
    if by_key:
        stage.keyboard.press("f")
    else:
        stage.get_by_role("button", name="Helskärm").click()
    expect(stage.locator("html:fullscreen")).to_have_count(1)


def test_concealed_words_are_nowhere_on_the_stage(
    server: Server, open_page: OpenPage, watch: Watch
) -> None:
    ask(server, concealed=True)
    stage, watcher = open_stage(open_page, server), watch("stage")
    server.send("hemlighet")
    expect(stage.locator("#calm")).to_be_visible()
    expect_answers(stage, 1)
    late = open_stage(open_page, server)
    for page in (stage, late):
        expect(page.locator("#cloud text, #tally tbody tr")).to_have_count(0)
        assert "emlighet" not in page.content()
    assert "emlighet" not in str(watcher.received)
    assert server.words()["words"] == []
    server.coach().act("reveal")
    drawn(stage, "hemlighet")
    drawn(late, "hemlighet")
    server.coach().act("conceal")
    expect(stage.locator("#cloud text, #tally tbody tr")).to_have_count(0)


@pytest.mark.parametrize(("wish", "glides"), [("reduce", False), ("no-preference", True)])
def test_words_glide_only_for_those_who_have_nothing_against_it(
    server: Server, open_page: OpenPage, wish: str, glides: bool
) -> None:
    stage = open_page("about:blank", WALL, reduced_motion=wish)
    stage.add_init_script(NOTE_ANIMATIONS)
    stage.goto(f"{server.room_url}/stage")
    send_all(server, ["mod", "mod"])
    expect(stage.locator("[data-word=mod]")).to_have_attribute("data-count", "2")
    assert ("transform" in stage.evaluate("window.animated")) is glides


@pytest.mark.parametrize("aspect", OWN_SCREEN)
def test_every_screen_holds_the_whole_picture(
    server: Server, open_page: OpenPage, aspect: str
) -> None:
    server.coach().act("aspect", aspect=aspect).raise_for_status()
    stage = open_stage(open_page, server)
    send_all(server, WORDS)
    expect_picture(stage, len(WORDS))
    for width, height in SCREENS:
        stage.set_viewport_size({"width": width, "height": height})
        settled(stage)
        parts = ["#question", "#picture", "#join", "#counts", "#rest"]
        fixed = [boxes(stage, part)[0] for part in parts]
        for left, top, right, bottom in [*fixed, *stage.evaluate(INK)]:
            assert left >= 0, (width, height)
            assert top >= 0, (width, height)
            assert right <= width + 1, (width, height)
            assert bottom <= height + 1, (width, height)
        assert not any(overlap(*pair) for pair in combinations(fixed, 2)), (width, height)


@pytest.mark.parametrize("aspect", OWN_SCREEN)
def test_a_picture_is_as_readable_on_its_own_screen_as_16_to_9_is(
    server: Server, open_page: OpenPage, aspect: str
) -> None:
    server.coach().act("aspect", aspect=aspect).raise_for_status()
    size = OWN_SCREEN[aspect]
    stage = open_page(f"{server.room_url}/stage", size)
    server.send("mod").raise_for_status()
    expect_picture(stage, 1)
    scale = stage.evaluate("document.querySelector('#cloud').getScreenCTM().a")
    assert scale * 1080 / min(size) > 0.97


def test_another_shape_lays_the_words_anew_and_undo_brings_the_picture_back(
    server: Server, open_page: OpenPage
) -> None:
    stage = open_stage(open_page, server)
    cloud = stage.locator("#cloud")
    send_all(server, WORDS)
    expect_picture(stage, len(WORDS))
    before = words_on(stage)
    server.coach().act("aspect", aspect="9:16").raise_for_status()
    expect(cloud).to_have_attribute("viewBox", "0 0 900 1600")
    portrait = words_on(stage)
    assert portrait.keys() == before.keys()
    assert portrait != before
    server.kill()
    server.start()
    assert words_on(open_stage(open_page, server)) == portrait
    server.coach().act("undo").raise_for_status()
    expect(cloud).to_have_attribute("viewBox", "0 0 1600 900", timeout=BACK_MS)
    assert words_on(stage) == before


def test_a_foreign_word_keeps_its_box_in_every_shape(server: Server, open_page: OpenPage) -> None:
    stage = open_stage(open_page, server)
    server.send("参" * 30).raise_for_status()
    expect_picture(stage, 1)
    for aspect in ("9:16", "16:9"):
        server.coach().act("aspect", aspect=aspect).raise_for_status()
        expect(stage.locator("body")).to_have_attribute("data-aspect", aspect)
        settled(stage)
        ((left, _, right, _),) = boxes(stage, "#cloud text")
        scale, width = stage.evaluate(
            """() => {
              const cloud = document.querySelector("#cloud");
              return [cloud.getScreenCTM().a, cloud.viewBox.baseVal.width];
            }"""
        )
        assert right - left <= scale * width, aspect


def test_in_a_deep_hall_no_word_is_small_and_the_rest_are_counted(
    server: Server, open_page: OpenPage
) -> None:
    ask(server, answers_each="unlimited")
    stage = open_stage(open_page, server)
    words = [
        f"Förändringsarbete{letter}{other}" for letter in "abcdefghij" for other in "klmnopqrst"
    ]
    send_all(server, words)
    expect_picture(stage, len(words))
    server.coach().act("hall", deep=True).raise_for_status()
    expect(stage.locator("#left-out")).to_contain_text("ord till")
    shown, scale = (
        words_on(stage),
        stage.evaluate("document.querySelector('#cloud').getScreenCTM().a"),
    )
    assert min(size for _, _, size in shown.values()) * scale >= 36
    left_out = len(words) - len(shown)
    expect(stage.locator("#left-out")).to_have_text(f"och {left_out} ord till")
    server.coach().act("undo").raise_for_status()
    expect_picture(stage, len(words))


def test_a_new_question_starts_a_new_cloud_and_the_old_one_comes_back_as_it_was(
    server: Server, open_page: OpenPage
) -> None:
    stage = open_stage(open_page, server)
    send_all(server, WORDS)
    expect_picture(stage, len(WORDS))
    before = words_on(stage)
    server.coach().act("step", question="Och nu då?")
    expect(stage.locator("#question")).to_have_text("Och nu då?")
    expect(stage.locator("#cloud text")).to_have_count(0)
    server.coach().act("undo")
    expect_picture(stage, len(WORDS))
    assert words_on(stage) == before


def test_closing_is_said_on_stage(server: Server, open_page: OpenPage) -> None:
    stage = open_stage(open_page, server)
    server.coach().act("close")
    expect(stage.locator("#closed")).to_have_text("Stängd för svar")


def test_the_code_leads_to_the_address_that_is_shown(server: Server, open_page: OpenPage) -> None:
    stage = open_stage(open_page, server)
    expect(stage.locator("#address")).to_have_text(re.compile(rf"/\s*{server.code}$"))
    expect(stage.locator("#qr")).to_have_js_property("complete", True)


def test_a_closed_question_invites_nobody(server: Server, open_page: OpenPage) -> None:
    stage = open_stage(open_page, server)
    expect(stage.locator("#invite")).to_be_visible()
    server.coach().act("close")
    expect(stage.locator("#invite")).to_be_hidden()
    expect(open_stage(open_page, server).locator("#invite")).to_be_hidden()
    server.coach().act("open")
    expect(stage.locator("#invite")).to_be_visible()


def test_a_stage_that_was_away_during_an_act_follows_the_next(server: Server, watch: Watch) -> None:
    (cookie,) = server.coach().session.cookies
    coach = watch("coach", cookies=f"{cookie.name}={cookie.value}")
    first = watch("stage")
    server.coach().act("conceal")
    first.wait_for(lambda name, message: message["concealed"])
    first.close()
    while stages_connected(server):
        pass
    seen = server.coach().act("reveal").json()["seq"]
    coach.wait_for(lambda name, message: message["seq"] >= seen)
    second = watch("stage")
    second.wait_for(lambda name, message: not message["concealed"])
    server.coach().act("conceal")
    second.wait_for(lambda name, message: message["concealed"])


def test_while_results_are_concealed_no_stage_is_told_which_words_were_hidden(
    server: Server, watch: Watch
) -> None:
    server.send("mod").raise_for_status()
    stage = watch("stage")
    stage.wait_for(lambda _, message: message["words"])
    server.coach().act("hide", word="mod").raise_for_status()
    stage.wait_for(lambda _, message: message.get("gone") == ["mod"])
    server.coach().act("conceal").raise_for_status()
    stage.wait_for(lambda _, message: message["concealed"])
    server.coach().act("calm").raise_for_status()
    calm = stage.wait_for(lambda _, message: message["calm"])
    assert (calm["words"], calm["gone"]) == ([], [])


def test_a_word_that_was_taken_away_is_named_to_nobody_who_asks_later(
    server: Server, watch: Watch
) -> None:
    stage = watch("stage")
    for word in ("Stannar", "Hemligt"):
        server.send(word)
        told = stage.wait_for(lambda _, message, word=word: word in str(message["words"]))
    server.coach().act("hide", word="hemligt")
    after = stage.wait_for(lambda name, message: name == "changes" and message["gone"])
    for since, name in ((told["seq"], "picture"), (after["seq"], "changes")):
        later = watch("stage", since=since)
        later.wait_for(lambda _, message: message["answers"] == 1)
        assert [received for received, _ in later.received] == [name]
        assert "hemligt" not in str(later.received).lower()
