"""The log in an SQLite file: one writer, a group of entries to a commit, synced before thanked.

With WAL and `synchronous=FULL` an entry whose `append` returned survives a killed process and a
power cut (https://sqlite.org/pragma.html#pragma_synchronous).
"""

import sqlite3
import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from pathlib import Path

from display.log.base import Entry, LogError, LogUnavailable, Offload, RoomErased

SCHEMA_VERSION = 1
SCHEMA = """
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
    PRIMARY KEY (room, seq)
) WITHOUT ROWID;
CREATE TABLE probe (id INTEGER PRIMARY KEY CHECK (id = 1), at REAL NOT NULL);
"""
GATHER_SECONDS = 0.004
ROWS = 500  # of a statement; SQLite takes no more than 32,766 values in one
BUSY_SECONDS = 2.0  # how long another process may hold the file before phones are told to wait


class Pending:
    """An entry on its way to the disk, and what became of it."""

    def __init__(self, room: str, body: str) -> None:
        self.room = room
        self.body = body
        self.seq = 0
        self.at = 0.0
        self.error: Exception | None = None

    @property
    def settled(self) -> bool:
        return self.seq > 0 or self.error is not None


class SQLiteLog:
    """A log in the file at `path`, which is made if missing. LogError if it cannot be used."""

    def __init__(self, path: str, offload: Offload) -> None:
        self._path = Path(path).absolute()  # also keeps SQLite from reading ":memory:" its own way
        self._offload = offload
        self._queue: deque[Pending] = deque()
        self._shared = False  # whether the last commit was that of several
        self._write_turn = threading.Lock()
        self._read_turn = threading.Lock()
        self._writer = self._open()
        self._reader = self._connect()

    def append(self, room: str, body: str) -> int:
        return self.write(room, body).seq

    def write(self, room: str, body: str) -> Entry:
        body.encode()  # what cannot be written must not take the rest of its batch with it
        pending = Pending(room, body)
        self._queue.append(pending)
        # Whoever gets the turn commits all that waits; those behind find theirs already settled.
        with self._write_turn:
            if not pending.settled:
                self._gather()
                self._offload(self._commit, self._drain())
        if pending.error is not None:
            raise pending.error
        return Entry(pending.seq, pending.at, body)

    def since(self, room: str, seq: int) -> list[Entry]:
        with self._read_turn:
            return self._offload(self._since, room, seq)

    def rooms(self) -> list[str]:
        with self._read_turn:
            return self._offload(self._rooms)

    def erase(self, room: str) -> None:
        with self._write_turn:
            self._offload(self._erase, room)

    def probe(self) -> None:
        with self._write_turn:
            self._offload(self._probe)

    def close(self) -> None:
        with self._write_turn, self._read_turn:
            self._writer.close()
            self._reader.close()

    def _gather(self) -> None:
        """While many write at once, wait for some more: a commit costs the same for all of them."""
        if self._shared:
            time.sleep(GATHER_SECONDS)

    def _drain(self) -> list[Pending]:
        batch = [self._queue.popleft() for _ in range(len(self._queue))]
        self._shared = len(batch) > 1
        return batch

    def _commit(self, batch: Sequence[Pending]) -> None:
        try:
            with transaction(self._writer):
                self._insert(batch)
        except Exception as error:  # whatever it was, nothing of the batch is on disk
            for pending in batch:
                pending.seq = 0
                pending.error = LogUnavailable(str(error))

    def _insert(self, batch: Sequence[Pending]) -> None:
        """Write all of it in few statements: after each, Python may make this thread wait."""
        rooms = {pending.room: self._room(self._writer, pending.room) for pending in batch}
        last_seqs = {room: last_seq for room, (last_seq, erased) in rooms.items() if not erased}
        rows: list[tuple[str, int, float, str]] = []
        for pending in batch:
            if pending.room not in last_seqs:
                pending.error = RoomErased(pending.room)
                continue
            pending.seq = last_seqs[pending.room] = last_seqs[pending.room] + 1
            pending.at = time.time()
            rows.append((pending.room, pending.seq, pending.at, pending.body))
        for room, last_seq in last_seqs.items():
            self._writer.execute(
                "INSERT INTO room (code, last_seq) VALUES (?, ?)"
                " ON CONFLICT (code) DO UPDATE SET last_seq = excluded.last_seq",
                (room, last_seq),
            )
        for some in (rows[at : at + ROWS] for at in range(0, len(rows), ROWS)):
            values = ", ".join(["(?, ?, ?, ?)"] * len(some))
            self._writer.execute(
                f"INSERT INTO entry (room, seq, at, body) VALUES {values}",  # noqa: S608
                list(chain.from_iterable(some)),
            )

    def _since(self, room: str, seq: int) -> list[Entry]:
        with availability():
            if self._room(self._reader, room)[1]:
                raise RoomErased(room)
            found = self._reader.execute(
                "SELECT seq, at, body FROM entry WHERE room = ? AND seq > ? ORDER BY seq",
                (room, seq),
            )
            return [Entry(*row) for row in found]

    def _rooms(self) -> list[str]:
        with availability():
            found = self._reader.execute("SELECT code FROM room WHERE NOT erased ORDER BY rowid")
            return [code for (code,) in found]

    def _erase(self, room: str) -> None:
        with availability():
            with transaction(self._writer):
                self._writer.execute("UPDATE room SET erased = 1 WHERE code = ?", (room,))
                self._writer.execute("DELETE FROM entry WHERE room = ?", (room,))
            self._cut_write_ahead_file()

    def _cut_write_ahead_file(self) -> None:
        """Remove what was deleted from the write-ahead file too, which holds it until it is cut."""
        (busy, _, _) = self._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if busy:
            raise LogUnavailable("another program is reading the log")

    def _probe(self) -> None:
        with availability(), transaction(self._writer):
            self._writer.execute("REPLACE INTO probe (id, at) VALUES (1, ?)", (time.time(),))

    @staticmethod
    def _room(connection: sqlite3.Connection, code: str) -> tuple[int, bool]:
        row = connection.execute("SELECT last_seq, erased FROM room WHERE code = ?", (code,))
        last_seq, erased = row.fetchone() or (0, 0)
        return int(last_seq), bool(erased)

    def _open(self) -> sqlite3.Connection:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._path.touch(mode=0o600)
            writer = self._connect()
            with closed_on_error(writer):
                self._migrate(writer)
                writer.execute("PRAGMA journal_mode = WAL")
            return writer
        except (OSError, sqlite3.Error) as error:
            raise LogError(f"The log {self._path} cannot be opened: {error}.") from error

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        with closed_on_error(connection):
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA secure_delete = ON")
        return connection

    def _migrate(self, writer: sqlite3.Connection) -> None:
        with transaction(writer):
            (version,) = writer.execute("PRAGMA user_version").fetchone()
            if version > SCHEMA_VERSION:
                raise LogError(
                    f"The log {self._path} was written by a newer version of Ordmoln"
                    f" (schema {version}, this one knows {SCHEMA_VERSION}): update the program."
                )
            if version == 0:
                if writer.execute("SELECT 1 FROM sqlite_master").fetchone():
                    raise LogError(f"The log {self._path} is a database of another program.")
                for statement in SCHEMA.split(";\n"):
                    writer.execute(statement)
                writer.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")


@contextmanager
def closed_on_error(connection: sqlite3.Connection) -> Iterator[None]:
    """Close the connection if the block raises, so that nothing is left open."""
    try:
        yield
    except BaseException:
        connection.close()
        raise


@contextmanager
def availability() -> Iterator[None]:
    """Raise LogUnavailable for what SQLite raises."""
    try:
        yield
    except sqlite3.Error as error:
        raise LogUnavailable(str(error)) from error


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """BEGIN IMMEDIATE … COMMIT, or ROLLBACK when the block or the commit raises."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
