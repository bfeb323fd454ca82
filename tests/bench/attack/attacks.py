"""What strangers may do to a server, each as hard as one process can."""

import asyncio
import base64
import json
import os
import struct
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from itertools import chain, count, repeat
from typing import NamedTuple

MOST_AT_ONCE = 4  # packets that a request over long polling may hold
WAITING = 20  # connections that ask for what comes to one socket
MASK = b"\x0f\xf0\x55\xaa"
TEXT, CONTINUATION, PING = 1, 0, 9
BREAKERS = [
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "{{7*7}}",
    "'); DROP TABLE entry;--",
    "\u202e\u2066mod\u2069", "a" * 1_000_000, "\u0000", "\ud800", "å" * 3000, "👩‍👩‍👧‍👦" * 40,
    *(chr(plane * 0x10000 + 0x41) for plane in range(17)),
    "a\u0351\u036b\u0489" * 9, "\u2028\u2029\ufeff\u00ad",
]  # fmt: skip


class Target(NamedTuple):
    """The server that is attacked, and the room that everybody knows."""

    port: int
    code: str

    @asynccontextmanager
    async def connection(
        self,
    ) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            yield reader, writer
        finally:
            writer.close()

    def request(self, method: str, path: str, body: bytes = b"", *headers: str) -> bytes:
        lines = [f"{method} {path} HTTP/1.1", "Host: localhost", *headers]
        if body:
            lines += [f"Content-Length: {len(body)}", "Content-Type: application/json"]
        return "\r\n".join([*lines, "", ""]).encode() + body

    @asynccontextmanager
    async def websocket(
        self, watched: str | None = "phone"
    ) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        async with self.connection() as (reader, writer):
            writer.write(
                self.request(
                    "GET",
                    "/socket.io/?EIO=4&transport=websocket",
                    b"",
                    "Upgrade: websocket",
                    "Connection: Upgrade",
                    "Sec-WebSocket-Version: 13",
                    f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}",
                )
            )
            await reader.readuntil(b"\r\n\r\n")
            writer.write(frame(TEXT, b"40"))
            if watched:
                writer.write(self.watch(watched))
            yield reader, writer

    def watch(self, role: str) -> bytes:
        asked = ["watch", {"room": self.code, "as": role, "since": 0}]
        return frame(TEXT, f"42{json.dumps(asked)}".encode())


def frame(opcode: int, payload: bytes, final: bool = True) -> bytes:
    size, first = len(payload), (0x80 if final else 0) | opcode
    head = bytes([first, 0x80 | size]) if size < 126 else struct.pack("!BBQ", first, 0xFF, size)
    if size >= 126:
        return head + b"\0\0\0\0" + payload  # a mask of zeros costs this side nothing
    return head + MASK + bytes(byte ^ MASK[n % 4] for n, byte in enumerate(payload))


async def idle(target: Target) -> None:
    """Connect and do nothing; again whenever let go."""
    async with target.connection() as (reader, _):
        await reader.read()


async def slow_headers(target: Target) -> None:
    async with target.connection() as (_, writer):
        writer.write(b"GET / HTTP/1.1\r\n")
        for n in count():
            writer.write(f"X-{n}: y\r\n".encode())
            await writer.drain()
            await asyncio.sleep(1)


async def slow_bodies(target: Target) -> None:
    async with target.connection() as (_, writer):
        head = target.request("POST", f"/{target.code}", b"", "Content-Length: 9000")
        writer.write(head)
        while True:
            writer.write(b"a")
            await writer.drain()
            await asyncio.sleep(1)


async def endless_chunks(target: Target) -> None:
    async with target.connection() as (_, writer):
        writer.write(target.request("POST", f"/{target.code}", b"", "Transfer-Encoding: chunked"))
        while True:
            writer.write(b"4000\r\n" + b"a" * 0x4000 + b"\r\n")
            await writer.drain()


async def endless_line(target: Target) -> None:
    async with target.connection() as (_, writer):
        writer.write(target.request("POST", f"/{target.code}", b"", "Transfer-Encoding: chunked"))
        while True:
            writer.write(b"0" * 0x4000)
            await writer.drain()


async def large_frames(target: Target) -> None:
    async with target.websocket() as (_, writer):
        while True:
            writer.write(frame(TEXT, b"4" * 1_000_000))
            await writer.drain()


async def fragments(target: Target) -> None:
    async with target.websocket() as (_, writer):
        writer.write(frame(TEXT, b"4", final=False))
        while True:
            writer.write(frame(CONTINUATION, b"4" * 100, final=False) * 100)
            await writer.drain()


async def pings(target: Target) -> None:
    async with target.websocket() as (_, writer):
        while True:
            writer.write(frame(PING, b"?") * 1000)
            await writer.drain()


async def garbage(target: Target) -> None:
    async with target.websocket() as (reader, writer):
        writer.write(frame(TEXT, b"42[" + b"[" * 100) + os.urandom(4000))
        await writer.drain()
        await reader.read()


async def comers_and_goers(target: Target) -> None:
    async with target.websocket() as (reader, _):
        await reader.read(1)


async def strangers(target: Target) -> None:
    """A socket that never says what it watches."""
    async with target.websocket(None) as (reader, _):
        await reader.read()


async def greedy_stages(target: Target) -> None:
    """Ask for the whole picture again and again, and read nothing of it."""
    async with target.websocket("stage") as (_, writer):
        while True:
            writer.write(target.watch("stage"))
            await writer.drain()
            await asyncio.sleep(0.5)


async def new_tokens(target: Target) -> None:
    async with target.connection() as (reader, writer):
        while True:
            writer.write(target.request("GET", f"/{target.code}"))
            await read_response(reader)


async def one_token(target: Target) -> None:
    async with target.connection() as (reader, writer):
        known = await cookie(target, reader, writer)
        body = json.dumps({"answer": "fusk"}).encode()
        headers = (known, "Accept: application/json")
        while True:
            writer.write(target.request("POST", f"/{target.code}", body, *headers))
            await read_response(reader)


async def probes(target: Target) -> None:
    """Ask without end whether answers can be kept, which a disk must be asked for."""
    async with target.connection() as (reader, writer):
        while True:
            writer.write(target.request("GET", "/healthz"))
            await read_response(reader)


async def polled(target: Target) -> None:
    """Ask for the whole picture over long polling, as often as a request can hold it."""
    async with target.connection() as (reader, writer):
        path = await opened(target, reader, writer)
        asked = "42" + json.dumps(["watch", {"room": target.code, "as": "stage"}])
        for packets in chain([["40"]], repeat([asked] * MOST_AT_ONCE)):
            writer.write(target.request("POST", path, "\x1e".join(packets).encode()))
            if not (await read_response(reader)).startswith(b"HTTP/1.1 200"):
                return


async def heads(target: Target) -> None:
    """Ask for pages as if for what costs nothing, with a cookie that is none."""
    async with target.connection() as (reader, writer):
        while True:
            writer.write(target.request("HEAD", f"/{target.code}/stage", b"", "Cookie: a=b"))
            await reader.readuntil(b"\r\n\r\n")


async def long_heads(target: Target) -> None:
    """Ask for a page with a head in which it takes long to find where a value ends."""
    async with target.connection() as (reader, writer):
        lines = [f"a: a{' ' * 8000}b"]
        while True:
            writer.write(target.request("GET", "//x", b"", *lines))
            await read_response(reader)


async def choosy(target: Target) -> None:
    """Ask for a page in one of thousands of languages."""
    async with target.connection() as (reader, writer):
        while True:
            languages = f"Accept-Language: {'a,' * 4000}"
            writer.write(target.request("GET", f"/{target.code}", b"", languages))
            await read_response(reader)


async def polls_of_one(target: Target) -> None:
    """Wait for one socket over connection after connection, as if it became a websocket."""
    async with target.connection() as (reader, writer):
        path = await opened(target, reader, writer)

    async def poll() -> None:
        async with target.connection() as (reader, writer):
            writer.write(target.request("GET", path, b"", "Upgrade: x"))
            await read_response(reader)

    await asyncio.gather(*(poll() for _ in range(WAITING)))


async def refused(target: Target) -> None:
    """Send as a participant what is no answer, to the room and to one that is not there."""
    async with target.connection() as (reader, writer):
        known = await cookie(target, reader, writer)
        body = json.dumps({"key": "!", "answer": "fusk"}).encode()
        while True:
            for code in (target.code, "CCCC"):
                for accepted in ("application/json", "text/html"):
                    headers = (known, f"Accept: {accepted}")
                    writer.write(target.request("POST", f"/{code}", body, *headers))
                    await read_response(reader)


async def page_breakers(target: Target) -> None:
    async with target.connection() as (reader, writer):
        for answer in BREAKERS:
            body = json.dumps({"answer": answer}).encode()
            writer.write(target.request("POST", f"/{target.code}", body))
            await read_response(reader)


async def opened(target: Target, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> str:
    """Open a socket over long polling; return where it is polled."""
    path = "/socket.io/?EIO=4&transport=polling"
    writer.write(target.request("GET", path))
    head = await reader.readuntil(b"\r\n\r\n")
    packet = await reader.readexactly(content_length(head))
    return f"{path}&sid={json.loads(packet[1:])['sid']}"


async def cookie(target: Target, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> str:
    """Become a participant; return the header that tells so."""
    writer.write(target.request("GET", f"/{target.code}"))
    token = (await read_response(reader)).partition(b"participant=")[2].partition(b";")[0]
    return f"Cookie: participant={token.decode()}"


async def read_response(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    await reader.readexactly(content_length(head))
    return head


def content_length(head: bytes) -> int:
    return int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])


class Attack(NamedTuple):
    """How an attack is called in the table, what one attacker does, and how many there are."""

    what: str
    once: Callable[[Target], Awaitable[None]]
    attackers: int


ATTACKS = {
    "idle": Attack("5,000 connections that do nothing", idle, 5000),
    "slow-headers": Attack("1,000 requests whose head never ends", slow_headers, 1000),
    "slow-bodies": Attack("1,000 bodies, a byte a second", slow_bodies, 1000),
    "endless-chunks": Attack("endless chunked bodies", endless_chunks, 20),
    "endless-line": Attack("a chunk's length without end", endless_line, 20),
    "large-frames": Attack("WebSocket frames of 1 MB", large_frames, 20),
    "fragments": Attack("messages of endless fragments", fragments, 20),
    "pings": Attack("pings by the thousand", pings, 20),
    "garbage": Attack("packets that are none", garbage, 20),
    "comers-and-goers": Attack("sockets that come and go", comers_and_goers, 20),
    "strangers": Attack("1,000 sockets that never say `watch`", strangers, 1000),
    "greedy-stages": Attack("200 stages that ask and do not read", greedy_stages, 200),
    "new-tokens": Attack("new participants without end", new_tokens, 10),
    "one-token": Attack("one participant, without end", one_token, 10),
    "probes": Attack("`/healthz` without end", probes, 50),
    "polled": Attack("150 stages that ask without end, over long polling", polled, 150),
    "heads": Attack("`HEAD` of pages without end", heads, 100),
    "long-heads": Attack("heads full of spaces", long_heads, 20),
    "choosy": Attack("pages in one of 4,000 languages", choosy, 20),
    "polls-of-one": Attack("100 connections that wait for five sockets", polls_of_one, 5),
    "refused": Attack("200 connections of participants, with what is refused", refused, 200),
    "page-breakers": Attack("answers made to break pages", page_breakers, 4),
}
AGAIN_SECONDS = 0.05  # before an attacker who was let go comes back


async def attack(name: str, target: Target, share: float) -> None:
    """Attack, with that share of the attackers, until the process is ended."""

    async def without_end() -> None:
        while True:
            with suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
                await ATTACKS[name].once(target)
            await asyncio.sleep(AGAIN_SECONDS)

    attackers = max(1, int(ATTACKS[name].attackers * share))
    await asyncio.gather(*(without_end() for _ in range(attackers)))


if __name__ == "__main__":
    os.nice(19)  # attackers have machines of their own: here they take what others leave
    asyncio.run(attack(sys.argv[1], Target(int(sys.argv[2]), sys.argv[3]), float(sys.argv[4])))
