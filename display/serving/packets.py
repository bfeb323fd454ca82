"""Engine.IO's sockets as they are here: what a client may send, however it comes, and the pings."""

import time
from contextlib import suppress
from socket import SHUT_RDWR
from typing import Any

import engineio.socket
from engineio.exceptions import SocketIsClosedError
from engineio.packet import MESSAGE, PING, Packet
from engineio.payload import Payload
from eventlet.hubs import get_hub

from display.serving.pace import Pace
from display.serving.wsgi import Environ, StartResponse

# Of Socket.IO: hello, good-bye and an event. What else there is comes with attachments, which are
# kept until the last of as many as the client says, or answers what this server never asks.
READABLE = ("0", "1", "2")
MOST_AT_ONCE = 4  # packets of a request over long polling; a page sends one or two


def guard_packets() -> None:
    """Let all sockets that come from now on be guarded ones."""
    engineio.socket.Socket = GuardedSocket
    Payload.max_decode_packets = MOST_AT_ONCE


class GuardedSocket(engineio.socket.Socket):  # type: ignore[misc]  # Engine.IO has no types
    """A socket that is closed when its client breaks a rule.

    Its pings come from a timer: the library has a green thread sleep until each, and ten thousand
    of them take 70 MB.
    """

    last_ping: float | None

    def __init__(self, server: object, sid: str) -> None:
        super().__init__(server, sid)
        self._pace = Pace()
        self._upgrade: Any = None  # the connection of the websocket that it becomes, until it ends

    def receive(self, packet: Packet) -> None:
        """Take a packet; SocketIsClosedError, and the socket closed, if it is not a fair one."""
        if not (is_readable(packet) and self._pace.keeps()):
            self.close(abort=True)
        if self.closed:
            raise SocketIsClosedError
        super().receive(packet)

    def handle_get_request(self, environ: Environ, start_response: StartResponse) -> Any:
        """Return what waits, when there is something, or take over a websocket.

        SocketIsClosedError, and the socket closed, if another request polls already, or is its
        websocket: the rule of the protocol, without which one socket could hold every connection.
        """
        if is_upgrade(environ):
            return self._become_websocket(environ, start_response)
        if self.queue.getting() and not (self.upgrading or self.upgraded):
            self.close(abort=True)
            raise SocketIsClosedError
        return super().handle_get_request(environ, start_response)

    def _become_websocket(self, environ: Environ, start_response: StartResponse) -> Any:
        if self._upgrade is not None:
            self.close(abort=True)
            raise SocketIsClosedError
        self._upgrade = environ["werkzeug.socket"]
        try:
            return super().handle_get_request(environ, start_response)
        finally:
            self._upgrade = None

    def handle_post_request(self, environ: Environ) -> None:
        """Take what came over long polling; SocketIsClosedError, and the socket closed, if that
        cannot be read, is not whole or is too much."""
        try:
            super().handle_post_request(environ)
        except (ValueError, OSError):  # it makes no sense, or was cut off
            self.close(abort=True)
            raise SocketIsClosedError from None

    def close(self, wait: bool = False, abort: bool = False, reason: str | None = None) -> None:
        """Close the socket and let go of whatever waits for it, on either side; never wait until
        its client has fetched what is left, as it may not."""
        super().close(False, abort, reason)
        for _ in range(self.queue.getting()):
            self.queue.put(None)
        if self._upgrade is not None and not self.upgraded:
            with suppress(OSError):  # it is gone by now
                self._upgrade.shutdown(SHUT_RDWR)

    def schedule_ping(self) -> None:
        if self.last_ping:  # None while one is on its way
            self.last_ping = None
            get_hub().schedule_call_global(self.server.ping_interval, self._ping)

    def _ping(self) -> None:
        if not self.closing and not self.closed:
            self.last_ping = time.time()
            self.send(Packet(PING))


def is_upgrade(environ: Environ) -> bool:
    """Return whether Engine.IO takes a request for one that becomes a websocket."""
    connection = environ.get("HTTP_CONNECTION", "").lower().split(",")
    upgrades = "upgrade" in (token.strip() for token in connection)
    return upgrades and environ.get("HTTP_UPGRADE", "").lower() == "websocket"


def is_readable(packet: Packet) -> bool:
    if packet.packet_type != MESSAGE:
        return True
    return isinstance(packet.data, str) and packet.data.startswith(READABLE)
