"""What stands between Engine.IO and strangers: how many sockets, what they may send, and for what.

Engine.IO takes its websocket and its queue from a table of the asynchronous mode, `_async`, which
is no public interface: its version is pinned, and a test fails when the table changes.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from functools import partial
from http import HTTPStatus
from itertools import cycle
from typing import Any
from urllib.parse import parse_qs

from engineio.packet import Packet

from display.serving.websocket import UNREADABLE, WebSocket, accept_key
from display.serving.wsgi import Environ, StartResponse, WsgiApp

SWEEP_SECONDS = 1.0
STRANGER_SECONDS = 20.0  # for a socket to say what it watches
PRIVATE = [("Cache-Control", "no-store"), ("X-Content-Type-Options", "nosniff")]
PONG = "3"  # of which thousands of phones send hundreds a second
MESSAGES_AT_ONCE = 4  # that are heard before answers have their turn
MOST_WAITING = 256 * 1024  # characters of messages that a socket has not fetched


class TakenOver(tuple[bytes, ...]):
    """The body of a response that is none: the connection was a websocket, and is over."""


def guard(server: Any, is_watching: Callable[[str], bool]) -> "Strangers":
    """Give an Engine.IO server our websockets and queues, sweep out who watches nothing, and return
    those that watch nothing yet.

    `is_watching` tells whether the Engine.IO session of an id says what it is there for.
    """
    server._async = {**server._async, "websocket": Upgrade, "queue": queue_of(server)}
    strangers = Strangers(server, is_watching)
    server.start_background_task(strangers.sweep_for_ever)
    return strangers


class Upgrade:
    """WSGI: makes a connection a websocket, and lets Engine.IO talk over it until it ends."""

    def __init__(self, talk: Callable[[WebSocket], object], server: Any) -> None:
        self._talk = talk
        self._largest = server.max_http_buffer_size

    def __call__(self, environ: Environ, start_response: StartResponse) -> tuple[bytes, ...]:
        accepted = accept_key(environ.get("HTTP_SEC_WEBSOCKET_KEY", ""))
        if environ.get("HTTP_SEC_WEBSOCKET_VERSION") != "13":
            return refused(start_response, HTTPStatus.UPGRADE_REQUIRED)
        if accepted is None:
            return refused(start_response, HTTPStatus.BAD_REQUEST)
        connection = environ["werkzeug.socket"]
        connection.sendall(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: " + accepted.encode() + b"\r\n\r\n"
        )
        line = PacketSocket(connection, self._largest)
        self._talk(line)
        line.close()
        return TakenOver()


class PacketSocket(WebSocket):
    """A websocket on which a client may send nothing but packets of Engine.IO.

    Engine.IO lets a packet that it cannot read end the thread and keep the session.
    """

    # Of all such sockets; a lock serves who came first, which a semaphore does not.
    _turns = cycle([threading.Lock() for _ in range(MESSAGES_AT_ONCE)])

    def wait(self) -> str | bytes | None:
        message = super().wait()
        if message is not None and not is_packet(message):
            self.refuse(UNREADABLE)
            return None
        if message is not None and message != PONG:
            with next(self._turns):
                time.sleep(0)  # lets in the answers that came at the same time
        return message


def is_packet(message: str | bytes) -> bool:
    try:
        Packet(encoded_packet=message)
    except (ValueError, IndexError, RecursionError):
        return False
    return True


def refused(start_response: StartResponse, status: HTTPStatus) -> tuple[bytes, ...]:
    headers = [("Connection", "close"), ("Content-Length", "0"), ("Sec-WebSocket-Version", "13")]
    start_response(f"{status.value} {status.phrase}", headers)
    return (b"",)


def queue_of(server: Any) -> type:
    """Return a kind of queue that lets a socket go which does not fetch what waits for it.

    Who waits for what comes into one has no timer for that: who is gone, pings tell.
    """
    queue: Any = server._async["queue"]

    class Waiting(queue):  # type: ignore[misc]
        size = 0

        def get(self, block: bool = True, timeout: float | None = None) -> Packet | None:
            packet: Packet | None = super().get(block)
            return packet

        def _put(self, packet: Packet | None) -> None:
            self.size += size_of(packet)
            if self.size > MOST_WAITING and self.queue:
                self.unfinished_tasks -= len(self.queue)
                self.queue.clear()
                self.size = MOST_WAITING  # so that nothing is kept of what may still come
                packet = None  # which makes Engine.IO end the connection
            super()._put(packet)

        def _get(self) -> Packet | None:
            packet: Packet | None = super()._get()
            self.size -= size_of(packet)
            return packet

    return Waiting


def size_of(packet: Packet | None) -> int:
    return len(packet.data) if packet is not None and isinstance(packet.data, str | bytes) else 1


class Strangers:
    """Sockets that have not been looked at yet, the oldest first."""

    def __init__(self, server: Any, is_watching: Callable[[str], bool]) -> None:
        self._server = server
        self._is_watching = is_watching
        self._came: deque[tuple[float, str]] = deque()
        self._connect = server.handlers["connect"]
        server.on("connect", self._note)

    def sweep(self, before: float) -> None:
        """Close every socket that came before that time and watches nothing."""
        while self._came and self._came[0][0] < before:
            self._close_oldest()

    def make_way(self) -> bool:
        """Close the oldest socket that watches nothing; return whether there was one."""
        while self._came:
            if self._close_oldest():
                return True
        return False

    def _close_oldest(self) -> bool:
        """Look at the oldest, and close it if it watches nothing; return whether it did not.

        Engine.IO would count it for half a minute more.
        """
        _, sid = self._came.popleft()
        if sid not in self._server.sockets or self._is_watching(sid):
            return False
        self._server.sockets[sid].close(wait=False)
        self._server.sockets.pop(sid, None)
        return True

    def sweep_for_ever(self) -> None:
        while True:
            self._server.sleep(SWEEP_SECONDS)
            self.sweep(time.monotonic() - STRANGER_SECONDS)

    def _note(self, sid: str, environ: Environ) -> Any:
        self._came.append((time.monotonic(), sid))
        return self._connect(sid, environ)


def limited(app: WsgiApp, server: Any, strangers: Strangers, most: int) -> WsgiApp:
    """Return the WSGI app that has at most so many sockets: the oldest stranger makes way for the
    next, which is told to come later if there is none.

    What else can be asked for, answering before all, always finds a free connection.
    """

    def is_full() -> bool:
        return len(server.sockets) >= most and not strangers.make_way()

    def wrapped(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if not environ["PATH_INFO"].startswith("/socket.io/"):
            return app(environ, start_response)
        query = parse_qs(environ["QUERY_STRING"], keep_blank_values=True)  # as Engine.IO reads it
        if "j" in query:  # a script, which another site's page could run
            return refused(start_response, HTTPStatus.BAD_REQUEST)
        if not any(query.get("sid", ())) and is_full():
            return refused(start_response, HTTPStatus.SERVICE_UNAVAILABLE)
        return app(environ, partial(start_privately, start_response))

    return wrapped


def start_privately(
    start_response: StartResponse, status: str, headers: list[tuple[str, str]], *rest: Any
) -> Any:
    """Start a response that is neither kept nor taken for anything but what it says it is."""
    return start_response(status, [*headers, *PRIVATE], *rest)
