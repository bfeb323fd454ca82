"""WCAG 2.2 AA on every page, and words that can be read from the back row."""

import re
from collections.abc import Iterator
from itertools import combinations, product

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from conftest import ROOT, Server
from numpy.typing import NDArray
from pages import OpenPage
from playwright.sync_api import Page, expect

Floats = NDArray[np.float64]

THEMES = [":root", '[data-theme="dark"]', '[data-theme="contrast"]']
APART = 15.0  # a difference that is seen at a glance
XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
# Machado, Oliveira, Fernandes, "A physiologically-based model for simulation of color vision
# deficiency" (2009): what remains of linear RGB where one kind of cones is missing.
SIGHTS = {
    "all cones": np.eye(3),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritanopia": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
PAGES = [
    "",
    "/leader",
    "/coach",
    "/coach/plan",
    "/coach/cards",
    "/stage",
    "/../rooms",
    "/../XXXX",
    "/../?code=",
]
SMALLEST_TARGET = 24  # CSS pixels, WCAG 2.5.8
SUMMARY_MS = 15_000  # between summaries to a screen reader
STAGE_CSS = ROOT / "static" / "css" / "stage.css"
BASE_CSS = ROOT / "static" / "css" / "base.css"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server, with a word on its stage, for all tests of this module."""
    started = Server(tmp_path_factory.mktemp("hall")).start()
    coach = started.coach()
    coach.act("step", question="Vad är viktigast?", answers_each=3).raise_for_status()
    coach.act("tables", names="Eldkvarn\nTorshälla").raise_for_status()
    started.send("mod").raise_for_status()
    yield started
    started.kill()


def come_to_rest(page: Page) -> None:
    """Wait for what fades or glides: a colour half seen through has another contrast."""
    page.evaluate("""() => Promise.allSettled(document.getAnimations()
        .filter((animation) => Number.isFinite(animation.effect.getComputedTiming().endTime))
        .filter(({ playState }) => playState === "running")
        .map(({ finished }) => finished))""")


def violations(page: Page) -> list[str]:
    """Return what axe finds against WCAG 2.2 AA when the page is at rest, a line each."""
    come_to_rest(page)
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": TAGS}})
    return [
        f"{violation['id']}: {node['html']}"
        for violation in found.response["violations"]
        for node in violation["nodes"]
    ]


def visit(open_page: OpenPage, server: Server, path: str, size: tuple[int, int]) -> Page:
    """Open a page as the coach of the room and the operator of the server, who may see all."""
    page = open_page(server.coach_url, size)
    page.goto(server.operator_url)
    page.goto(server.room_url + path)
    return page


def linear_rgb(colour: str) -> Floats:
    parts = np.array([int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)])
    return np.asarray(np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4))


def lab(linear: Floats) -> Floats:
    """Return the colour in CIELAB, where distances are about those that the eye sees."""
    x, y, z = np.cbrt(XYZ @ linear / (0.9505, 1.0, 1.089))
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def luminance(colour: str) -> float:
    """Return the relative luminance of `#rrggbb`, as WCAG defines it."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize(("path", "size"), list(product(PAGES, [(390, 844), (1440, 900)])))
def test_no_page_violates_wcag(
    server: Server, open_page: OpenPage, path: str, size: tuple[int, int]
) -> None:
    assert violations(visit(open_page, server, path, size)) == []


def test_what_comes_while_the_page_is_open_violates_nothing(
    server: Server, open_page: OpenPage
) -> None:
    phone = open_page(server.room_url)
    phone.locator("#field").fill("tid")
    phone.locator("#answer button").click()
    expect(phone.locator("#own li")).to_have_count(1)
    phone.locator("#field").fill("en hel mening")
    phone.locator("#answer button").click()
    expect(phone.locator("#problem")).not_to_be_empty()
    assert violations(phone) == []


@pytest.mark.parametrize("size", [(390, 844), (1440, 900)])
def test_no_step_of_a_day_violates_wcag_on_the_coachs_page(
    server: Server, open_page: OpenPage, size: tuple[int, int]
) -> None:
    coach = server.coach()
    status = coach.act("agenda", name="dialogue").json()
    for planned in status["steps"][-3:]:
        coach.act("step", step=planned["step"]).raise_for_status()
        page = open_page(server.coach_url, size)
        for fold in page.locator("details").all():
            fold.evaluate("(fold) => (fold.open = true)")
        assert violations(page) == []
        coach.act("reveal").raise_for_status()
        expect(page.locator("#is-revealed")).to_be_visible()
        assert violations(page) == []
    coach.act("step", step=status["steps"][0]["step"]).raise_for_status()


def palette(theme: str) -> tuple[str, list[str]]:
    """Return the ground of a theme of the stage, and its colours of words and of text."""
    css = STAGE_CSS.read_text()
    own = css[css.index(theme) :].split("}")[0]
    [ground] = re.findall(r"--ground: (#\w{6})", own) or re.findall(
        r"--ground: (#\w{6})", BASE_CSS.read_text()
    )
    return ground, re.findall(r"--(?:hue-\d): (#\w{6})", own)


@pytest.mark.parametrize("theme", THEMES)
def test_every_colour_of_the_cloud_is_readable_from_the_back_row(theme: str) -> None:
    ground, hues = palette(theme)
    assert len(hues) == 6
    assert {hue: contrast(hue, ground) for hue in hues if contrast(hue, ground) < 7} == {}


@pytest.mark.parametrize("sight", SIGHTS)
@pytest.mark.parametrize("theme", THEMES)
def test_the_colour_blind_tell_the_colours_of_the_cloud_apart(theme: str, sight: str) -> None:
    _, hues = palette(theme)
    seen = [lab(np.clip(SIGHTS[sight] @ linear_rgb(hue), 0, 1)) for hue in hues]
    alike = [pair for pair in combinations(seen, 2) if np.linalg.norm(pair[0] - pair[1]) < APART]
    assert alike == []


@pytest.mark.parametrize("theme", ["dark", "contrast"])
def test_no_theme_of_the_stage_violates_wcag(
    server: Server, open_page: OpenPage, theme: str
) -> None:
    server.send("mod").raise_for_status()
    stage = open_page(f"{server.room_url}/stage", (1920, 1080))
    html = stage.locator("html")
    while html.get_attribute("data-theme") != theme:
        stage.keyboard.press("c")
    stage.reload()
    expect(html).to_have_attribute("data-theme", theme)
    expect(stage.locator("#cloud .new")).to_have_count(0)
    assert violations(stage) == []
    stage.keyboard.press("t")
    expect(stage.locator("#test-card")).to_be_visible()
    assert violations(stage) == []
    stage.keyboard.press("Escape")
    expect(stage.locator("#test-card")).to_be_hidden()


def test_the_keyboard_alone_sends_a_word_and_takes_it_back(
    server: Server, open_page: OpenPage
) -> None:
    phone = open_page(server.room_url)
    while phone.evaluate("document.activeElement.id") != "field":
        phone.keyboard.press("Tab")
    phone.keyboard.type("lugn")
    phone.keyboard.press("Enter")
    take_back = phone.get_by_role("button", name="Ta tillbaka «Lugn»")
    expect(take_back).to_be_visible()
    while not take_back.evaluate("(button) => button === document.activeElement"):
        phone.keyboard.press("Tab")
    phone.keyboard.press("Enter")
    expect(phone.locator("#own")).to_be_hidden()
    expect(phone.locator("#field")).to_be_focused()


@pytest.mark.parametrize("path", ["", "/coach", "/coach/plan", "/stage"])
def test_the_focus_is_seen_wherever_it_goes(server: Server, open_page: OpenPage, path: str) -> None:
    page = visit(open_page, server, path, (1440, 900))
    for _ in range(3):
        page.keyboard.press("Tab")
        style = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert style == "solid", page.evaluate("document.activeElement.outerHTML")


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("size", [(390, 844), (1920, 1080)])
def test_every_target_is_large_enough_to_hit(
    server: Server, open_page: OpenPage, path: str, size: tuple[int, int]
) -> None:
    page = visit(open_page, server, path, size)
    small = page.evaluate(
        """(least) => [...document.querySelectorAll("a, button, input, select, summary, textarea")]
          .filter((target) => target.checkVisibility())
          .filter((target) => {
            const { width, height } = target.getBoundingClientRect();
            return width < least || height < least;
          }).map((target) => target.outerHTML)""",
        SMALLEST_TARGET,
    )
    assert small == []


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("size", [(720, 450), (320, 640)], ids=["a laptop at 200 %", "reflow"])
def test_no_page_scrolls_sideways_when_it_is_enlarged(
    server: Server, open_page: OpenPage, path: str, size: tuple[int, int]
) -> None:
    page = visit(open_page, server, path, size)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize(("locale", "lang"), [("sv-SE", "sv"), ("en-GB", "en"), ("fi-FI", "sv")])
def test_a_page_says_its_language(
    server: Server, open_page: OpenPage, locale: str, lang: str
) -> None:
    phone = open_page(server.room_url, locale=locale)
    expect(phone.locator("html")).to_have_attribute("lang", lang)


@pytest.mark.parametrize("path", ["", "/leader"])
def test_a_question_is_read_by_the_rules_of_its_own_language(
    server: Server, open_page: OpenPage, path: str
) -> None:
    phone = open_page(server.room_url + path, locale="en-GB")
    expect(phone.locator("html")).to_have_attribute("lang", "en")
    expect(phone.locator("h1")).to_have_attribute("lang", "sv")


def test_the_words_are_a_list_in_the_readers_own_text_size(
    server: Server, open_page: OpenPage
) -> None:
    stage = open_page(f"{server.room_url}/stage", (1440, 900))
    expect(stage.locator("#cloud [data-word=mod]")).to_have_count(1)
    stage.get_by_role("button", name="Orden som lista").focus()
    stage.keyboard.press("Enter")
    expect(stage.locator("#tally")).to_be_visible()
    expect(stage.locator("#tally tbody th").first).to_have_css("font-size", "20px")
    assert violations(stage) == []
    stage.set_viewport_size({"width": 360, "height": 225})  # as at 400 %
    assert stage.evaluate("document.documentElement.scrollWidth <= innerWidth")
    stage.keyboard.press("l")
    expect(stage.locator("#picture")).to_be_visible()


def test_words_that_roll_can_be_paused(server: Server, open_page: OpenPage) -> None:
    server.coach().act("view", view="roll").raise_for_status()
    stage = open_page(f"{server.room_url}/stage", (1440, 900))
    word = stage.locator("#roll [data-key=mod]")
    expect(word).to_be_visible()
    stage.get_by_role("button", name="Pausa").focus()
    stage.keyboard.press("Enter")
    states = "(roll) => roll.getAnimations({ subtree: true }).map(({ playState }) => playState)"
    assert set(stage.locator("#roll").evaluate(states)) == {"paused"}
    stage.keyboard.press("s")
    assert "running" in stage.locator("#roll").evaluate(states)
    server.coach().act("view", view="cloud").raise_for_status()
    expect(stage.get_by_role("button", name="Pausa")).to_be_hidden()


def test_what_is_told_aloud_is_what_may_be_seen(server: Server, open_page: OpenPage) -> None:
    coach = server.coach()
    coach.act("figures", counts="", participants="on").raise_for_status()
    stage = open_page("about:blank", (1440, 900))
    stage.clock.install()
    stage.goto(f"{server.room_url}/stage")
    expect(stage.locator("#cloud [data-word=mod]")).to_have_count(1)
    stage.clock.fast_forward(SUMMARY_MS)
    expect(stage.locator("#summary")).to_have_text(re.compile(r"^Vanligast: [^\d]*Mod[^\d]*$"))
    expect(stage.locator("#tally tbody td").first).to_be_hidden()
    coach.act("figures", counts="on", participants="on").raise_for_status()
    expect(stage.locator("#tally tbody td").first).not_to_have_css("display", "none")
    stage.clock.fast_forward(SUMMARY_MS)
    expect(stage.locator("#summary")).to_contain_text("svar. Vanligast:")
    coach.act("conceal").raise_for_status()
    expect(stage.locator("#summary")).to_be_empty()
    stage.clock.fast_forward(SUMMARY_MS)
    expect(stage.locator("#summary")).to_be_empty()
    coach.act("reveal").raise_for_status()


def test_a_new_question_and_its_closing_are_read_aloud(server: Server, open_page: OpenPage) -> None:
    phone = open_page(server.room_url)
    coach = server.coach()
    coach.act("step", question="Och nu då?", answers_each=3).raise_for_status()
    expect(phone.locator("[aria-live]", has_text="Och nu då?")).to_be_visible()
    coach.act("close").raise_for_status()
    expect(phone.locator("[aria-live]", has_text="Frågan är stängd.")).to_be_visible()
    coach.act("open").raise_for_status()
