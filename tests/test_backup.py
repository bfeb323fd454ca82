"""`check` and `backup`: what an operator types, on a log in use and on one that is broken."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import requests
from conftest import JSON, ROOT, START_SECONDS, Server
from faults.phones import Loop, Phones


def run(log: Path, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "app.py", "--log", f"sqlite:///{log}", *command],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=START_SECONDS,
        check=False,
    )


def refusal(log: Path, *command: str) -> str:
    """Do what cannot be done; return its one sentence on standard error."""
    ended = run(log, *command)
    assert (ended.returncode, ended.stdout) == (1, "")
    sentence = ended.stderr.rstrip("\n")
    assert "\n" not in sentence
    assert sentence.endswith(".")
    return sentence


def test_a_backup_made_while_answers_pour_in_can_be_put_back(server: Server) -> None:
    server.coach().act("step", question="Vad behövs?", answers_each="unlimited")
    loop = Loop()
    phones = Phones(loop, server.room_url, number=20, seed=1, pause=0.1)
    phones.wait_for(100)
    thanked = dict(phones.thanked)
    copy = server.log.with_name("monday.db")
    made = run(server.log, "backup", str(copy))
    assert (made.returncode, made.stderr) == (0, "")
    assert made.stdout.startswith("1 room with ")
    phones.wait_for(50)
    phones.finish()
    loop.close()
    server.kill()

    for path in server.log.parent.glob("ordmoln.db*"):
        path.rename(path.with_suffix(path.suffix + ".broken"))
    shutil.copy(copy, server.log)
    server.start()
    session = requests.Session()
    session.headers.update(JSON)
    words = server.words()["words"]
    assert len(thanked) <= sum(word["count"] for word in words) <= len(phones.thanked)
    assert server.send("mod").status_code == 201
    assert "Everything in it is as it was written." in run(server.log, "check").stdout


def test_a_check_tells_what_is_there(server: Server) -> None:
    server.send("mod")
    told = run(server.log, "check")
    assert (told.returncode, told.stderr) == (0, "")
    first, room, last = told.stdout.splitlines()
    assert first == f"The log {server.log}: 1 room with 3 entries."
    assert room.startswith(f"{server.code}  3 entries, 2")
    assert last == "Everything in it is as it was written."
    assert server.send("tid").status_code == 201


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (lambda content: content[: len(content) // 2 + 100], "malformed"),
        (lambda content: content.replace(b"Vad", b"Vem", 1), "entry 2 is not what was written"),
    ],
)
def test_a_broken_log_is_told_by_check_and_start_and_never_served(
    server: Server, spoil: Callable[[bytes], bytes], sentence: str
) -> None:
    for n in range(60):
        server.send("mod", key=f"key-{n}")
    server.stop()
    server.log.write_bytes(spoil(server.log.read_bytes()))
    told = run(server.log, "check")
    assert told.returncode == 1
    assert sentence in told.stdout + told.stderr
    assert "put a backup in its place, as the README says" in told.stdout + told.stderr
    with pytest.raises(AssertionError, match=sentence) as refused:
        server.start()
    assert "put a backup in its place, as the README says" in str(refused.value)
    backup = server.log.with_name("backup.db")
    assert sentence in refusal(server.log, "backup", str(backup))
    assert not backup.exists()


def test_what_cannot_be_done_is_told_in_one_sentence(server: Server) -> None:
    none = server.log.with_name("none.db")
    assert f"There is no log at {none}" in refusal(none, "check")
    assert not none.exists()
    assert "already: choose another name" in refusal(server.log, "backup", str(server.log))
    assert "The commands are" in refusal(server.log, "backup")
    assert "The commands are" in refusal(server.log, "restore", "it")
