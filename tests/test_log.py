"""The log in a real SQLite file: numbered without gaps, kept when thanked, gone when erased."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from display.log import Log, LogError, LogUnavailable, RoomErased, open_log
from display.log import sqlite as sqlite_log

ROOT = Path(__file__).parent.parent
SECRET_WORD = "hemligheten"
APPENDER = """
import sys
from display.log import open_log
log = open_log(sys.argv[1])
for n in range(int(sys.argv[3])):
    print(log.append("ROOM", f"{sys.argv[2]} {n}"))
log.close()
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "log.db"


@pytest.fixture
def log(file: Path) -> Iterator[Log]:
    opened = open_log(f"sqlite:///{file}")
    yield opened
    opened.close()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch, file: Path) -> Iterator[Log]:
    """A log that gives up at once when another program holds the file."""
    monkeypatch.setattr(sqlite_log, "BUSY_SECONDS", 0.05)
    opened = open_log(f"sqlite:///{file}")
    yield opened
    opened.close()


@pytest.fixture
def other(log: Log, file: Path) -> Iterator[sqlite3.Connection]:
    """Another program that has the file open."""
    connection = sqlite3.connect(file, isolation_level=None)
    yield connection
    connection.close()


def bodies(log: Log, room: str = "ROOM", seq: int = 0) -> list[str]:
    return [entry.body for entry in log.since(room, seq)]


def bytes_on_disk(file: Path) -> bytes:
    """Return all that the log's files hold, the write-ahead file too."""
    return b"".join(path.read_bytes() for path in sorted(file.parent.iterdir()))


def test_entries_are_numbered_from_1_and_read_from_any_number(log: Log) -> None:
    assert [log.append("ROOM", body) for body in ("a", "b", "c")] == [1, 2, 3]
    assert [(entry.seq, entry.body) for entry in log.since("ROOM", 1)] == [(2, "b"), (3, "c")]
    assert log.since("ROOM", 3) == []
    assert log.since("NONE", 0) == []


def test_each_room_has_numbers_of_its_own(log: Log) -> None:
    assert [log.append(room, "x") for room in ("B", "A", "B")] == [1, 1, 2]
    assert log.rooms() == ["B", "A"]


def test_entries_are_there_after_the_log_is_opened_again(log: Log, file: Path) -> None:
    log.append("ROOM", "å")
    log.close()
    again = open_log(f"sqlite:///{file}")
    assert bodies(again) == ["å"]
    assert again.append("ROOM", "ä") == 2
    again.close()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=200))
def test_a_body_is_given_back_as_it_was_taken(log: Log, body: str) -> None:
    seq = log.append("ROOM", body)
    assert bodies(log, seq=seq - 1) == [body]


def test_threads_that_append_at_once_leave_no_gap_and_no_double(log: Log) -> None:
    sent = [f"{n}" for n in range(400)]
    with ThreadPoolExecutor(32) as pool:
        seqs = list(pool.map(lambda body: log.append("ROOM", body), sent))
    assert sorted(seqs) == list(range(1, 401))
    held = {entry.seq: entry.body for entry in log.since("ROOM", 0)}
    assert held == dict(zip(seqs, sent, strict=True))


def test_processes_that_append_at_once_leave_no_gap_and_no_double(log: Log, file: Path) -> None:
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", APPENDER, f"sqlite:///{file}", name, "60"],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        for name in ("one", "two")
    ]
    own = [log.append("ROOM", f"own {n}") for n in range(60)]
    outputs = [writer.communicate(timeout=30)[0] for writer in writers]
    seqs = own + [int(line) for output in outputs for line in output.split()]
    assert sorted(seqs) == list(range(1, 181))
    assert len(set(bodies(log))) == 180


def test_a_body_that_cannot_be_written_takes_no_other_with_it(log: Log) -> None:
    def append(body: str) -> int | None:
        try:
            return log.append("ROOM", body)
        except ValueError:
            return None

    sent = ["\ud800" if n % 5 == 0 else f"{n}" for n in range(200)]
    with ThreadPoolExecutor(16) as pool:
        seqs = list(pool.map(append, sent))
    kept = {entry.seq: entry.body for entry in log.since("ROOM", 0)}
    assert kept == {seq: body for seq, body in zip(seqs, sent, strict=True) if seq}
    assert len(kept) == 160


def test_a_batch_that_fails_is_thanked_for_by_nobody(log: Log, other: sqlite3.Connection) -> None:
    other.execute(
        "CREATE TRIGGER refuse BEFORE INSERT ON entry WHEN NEW.body = 'poison'"
        " BEGIN SELECT RAISE(ABORT, 'no'); END"
    )

    def append(body: str) -> int | None:
        try:
            return log.append("ROOM", body)
        except LogUnavailable:
            return None

    sent = ["poison" if n % 20 == 0 else f"{n}" for n in range(200)]
    with ThreadPoolExecutor(16) as pool:
        seqs = list(pool.map(append, sent))
    kept = {entry.seq: entry.body for entry in log.since("ROOM", 0)}
    assert kept == {seq: body for seq, body in zip(seqs, sent, strict=True) if seq}


def test_an_erased_room_leaves_nothing_of_what_was_said(log: Log, file: Path) -> None:
    for n in range(300):
        log.append("ROOM", f"{SECRET_WORD} {n}" * 20)
        log.append("REST", "annat")
    assert SECRET_WORD.encode() in bytes_on_disk(file)
    log.erase("ROOM")
    assert SECRET_WORD.encode() not in bytes_on_disk(file)
    assert log.rooms() == ["REST"]
    assert len(log.since("REST", 0)) == 300


def test_an_erased_room_takes_and_gives_nothing_more(log: Log, file: Path) -> None:
    log.append("ROOM", "x")
    log.erase("ROOM")
    again = open_log(f"sqlite:///{file}")
    for opened in (log, again):
        with pytest.raises(RoomErased):
            opened.append("ROOM", "y")
        with pytest.raises(RoomErased):
            opened.since("ROOM", 0)
        opened.erase("ROOM")
    again.close()


def test_an_erasure_that_cannot_be_finished_says_so_and_can_be_done_again(
    impatient: Log, file: Path
) -> None:
    impatient.append("ROOM", SECRET_WORD)
    with sqlite3.connect(file, isolation_level=None) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM entry").fetchall()
        with pytest.raises(LogUnavailable):
            impatient.erase("ROOM")
        reader.execute("COMMIT")
    reader.close()
    impatient.erase("ROOM")
    assert SECRET_WORD.encode() not in bytes_on_disk(file)


def test_a_log_that_another_program_holds_is_unavailable_until_it_is_let_go(
    impatient: Log, file: Path
) -> None:
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(LogUnavailable):
        impatient.append("ROOM", "x")
    with pytest.raises(LogUnavailable):
        impatient.probe()
    with pytest.raises(LogUnavailable):
        impatient.erase("ROOM")
    other.execute("COMMIT")
    other.close()
    impatient.probe()
    assert impatient.append("ROOM", "y") == 1
    assert bodies(impatient) == ["y"]


def test_a_log_that_may_not_be_written_is_unavailable_until_it_may(log: Log) -> None:
    assert isinstance(log, sqlite_log.SQLiteLog)
    log._writer.execute("PRAGMA query_only = ON")
    with pytest.raises(LogUnavailable):
        log.append("ROOM", "x")
    with pytest.raises(LogUnavailable):
        log.probe()
    log._writer.execute("PRAGMA query_only = OFF")
    log.probe()
    assert log.append("ROOM", "y") == 1


def test_a_log_whose_tables_are_damaged_is_unavailable_for_reading_too(
    log: Log, other: sqlite3.Connection
) -> None:
    other.execute("ALTER TABLE entry RENAME TO lost")
    for use in (lambda: log.since("ROOM", 0), lambda: log.append("ROOM", "x")):
        with pytest.raises(LogUnavailable):
            use()
    other.execute("ALTER TABLE room RENAME TO lost_too")
    with pytest.raises(LogUnavailable):
        log.rooms()


def test_a_probe_adds_no_entry(log: Log) -> None:
    log.append("ROOM", "x")
    log.probe()
    log.probe()
    assert log.append("ROOM", "y") == 2


def test_a_closed_log_is_unavailable(log: Log) -> None:
    log.close()
    with pytest.raises(LogUnavailable):
        log.append("ROOM", "x")


def test_only_the_owner_may_read_the_log(log: Log, file: Path) -> None:
    log.append("ROOM", "x")
    assert {path.stat().st_mode & 0o777 for path in file.parent.glob("log.db*")} == {0o600}


def test_every_commit_is_synced_to_a_write_ahead_file(log: Log) -> None:
    assert isinstance(log, sqlite_log.SQLiteLog)
    (full,) = log._writer.execute("PRAGMA synchronous").fetchone()
    (mode,) = log._writer.execute("PRAGMA journal_mode").fetchone()
    assert (full, mode) == (2, "wal")


def test_a_new_folder_for_the_log_is_its_owners_alone(tmp_path: Path) -> None:
    open_log(f"sqlite:///{tmp_path}/new/log.db").close()
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o700


def test_a_name_that_sqlite_reads_its_own_way_is_a_file_as_any(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    log = open_log("sqlite:///:memory:")
    log.append("ROOM", "x")
    assert bodies(log) == ["x"]
    log.close()
    assert (tmp_path / ":memory:").stat().st_size > 0


@pytest.mark.parametrize("url", ["redis://localhost", "log.db", "", "sqlite:/log.db"])
def test_an_address_of_no_known_kind_is_refused(url: str) -> None:
    with pytest.raises(LogError, match="not understood"):
        open_log(url)


def test_a_newer_schema_is_refused_and_left_alone(log: Log, file: Path) -> None:
    log.close()
    with sqlite3.connect(file) as newer:
        newer.execute("PRAGMA user_version = 99")
    newer.close()
    before = file.read_bytes()
    with pytest.raises(LogError, match="newer version"):
        open_log(f"sqlite:///{file}")
    assert file.read_bytes() == before


def test_a_database_of_another_program_is_refused_and_left_alone(file: Path) -> None:
    with sqlite3.connect(file) as foreign:
        foreign.execute("CREATE TABLE customer (name TEXT)")
    foreign.close()
    before = file.read_bytes()
    with pytest.raises(LogError, match="another program"):
        open_log(f"sqlite:///{file}")
    assert file.read_bytes() == before


@pytest.mark.parametrize("content", [b"this is no database" * 100, os.urandom(8192)])
def test_a_file_that_is_no_database_is_refused_and_left_alone(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    with pytest.raises(LogError, match="cannot be opened"):
        open_log(f"sqlite:///{file}")
    assert file.read_bytes() == content
