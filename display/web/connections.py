"""Connections that owe the server a request: none may take for ever over it, nor fill the house."""

import time
from contextlib import suppress
from socket import SHUT_RDWR, socket
from typing import Protocol

LONGEST_LINE = 4096  # bytes of a line between the chunks of a body
MOST_LINES = 64 * 1024  # bytes of all such lines


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


class Readable(Protocol):
    """What a request's body is read from."""

    def read(self, size: int) -> bytes: ...

    def readline(self, size: int) -> bytes: ...


class Lines:
    """A request's body whose lines, between chunks and after them, have an end."""

    def __init__(self, body: Readable) -> None:
        self._body = body
        self._left = MOST_LINES

    def read(self, size: int) -> bytes:
        return self._body.read(size)

    def readline(self, size: int = LONGEST_LINE) -> bytes:
        """Return the next line; OSError if it is, or all of them are, longer than ever needed."""
        line = self._body.readline(min(size, LONGEST_LINE))
        self._left -= len(line)
        if self._left < 0 or len(line) == LONGEST_LINE:
            raise OSError("the lines between a body's chunks are too long")
        return line
