"""The organisation's own logo and colour: on every page, harmless, and readable."""

import re
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import pytest
import requests
from conftest import ROOT, Server
from hypothesis import example, given
from hypothesis import strategies as st
from pages import OpenPage
from playwright.sync_api import expect

from display.web.brand import accent_css, contrast, mixed, own_assets

SVG = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 30 10">
<style>rect { fill: #0a5c8c }</style><rect width="30" height="10"/>
<script>document.documentElement.setAttribute("data-ran", "yes")</script></svg>"""
ACCENT = "#0A5C8C"
PAGES = ["", "/coach", "/stage", "/../XXXX"]
SCREENS = [(1920, 1080), (1024, 768), (3840, 1080), (1080, 1920)]
TEXT = 4.5  # to 1: what WCAG 2.2 AA asks of text
LIT = 1.15  # times as bright is a button under the pointer
BOX = """(element) => {
  const { left, top, right, bottom } = element.getBoundingClientRect();
  return [left, top, right, bottom];
}"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of an organisation with a logo and a colour."""
    folder = tmp_path_factory.mktemp("hall")
    (folder / "logo.svg").write_text(SVG)
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("ORDMOLN_LOGO", str(folder / "logo.svg"))
        environment.setenv("ORDMOLN_ACCENT", ACCENT)
        started = Server(folder).start()
    started.send("mod").raise_for_status()
    yield started
    started.kill()


@pytest.mark.parametrize("path", PAGES)
def test_every_page_shows_the_logo(server: Server, open_page: OpenPage, path: str) -> None:
    page = open_page(server.coach_url)
    page.goto(server.room_url + path)
    logo = page.locator("img.logo")
    expect(logo).to_be_visible()
    expect(logo).to_have_js_property("complete", True)
    assert logo.evaluate("(image) => image.naturalWidth") > 0


def test_an_organisation_without_a_logo_has_none(open_page: OpenPage, tmp_path: Path) -> None:
    plain = Server(tmp_path).start()
    page = open_page(plain.room_url)
    plain.kill()
    expect(page.locator("img.logo, link[href$='accent.css']")).to_have_count(0)


def logo_url(server: Server) -> str:
    [found] = re.findall(r'src="(/static/\w+/logo)"', requests.get(server.room_url).text)
    return server.url + found


def test_the_logo_is_a_picture_and_nothing_else(server: Server, open_page: OpenPage) -> None:
    headers = requests.get(logo_url(server), timeout=10).headers
    assert headers["Content-Type"].startswith("image/svg+xml")
    assert headers["X-Content-Type-Options"] == "nosniff"
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert "script" not in policy
    opened = open_page(server.room_url).context.new_page()
    opened.goto(logo_url(server))
    assert opened.evaluate("document.documentElement.localName") == "svg"
    assert opened.evaluate("document.documentElement.dataset.ran") is None


def test_a_logo_is_sent_as_what_it_is() -> None:
    sent = {start: own_assets(start, None)["logo"] for start in (b"\x89PNG", b"<svg ")}
    assert [asset.mimetype for asset in sent.values()] == ["image/png", "image/svg+xml"]


@pytest.mark.parametrize("size", SCREENS)
def test_the_logo_on_stage_covers_nothing(
    server: Server, open_page: OpenPage, size: tuple[int, int]
) -> None:
    aspect = {(1024, 768): "4:3", (3840, 1080): "32:9", (1080, 1920): "9:16"}.get(size, "16:9")
    server.coach().act("aspect", aspect=aspect).raise_for_status()
    stage = open_page(f"{server.room_url}/stage", size)
    expect(stage.locator("#cloud text")).to_have_count(1)
    parts = ["#question", "#picture", "#join", "#counts", "#side .logo"]
    boxes = [stage.locator(part).evaluate(BOX) for part in parts]
    for one, other in combinations(boxes, 2):
        assert one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
    left, top, right, bottom = boxes[-1]
    assert (left >= 0, top >= 0, right <= size[0], bottom <= size[1]) == (True,) * 4
    assert bottom - top < 0.1 * min(size)


def test_the_colour_is_that_of_buttons(server: Server, open_page: OpenPage) -> None:
    phone = open_page(server.room_url)
    button = phone.locator("#answer button")
    expect(button).to_have_css("background-color", "rgb(10, 92, 140)")


def accents(theme: str, css: str) -> dict[str, str]:
    """Return the custom properties of colour that the stylesheets, in their order, give a theme."""
    own = rf'(?::root|(?:html)?\[data-theme="{theme}"\])'
    found: dict[str, str] = {}
    for rule in re.findall(own + r" \{(.*?)\}", css, re.DOTALL):
        found |= re.findall(r"--([\w-]+): (#\w{6})", rule)
    return found


def lit(colour: str) -> str:
    parts = (min(255, round(part * LIT)) for part in bytes.fromhex(colour[1:]))
    return "#" + "".join(f"{part:02x}" for part in parts)


colours = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


@pytest.mark.parametrize("theme", ["light", "dark", "contrast"])
@given(accent=st.none() | colours)
@example(None)
@example("#ffdd00")
@example("#e30613")
@example("#767676")
def test_the_colour_is_readable_wherever_it_is_used(theme: str, accent: str | None) -> None:
    base, stage = (
        (ROOT / "static" / "css" / f"{name}.css").read_text() for name in ("base", "stage")
    )
    used = accents(theme, base + (accent_css(accent) if accent else "") + stage)
    pairs = [(used["accent"], used["ground"]), (used["accent"], used["panel"])]
    if theme == "light":
        pairs += [(used["accent"], used["accent-ground"])]
        pairs += [("#ffffff", used["accent"]), ("#ffffff", lit(used["accent"]))]
    assert [pair for pair in pairs if contrast(*pair) < TEXT] == []


def test_a_colour_that_is_readable_stays_as_it_is_and_another_keeps_its_hue() -> None:
    assert "--accent: #0a5c8c;" in accent_css("#0a5c8c")
    assert "--accent: #ffdd00;" in accent_css("#ffdd00")  # on the dark stage
    assert mixed("#ffdd00", "#000000", 0.5) == "#806e00"


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)
