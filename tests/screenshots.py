"""Takes the README's pictures from the real pages: python -m tests.screenshots"""

import os
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path
from random import Random

from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.conftest import CHROMIUM, CHROMIUM_ARGUMENTS, Server, Watcher

FOLDER = Path(__file__).parent / "screenshots"
PUBLIC_URL = "http://192.168.1.20:5000"
QUESTION = "Vad är viktigast för ett gott förändringsarbete?"
FIRST = 30  # answers in the picture of the start
OWN_WORD = "Delaktighet"
WATCHING = 190  # phones beside the one in the pictures, when the coach's page is taken
CALM_MS = 2500  # until nothing glides and no word is marked as new

PHONE = (390, 844)
DESK = (1440, 900)
WALL = (1920, 1080)

# How many send each word.
WORDS = {
    38: "Delaktighet",
    21: "Tydlighet",
    17: "Kommunikation",
    13: "Arbetsglädje",
    12: "Tid",
    10: "Uthållighet",
    8: "Tillit",
    6: "Lyhördhet Ledarskap",
    5: "Samarbete Mod",
    4: "Öppenhet Dialog Förtroende",
    3: "Återkoppling Trygghet Nyfikenhet Mål Fika",
    2: "Engagemang Tålamod Respekt Humor Helhetssyn Kunskap Struktur Vilja",
    1: "Eftertanke Resurser Medskapande Enkelhet Lugn Energi Uppföljning Ansvar Stöd Glädje"
    " Prioritering Lärande Gemenskap Vision Ärlighet",
}


def main() -> None:
    """Play a hall of some 200 answers and save every picture anew."""
    os.environ["ORDMOLN_PUBLIC_URL"] = PUBLIC_URL
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        path = next(filter(None, map(shutil.which, CHROMIUM)))
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_ARGUMENTS)
        server = Server(Path(folder)).start()
        try:
            picture(server, browser)
        finally:
            server.stop()
            browser.close()


def picture(server: Server, browser: Browser) -> None:
    """Save the pictures in the order of a real gathering."""
    server.coach().act("step", question=QUESTION)
    answers = shuffled(WORDS)
    stage = opened(browser, f"{server.room_url}/stage", WALL, scale=2 / 3)
    phone = opened(browser, server.room_url, PHONE, scale=2)
    send(server, answers[:FIRST], stage)
    save(stage, "stage-start")

    phone.locator("#field").fill(OWN_WORD)
    save(phone, "phone")
    phone.locator("#answer button").click()
    expect(phone.get_by_role("status")).to_contain_text(OWN_WORD)
    save(phone, "phone-sent")

    send(server, answers[FIRST:], stage)
    save(stage, "stage")
    stage.keyboard.press("q")
    save(stage, "stage-qr")

    phones = [Watcher(server, "phone") for _ in range(WATCHING)]
    save(opened(browser, server.coach_url, DESK), "coach")
    save(opened(browser, server.coach_url, PHONE, scale=2), "coach-phone")
    for watcher in phones:
        watcher.close()


def shuffled(words: dict[int, str]) -> list[str]:
    """Return every word as often as it is sent, in the same mixed order each time."""
    answers = [word for count, some in words.items() for word in some.split() * count]
    Random(1).shuffle(answers)
    return answers


def opened(browser: Browser, url: str, size: tuple[int, int], scale: float = 1) -> Page:
    """Return the page in Swedish, `scale` picture points to a pixel."""
    width, height = size
    page = browser.new_page(
        viewport={"width": width, "height": height}, device_scale_factor=scale, locale="sv-SE"
    )
    page.goto(url)
    return page


def send(server: Server, answers: Iterable[str], stage: Page) -> None:
    """Send the answers, each from a phone of its own, and wait until the stage has counted them."""
    for answer in answers:
        server.send(answer).raise_for_status()
    expect(stage.locator("#answers")).to_contain_text(str(server.words()["answers"]))


def save(page: Page, name: str) -> None:
    page.wait_for_timeout(CALM_MS)
    page.screenshot(path=FOLDER / f"{name}.png")


if __name__ == "__main__":
    main()
