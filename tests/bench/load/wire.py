"""Phones and stages on raw sockets: as much HTTP, WebSocket and Socket.IO as they need.

A client library for each of ten thousand phones would take more of the machine than the server.
"""

import asyncio
import json
import re
import struct
import time
from collections.abc import Callable
from typing import Any, NamedTuple

LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
COOKIE = re.compile(rb"set-cookie: *(participant=[^;]+)", re.IGNORECASE)
HOSTS = 8  # addresses of this machine that phones come from: one has too few ports for all
LARGEST_SHORT = 125  # bytes of a frame whose length stands in one byte
TEXT, CLOSE = 0x81, 0x88  # the first byte of a whole frame
UNMASKED = b"\0\0\0\0"  # a mask that changes nothing


class Reply(NamedTuple):
    """A response to a request."""

    status: int
    head: bytes
    body: bytes

    @property
    def cookie(self) -> str:
        """The participant's cookie, as it is sent back."""
        found = COOKIE.search(self.head)
        return found[1].decode() if found else ""


class Line(asyncio.Protocol):
    """An HTTP connection that is kept; one request at a time."""

    def __init__(self) -> None:
        self._received = b""
        self._reply: asyncio.Future[Reply] | None = None
        self.closed = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: Any = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, end, body = self._received.partition(b"\r\n\r\n")
        length = LENGTH.search(head) if end else None
        if length and len(body) >= int(length[1]) and self._reply and not self._reply.done():
            self._received = b""
            self._reply.set_result(Reply(int(head[9:12]), head, body))

    def connection_lost(self, error: Exception | None) -> None:
        self.closed = True
        if self._reply is not None and not self._reply.done():
            self._reply.set_exception(ConnectionResetError("closed before the reply"))

    async def ask(self, request: bytes) -> Reply:
        """Send the request; return its response, or raise ConnectionResetError."""
        self._reply = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._reply

    def close(self) -> None:
        self._transport.close()


class Watcher(asyncio.Protocol):
    """A Socket.IO connection that watches a room and hands on what it receives."""

    def __init__(
        self, port: int, code: str, role: str, receive: Callable[[str, Any], None] | None = None
    ) -> None:
        self._port, self._watch = port, {"room": code, "as": role, "since": 0}
        self._receive = receive
        self._received = bytearray()
        self._upgraded = False
        self.closed = False
        self.informed: asyncio.Future[float] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: Any = transport
        self._transport.write(
            b"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\n"
            b"Host: 127.0.0.1:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Origin: http://127.0.0.1:%d\r\nSec-WebSocket-Version: 13\r\n"
            b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            b"Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n"
            b"User-Agent: Mozilla/5.0\r\nCache-Control: no-cache\r\n\r\n" % (self._port, self._port)
        )

    def connection_lost(self, error: Exception | None) -> None:
        self.closed = True
        if not self.informed.done():
            self.informed.set_exception(ConnectionResetError("closed before the first message"))

    def data_received(self, data: bytes) -> None:
        self._received += data
        if not self._upgraded:
            end = self._received.find(b"\r\n\r\n")
            if end < 0:
                return
            self._upgraded = True
            del self._received[: end + 4]
        while (frame := self._next_frame()) is not None:
            self._take(frame)

    def _next_frame(self) -> bytes | None:
        """Take a whole frame from what came; return what is in it, None if it is not whole."""
        received = self._received
        if len(received) < 2:
            return None
        start, length = 2, received[1]
        if length == LARGEST_SHORT + 1 and len(received) >= 4:
            start, length = 4, int.from_bytes(received[2:4], "big")
        elif length == LARGEST_SHORT + 2 and len(received) >= 10:
            start, length = 10, int.from_bytes(received[2:10], "big")
        if (length > LARGEST_SHORT and start == 2) or len(received) < start + length:
            return None
        frame = bytes(received[start : start + length])
        del received[: start + length]
        return frame

    def _take(self, frame: bytes) -> None:
        if frame == b"2":
            self._send(b"3")
        elif frame.startswith(b"0"):
            self._send(b"40")
        elif frame.startswith(b"40"):
            self._send(b"42" + json.dumps(["watch", self._watch]).encode())
        elif frame.startswith(b"42"):
            if not self.informed.done():
                self.informed.set_result(time.monotonic())
            if self._receive is not None:
                name, message = json.loads(frame[2:])
                self._receive(name, message)

    def _send(self, text: bytes) -> None:
        assert len(text) <= LARGEST_SHORT
        self._transport.write(struct.pack("BB", TEXT, 0x80 | len(text)) + UNMASKED + text)

    def close(self) -> None:
        self._transport.close()


def get(path: str, port: int) -> bytes:
    """Return a phone's request for a page."""
    return (
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept: text/html\r\n"
        "Accept-Language: sv-SE\r\nSec-Fetch-Site: none\r\nUser-Agent: Mozilla/5.0\r\n\r\n"
    ).encode()


def post(path: str, port: int, cookie: str, fields: dict[str, Any]) -> bytes:
    """Return a phone's request that sends an answer, with all headers that Chromium sends."""
    body = json.dumps(fields, ensure_ascii=False).encode()
    origin = f"http://127.0.0.1:{port}"
    return (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: keep-alive\r\n"
        f'Content-Length: {len(body)}\r\nsec-ch-ua-platform: "Android"\r\n'
        "User-Agent: Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko)"
        " Chrome/142.0.0.0 Mobile Safari/537.36\r\nAccept: application/json\r\n"
        'sec-ch-ua: "Chromium";v="142", "Not_A Brand";v="99"\r\nContent-Type: application/json\r\n'
        f"sec-ch-ua-mobile: ?1\r\nOrigin: {origin}\r\nSec-Fetch-Site: same-origin\r\n"
        f"Sec-Fetch-Mode: cors\r\nSec-Fetch-Dest: empty\r\nReferer: {origin}{path}\r\n"
        "Accept-Encoding: gzip, deflate, br\r\nAccept-Language: sv-SE,sv;q=0.9\r\n"
        f"Cookie: {cookie}\r\n\r\n"
    ).encode() + body


async def connect(port: int, protocol: Callable[[], Any], number: int = 0) -> Any:
    """Return a new connection to the server, from one of this machine's addresses."""
    _, made = await asyncio.get_running_loop().create_connection(
        protocol, "127.0.0.1", port, local_addr=(f"127.0.0.{2 + number % HOSTS}", 0)
    )
    return made
