"""The log in a real SQLite file: numbered without gaps, kept when thanked, gone when erased."""

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from display.live.rooms import Rooms
from display.log import Log, LogError, LogUnavailable, RoomErased, open_log
from display.log import connection as log_connection
from display.log import sqlite as sqlite_log
from display.log.backup import back_up
from display.log.check import check_log

ROOT = Path(__file__).parent.parent
SECRET_WORD = "hemligheten"
APPENDER = """
import sys
from display.log import open_log
log = open_log(sys.argv[1])
for n in range(int(sys.argv[3])):
    print(log.append("ROOM", f"{sys.argv[2]} {n}").seq)
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
    monkeypatch.setattr(log_connection, "BUSY_SECONDS", 0.05)
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
    assert [log.append("ROOM", body).seq for body in ("a", "b", "c")] == [1, 2, 3]
    assert [(entry.seq, entry.body) for entry in log.since("ROOM", 1)] == [(2, "b"), (3, "c")]
    assert log.since("ROOM", 3) == []
    assert log.since("NONE", 0) == []


def test_each_room_has_numbers_of_its_own(log: Log) -> None:
    assert [log.append(room, "x").seq for room in ("B", "A", "B")] == [1, 1, 2]
    assert log.rooms() == ["B", "A"]


def test_entries_are_there_after_the_log_is_opened_again(log: Log, file: Path) -> None:
    log.append("ROOM", "å")
    log.close()
    again = open_log(f"sqlite:///{file}")
    assert bodies(again) == ["å"]
    assert again.append("ROOM", "ä").seq == 2
    again.close()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=200))
def test_a_body_is_given_back_as_it_was_taken(log: Log, body: str) -> None:
    seq = log.append("ROOM", body).seq
    assert bodies(log, seq=seq - 1) == [body]


def test_threads_that_append_at_once_leave_no_gap_and_no_double(log: Log) -> None:
    sent = [f"{n}" for n in range(400)]
    with ThreadPoolExecutor(32) as pool:
        seqs = list(pool.map(lambda body: log.append("ROOM", body).seq, sent))
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
    own = [log.append("ROOM", f"own {n}").seq for n in range(60)]
    outputs = [writer.communicate(timeout=30)[0] for writer in writers]
    seqs = own + [int(line) for output in outputs for line in output.split()]
    assert sorted(seqs) == list(range(1, 181))
    assert len(set(bodies(log))) == 180


def test_a_body_that_cannot_be_written_takes_no_other_with_it(log: Log) -> None:
    def append(body: str) -> int | None:
        try:
            return log.append("ROOM", body).seq
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
            return log.append("ROOM", body).seq
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


def test_an_erasure_that_could_not_be_finished_is_when_nobody_reads_any_more(
    impatient: Log, file: Path
) -> None:
    impatient.append("ROOM", SECRET_WORD)
    with sqlite3.connect(file, isolation_level=None) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM entry").fetchall()
        with pytest.raises(LogUnavailable):
            impatient.erase("ROOM")
        impatient.probe()
        assert impatient.left_over
        assert SECRET_WORD.encode() in bytes_on_disk(file)
        reader.execute("COMMIT")
    reader.close()
    impatient.probe()
    assert not impatient.left_over
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
    assert impatient.append("ROOM", "y").seq == 1
    assert bodies(impatient) == ["y"]


@pytest.mark.parametrize(
    ("pragma", "again", "trouble"),
    [
        ("query_only = ON", "query_only = OFF", "forbidden"),
        ("max_page_count = 1", "max_page_count = 100000", "full"),
    ],
)
def test_why_nothing_can_be_written_is_told_until_it_can(
    log: Log, pragma: str, again: str, trouble: str
) -> None:
    assert isinstance(log, sqlite_log.SQLiteLog)
    assert log.trouble is None
    log._writer.execute(f"PRAGMA {pragma}")
    with pytest.raises(LogUnavailable) as raised:
        log.append("ROOM", "x" * 100_000)
    assert (raised.value.trouble, log.trouble) == (trouble, trouble)
    log._writer.execute(f"PRAGMA {again}")
    log.probe()
    assert log.trouble is None
    assert log.append("ROOM", "y").seq == 1


def test_bodies_that_are_appended_together_are_all_there_or_none(log: Log) -> None:
    assert isinstance(log, sqlite_log.SQLiteLog)
    assert log.append("ROOM", "a", "b")[::2] == (2, "b")
    log._writer.execute("PRAGMA max_page_count = 12")
    with pytest.raises(LogUnavailable):
        log.append("ROOM", "c", "x" * 100_000)
    with pytest.raises(LogUnavailable):
        Rooms(log).open("sv", "x" * 100_000)
    log._writer.execute("PRAGMA max_page_count = 100000")
    assert (log.rooms(), bodies(log)) == (["ROOM"], ["a", "b"])
    assert log.append("ROOM", "c").seq == 3


@pytest.mark.parametrize("name", ["log.db", "log.db-wal"])
def test_nothing_is_thanked_for_that_goes_to_a_file_without_a_name(
    log: Log, file: Path, name: str
) -> None:
    log.append("ROOM", "x")
    moved = (file.parent / name).rename(file.parent / "elsewhere")
    with pytest.raises(LogUnavailable, match="moved or deleted"):
        log.append("ROOM", "y")
    with pytest.raises(LogUnavailable):
        log.probe()
    moved.rename(file.parent / name)
    assert log.append("ROOM", "z").seq == 2


def test_a_log_that_may_not_be_written_is_unavailable_until_it_may(log: Log) -> None:
    assert isinstance(log, sqlite_log.SQLiteLog)
    log._writer.execute("PRAGMA query_only = ON")
    with pytest.raises(LogUnavailable):
        log.append("ROOM", "x")
    with pytest.raises(LogUnavailable):
        log.probe()
    log._writer.execute("PRAGMA query_only = OFF")
    log.probe()
    assert log.append("ROOM", "y").seq == 1


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
    assert log.append("ROOM", "y").seq == 2


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
    with pytest.raises(LogError, match="file is not a database"):
        open_log(f"sqlite:///{file}")
    assert file.read_bytes() == content


@pytest.fixture
def written(tmp_path: Path) -> Path:
    """A closed log with two rooms of 40 entries and one that was erased."""
    path = tmp_path / "written.db"
    log = open_log(f"sqlite:///{path}")
    log.append("GONE", "bort")
    log.erase("GONE")
    write(log)
    log.close()
    return path


@pytest.fixture
def killed(tmp_path: Path) -> Path:
    """The files of such a log whose process was killed: all of it is in the write-ahead file."""
    log = open_log(f"sqlite:///{tmp_path}/running.db")
    write(log)
    for suffix in ("", "-wal", "-shm"):
        shutil.copy(tmp_path / f"running.db{suffix}", tmp_path / f"killed.db{suffix}")
    log.close()
    return tmp_path / "killed.db"


def write(log: Log) -> None:
    for n in range(40):
        log.append("K7QX", f"kort {n}")
        log.append("M3FG", f"en längre text {n} " * 20)


def content(path: Path) -> list[tuple[str, list[str]]]:
    """Return all that the log gives; LogError or LogUnavailable if it is not whole."""
    log = open_log(f"sqlite:///{path}")
    try:
        return [(room, bodies(log, room)) for room in log.rooms()]
    finally:
        log.close()


def copied(path: Path) -> Path:
    """Return a copy of the log, with the files beside it, in the place of the copy before."""
    for suffix in ("", "-wal", "-shm"):
        (path.parent / f"copy.db{suffix}").unlink(missing_ok=True)
        if (part := path.parent / f"{path.name}{suffix}").exists():
            shutil.copy(part, path.parent / f"copy.db{suffix}")
    return path.parent / "copy.db"


def spoil(path: Path, offset: int, bit: int) -> None:
    with path.open("r+b") as file:
        file.seek(offset)
        (byte,) = file.read(1)
        file.seek(offset)
        file.write(bytes([byte ^ 1 << bit]))


def is_refused(path: Path) -> bool:
    try:
        content(path)
    except (LogError, LogUnavailable):
        return True
    return False


def test_a_flipped_bit_anywhere_is_harmless_or_refused(written: Path, full: bool) -> None:
    whole, chance, refused = content(written), Random(1), 0
    size = written.stat().st_size
    for offset in range(size) if full else chance.sample(range(size), 300):
        copy = copied(written)
        spoil(copy, offset, chance.randrange(8))
        if is_refused(copy):
            refused += 1
        else:
            assert content(copy) == whole, offset
    assert refused > size // 10 if full else refused > 30


def test_a_log_cut_off_anywhere_is_refused_unless_all_is_there(written: Path) -> None:
    whole, size = content(written), written.stat().st_size
    for length in (size - 1, size - 4096, size // 2, 5000, 4096, 100, 1):
        copy = copied(written)
        os.truncate(copy, length)
        # A last byte may be one that nothing is written in.
        assert is_refused(copy) or (length == size - 1 and content(copy) == whole), length


def test_a_flipped_bit_in_what_a_killed_process_left_is_refused(killed: Path, full: bool) -> None:
    assert len(content(copied(killed))) == 2
    chance = Random(2)
    size = killed.with_name("killed.db-wal").stat().st_size
    for offset in chance.sample(range(size), 2000 if full else 100):
        copy = copied(killed)
        spoil(copy.with_name("copy.db-wal"), offset, chance.randrange(8))
        assert is_refused(copy), offset


def test_what_a_killed_process_left_is_refused_when_it_is_cut_off(killed: Path) -> None:
    size = killed.with_name("killed.db-wal").stat().st_size
    for length in (size - 1, size // 2, 33, 32, 1, 0):
        copy = copied(killed)
        os.truncate(copy.with_name("copy.db-wal"), length)
        assert is_refused(copy), length


def test_after_a_power_cut_the_commit_that_was_under_way_may_be_torn(killed: Path) -> None:
    copy = copied(killed)
    copy.with_name("copy.db-shm").unlink()
    os.truncate(copy.with_name("copy.db-wal"), copy.with_name("copy.db-wal").stat().st_size - 1)
    assert [len(entries) for _, entries in content(copy)] == [40, 39]


@pytest.mark.parametrize(
    ("change", "damage"),
    [
        ("DELETE FROM entry WHERE room = 'K7QX' AND seq = 7", "39 entries are there of 40"),
        ("DELETE FROM entry WHERE room = 'K7QX' AND seq = 40", "39 entries are there of 40"),
        ("UPDATE entry SET seq = 41 WHERE room = 'K7QX' AND seq = 7", "entries are there of 40"),
        ("UPDATE entry SET body = 'x' WHERE room = 'K7QX' AND seq = 7", "entry 7 is not what was"),
        ("UPDATE entry SET at = 1 WHERE room = 'K7QX' AND seq = 7", "entry 7 is not what was"),
        ("UPDATE entry SET body = x'ff' WHERE room = 'K7QX' AND seq = 7", "entry 7 is not what"),
        ("UPDATE room SET erased = 1 WHERE code = 'K7QX'", "marked as erased, but has entries"),
        ("UPDATE room SET erased = 0 WHERE code = 'GONE'", "0 entries are there of 1"),
        ("DELETE FROM room WHERE code = 'K7QX'", "its entries are there, but not the room"),
    ],
)
def test_damage_is_told_by_room_and_entry_and_refused(
    written: Path, change: str, damage: str
) -> None:
    assert [room.damage for room in check_log(written)] == ["", "", ""]
    with sqlite3.connect(written) as other:
        other.execute(change)
    other.close()
    (found,) = [room.damage for room in check_log(written) if room.damage]
    assert damage in found
    with pytest.raises((LogError, LogUnavailable), match="damaged"):
        content(written)
    with pytest.raises(LogError, match="so no backup was made"):
        back_up(written, written.with_name("backup.db"))
    assert not written.with_name("backup.db").exists()


def test_damage_in_the_names_of_the_tables_is_refused(written: Path) -> None:
    spoil(written, written.read_bytes().index(b"CREATE TABLE entry") + 14, 7)
    for use in (content, check_log):
        with pytest.raises((LogError, LogUnavailable), match="damaged"):
            use(written)


def test_what_cannot_be_read_as_text_is_not_quoted(written: Path) -> None:
    at = written.read_bytes().index(b"kort 7")
    spoil(written, at, 7)
    with pytest.raises(LogUnavailable) as raised:
        content(written)
    assert "ort" not in str(raised.value)


def test_a_log_of_the_version_before_is_brought_up_to_date(written: Path) -> None:
    whole = content(written)
    with sqlite3.connect(written) as older:
        older.executescript("ALTER TABLE entry DROP COLUMN seal; PRAGMA user_version = 1;")
    older.close()
    with pytest.raises(LogError, match="start the server with it first"):
        check_log(written)
    assert content(written) == whole
    assert not any(room.damage for room in check_log(written))


def test_a_damaged_log_of_the_version_before_is_refused_and_left_alone(written: Path) -> None:
    with sqlite3.connect(written) as older:
        older.executescript(
            "ALTER TABLE entry DROP COLUMN seal; PRAGMA user_version = 1;"
            "DELETE FROM entry WHERE seq = 7"
        )
    older.close()
    before = written.read_bytes()
    with pytest.raises(LogError, match="39 entries are there of 40"):
        content(written)
    assert written.read_bytes() == before


def test_a_check_changes_nothing_and_may_be_done_meanwhile(log: Log, file: Path) -> None:
    log.append("ROOM", "x")
    before = [path.read_bytes() for path in (file, file.with_name("log.db-wal"))]
    (room,) = check_log(file)
    assert (room.code, room.entries, room.erased, room.damage) == ("ROOM", 1, False, "")
    assert [path.read_bytes() for path in (file, file.with_name("log.db-wal"))] == before
    assert log.append("ROOM", "y").seq == 2


def test_a_check_of_what_a_killed_process_left_leaves_it_as_it_is(killed: Path) -> None:
    wal = killed.with_name("killed.db-wal")
    before = killed.read_bytes(), wal.read_bytes()
    assert [room.entries for room in check_log(killed)] == [40, 40]
    assert (killed.read_bytes(), wal.read_bytes()) == before


def test_a_backup_holds_all_that_was_thanked_for_before_it_and_is_its_owners_alone(
    log: Log, file: Path
) -> None:
    kept = [f"{n}" for n in range(500)]
    for body in kept:
        log.append("ROOM", body)
    backup = file.with_name("backup.db")
    with ThreadPoolExecutor(1) as pool:
        more = pool.submit(lambda: [log.append("ROOM", "mer").seq for _ in range(200)])
        (room,) = back_up(file, backup)
        more.result()
    assert backup.stat().st_mode & 0o777 == 0o600
    ((_, held),) = content(backup)
    assert held[:500] == kept
    assert len(held) == room.entries
    assert len(bodies(log)) == 700


def test_a_backup_takes_the_place_of_nothing(log: Log, file: Path) -> None:
    log.append("ROOM", "x")
    other = file.with_name("other")
    other.write_text("viktigt")
    with pytest.raises(LogError, match="already: choose another name"):
        back_up(file, other)
    with pytest.raises(LogError, match="cannot be written"):
        back_up(file, file.parent / "none" / "backup.db")
    assert other.read_text() == "viktigt"
