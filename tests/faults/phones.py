"""Phones that pour words into a room, each word again and again until it is thanked for."""

import asyncio
import threading
from collections.abc import Coroutine
from random import Random
from typing import Any

import aiohttp

WORDS = ("delaktighet", "mod", "glädje", "tid", "trygghet", "ro", "samarbete", "ledarskap")
TIMEOUT = aiohttp.ClientTimeout(total=6)
SHORTEST_WAIT, LONGEST_WAIT = 0.1, 1.0  # seconds until a phone tries again
WAIT_SECONDS = 60


class Loop:
    """An event loop on a thread of its own, so that a test can drive a browser meanwhile."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, Any], seconds: float = WAIT_SECONDS) -> Any:
        """Return what the work returns; its error, or TimeoutError."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(seconds)

    def begin(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Return the future of work that goes on meanwhile."""
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


class Phones:
    """A hall of phones at `room_url`, which may change: each looks there when it tries again."""

    def __init__(self, loop: Loop, room_url: str, number: int, seed: int, pause: float) -> None:
        self.room_url = room_url
        self.thanked: dict[str, str] = {}  # the word that it counts as, by the answer's key
        self.refused: list[str] = []
        self.told_to_wait = 0
        self.cut_off = 0  # tries that got no whole reply
        self._loop = loop
        self._pause = pause  # seconds at most from one word to the next
        self._stopping = False
        self._changed = threading.Condition()
        self._phones = [loop.begin(self._phone(n, Random(f"{seed}:{n}"))) for n in range(number)]

    def wait_for(self, more: int) -> None:
        """Wait until so many more answers are thanked for."""
        with self._changed:
            goal = len(self.thanked) + more
            assert self._changed.wait_for(lambda: len(self.thanked) >= goal, WAIT_SECONDS), (
                f"{len(self.thanked)} of {goal} thanked, {self.refused[:3]}"
            )

    def wait_until_told_to_wait(self, times: int) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: self.told_to_wait >= times, WAIT_SECONDS)

    def finish(self) -> None:
        """Let every phone send on until what it has begun is thanked for, and then rest."""
        self._stopping = True
        for phone in self._phones:
            phone.result(WAIT_SECONDS)
        assert self.refused == []

    async def _phone(self, number: int, chance: Random) -> None:
        jar = aiohttp.CookieJar(unsafe=True)  # keeps cookies of an IP address too
        async with aiohttp.ClientSession(cookie_jar=jar, timeout=TIMEOUT) as session:
            await self._join(session, chance)
            sent = 0
            while not self._stopping:
                await asyncio.sleep(chance.uniform(0, self._pause))
                await self._send(session, chance, f"{number}-{sent}")
                sent += 1

    async def _join(self, session: aiohttp.ClientSession, chance: Random) -> None:
        """Load the page until it comes, and with it the participant's cookie."""
        while True:
            try:
                async with session.get(self.room_url) as page:
                    page.raise_for_status()
                    return
            except (aiohttp.ClientError, TimeoutError):
                await asyncio.sleep(chance.uniform(SHORTEST_WAIT, LONGEST_WAIT))

    async def _send(self, session: aiohttp.ClientSession, chance: Random, key: str) -> None:
        sent = {"answer": chance.choice(WORDS), "key": key}
        while True:
            try:
                async with session.post(
                    self.room_url, json=sent, headers={"Accept": "application/json"}
                ) as reply:
                    wait = float(reply.headers.get("Retry-After", 0))
                    body = await reply.json()
            except (aiohttp.ClientError, TimeoutError, ValueError):
                self.cut_off += 1
                wait = 0
            else:
                if reply.status not in (429, 503):
                    self._note(key, reply.status, body)
                    return
                assert wait, "a phone that is told to wait must be told how long"
                self._note_wait()
            await asyncio.sleep(wait + chance.uniform(SHORTEST_WAIT, LONGEST_WAIT))

    def _note(self, key: str, status: int, body: dict[str, Any]) -> None:
        with self._changed:
            if status in (200, 201):
                self.thanked[key] = body["word"]
            else:
                self.refused.append(f"{status} {body}")
            self._changed.notify_all()

    def _note_wait(self) -> None:
        with self._changed:
            self.told_to_wait += 1
            self._changed.notify_all()
