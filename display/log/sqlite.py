"""The log in an SQLite file: one writer, a group of entries to a commit, synced before thanked."""

import os
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from itertools import chain
from pathlib import Path

from display.log.base import Entry, LogError, LogUnavailable, Offload, RoomErased, Trouble
from display.log.check import (
    changed,
    refuse_broken_pages,
    refuse_broken_rooms,
    refuse_lost_commits,
)
from display.log.connection import at_once, availability, closed_on_error, connect, transaction
from display.log.schema import is_sealed, prepare, seal

GATHER_SECONDS = 0.003
RECENT_SECONDS = 0.005  # since several were committed together: more are likely
ROWS = 500  # of a statement; SQLite takes no more than 32,766 values in one


class Pending:
    """Entries on their way to the disk, and what became of them."""

    def __init__(self, room: str, bodies: Sequence[str]) -> None:
        self.room = room
        self.bodies = bodies
        self.seq = 0  # of the last
        self.at = 0.0
        self.error: Exception | None = None

    @property
    def settled(self) -> bool:
        return self.seq > 0 or self.error is not None


class SQLiteLog:
    """A log in the file at `path`, which is made if missing. LogError if it cannot be used."""

    def __init__(self, path: Path, offload: Offload) -> None:
        self._path = path
        self._offload = offload
        self._queue: deque[Pending] = deque()
        self._shared_at = float("-inf")  # when several were last committed together
        self._write_turn = threading.Lock()
        self._read_turn = threading.Lock()
        self._trouble: Trouble | None = None
        self._left_over = True  # perhaps: the server before this may have been killed
        self._writer, self._reader = self._open()
        self._files = self._files_now()

    @property
    def trouble(self) -> Trouble | None:
        return self._trouble

    @property
    def left_over(self) -> bool:
        return self._left_over

    def append(self, room: str, *bodies: str) -> Entry:
        "".join(bodies).encode()  # what cannot be written must not take the rest of its batch along
        pending = Pending(room, bodies)
        self._queue.append(pending)
        # Whoever gets the turn commits all that waits; those behind find theirs already settled.
        with self._write_turn:
            if not pending.settled:
                self._gather()
                self._commit_all()
        if pending.error is not None:
            raise pending.error
        return Entry(pending.seq, pending.at, bodies[-1])

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
        if time.monotonic() - self._shared_at < RECENT_SECONDS:
            time.sleep(GATHER_SECONDS)

    def _commit_all(self) -> None:
        batch = [self._queue.popleft() for _ in range(len(self._queue))]
        self._offload(self._commit, batch)
        if len(batch) > 1:
            self._shared_at = time.monotonic()

    def _commit(self, batch: Sequence[Pending]) -> None:
        try:
            self._write(lambda: self._insert(batch))
        except Exception as error:  # whatever it was, nothing of the batch is on disk
            if not isinstance(error, LogUnavailable):
                error = LogUnavailable("failed", str(error))
            for pending in batch:
                pending.seq = 0
                pending.error = error

    def _write(self, work: Callable[[], object]) -> None:
        """Do the work in a transaction; LogUnavailable, and nothing done, if that fails."""
        try:
            self._refuse_other_files()
            with availability(), transaction(self._writer):
                work()
        except LogUnavailable as error:
            self._trouble = error.trouble
            raise
        self._trouble = None

    def _refuse_other_files(self) -> None:
        """Raise LogUnavailable where what is written would be in files that have no name any more.

        SQLite goes on writing to them, and all of it would be gone with the process.
        """
        if self._files_now() != self._files:
            raise LogUnavailable("moved")

    def _files_now(self) -> list[tuple[int, int]]:
        """Return which files lie where the log and its write-ahead file are."""
        found = []
        for path in (self._path, self._path.with_name(f"{self._path.name}-wal")):
            try:
                status = os.stat(path)
            except OSError:
                continue
            found.append((status.st_dev, status.st_ino))
        return found

    def _insert(self, batch: Sequence[Pending]) -> None:
        """Write all of it in few statements: after each, Python may make this thread wait."""
        codes = {pending.room for pending in batch}
        rooms = {code: self._room(self._writer, code) for code in codes}
        last_seqs = {room: last_seq for room, (last_seq, erased) in rooms.items() if not erased}
        rows: list[tuple[str, int, float, str, int]] = []
        for pending in batch:
            if pending.room not in last_seqs:
                pending.error = RoomErased(pending.room)
                continue
            pending.at = time.time()
            for seq, body in enumerate(pending.bodies, last_seqs[pending.room] + 1):
                pending.seq = last_seqs[pending.room] = seq
                entry = (pending.room, seq, pending.at, body)
                rows.append((*entry, seal(*entry)))
        for room, last_seq in last_seqs.items():
            self._writer.execute(
                "INSERT INTO room (code, last_seq) VALUES (?, ?)"
                " ON CONFLICT (code) DO UPDATE SET last_seq = excluded.last_seq",
                (room, last_seq),
            )
        for some in (rows[at : at + ROWS] for at in range(0, len(rows), ROWS)):
            values = ", ".join(["(?, ?, ?, ?, ?)"] * len(some))
            self._writer.execute(
                f"INSERT INTO entry (room, seq, at, body, seal) VALUES {values}",  # noqa: S608
                list(chain.from_iterable(some)),
            )

    def _since(self, room: str, seq: int) -> list[Entry]:
        with availability(), transaction(self._reader, "DEFERRED"):
            last_seq, erased = self._room(self._reader, room)
            if erased:
                raise RoomErased(room)
            rows = self._reader.execute(
                "SELECT seq, at, body, seal FROM entry WHERE room = ? AND seq > ? ORDER BY seq",
                (room, seq),
            ).fetchall()
        for expected, row in enumerate(rows, seq + 1):
            if row[0] != expected or not is_sealed(room, *row):
                raise LogUnavailable("damaged", f"room {room}: {changed(expected)}")
        if seq + len(rows) < last_seq:
            raise LogUnavailable("damaged", f"room {room}: entry {last_seq} is missing")
        return [Entry(*row[:3]) for row in rows]

    def _rooms(self) -> list[str]:
        with availability():
            found = self._reader.execute("SELECT code FROM room WHERE NOT erased ORDER BY rowid")
            return [code for (code,) in found]

    def _erase(self, room: str) -> None:
        self._write(lambda: self._delete(room))
        self._left_over = True
        self._cut_write_ahead_file()
        if self._left_over:
            raise LogUnavailable("busy", "it is being read")

    def _delete(self, room: str) -> None:
        self._writer.execute("UPDATE room SET erased = 1 WHERE code = ?", (room,))
        self._writer.execute("DELETE FROM entry WHERE room = ?", (room,))

    def _cut_write_ahead_file(self) -> None:
        """Remove what was deleted from the write-ahead file too, unless another reads in it now."""
        with availability():
            (busy, _, _) = self._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        self._left_over = bool(busy)

    def _probe(self) -> None:
        mark = "REPLACE INTO probe (id, at) VALUES (1, ?)"
        self._write(lambda: self._writer.execute(mark, (time.time(),)))
        if self._left_over:
            with at_once(self._writer):  # answers wait meanwhile
                self._cut_write_ahead_file()

    @staticmethod
    def _room(connection: sqlite3.Connection, code: str) -> tuple[int, bool]:
        row = connection.execute("SELECT last_seq, erased FROM room WHERE code = ?", (code,))
        last_seq, erased = row.fetchone() or (0, 0)
        return int(last_seq), bool(erased)

    def _open(self) -> tuple[sqlite3.Connection, sqlite3.Connection]:
        """Return a connection to write and one to read a log that is whole; LogError if not."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._path.touch(mode=0o600)
            refuse_lost_commits(self._path)
            with availability():
                return self._connected()
        except OSError as error:
            raise LogError(
                f"The log {self._path} cannot be opened ({error.strerror}):"
                f" choose another with --log."
            ) from error
        except LogUnavailable as error:
            raise LogError(f"The log {self._path} cannot be used: {error}.") from error

    def _connected(self) -> tuple[sqlite3.Connection, sqlite3.Connection]:
        writer = connect(self._path)
        with closed_on_error(writer):
            with transaction(writer):
                refuse_broken_pages(writer)
                prepare(writer, self._path)
                refuse_broken_rooms(writer)
            writer.execute("PRAGMA journal_mode = WAL")
            reader = connect(self._path)
        with closed_on_error(writer), closed_on_error(reader):
            reader.execute("SELECT 1 FROM probe").fetchall()  # makes the write-ahead file
        return writer, reader
