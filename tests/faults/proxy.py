"""A network between phones and server that loses, delays and cuts, as a seed decides."""

import asyncio
from collections.abc import Awaitable, Callable
from random import Random
from typing import NamedTuple

from faults.phones import Loop

CHUNK = 65536

Befall = Callable[[bytes, asyncio.StreamWriter], Awaitable[None]]


class Faults(NamedTuple):
    """How often each of them befalls a piece of a request or a reply."""

    lost_reply: float = 0.3
    cut_request: float = 0.05  # in its middle
    cut_reply: float = 0.1  # in its middle
    late: float = 0.2
    latest: float = 5.0  # seconds


CALM = Faults(0, 0, 0, 0)


class Cut(Exception):
    """The connection is to be torn down."""


class Proxy:
    """Takes connections and passes everything on to the server, whose address may change."""

    def __init__(self, loop: Loop, target: int, faults: Faults = CALM, seed: int = 1) -> None:
        self.faults = faults
        self.made = {"lost": 0, "cut": 0, "late": 0}
        self._loop = loop
        self._target = ("127.0.0.1", target)
        self._chance = Random(seed)
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()

    def listen(self) -> str:
        """Begin to take connections; return the URL."""
        return str(self._loop.run(self._listen()))

    def move_target(self, host: str) -> None:
        """The server is at another address from now on: no connection lives on."""
        self._target = (host, self._target[1])
        self._loop.run(self._cut_all())

    def close(self) -> None:
        self._loop.run(self._close())

    async def _listen(self) -> str:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        port = self._server.sockets[0].getsockname()[1]
        return f"http://127.0.0.1:{port}"

    async def _close(self) -> None:
        if self._server is not None:
            self._server.close()
        await self._cut_all()

    async def _cut_all(self) -> None:
        for writer in list(self._open):
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there, back = await asyncio.open_connection(*self._target)
        except OSError:  # the server is away
            writer.transport.abort()
            return
        ends = {writer, back}
        self._open |= ends
        ways = [
            asyncio.ensure_future(self._pass(reader, back, self._request)),
            asyncio.ensure_future(self._pass(there, writer, self._reply)),
        ]
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        for way in ways:
            way.cancel()
        for end in ends:
            end.transport.abort()
        self._open -= ends

    async def _pass(
        self, source: asyncio.StreamReader, target: asyncio.StreamWriter, befall: Befall
    ) -> None:
        try:
            while piece := await source.read(CHUNK):
                await befall(piece, target)
                await target.drain()
        except (Cut, OSError):
            pass

    async def _request(self, piece: bytes, target: asyncio.StreamWriter) -> None:
        if self._chance.random() < self.faults.cut_request:
            await self._cut(piece, target)
        target.write(piece)

    async def _reply(self, piece: bytes, target: asyncio.StreamWriter) -> None:
        if self._chance.random() < self.faults.late:
            self.made["late"] += 1
            await asyncio.sleep(self._chance.uniform(0, self.faults.latest))
        if self._chance.random() < self.faults.lost_reply:
            self.made["lost"] += 1
            raise Cut
        if self._chance.random() < self.faults.cut_reply:
            await self._cut(piece, target)
        target.write(piece)

    async def _cut(self, piece: bytes, target: asyncio.StreamWriter) -> None:
        self.made["cut"] += 1
        target.write(piece[: len(piece) // 2])
        await target.drain()
        raise Cut
