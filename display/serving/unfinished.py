"""Connections that owe the server a request: none may take for ever over it, nor fill the house."""

import time
from contextlib import suppress
from socket import SHUT_RDWR, socket


class Unfinished:
    """Connections whose request has not come as a whole yet, the oldest first."""

    def __init__(self) -> None:
        self._since: dict[socket, float] = {}

    def begin(self, connection: socket) -> None:
        self._since[connection] = time.monotonic()

    def end(self, connection: socket) -> None:
        self._since.pop(connection, None)

    def close_older(self, seconds: float) -> None:
        """Close each connection that has been at its request for so long."""
        before = time.monotonic() - seconds
        while self._since and next(iter(self._since.values())) < before:
            self.close_oldest()

    def close_oldest(self) -> None:
        """Close the connection that has been at its request for longest, if there is any."""
        for connection in list(self._since)[:1]:
            self.end(connection)
            with suppress(OSError):
                connection.shutdown(SHUT_RDWR)
