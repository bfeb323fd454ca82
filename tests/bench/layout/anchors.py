"""The layouts that live word clouds use today, called as they call them: all anew at each answer.

d3-cloud and wordcloud2.js run in headless Chromium, fetched with npm into `node_modules` beside
this file; PyPI's wordcloud runs here. All are given our typeface, no rotation, and the same area.
"""

import base64
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from display.cloud.font import FILE
from tests.bench.layout.score import HEIGHT, WIDTH, Drawn, Frame, font_at
from tests.conftest import CHROMIUM, CHROMIUM_ARGUMENTS

HERE = Path(__file__).parent
PACKAGES = ("d3-cloud@1.2.7", "wordcloud@1.2.2")
SCRIPTS = ("d3-cloud/build/d3.layout.cloud.js", "wordcloud/src/wordcloud2.js")
BUDGET = 60.0  # seconds; an engine that needs more is scored on the frames it got through

Tally = Sequence[tuple[str, str, int]]
Engine = Callable[[Tally], list[Drawn]]


@contextmanager
def page() -> Iterator[Page]:
    """Yield a page that has the libraries and our typeface."""
    if not (HERE / "node_modules").exists():
        subprocess.run(["npm", "install", "--no-save", "--prefix", HERE, *PACKAGES], check=True)
    font = base64.b64encode(FILE.read_bytes()).decode()
    path = next(filter(None, map(shutil.which, CHROMIUM)))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_ARGUMENTS)
        opened = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        opened.set_content(
            "<style>@font-face { font-family: Anchor; font-weight: 600;"
            f" src: url(data:font/ttf;base64,{font}); }}</style>"
        )
        opened.evaluate("document.fonts.load('600 40px Anchor')")
        for script in (*(HERE / "node_modules" / name for name in SCRIPTS), HERE / "anchors.js"):
            opened.add_script_tag(path=script)
        yield opened
        browser.close()


def in_browser(opened: Page, name: str) -> Engine:
    """Return the engine of that name in `anchors.js`; it remembers what it drew before."""
    opened.evaluate("reset()")

    def draw(tally: Tally) -> list[Drawn]:
        found = opened.evaluate(
            f"tally => {name}(tally, {WIDTH}, {HEIGHT})", [list(row) for row in tally]
        )
        return [Drawn(*row) for row in found]

    return draw


def amueller(tally: Tally) -> list[Drawn]:
    """Draw with PyPI's wordcloud and its defaults, all words horizontal."""
    from wordcloud import WordCloud  # its import takes a second that others need not wait for

    cloud = WordCloud(
        font_path=str(FILE), width=WIDTH, height=HEIGHT, prefer_horizontal=1, max_words=400
    ).generate_from_frequencies({label: count for _, label, count in tally})
    words = {label: (word, count) for word, label, count in tally}
    drawn = []
    for (label, _), size, (y, x), _, _ in cloud.layout_:
        font = font_at(size)
        middle, baseline = x + font.getlength(label) / 2, y - font.getbbox(label, anchor="ls")[1]
        word, count = words[label]
        drawn.append(Drawn(word, label, count, middle, baseline, size))
    return drawn


def engines(opened: Page) -> dict[str, Any]:
    """Return what makes each engine anew, by the name it has in the table."""
    return {
        "d3-cloud": lambda: in_browser(opened, "d3cloud"),
        "d3-cloud, previous places": lambda: in_browser(opened, "d3cloudInPlace"),
        "wordcloud2.js": lambda: in_browser(opened, "wordcloud2"),
        "wordcloud (PyPI)": lambda: amueller,
    }


def drawn_by(engine: Engine, tallies: Sequence[Tally]) -> list[Frame]:
    """Return the engine's pictures of these tallies, as many as it draws within the budget."""
    pictures: list[Frame] = []
    start = time.perf_counter()
    for tally in tallies:
        began = time.perf_counter()
        if began - start > BUDGET:
            break
        words = engine(tally)
        pictures.append(Frame(words, (time.perf_counter() - began) * 1000, tally))
    return pictures
