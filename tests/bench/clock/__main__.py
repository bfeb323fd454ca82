"""Measures how far apart screens show one second: python -m tests.bench.clock

A stage, a coach's page and phones, each opened at another moment and the last while the clock goes,
note when the text of their clock changes. Prints how far apart they were.
"""

import argparse
import re
import shutil
import tempfile
from collections import defaultdict
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.bench.hall.figures import percentile
from tests.conftest import CHROMIUM, CHROMIUM_ARGUMENTS, Server

PHONES = 4
MINUTES = 5
NOTE_CHANGES = """() => {
  const element = [...document.querySelectorAll(".clock")].find((one) => one.checkVisibility());
  window.noted = [];
  new MutationObserver(() => window.noted.push([element.textContent, Date.now()]))
    .observe(element, { childList: true, characterData: true, subtree: true });
}"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=20, help="to watch all screens")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder)).start()
        try:
            spreads = watch(server, asked.seconds)
        finally:
            server.stop()
    apart = " / ".join(f"{percentile(spreads, share):.0f}" for share in (0.5, 0.95, 1.0))
    print(f"{PHONES + 2} screens, {len(spreads)} seconds: apart p50 / p95 / most {apart} ms")


def watch(server: Server, seconds: float) -> list[float]:
    """Return for each second that all screens showed the ms between the first and the last."""
    coach = server.coach()
    planned = coach.act("plan", question="Vad?", kind="reflection", minutes=MINUTES).json()
    step = planned["steps"][-1]["step"]
    coach.act("step", step=step).raise_for_status()
    addresses = [f"{server.room_url}/stage", server.coach_url, *[server.room_url] * PHONES]
    with sync_playwright() as playwright:
        path = next(filter(None, map(shutil.which, CHROMIUM)), None)
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_ARGUMENTS)
        pages = [browser.new_page(locale="sv-SE") for _ in addresses]
        for page, address in zip(pages[:-1], addresses[:-1], strict=True):
            page.goto(address)
        coach.act("clock", step=step, do="start").raise_for_status()
        pages[-1].goto(addresses[-1])
        for page in pages:
            page.locator(".clock:visible", has_text=re.compile(r"4:\d\d")).first.wait_for()
            page.evaluate(NOTE_CHANGES)
        pages[0].wait_for_timeout(1000 * seconds)
        return spreads_of(pages)


def spreads_of(pages: list[Page]) -> list[float]:
    changed = defaultdict(list)
    for page in pages:
        for text, at in page.evaluate("noted"):
            changed["".join(re.findall(r"\d+:\d\d", text))].append(at)
    return sorted(max(at) - min(at) for at in changed.values() if len(at) == len(pages))


if __name__ == "__main__":
    main()
