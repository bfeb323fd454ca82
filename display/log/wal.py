"""SQLite's write-ahead file, read as SQLite reads it after a crash, to see what it would leave out.

After a crash SQLite takes the file up to the first frame whose checksum is wrong, without a word.
That is right for a transaction that was being written: nobody was thanked for it. But each commit
is synced before the next begins, so what is wrong before a later commit was spoilt on the disk, and
thanked answers are behind it. After a killed process, though not after a power cut, the index in
the file beside it, -shm, tells as well how much was committed.

The formats: https://sqlite.org/fileformat.html#the_write_ahead_log, https://sqlite.org/walformat.html
"""

import struct
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

HEADER = struct.Struct(">IIII8sII")  # magic, version, page size, number, salts, two sums
FRAME = struct.Struct(">II8sII")  # page, pages after a commit or 0, salts, two sums
SUMMED = 8  # bytes of a frame's header that its checksum covers
MAGIC = 0x377F0682  # and 1 more where checksums take big-endian numbers
WORD = 0xFFFFFFFF
INDEX = struct.Struct("=16xI12x8s8x")  # frames committed, their salts; it is there twice,
DONE = struct.Struct("=I")  # and then how many of them are in the database

Sums = tuple[int, int]


class Frame(NamedTuple):
    """A page in the file: the last of a commit or not, of the file's present round or left from an
    earlier one, `whole` if its checksum and those of all before it are right."""

    commits: bool
    present: bool
    whole: bool


def is_broken(log: Path) -> bool:
    """Return whether commits that were synced would be left out of the log at this path."""
    index = content_of(log, "-shm")  # first: if a server runs, the other grows meanwhile
    content = content_of(log, "-wal")
    frames = list(read(content))
    salts = content[16:24]
    if sum(frame.whole for frame in frames) < committed(index, salts):
        return True
    if len(content) > HEADER.size and not frames:
        return True  # its very head is broken, and with it all that it holds
    while frames and not frames[-1].present:
        frames.pop()
    # The first may have been on its way when the power went.
    return sum(frame.commits for frame in frames if not frame.whole) > 1


def content_of(log: Path, suffix: str) -> bytes:
    path = log.with_name(log.name + suffix)
    return path.read_bytes() if path.exists() else b""


def committed(index: bytes, salts: bytes) -> int:
    """Return how many frames with these salts, or of a file that is empty, are needed."""
    if len(index) < 2 * INDEX.size + DONE.size:
        return 0
    if index[: INDEX.size] != index[INDEX.size : 2 * INDEX.size]:
        return 0
    frames, own_salts = INDEX.unpack_from(index)
    (done,) = DONE.unpack_from(index, 2 * INDEX.size)
    return int(frames) if own_salts == (salts or own_salts) and done < frames else 0


def read(content: bytes) -> Iterator[Frame]:
    """Yield the frames of the file; none if its head is broken."""
    if len(content) < HEADER.size:
        return
    magic, _, page_size, _, salts, *sums_found = HEADER.unpack_from(content)
    order = ">" if magic & 1 else "<"
    sums = checksum(order, content[: HEADER.size - 8], (0, 0))
    if magic & ~1 != MAGIC or list(sums) != sums_found:
        return
    whole = True
    for start, end in pairwise(range(HEADER.size, len(content) + 1, FRAME.size + page_size)):
        _, pages, frame_salts, *sums_found = FRAME.unpack_from(content, start)
        if whole:
            sums = checksum(order, content[start : start + SUMMED], sums)
            sums = checksum(order, content[start + FRAME.size : end], sums)
            whole = frame_salts == salts and list(sums) == sums_found
        yield Frame(pages > 0, frame_salts == salts, whole)


def checksum(order: str, content: bytes, sums: Sums) -> Sums:
    """Return SQLite's running checksum after these bytes."""
    first, second = sums
    words = iter(struct.unpack(f"{order}{len(content) // 4}I", content))
    for even, odd in zip(words, words, strict=True):
        first = (first + even + second) & WORD
        second = (second + odd + first) & WORD
    return first, second
