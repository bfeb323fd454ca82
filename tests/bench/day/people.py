"""Participants of a long day, as light as can be: they come, answer what is asked, and go."""

import asyncio
import json
import secrets
from collections.abc import Awaitable, Callable
from functools import partial
from random import Random

import aiohttp

HEADERS = {"Accept": "application/json"}
TRIES = 20
RETRY_SECONDS = 0.5


class Person:
    """One participant, who is the same each time that they come."""

    def __init__(self, url: str, code: str, session: aiohttp.ClientSession) -> None:
        self._url, self._code = url, code
        self._session = session
        self._cookie: dict[str, str] = {}
        self._line: aiohttp.ClientWebSocketResponse | None = None
        self._listening: asyncio.Task[None] | None = None

    @property
    def here(self) -> bool:
        return self._line is not None and not self._line.closed

    async def come(self) -> None:
        """Load the page and watch the room, as a browser does that finds a kept line stale."""
        for _ in range(TRIES):
            try:
                await self._come()
                return
            except (aiohttp.ClientError, TimeoutError):
                await asyncio.sleep(RETRY_SECONDS)
        raise TimeoutError(f"nobody lets in {self._cookie}")

    async def _come(self) -> None:
        async with self._session.get(f"{self._url}/{self._code}", headers=self._cookie) as page:
            page.raise_for_status()
            if cookie := page.cookies.get("participant"):
                self._cookie = {"Cookie": f"participant={cookie.value}"}
        self._line = await self._session.ws_connect(
            f"{self._url}/socket.io/?EIO=4&transport=websocket"
        )
        self._listening = asyncio.create_task(self._listen(self._line))

    async def go(self) -> None:
        if self._line is not None and self._listening is not None:
            await self._line.close()
            await self._listening
        self._line = None

    async def answer(self, text: str, step: int, thanked: dict[str, str]) -> None:
        """Send a word until it is thanked for; note its key and the word that it counts as."""
        sent = {"answer": text, "key": secrets.token_hex(16), "step": step}
        for _ in range(TRIES):
            try:
                async with self._session.post(
                    f"{self._url}/{self._code}", json=sent, headers={**HEADERS, **self._cookie}
                ) as reply:
                    body = await reply.json()
            except (aiohttp.ClientError, TimeoutError):
                await asyncio.sleep(RETRY_SECONDS)
                continue
            reply.raise_for_status()
            thanked[sent["key"]] = body["word"]
            return
        raise TimeoutError(f"no thanks for {sent}")

    async def _listen(self, line: aiohttp.ClientWebSocketResponse) -> None:
        async for message in line:
            if message.data.startswith("0"):
                await line.send_str("40")
            elif message.data.startswith("40"):
                watched = {"room": self._code, "as": "phone", "since": 0}
                await line.send_str(f"42{json.dumps(['watch', watched])}")
            elif message.data == "2":
                await line.send_str("3")


class People:
    """All participants of the day."""

    def __init__(
        self, url: str, code: str, session: aiohttp.ClientSession, number: int, chance: Random
    ) -> None:
        self.everyone = [Person(url, code, session) for _ in range(number)]
        self.thanked: dict[str, str] = {}
        self._chance = chance

    @property
    def here(self) -> list[Person]:
        return [person for person in self.everyone if person.here]

    async def change(self, leave: int, come: int, seconds: float) -> None:
        """Let some go and others come, spread over the time."""
        away = [person for person in self.everyone if not person.here]
        going = self._chance.sample(self.here, min(leave, len(self.here)))
        coming = self._chance.sample(away, min(come, len(away)))
        changes = [person.go for person in going] + [person.come for person in coming]
        await asyncio.gather(*(self._somewhen(seconds, change) for change in changes))

    async def answer(self, words: list[str], step: int, seconds: float) -> None:
        """Let everybody who is here send a word, spread over the time."""
        sends = [
            partial(person.answer, word, step, self.thanked)
            for person, word in zip(self.here, words, strict=False)
        ]
        await asyncio.gather(*(self._somewhen(seconds, send) for send in sends))

    async def _somewhen(self, seconds: float, do: Callable[[], Awaitable[None]]) -> None:
        await asyncio.sleep(self._chance.uniform(0, seconds))
        await do()
