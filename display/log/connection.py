"""A connection to the log's SQLite file: how it is opened, written through, and what its errors
mean.

With WAL and `synchronous=FULL` what is committed survives a killed process and a power cut
(https://sqlite.org/pragma.html#pragma_synchronous).
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from display.log.base import LogUnavailable, Trouble

BUSY_SECONDS = 2.0  # how long another process may hold the file before phones are told to wait
TROUBLES: dict[int, Trouble] = {
    sqlite3.SQLITE_FULL: "full",
    sqlite3.SQLITE_BUSY: "busy",
    sqlite3.SQLITE_LOCKED: "busy",
    sqlite3.SQLITE_READONLY: "forbidden",
    sqlite3.SQLITE_PERM: "forbidden",
    sqlite3.SQLITE_CANTOPEN: "forbidden",
    sqlite3.SQLITE_CORRUPT: "damaged",
    sqlite3.SQLITE_NOTADB: "damaged",
    sqlite3.SQLITE_ERROR: "damaged",  # a table or a column is not there
    sqlite3.SQLITE_CONSTRAINT: "damaged",
    sqlite3.SQLITE_MISMATCH: "damaged",
}
NO_TEXT = "there is a text in it that is none"


def connect(path: Path) -> sqlite3.Connection:
    """Return a connection that waits a moment for others, syncs, and overwrites what is deleted."""
    connection = sqlite3.connect(
        path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
    )
    with closed_on_error(connection):
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA secure_delete = ON")
    return connection


def connect_to_read(path: Path) -> sqlite3.Connection:
    """Return a connection that changes nothing in the file, not even when it is closed."""
    return sqlite3.connect(
        f"{path.as_uri()}?mode=ro", uri=True, timeout=BUSY_SECONDS, isolation_level=None
    )


def unavailable(error: sqlite3.Error) -> LogUnavailable:
    """Return what an error of SQLite means for whoever runs the server."""
    code = getattr(error, "sqlite_errorcode", None)
    if code is None and "decode" in str(error):  # Python quotes the text, which somebody typed
        return LogUnavailable("damaged", NO_TEXT)
    if code is None:  # Python's too: the connection is closed
        return LogUnavailable("failed", str(error))
    trouble = TROUBLES.get(code & 0xFF, "failed")
    plain = trouble in ("full", "busy", "forbidden")
    return LogUnavailable(trouble, "" if plain else str(error))


@contextmanager
def availability() -> Iterator[None]:
    """Raise LogUnavailable for what SQLite raises."""
    try:
        yield
    except sqlite3.Error as error:
        raise unavailable(error) from error
    except UnicodeDecodeError as error:  # a message of SQLite that quotes the damage
        raise LogUnavailable("damaged", NO_TEXT) from error


@contextmanager
def closed_on_error(connection: sqlite3.Connection) -> Iterator[None]:
    """Close the connection if the block raises, so that nothing is left open."""
    try:
        yield
    except BaseException:
        connection.close()
        raise


@contextmanager
def at_once(connection: sqlite3.Connection) -> Iterator[None]:
    """Let the connection wait for no other program in the block."""
    connection.execute("PRAGMA busy_timeout = 0")
    try:
        yield
    finally:
        connection.execute(f"PRAGMA busy_timeout = {int(BUSY_SECONDS * 1000)}")


@contextmanager
def transaction(connection: sqlite3.Connection, kind: str = "IMMEDIATE") -> Iterator[None]:
    """BEGIN … COMMIT, or ROLLBACK when the block or the commit raises.

    `kind` is IMMEDIATE to write, DEFERRED to read the same state throughout.
    """
    connection.execute(f"BEGIN {kind}")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
