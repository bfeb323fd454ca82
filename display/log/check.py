"""Whether a log is whole: its pages, its rooms, each entry, and what waits in its write-ahead file.

Nothing here writes to the log. It may be done while a server runs.
"""

import sqlite3
from pathlib import Path
from typing import NamedTuple

from display.log.base import LogError, LogUnavailable
from display.log.connection import availability, connect_to_read, transaction
from display.log.schema import VERSION, is_sealed
from display.log.wal import is_broken

SMALLEST = 512  # bytes of a database that holds anything


class RoomFound(NamedTuple):
    """A room as it lies in the log. `first_at` and `last_at` are seconds since 1970."""

    code: str
    entries: int
    first_at: float | None
    last_at: float | None
    erased: bool
    damage: str  # empty if there is none


def check_log(path: Path) -> list[RoomFound]:
    """Return the rooms in the log at `path`, the oldest first, each with its damage.

    Errors: LogError if there is no log; LogUnavailable if it is so damaged that it cannot be read.
    """
    if not path.is_file():
        raise LogError(f"There is no log at {path}: name one with --log.")
    with availability():
        refuse_lost_commits(path)
        connection = connect_to_read(path)
        try:
            with transaction(connection, "DEFERRED"):
                refuse_other_schemas(connection, path)
                refuse_broken_pages(connection)
                return [with_entries(connection, room) for room in rooms_found(connection)]
        finally:
            connection.close()


def refuse_lost_commits(path: Path) -> None:
    """Raise LogUnavailable if SQLite would leave out entries without a word.

    It does so where the write-ahead file is broken, and takes a stump of a file for a new one.
    """
    if 0 < path.stat().st_size < SMALLEST:
        raise LogUnavailable("damaged", "it is cut off")
    if is_broken(path):
        raise LogUnavailable("damaged", "its write-ahead file, -wal, is not what was written")


def refuse_other_schemas(connection: sqlite3.Connection, path: Path) -> None:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version != VERSION:
        raise LogError(
            f"The log {path} is not of this version of Ordmoln: start the server with it first,"
            f" which brings an older one up to date."
        )


def refuse_broken_pages(connection: sqlite3.Connection) -> None:
    """Raise LogUnavailable if the file's own order is broken; takes 25 ms for 20 MB."""
    found = [line for (line,) in connection.execute("PRAGMA integrity_check(1)")]
    if found != ["ok"]:
        raise LogUnavailable("damaged", " ".join(found[0].split()))


def refuse_broken_rooms(connection: sqlite3.Connection) -> None:
    """Raise LogUnavailable if a room has not the entries that it should have."""
    for room in rooms_found(connection):
        if room.damage:
            raise LogUnavailable("damaged", f"room {room.code}: {room.damage}")


def rooms_found(connection: sqlite3.Connection) -> list[RoomFound]:
    """Return the rooms, without having looked into their entries."""
    rows = connection.execute(
        "SELECT code, count(seq), min(at), max(at), erased, last_seq, min(seq), max(seq)"
        " FROM room LEFT JOIN entry ON entry.room = code GROUP BY code ORDER BY room.rowid"
    )
    found = [
        RoomFound(code, entries, first_at, last_at, bool(erased), gap(entries, erased, *seqs))
        for code, entries, first_at, last_at, erased, *seqs in rows
    ]
    strays = connection.execute(
        "SELECT room, count(*) FROM entry WHERE room NOT IN (SELECT code FROM room) GROUP BY room"
    )
    return found + [
        RoomFound(str(code), entries, None, None, False, "its entries are there, but not the room")
        for code, entries in strays
    ]


def gap(entries: int, erased: int, last_seq: int, first: int | None, last: int | None) -> str:
    """Return what is wrong with the numbers of a room's entries; nothing if they have no gap."""
    if erased:
        return "it is marked as erased, but has entries" if entries else ""
    if (entries, first, last) == (last_seq, 1, last_seq):
        return ""
    return f"{entries} entries are there of {last_seq}"


def with_entries(connection: sqlite3.Connection, room: RoomFound) -> RoomFound:
    """Return the room, with the first of its entries that is not what was written as its damage."""
    rows = connection.execute(
        "SELECT seq, at, body, seal FROM entry WHERE room = ? ORDER BY seq", (room.code,)
    )
    for seq, at, body, found in rows:
        if not is_sealed(room.code, seq, at, body, found):
            return room._replace(damage=room.damage or changed(seq))
    return room


def changed(seq: int) -> str:
    return f"entry {seq} is not what was written"
