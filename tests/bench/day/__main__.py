"""Plays eight hours of a day in a few minutes: python -m tests.bench.day

Participants come and go, answer what is asked, look away; a stage and a coach look on. Prints a
table of what the server took in each hour; the exit status is 1 if an answer was lost or doubled.
"""

import argparse
import asyncio
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from random import Random
from typing import NamedTuple

import aiohttp
import socketio

from display.room.events import AnswerGiven, PictureDrawn, decode
from tests.bench.day.people import People
from tests.bench.hall.play import texts
from tests.bench.hall.process import cpu_seconds, descriptors
from tests.conftest import Server

HOURS = 8
QUESTIONS = 20
SEED = 1
PRESENT = 0.6  # of all participants, who are here at a time
CHANGING = 0.25  # of all, who go each hour, and as many come
SETTLE_SECONDS = 3


class Hour(NamedTuple):
    """What the server had taken at the end of an hour."""

    name: str
    here: int
    answers: int
    cpu: float  # seconds, since the start
    memory: int  # bytes, as the next two
    database: int
    descriptors: int


async def play(server: Server, participants: int, seconds: float) -> tuple[list[Hour], People]:
    """Play the day, an hour in so many seconds; return its hours and who was there."""
    chance = Random(SEED)
    url = f"http://127.0.0.1:{server.port}"
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(
        connector=connector, cookie_jar=aiohttp.DummyCookieJar()
    ) as session:
        people = People(url, server.code, session, participants, chance)
        await people.change(0, int(PRESENT * participants), seconds)
        hours = [measured("before", server, people)]
        asked = 0
        for hour in range(1, HOURS + 1):
            changing = int(CHANGING * participants)
            coming_and_going = asyncio.create_task(people.change(changing, changing, seconds))
            upto = QUESTIONS * hour // HOURS
            each = seconds / (upto - asked)
            while asked < upto:
                asked += 1
                await asyncio.to_thread(ask, server, f"Fråga {asked}")
                step = asked + 1
                await people.answer(texts(chance, participants), step, 0.9 * each)
            await coming_and_going
            hours.append(measured(str(hour), server, people))
        await asyncio.gather(*(person.go() for person in people.here))
        await asyncio.sleep(SETTLE_SECONDS)
        hours.append(measured("after", server, people))
    return hours, people


def ask(server: Server, question: str) -> None:
    server.coach().act("step", question=question, answers_each=1).raise_for_status()


def measured(name: str, server: Server, people: People) -> Hour:
    assert server.process is not None
    pid = server.process.pid
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    (resident,) = [line for line in lines if line.startswith("VmRSS:")]
    files = server.log.parent.glob(f"{server.log.name}*")
    return Hour(
        name,
        len(people.here),
        len(people.thanked),
        cpu_seconds(pid),
        int(resident.split()[1]) * 1024,
        sum(path.stat().st_size for path in files),
        descriptors(pid),
    )


def report(hours: list[Hour]) -> str:
    rows = ["| hour | phones here | answers | CPU per answer | memory | descriptors | file |"]
    rows.append("|---|---:|---:|---:|---:|---:|---:|")
    for before, hour in zip([hours[0], *hours], hours, strict=False):
        given = hour.answers - before.answers
        cpu = f"{1000 * (hour.cpu - before.cpu) / given:.2f} ms" if given else ""
        rows.append(
            f"| {hour.name} | {hour.here} | {hour.answers} | {cpu} | {hour.memory / 1e6:.0f} MB"
            f" | {hour.descriptors} | {hour.database / 1e6:.1f} MB |"
        )
    return "\n".join(rows)


def in_log(log: Path) -> tuple[list[str], int, int]:
    """Return the keys of all answers in the log, the number of pictures, and their bytes."""
    with closing(sqlite3.connect(log)) as connection:
        bodies = [body for (body,) in connection.execute("SELECT body FROM entry")]
    pictures = [body for body in bodies if isinstance(decode(body), PictureDrawn)]
    keys = [event.key for event in map(decode, bodies) if isinstance(event, AnswerGiven)]
    return keys, len(pictures), sum(map(len, pictures))


@contextmanager
def onlookers(server: Server) -> Iterator[None]:
    """A stage, for which pictures are drawn, and a coach."""
    watching = []
    cookies = "; ".join(f"{name}={value}" for name, value in server.coach().session.cookies.items())
    for role in ("stage", "coach"):
        client = socketio.Client()
        client.on("connect", lambda client=client, role=role: watch(client, server.code, role))
        client.connect(server.url, headers={"Cookie": cookies}, transports=["websocket"])
        watching.append(client)
    yield
    for client in watching:
        client.disconnect()


def watch(client: socketio.Client, code: str, role: str) -> None:
    client.emit("watch", {"room": code, "as": role, "since": 0})


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--participants", type=int, default=2000)
    parser.add_argument("--seconds", type=float, default=30, help="that an hour takes")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder)).start()
        try:
            with onlookers(server):
                hours, people = asyncio.run(play(server, asked.participants, asked.seconds))
        finally:
            server.stop()
        keys, pictures, size = in_log(server.log)
        began = time.monotonic()
        server.start()
        again = time.monotonic() - began
        hours.append(measured("started again", server, people))
        server.stop()
    print(report(hours))
    lost = len(people.thanked.keys() - set(keys))
    doubled = len(keys) - len(set(keys))
    print(f"\n{len(people.thanked)} thanked, {lost} lost, {doubled} doubled;", end=" ")
    print(f"{pictures} pictures of {size / 1e6:.1f} MB in the log; started again in {again:.1f} s")
    return 1 if lost or doubled else 0


if __name__ == "__main__":
    sys.exit(main())
