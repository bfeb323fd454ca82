"""Engine.IO's pings, sent by a timer."""

import time

import engineio.socket
from engineio.packet import PING, Packet
from eventlet.hubs import get_hub


def init_pings() -> None:
    """Let all sockets that come from now on be timed ones."""
    engineio.socket.Socket = TimedSocket


class TimedSocket(engineio.socket.Socket):  # type: ignore[misc]  # Engine.IO has no types
    """A socket whose pings come from a timer: the library has a green thread sleep until each,
    and ten thousand of them take 70 MB."""

    last_ping: float | None

    def schedule_ping(self) -> None:
        if self.last_ping:  # None while one is on its way
            self.last_ping = None
            get_hub().schedule_call_global(self.server.ping_interval, self._ping)

    def _ping(self) -> None:
        if not self.closing and not self.closed:
            self.last_ping = time.time()
            self.send(Packet(PING))
