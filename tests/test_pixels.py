"""What the browser draws lies where the server said: ink against boxes, in every script."""

import io
from typing import Any

import numpy as np
import pytest
from conftest import Server
from numpy.typing import NDArray
from pages import WALL, OpenPage
from PIL import Image
from playwright.sync_api import Page, expect

from display.cloud.font import covers, measure
from tests.bench.layout.score import ink

Edges = NDArray[np.float64]

DENSITY = 2  # device pixels to a pixel
NEAR = 2.0  # px
PALEST = 96  # the least difference from the ground, over three channels, that is ink
OUTWARDS = np.array([-1, -1, 1, 1])
OWN = ["Delaktighet", "Åäöjgy", "ČčĐđŊŋŠš", "ŦŧŽžÁá", "1234567890", "Vi", "AI"]
OWN += ["W" * 25, "a" * 25, "i" * 25, "AVATAR", "Tydlighet", "Yta"]
FOREIGN = ["مشاركة", "שיתוף", "参与", "한국어", "Участие", "Συμμετοχή"]
FOREIGN += ["ប្រជុំ", "ตั้งใจ", "Ạ̊́", "😀", "👩‍👩‍👧‍👦", "🇸🇪"]

PLACES = """() => Object.fromEntries([...document.querySelectorAll("#cloud text")].map((text) => {
  const { a, d, e, f } = text.getScreenCTM();
  return [text.textContent, { x: e, y: f, scale: a, size: Number(text.getAttribute("font-size")) }];
}))"""
UNFORCED = """() => Object.fromEntries(
  [...document.querySelectorAll("#cloud text")].map((text) => {
    const alone = text.cloneNode(true);
    alone.removeAttribute("textLength");
    text.replaceWith(alone);
    return [alone.textContent, alone.getComputedTextLength() / alone.getAttribute("font-size")];
  }))"""
ONLY = """(label) => { for (const text of document.querySelectorAll("#cloud text"))
  text.style.visibility = text.textContent === label ? "visible" : "hidden"; }"""
SETTLED = """Promise.allSettled(document.getAnimations().map(({ finished }) => finished))"""


@pytest.fixture
def stage(server: Server, open_page: OpenPage) -> Page:
    """A stage on which every label stands still."""
    page = open_page(f"{server.room_url}/stage", WALL, device_scale_factor=DENSITY)
    for label in OWN + FOREIGN:
        server.send(label).raise_for_status()
    expect(page.locator("#cloud text")).to_have_count(len(OWN + FOREIGN))
    page.evaluate(SETTLED)
    return page


def painted(stage: Page, label: str) -> Edges | None:
    """Return left, top, right and bottom, in px, of what is painted of the label, if anything is.

    A machine without a font for a script paints nothing of it.
    """
    stage.evaluate(ONLY, label)
    shot = stage.locator("#picture").screenshot()
    offset = stage.locator("#picture").bounding_box()
    assert offset
    pixels = np.asarray(Image.open(io.BytesIO(shot)).convert("RGB")).astype(int)
    solid = np.abs(pixels - pixels[0, 0]).sum(2) > PALEST
    ys, xs = np.flatnonzero(solid.any(1)), np.flatnonzero(solid.any(0))
    if not len(xs):
        assert label in FOREIGN
        return None
    edges = np.array([xs[0], ys[0], xs[-1] + 1, ys[-1] + 1]) / DENSITY
    return np.asarray(edges + np.tile([offset["x"], offset["y"]], 2))


def test_no_ink_leaves_the_boxes_of_its_word(stage: Page) -> None:
    for label, place in places(stage).items():
        boxes = measure(label).boxes * place["size"] * place["scale"]
        outer = np.concatenate([boxes[:, :2].min(0), boxes[:, 2:].max(0)])
        edges = painted(stage, label)
        if edges is not None:
            beyond = (edges - np.tile([place["x"], place["y"]], 2) - outer) * OUTWARDS
            assert beyond.max() <= NEAR, (label, beyond)


def test_ink_of_our_typeface_is_where_it_was_measured(stage: Page) -> None:
    for label, place in places(stage).items():
        edges = painted(stage, label) if covers(label) else None
        if edges is not None:
            expected = ink(label, place["size"] * place["scale"])
            height, width = expected.mask.shape
            corner = np.array([expected.left, expected.top])
            here = np.concatenate([corner, corner + np.array([width, height])]) / 2
            off = edges - np.tile([place["x"], place["y"]], 2) - here
            assert np.abs(off).max() <= NEAR, (label, off)


def test_the_browser_left_alone_sets_our_typeface_as_wide_as_was_measured(stage: Page) -> None:
    for label, advance in stage.evaluate(UNFORCED).items():
        if covers(label):
            assert advance == pytest.approx(measure(label).advance, abs=0.01), label


def places(stage: Page) -> dict[str, Any]:
    found: dict[str, Any] = stage.evaluate(PLACES)
    return found
