"""A hall: everyone joins, then everyone answers, while a stage looks on."""

import asyncio
import sys
import time
from collections import Counter
from collections.abc import Coroutine
from dataclasses import dataclass
from itertools import accumulate
from operator import sub
from random import Random
from typing import Any, NamedTuple

from playwright.async_api import async_playwright

from tests.bench.hall.phones import Answer, CountedSocket, Phone
from tests.bench.hall.process import cpu_seconds, others_cpu_seconds, peak_memory
from tests.bench.hall.stage import Recording, launch, open_stage
from tests.bench.layout.workloads import WORDS
from tests.conftest import Server

DIFFERENT_WORDS = 160
SENT_TWICE = 0.1  # of all answers
SETTLE_SECONDS = 3  # for the last answers to reach the stage
HIDDEN = 30  # words that a coach takes off the stage, one after another
HIDE_SECONDS = 0.6  # from one to the next
SEED = 1

Doing = Coroutine[Any, Any, None]


class Hidden(NamedTuple):
    """A word that a coach took off the stage."""

    word: str
    at: float  # seconds since 1970, when the coach pressed


class Meters(NamedTuple):
    """What has been used since the start; a difference of two tells what lies between them."""

    received: float  # bytes, by all phones
    seconds: float
    server_cpu: float  # seconds, as the next
    others_cpu: float  # of programs that have no part in it


@dataclass
class Played:
    """All that was observed."""

    phones: list[Phone]
    joining: Meters
    answering: Meters
    recording: Recording
    hidden: list[Hidden]
    pictures: list[dict[str, Any]]  # as the stage was sent them
    counted: Counter[str]  # by words.json
    shown: Counter[str]  # on the stage
    peak_memory: int  # bytes

    @property
    def joins(self) -> list[float]:
        """The seconds that joining took."""
        return [phone.join_seconds for phone in self.phones if phone.join_seconds is not None]

    @property
    def thanked(self) -> list[Answer]:
        return [phone.answer for phone in self.phones if phone.answer and phone.answer.word]

    @property
    def lost(self) -> int:
        """How many thanked answers the server or the stage lacks.

        Words that the picture has no room for are not lost if the stage says how many they are.
        """
        thanked = Counter(answer.word for answer in self.thanked)
        left_out = {word: n for word, n in self.counted.items() if word not in self.shown}
        said = len(left_out) == self.pictures[-1]["left_out"]
        on_stage = self.shown + Counter(left_out if said else ())
        return max((thanked - found).total() for found in (self.counted, on_stage))

    @property
    def doubled(self) -> int:
        """How many answers the server or the stage has that no phone sent."""
        thanked = Counter(answer.word for answer in self.thanked)
        too_many = max((found - thanked).total() for found in (self.counted, self.shown))
        unthanked = len(self.phones) - len(self.thanked)  # these may be in, for all we know
        return max(0, too_many - unthanked)


async def play(server: Server, participants: int, seconds: float) -> Played:
    """Let all join within these seconds, then all answer within as many; return what was seen."""
    assert server.process is not None
    pid = server.process.pid
    room_url = f"http://127.0.0.1:{server.port}/{server.code}"
    chance = Random(SEED)
    phones = [Phone(room_url) for _ in range(participants)]
    async with async_playwright() as playwright, await launch(playwright) as browser:
        stage = await open_stage(browser, f"{room_url}/stage")
        joins = [somewhen(chance, seconds, phone.join()) for phone in phones]
        joining = await measured(pid, joins)
        answers = [
            somewhen(chance, seconds, phone.send(text, twice=chance.random() < SENT_TWICE))
            for phone, text in zip(phones, texts(chance, participants), strict=True)
        ]
        answering = await measured(pid, answers)
        await asyncio.sleep(SETTLE_SECONDS)
        recording, pictures = await stage.recording(), list(stage.pictures)
        counted = Counter({word["word"]: word["count"] for word in server.words()["words"]})
        shown = Counter(await stage.counts())
        hidden = await hide(server, list(shown)[:HIDDEN])
        recording.seen = (await stage.recording()).seen
        played = Played(
            phones,
            joining,
            answering,
            recording,
            hidden,
            pictures,
            counted,
            shown,
            peak_memory(pid),
        )
    await asyncio.gather(*(phone.close() for phone in phones))
    return played


async def hide(server: Server, words: list[str]) -> list[Hidden]:
    """Let a coach hide the words, one after another."""
    coach, hidden = server.coach(), []
    for word in words:
        hidden.append(Hidden(word, time.time()))
        response = await asyncio.to_thread(coach.act, "hide", word=word)
        response.raise_for_status()
        await asyncio.sleep(HIDE_SECONDS)
    return hidden


def texts(chance: Random, number: int) -> list[str]:
    """Return Swedish words, the first of the list the commonest, as Zipf has it."""
    weights = list(accumulate(1 / rank for rank in range(1, DIFFERENT_WORDS + 1)))
    return chance.choices(WORDS[:DIFFERENT_WORDS], cum_weights=weights, k=number)


def somewhen(chance: Random, seconds: float, doing: Doing) -> Doing:
    """Return the same, to be done at some moment within these seconds."""
    wait = chance.random() * seconds

    async def waited() -> None:
        await asyncio.sleep(wait)
        await doing

    return waited()


async def measured(pid: int, doings: list[Doing]) -> Meters:
    """Do all of it, tell on stderr what failed, return what it took."""
    before = meters(pid)
    outcomes = await asyncio.gather(*doings, return_exceptions=True)
    for error, times in Counter(repr(outcome) for outcome in outcomes if outcome).items():
        print(f"{times} times {error}", file=sys.stderr)
    return Meters._make(map(sub, meters(pid), before))


def meters(pid: int) -> Meters:
    return Meters(CountedSocket.total, time.monotonic(), cpu_seconds(pid), others_cpu_seconds())
