"""A hall of phones before a server, and a stage that looks on: what they do and what they see."""

import asyncio
import json
import math
import secrets
import sys
import time
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from tests.bench.load.served import Meters, Target, meters
from tests.bench.load.texts import SEED, texts
from tests.bench.load.wire import Line, Reply, Watcher, connect, get, post

AT_ONCE = 32  # pages that are loaded at a time
REPLY_SECONDS = 20  # after which a phone gives up
SETTLE_SECONDS = 15  # at most, until the stage shows what was thanked for
SLICE_SECONDS = 0.002  # between two looks at what is due


@dataclass
class Sent:
    """An answer: when it was due (monotonic seconds), and what became of it."""

    at: float
    key: str
    status: int = 0  # of the reply; 0 if there was none,
    failed: str = ""  # and why
    thanks: float = math.inf  # seconds
    word: str = ""  # what it counts as, by its receipt

    @property
    def thanked(self) -> bool:
        return self.status in (200, 201)


class Stage:
    """What a big screen has been sent: each word's count, and when it reached it."""

    def __init__(self) -> None:
        self.words: dict[str, int] = {}
        self.message: dict[str, Any] = {}
        self.messages = 0
        self._first: Counter[str] = Counter()  # the counts that it began with
        self._reached: defaultdict[str, list[tuple[int, float]]] = defaultdict(list)

    def receive(self, name: str, message: dict[str, Any]) -> None:
        now = time.monotonic()
        if not self.messages:
            self._first.update({word["word"]: word["count"] for word in message["words"]})
        self.messages += 1
        self.message = message
        for word in message.get("gone", ()):
            self.words.pop(word, None)
        for placed in message.get("words", ()):
            word, count = placed["word"], placed["count"]
            self.words[word] = count
            reached = self._reached[word]
            if not reached or count > reached[-1][0]:
                reached.append((count, now))

    @property
    def first_answers(self) -> int:
        """How many answers the stage began with."""
        return self._first.total()

    def delays(self, answers: list[Sent], after: float) -> list[float]:
        """Return the seconds from each answer sent `after` that time to its place in a count.

        The nth answer of a word is there when the word first stands with a count of n or more.
        Answers whose words the picture has no room for are left out.
        """
        sent = self._first.copy()
        delays = []
        for answer in sorted(answers, key=lambda answer: answer.at):
            sent[answer.word] += 1
            if answer.at < after or answer.word not in self.words:
                continue
            reached = self._reached[answer.word]
            place = bisect_left(reached, (sent[answer.word],))
            delays.append(reached[place][1] - answer.at if place < len(reached) else math.inf)
        return delays


@dataclass
class Hall:
    """Phones before one server."""

    target: Target
    cookies: list[str] = field(default_factory=list)
    phones: list[Watcher] = field(default_factory=list)
    answers: list[Sent] = field(default_factory=list)
    stage: Stage = field(default_factory=Stage)
    _stage_line: Watcher | None = None
    _idle: list[Line] = field(default_factory=list)
    _texts: list[str] = field(default_factory=list)

    async def open_stage(self) -> None:
        port, code = self.target.port, self.target.code
        self._stage_line = await connect(
            port, lambda: Watcher(port, code, "stage", self.target.ours and self.stage.receive)
        )
        await self._stage_line.informed

    async def load_pages(self, number: int) -> None:
        """Let so many more phones load the page, which makes them participants."""
        waiting = iter(range(number))

        async def load() -> None:
            line = await connect(self.target.port, Line, len(self.cookies))
            for _ in waiting:
                reply = await line.ask(get(self.target.path, self.target.port))
                assert reply.status == 200, reply.head
                self.cookies.append(reply.cookie or f"participant={secrets.token_urlsafe(45)}")
            line.close()

        await asyncio.gather(*(load() for _ in range(AT_ONCE)))

    async def join(self, number: int, seconds: float) -> list[float]:
        """Let so many more phones watch, spread over the seconds; return how long each took.

        From the first packet until the room's status is there; inf for one that never got it.
        """
        first = len(self.phones)

        async def join_one(place: int, due: float) -> float:
            port, code = self.target.port, self.target.code
            try:
                async with asyncio.timeout(REPLY_SECONDS):
                    phone = await connect(port, lambda: Watcher(port, code, "phone"), first + place)
                    self.phones.append(phone)
                    return float(await phone.informed) - due
            except (OSError, TimeoutError):
                return math.inf

        return await paced(number, seconds, join_one)

    async def answer(self, rate: float, seconds: float, kept: bool = False) -> "Answered":
        """Let phones answer at that rate; return what came of it when all are thanked or refused.

        `kept`: over few connections that never rest; else each over a new one, as phones do.
        """
        before, began = self.meters(), time.monotonic()
        number, first = int(rate * seconds), len(self.answers)
        self._texts = texts(number, SEED + first)
        ask = self._ask_kept if kept else self._ask_new

        async def send_one(place: int, due: float) -> None:
            sent = Sent(due, secrets.token_hex(16))
            self.answers.append(sent)
            cookie = self.cookies[(first + place) % len(self.cookies)]
            fields = {"key": sent.key, "answer": self._texts[place], "step": self.step}
            request = post(self.target.path, self.target.port, cookie, fields)
            try:
                async with asyncio.timeout(REPLY_SECONDS):
                    try:
                        reply = await ask(request, place)
                    except ConnectionResetError:  # the line was stale: a browser sends it anew
                        reply = await ask(request, place)
            except (OSError, TimeoutError) as error:
                sent.failed = repr(error)
                return
            sent.status, sent.thanks = reply.status, time.monotonic() - due
            if sent.thanked:
                sent.word = json.loads(reply.body)["word"]

        await paced(number, seconds, send_one)
        refusals = (sent for sent in self.answers[first:] if not sent.thanked)
        for refusal, times in Counter((sent.status, sent.failed) for sent in refusals).items():
            print(f"{times} times {refusal}", file=sys.stderr)
        return Answered(self, began, self.answers[first:], self.meters().since(before))

    def meters(self) -> Meters:
        return meters(self.target)

    async def rest(self, seconds: float) -> float:
        """Do nothing for some seconds; return how much of a core the server takes meanwhile."""
        before = self.meters()
        await asyncio.sleep(seconds)
        used = self.meters().since(before)
        return used.server_cpu / used.seconds

    @property
    def step(self) -> int:
        return int(self.stage.message.get("step", 1))

    async def _ask_kept(self, request: bytes, place: int) -> Reply:
        while self._idle:
            line = self._idle.pop()
            if not line.closed:
                break
        else:
            line = await connect(self.target.port, Line, place)
        reply = await line.ask(request)
        if b"\r\nConnection: close" in reply.head:
            line.close()
        else:
            self._idle.append(line)
        return reply

    async def _ask_new(self, request: bytes, place: int) -> Reply:
        line = await connect(self.target.port, Line, place)
        return await line.ask(request)  # and stays open, as a browser's does, until it is closed

    async def settle(self) -> None:
        """Wait until the stage's counts have all that was thanked for, or for long enough."""
        expected = self.stage.first_answers + sum(sent.thanked for sent in self.answers)
        for _ in range(SETTLE_SECONDS * 10):
            if self.stage.message.get("answers", expected) == expected:
                break
            await asyncio.sleep(0.1)

    async def close(self) -> None:
        for line in (*self.phones, *self._idle, self._stage_line):
            if line is not None:
                line.close()
        await asyncio.sleep(0.1)


@dataclass
class Answered:
    """What came of a stretch of answers."""

    hall: Hall
    began: float
    answers: list[Sent]
    used: Meters

    @property
    def refused(self) -> int:
        return sum(not sent.thanked for sent in self.answers)

    @property
    def thanks(self) -> list[float]:
        return [sent.thanks for sent in self.answers]

    @property
    def cpu(self) -> float:
        """Processor seconds of the server for each answer."""
        return self.used.server_cpu / len(self.answers)

    def stage_delays(self) -> list[float]:
        return self.hall.stage.delays(
            [sent for sent in self.hall.answers if sent.thanked], self.began
        )


async def paced(
    number: int, seconds: float, do: Callable[[int, float], Awaitable[Any]]
) -> list[Any]:
    """Do it so many times, evenly spread, each when it is due however long the others take."""
    began = time.monotonic()
    doing = []
    for place in range(number):
        due = began + place * seconds / number
        while (now := time.monotonic()) < due:
            await asyncio.sleep(max(SLICE_SECONDS, due - now))
        doing.append(asyncio.ensure_future(do(place, due)))
    return await asyncio.gather(*doing)
