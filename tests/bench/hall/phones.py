"""Participants as a server meets them: each loads the page, watches by socket and posts a word."""

import asyncio
import math
import re
import secrets
import socket
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

import aiohttp
import socketio

ASSET = re.compile(r'(?:href|src)="(/static/[^"]+)"')
LINE = re.compile(r'data-line="(/static/[^"]+)"')
STEP = re.compile(r'data-step="(\d+)"')
IMPORT = re.compile(r'\bfrom\s*"(\.[^"]+)"')
BESIDE_LINE = re.compile(r'\.replace\("line\.js", "([^"]+)"\)')  # imported along with it
HEADERS = {"Accept-Encoding": "gzip", "Accept-Language": "sv-SE"}
CONNECTIONS = 6  # that a browser opens to one server
IDLE_SECONDS = 300  # after which it closes one; servers mostly do so earlier
TIMEOUT_SECONDS = 8  # as the phone's script has it
SOCKET_SECONDS = 30
TRIES = 5
RETRY_SECONDS = 0.5


class CountedSocket(socket.socket):
    """A socket that adds what it receives to the total of all."""

    total = 0  # bytes

    def recv(self, size: int, flags: int = 0) -> bytes:
        received = super().recv(size, flags)
        CountedSocket.total += len(received)
        return received


@dataclass
class Answer:
    """What a phone sent, and what became of it."""

    text: str
    key: str
    sent_at: float  # seconds since 1970
    thanks_seconds: float = math.inf  # that the receipt took
    word: str = ""  # what it counts as, by its receipt


class Phone:
    """One participant's browser, with cookies and connections of its own."""

    def __init__(self, room_url: str) -> None:
        self.room_url = room_url
        self.join_seconds: float | None = None
        self.answer: Answer | None = None
        self.loaded: set[str] = set()  # addresses of files
        self._step = 1
        self._informed = asyncio.Event()
        self._http = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=CONNECTIONS,
                keepalive_timeout=IDLE_SECONDS,
                socket_factory=lambda address: CountedSocket(*address[:3]),
            ),
            cookie_jar=aiohttp.CookieJar(unsafe=True),  # a cookie of an IP address
            headers=HEADERS,
            timeout=aiohttp.ClientTimeout(total=TIMEOUT_SECONDS),
            raise_for_status=True,
        )
        self._socket = socketio.AsyncClient(http_session=self._http, handle_sigint=False)
        self._socket.on("connect", self._watch)
        self._socket.on("status", self._follow)

    async def join(self) -> None:
        """Load the page, its files, then the line's; watch until the room's status is here."""
        started = time.time()
        page = await self._get(self.room_url)
        (self._step,) = map(int, STEP.findall(page))
        (line,) = LINE.findall(page)
        beside = [
            urljoin(line, name)
            for _, text in await self._load(self.room_url, ASSET.findall(page))
            for name in BESIDE_LINE.findall(text)
        ]
        await self._load(self.room_url, [line, *beside])
        async with asyncio.timeout(SOCKET_SECONDS):
            await self._socket.connect(
                self.room_url, transports=["websocket"], wait=False, retry=True
            )
            await self._informed.wait()
        self.join_seconds = time.time() - started

    async def send(self, text: str, twice: bool) -> None:
        """Post the answer until it is thanked; once more if its receipt is to get lost."""
        self.answer = Answer(text, secrets.token_hex(16), time.time())
        self.answer.word = await self._post_until_thanked(self.answer)
        self.answer.thanks_seconds = time.time() - self.answer.sent_at
        if twice:
            await asyncio.sleep(RETRY_SECONDS)
            await self._post_until_thanked(self.answer)

    async def close(self) -> None:
        await self._socket.disconnect()
        await self._http.close()

    async def _get(self, url: str) -> str:
        async with self._http.get(url) as response:
            return await response.text()

    async def _load(self, base: str, names: list[str]) -> list[tuple[str, str]]:
        """Get files at once, and then the modules that they import; each file once.

        Return the addresses and texts of the former. What a module imports only when it comes to
        that, as the line does the whole client, is left alone.
        """
        urls = {urljoin(base, name) for name in names} - self.loaded
        self.loaded |= urls
        return await asyncio.gather(*(self._load_one(url) for url in urls))

    async def _load_one(self, url: str) -> tuple[str, str]:
        text = await self._get(url)
        await self._load(url, IMPORT.findall(text) if url.endswith(".js") else [])
        return url, text

    async def _watch(self) -> None:
        room = self.room_url.rpartition("/")[2]
        await self._socket.emit("watch", {"room": room, "as": "phone", "since": 0})

    def _follow(self, status: dict[str, Any]) -> None:
        self._step = status["step"]
        self._informed.set()

    async def _post_until_thanked(self, answer: Answer) -> str:
        """Return the word that the answer counts as; a refusal or the last failure as its error."""
        for again in range(TRIES - 1):
            try:
                return await self._post(answer)
            except (aiohttp.ClientConnectionError, TimeoutError):
                await asyncio.sleep(RETRY_SECONDS * again)  # at once if a line was stale
        return await self._post(answer)

    async def _post(self, answer: Answer) -> str:
        async with self._http.post(
            self.room_url,
            json={"key": answer.key, "answer": answer.text, "step": self._step},
            headers={"Accept": "application/json"},
        ) as response:
            receipt: dict[str, str] = await response.json()
            return receipt["word"]
