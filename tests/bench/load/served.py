"""The two servers under load, each in a process of its own, and what they use meanwhile."""

import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from operator import sub
from pathlib import Path
from typing import NamedTuple

from display.log import open_log
from display.room.events import AnswerGiven, QuestionAsked, RoomOpened, decode, encode
from tests.bench.hall.process import cpu_seconds, others_cpu_seconds
from tests.bench.load.texts import texts
from tests.conftest import ROOT, START_SECONDS, Server, free_port

QUESTION = "Vad behöver vi mer av tillsammans?"
BARE_CODE = "BARE"
PREPARED_CODE = "K7QX"
IN_MEMORY = "/dev/shm"  # where a hundred thousand commits take seconds


@dataclass
class Target:
    """A server that is up: `name` is what tables call it."""

    name: str
    port: int
    code: str
    pid: int
    ours: Server | None = None

    @property
    def path(self) -> str:
        return f"/{self.code}"

    def in_log(self) -> list[str]:
        """Return the keys of all answers in the log, in their order."""
        assert self.ours is not None
        log = open_log(f"sqlite:///{self.ours.log}")
        try:
            found = [decode(entry.body) for entry in log.since(self.code, 0)]
        finally:
            log.close()
        return [event.key for event in found if isinstance(event, AnswerGiven)]


class Meters(NamedTuple):
    """What has been used so far; the difference of two tells what lies between them."""

    seconds: float
    server_cpu: float  # seconds, as the next ones
    own_cpu: float
    others_cpu: float  # of programs that have no part in it

    def since(self, before: "Meters") -> "Meters":
        return Meters._make(map(sub, self, before))


def meters(target: Target) -> Meters:
    return Meters(
        time.monotonic(), cpu_seconds(target.pid), time.process_time(), others_cpu_seconds()
    )


@contextmanager
def ordmoln(folder: Path, answers: int = 0) -> Iterator[Target]:
    """Start our server, whose room takes as many answers as one likes and has `answers` by now."""
    folder.mkdir(parents=True, exist_ok=True)
    server = Server(folder)
    if answers:
        prepare(server.log, answers)
    server.start()
    try:
        if not answers:
            asked = server.coach().act("step", question=QUESTION, answers_each="unlimited")
            asked.raise_for_status()
        assert server.process is not None
        yield Target("Ordmoln", server.port, server.code, server.process.pid, server)
    finally:
        server.stop()


@contextmanager
def bare() -> Iterator[Target]:
    """Start the bare handler."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.load.bare", str(port)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    timeout = threading.Timer(START_SECONDS, process.kill)
    timeout.start()
    try:
        assert process.stdout.readline() == "ready\n"
        timeout.cancel()
        yield Target("bare", port, BARE_CODE, process.pid)
    finally:
        timeout.cancel()
        process.terminate()
        process.wait()
        process.stdout.close()


def prepare(path: Path, answers: int) -> None:
    """Write a log with a room that has so many answers, of as many participants as a hall has."""
    with tempfile.TemporaryDirectory(dir=IN_MEMORY) as folder:
        log = open_log(f"sqlite:///{folder}/log.db")
        log.append(PREPARED_CODE, encode(RoomOpened("sv", "")))
        log.append(PREPARED_CODE, encode(QuestionAsked(QUESTION, answers_each=None)))
        for number, text in enumerate(texts(answers)):
            event = AnswerGiven(1, f"participant-{number % 5000}", f"prepared-{number}", text)
            log.append(PREPARED_CODE, encode(event))
        log.close()
        shutil.copy(f"{folder}/log.db", path)
