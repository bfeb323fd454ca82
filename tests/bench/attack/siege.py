"""A hall that answers, in quiet and under attack, and what became of its answers."""

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from random import Random
from statistics import median

import aiohttp

from tests.bench.hall.process import cpu_seconds, descriptors, peak_memory
from tests.conftest import ROOT, Server

EVERY = 8.0  # seconds from one answer of a phone to its next, on average
PATIENCE = 30.0  # seconds a phone waits for its thanks
ROUNDS = 5  # in quiet and under attack
ATTACK_SECONDS = 4.0  # for an attack to be in full swing
REST_SECONDS = 1.0  # for the server, after the last connection of an attack is gone,
GONE_SECONDS = 20.0  # which takes so long at most: what drips is read seldom
FEW = 5  # connections of the hall itself, which come and go
AT_ONCE = 20  # phones that join at a time
WARM_UP = 20  # answers, after which the server has compiled what it compiles
WORDS = ["mod", "tillit", "lugn", "värme", "tid", "glädje", "respekt", "öppenhet", "humor"]


@dataclass
class Outcome:
    """What became of a hall's answers."""

    attack: str
    quiet: list[list[float]] = field(default_factory=list)  # seconds to each thanks, by round
    under: list[list[float]] = field(default_factory=list)
    refused: int = 0  # answers of the hall that were not thanked for
    lost: int = 0  # answers that were thanked for and do not count
    memory: int = 0  # bytes, at the most
    cores: tuple[float, float] = (0.0, 0.0)  # that the server took, in quiet and attacked


class Phone:
    """One of the hall: watches the room, and sends a word now and then."""

    def __init__(self, server: Server) -> None:
        self.thanks: list[float] = []
        self.refused = 0
        self._url = f"http://127.0.0.1:{server.port}"
        self._code = server.code
        self._http = aiohttp.ClientSession(
            cookie_jar=aiohttp.CookieJar(unsafe=True),  # a cookie of an IP address
            timeout=aiohttp.ClientTimeout(total=PATIENCE),
            headers={"Accept": "application/json", "Connection": "close"},
        )

    async def join(self) -> None:
        async with self._http.get(f"{self._url}/{self._code}") as page:
            page.raise_for_status()
        address = f"{self._url}/socket.io/?EIO=4&transport=websocket"
        self._line = await self._http.ws_connect(address)
        await self._line.receive()
        await self._line.send_str("40")
        await self._line.receive()
        watch = {"room": self._code, "as": "phone", "since": 0}
        await self._line.send_str(f"42{json.dumps(['watch', watch])}")
        await self._line.receive()

    async def answer_until(self, end: float, every: float, chance: Random) -> None:
        await asyncio.sleep(min(chance.uniform(0, every), end - time.monotonic()))
        while time.monotonic() < end:
            await self.answer(chance.choice(WORDS))
            await asyncio.sleep(min(chance.uniform(0, 2 * every), end - time.monotonic()))

    async def answer(self, word: str) -> None:
        started = time.monotonic()
        try:
            async with self._http.post(
                f"{self._url}/{self._code}", json={"answer": word}
            ) as answered:
                await answered.read()
                thanked = answered.status == 201
        except (aiohttp.ClientError, TimeoutError):
            thanked = False
        if thanked:
            self.thanks.append(time.monotonic() - started)
        else:
            self.refused += 1

    async def close(self) -> None:
        await self._http.close()


async def besiege(server: Server, attack: str, size: int, seconds: float) -> Outcome:
    """Let a hall of that size answer for so long in quiet and for so long while it is attacked, in
    turn, so that what else the machine does falls on both."""
    assert server.process is not None
    pid, chance = server.process.pid, Random(1)
    phones = await gather_hall(server, size)
    outcome, cores = Outcome(attack), [0.0, 0.0]
    for _ in range(ROUNDS):
        before = cpu_seconds(pid)
        outcome.quiet.append(await answers(phones, seconds / ROUNDS, EVERY, chance))
        cores[0] += (cpu_seconds(pid) - before) / seconds
        held = descriptors(pid)
        async with attacked(server, attack):
            before = cpu_seconds(pid)
            outcome.under.append(await answers(phones, seconds / ROUNDS, EVERY, chance))
            cores[1] += (cpu_seconds(pid) - before) / seconds
        await calm(pid, before=held)
    outcome.cores = cores[0], cores[1]
    outcome.refused = sum(phone.refused for phone in phones)
    outcome.lost = await lost(server, sum(map(len, outcome.quiet + outcome.under)))
    outcome.memory = peak_memory(pid)
    await asyncio.gather(*(phone.close() for phone in phones))
    return outcome


async def calm(pid: int, before: int) -> None:
    """Wait until the server holds as many descriptors as before the attack."""
    end = time.monotonic() + GONE_SECONDS
    while descriptors(pid) > before + FEW and time.monotonic() < end:
        await asyncio.sleep(0.1)
    await asyncio.sleep(REST_SECONDS)


async def gather_hall(server: Server, size: int) -> list[Phone]:
    """Ask a new question, let so many phones join, and the server compile what it compiles."""
    await asyncio.to_thread(server.coach().act, "step", question="Vad?", answers_each="unlimited")
    for _ in range(WARM_UP):
        await asyncio.to_thread(server.send, "start")
    phones = [Phone(server) for _ in range(size)]
    for at in range(0, size, AT_ONCE):
        await asyncio.gather(*(phone.join() for phone in phones[at : at + AT_ONCE]))
    return phones


@asynccontextmanager
async def attacked(server: Server, attack: str, share: float = 1.0) -> AsyncIterator[None]:
    """Attack meanwhile, with that share of the attackers, who are a process of their own."""
    attacker = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.bench.attack.attacks"),
        *(attack, str(server.port), server.code, str(share)),
        cwd=ROOT,
    )
    await asyncio.sleep(ATTACK_SECONDS)
    yield
    attacker.kill()
    await attacker.wait()


async def answers(phones: list[Phone], seconds: float, every: float, chance: Random) -> list[float]:
    """Let each phone answer every so often, for so long; return how long each thanks took."""
    end = time.monotonic() + seconds
    await asyncio.gather(*(phone.answer_until(end, every, chance) for phone in phones))
    thanks = [taken for phone in phones for taken in phone.thanks]
    for phone in phones:
        phone.thanks.clear()
    return thanks


async def lost(server: Server, thanked: int) -> int:
    """Return how many of the answers that were thanked for do not count."""
    counts = await asyncio.to_thread(server.counts)
    return max(0, thanked - sum(counts.get(word.capitalize(), 0) for word in WORDS))


def typical_p95(rounds: list[list[float]]) -> float:
    """Return the 95th percentile of the middle one of the rounds: a machine that others use as well
    stands still now and then, and that is nobody's attack."""
    return median(percentile(found, 95) for found in rounds)


def percentile(values: list[float], percent: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * percent / 100))]
