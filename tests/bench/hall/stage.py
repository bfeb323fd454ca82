"""The stage in a real Chromium: what it was sent, and what stood on the screen at which moment."""

import json
import math
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from playwright.async_api import Browser, Page, Playwright, WebSocket

from tests.conftest import CHROMIUM, CHROMIUM_ARGUMENTS

RECORDER = (Path(__file__).parent / "recorder.js").read_text(encoding="utf-8")
EVENT = "42"  # what Engine.IO and Socket.IO put before an event

Places = dict[str, tuple[float, float]]


class Seen(NamedTuple):
    """A word's count on the screen from this moment on; 0 when it left."""

    at: float  # seconds since 1970
    word: str
    count: int  # type: ignore[assignment]  # tuples have a method of that name


@dataclass
class Recording:
    """What the stage's page saw until now."""

    width: float  # of the cloud, in pixels
    height: float
    seen: list[Seen]
    frames: int  # since the first word was visible
    blank: int  # of these, those without a visible word
    longest: float  # ms between two frames


@dataclass
class Stage:
    """A big screen; `pictures` are all that came over its socket, whole ones and changes."""

    page: Page
    pictures: list[dict[str, Any]] = field(default_factory=list)

    async def recording(self) -> Recording:
        found = await self.page.evaluate("recorded")
        return Recording(**{**found, "seen": [Seen(*row) for row in found["seen"]]})

    async def counts(self) -> dict[str, int]:
        """Return the count of every word that stands on the screen."""
        found: dict[str, int] = await self.page.evaluate(
            "Object.fromEntries([...document.querySelectorAll('#cloud text[data-word]')]"
            ".map(({ dataset }) => [dataset.word, Number(dataset.count)]))"
        )
        return found

    def listen(self, line: WebSocket) -> None:
        line.on("framereceived", self._receive)

    def _receive(self, frame: str | bytes) -> None:
        if isinstance(frame, str) and frame.startswith(EVENT):
            _, message = json.loads(frame.removeprefix(EVENT))
            self.pictures.append(message)


async def launch(playwright: Playwright) -> Browser:
    """Return the system's Chromium."""
    path = next(filter(None, map(shutil.which, CHROMIUM)))
    return await playwright.chromium.launch(executable_path=path, args=CHROMIUM_ARGUMENTS)


async def open_stage(browser: Browser, url: str) -> Stage:
    """Return the stage at the address, recording from now on."""
    stage = Stage(await browser.new_page(viewport={"width": 1920, "height": 1080}))
    stage.page.on("websocket", stage.listen)
    await stage.page.goto(url)
    await stage.page.evaluate(RECORDER)
    return stage


def displacements(pictures: list[dict[str, Any]], width: float, height: float) -> Iterator[float]:
    """Yield, for each new picture, the mean way of the words that were there before.

    The way is what the screen shows, the camera's part included, as a share of its diagonal.
    """
    words: dict[str, dict[str, Any]] = {}
    before: Places = {}
    seq = 0
    for picture in pictures:
        if picture["seq"] == seq:  # only the counts beside the cloud have changed
            continue
        seq = picture["seq"]
        words |= {word["word"]: word for word in picture["words"]}
        for word in picture.get("gone", ()):
            words.pop(word, None)
        places = on_screen(words, picture["camera"], width, height)
        if both := before.keys() & places.keys():
            ways = [math.dist(before[word], places[word]) for word in both]
            yield sum(ways) / len(both) / math.hypot(width, height)
        before = places


def on_screen(
    words: dict[str, dict[str, Any]], camera: list[float], width: float, height: float
) -> Places:
    """Return where the words stand, in pixels from the middle of the screen."""
    left, top, across, down = camera
    scale = min(width / across, height / down)
    return {
        name: ((word["x"] - left - across / 2) * scale, (word["y"] - top - down / 2) * scale)
        for name, word in words.items()
    }
