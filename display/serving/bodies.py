"""The bodies of requests: each is whole, and what stands in one between its chunks has an end."""

import re
from typing import Protocol

LONGEST_LINE = 4096  # bytes of a line between the chunks of a body
MOST_LINES = 64 * 1024  # bytes of all such lines
# A chunk's size, which Python would also take as 0x1f, 1_0 or -1; a header after the last; nothing.
BETWEEN_CHUNKS = re.compile(rb"([0-9A-Fa-f]+[ \t]*(;.*)?|[^:;]+:.*)?\r?\n")


class Readable(Protocol):
    """What a request's body is read from."""

    def read(self, size: int) -> bytes: ...

    def readline(self, size: int) -> bytes: ...


class CutOff(OSError):
    """The connection ended before the body."""


class Body:
    """A request's body: whole, and with an end to its lines, between chunks and after them."""

    def __init__(self, body: Readable) -> None:
        self._body = body
        self._left = MOST_LINES

    def read(self, size: int) -> bytes:
        """Return so many bytes; CutOff if there are fewer: half a form is a form too, with half a
        word in it."""
        read = self._body.read(size)
        if len(read) < size:
            raise CutOff
        return read

    def readline(self, size: int = LONGEST_LINE) -> bytes:
        """Return the next line; CutOff if it has no end, OSError if it has no place between
        chunks, or is, or all of them are, longer than ever needed."""
        line = self._body.readline(min(size, LONGEST_LINE))
        self._left -= len(line)
        if self._left < 0 or len(line) == LONGEST_LINE:
            raise OSError("the lines between a body's chunks are too long")
        if not line.endswith(b"\n"):
            raise CutOff
        if not BETWEEN_CHUNKS.fullmatch(line):
            raise OSError("the size of a chunk is no hexadecimal number")
        return line
