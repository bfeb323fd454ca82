"""The three lists that must be equal: what was thanked for, what the log holds, what is shown."""

import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path

from faults.phones import Phones
from playwright.sync_api import Page

from display.room.events import AnswerGiven, decode

SHOWN = """() => Object.fromEntries([...document.querySelectorAll("#cloud text[data-word]")]
    .map(({ dataset }) => [dataset.word, Number(dataset.count)]))"""
SHOWS = f"""(wanted) => {{
    const shown = ({SHOWN})();
    const same = Object.entries(wanted).every(([word, count]) => shown[word] === count);
    return same && Object.keys(shown).length === Object.keys(wanted).length;
}}"""
WAIT_MS = 20_000


def expect_equal_lists(phones: Phones, log: Path, words: dict[str, int], stage: Page) -> None:
    """Fail if an answer was lost or counted twice anywhere; `words` are the counts as data."""
    thanked = Counter(phones.thanked.values())
    assert keys_in_log(log) == set(phones.thanked)
    assert words == thanked
    assert on_stage(stage, thanked) == thanked


def keys_in_log(log: Path) -> set[str]:
    with closing(sqlite3.connect(log)) as connection:
        bodies = [body for (body,) in connection.execute("SELECT body FROM entry")]
    events = map(decode, bodies)
    return {event.key for event in events if isinstance(event, AnswerGiven)}


def on_stage(stage: Page, wanted: dict[str, int]) -> dict[str, int]:
    """Return the count of every word on the screen, as soon as it is what is wanted."""
    stage.wait_for_function(SHOWS, arg=dict(wanted), timeout=WAIT_MS)
    found: dict[str, int] = stage.evaluate(SHOWN)
    return found
