"""The tables of the log's SQLite file, the seal on each entry, and what older files lack."""

import sqlite3
import struct
import zlib
from pathlib import Path

from display.log.base import LogError

VERSION = 2
TABLES = """
CREATE TABLE room (
    code TEXT PRIMARY KEY,
    last_seq INTEGER NOT NULL,
    erased INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE entry (
    room TEXT NOT NULL,
    seq INTEGER NOT NULL,
    at REAL NOT NULL,
    body TEXT NOT NULL,
    seal INTEGER NOT NULL,
    PRIMARY KEY (room, seq)
) WITHOUT ROWID;
CREATE TABLE probe (id INTEGER PRIMARY KEY CHECK (id = 1), at REAL NOT NULL);
"""


def seal(room: str, seq: int, at: float, body: str) -> int:
    """Return the checksum that is kept beside an entry.

    SQLite has none: it gives back a changed byte of a text as if it had been written.
    """
    return zlib.crc32(body.encode(), zlib.crc32(room.encode() + struct.pack(">qd", seq, at)))


def is_sealed(room: str, seq: int, at: float, body: str, found: int) -> bool:
    """Return whether an entry is what was written."""
    try:
        return seal(room, seq, at, body) == found
    except (AttributeError, struct.error):  # damage can make a number of what was a text
        return False


def prepare(connection: sqlite3.Connection, path: Path) -> None:
    """Make the tables in a new file, or bring those of an earlier version up to date.

    Within a transaction. LogError for a file of a later version or of another program.
    """
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > VERSION:
        raise LogError(
            f"The log {path} was written by a newer version of Ordmoln"
            f" (schema {version}, this one knows {VERSION}): update the program."
        )
    if version == 0:
        if connection.execute("SELECT 1 FROM sqlite_master").fetchone():
            raise LogError(
                f"The file {path} is a database of another program: choose another with --log."
            )
        for statement in TABLES.split(";\n"):
            connection.execute(statement)
    if version == 1:
        connection.create_function("seal", 4, seal, deterministic=True)
        connection.execute("ALTER TABLE entry ADD COLUMN seal INTEGER NOT NULL DEFAULT 0")
        connection.execute("UPDATE entry SET seal = seal(room, seq, at, body)")
    connection.execute(f"PRAGMA user_version = {VERSION}")
