"""Faults made on purpose under load: nothing is lost, nothing counts twice, everything comes back.

With --full they are made at their full number and length.
"""

import os
import resource
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from random import Random

import pytest
import requests
from conftest import JSON, WAIT_SECONDS, Server
from faults.lists import expect_equal_lists, keys_in_log
from faults.phones import Loop, Phones
from faults.proxy import CALM, Faults, Proxy
from pages import OpenPage
from playwright.sync_api import Page, expect

from display.log import open_log
from display.room.events import (
    AnswerGiven,
    ClockStarted,
    FiguresChosen,
    Plan,
    QuestionAsked,
    RoomOpened,
    StepPlanned,
    StepStarted,
    encode,
)

Fault = Callable[[Server, float], AbstractContextManager[None]]

SEED = 1
# Root may write to every file; without this right it is as anybody else.
AS_ANYBODY = ["setpriv", "--bounding-set=-dac_override"] if os.geteuid() == 0 else []
HOUR = 3600.0
RECOVERY_MS = 30_000
HOLDER = """
import sqlite3, sys
held = sqlite3.connect(sys.argv[1], isolation_level=None)
held.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def loop() -> Iterator[Loop]:
    running = Loop()
    yield running
    running.close()


@pytest.fixture
def hall(server: Server) -> Server:
    """A server whose question takes as many words from each as they like."""
    server.coach().act("step", question="Vad behövs?", answers_each="unlimited").raise_for_status()
    return server


def counts(server: Server) -> dict[str, int]:
    return {word["word"]: word["count"] for word in server.words()["words"]}


def wait_until_healthy(server: Server) -> None:
    """Wait until /healthz says so; what it says may be a second old."""
    deadline = time.monotonic() + WAIT_SECONDS
    while requests.get(f"{server.url}/healthz", timeout=WAIT_SECONDS).status_code != 200:
        assert time.monotonic() < deadline
        time.sleep(0.1)


def open_stage(server: Server, open_page: OpenPage) -> Page:
    return open_page(f"{server.room_url}/stage", (1280, 720))


def test_killed_at_random_moments_of_a_burst_it_loses_and_doubles_nothing(
    hall: Server, loop: Loop, open_page: OpenPage, full: bool
) -> None:
    stage = open_stage(hall, open_page)
    chance = Random(SEED)
    phones = Phones(loop, hall.room_url, number=60, seed=SEED, pause=1)
    for _ in range(20 if full else 4):
        phones.wait_for(chance.randrange(5, 60))
        time.sleep(chance.uniform(0, 0.05))  # no event tells of the middle of a commit
        hall.kill()
        hall.start()
    phones.wait_for(20)
    phones.finish()
    expect_equal_lists(phones, hall.log, counts(hall), stage)
    assert phones.cut_off > 0
    assert hall.words()["participants"] == 60


def test_a_network_that_loses_delays_and_cuts_changes_no_count(
    hall: Server, loop: Loop, open_page: OpenPage, full: bool
) -> None:
    stage = open_stage(hall, open_page)
    proxy = Proxy(loop, hall.port, Faults(), SEED)
    url = f"{proxy.listen()}/{hall.code}"
    phones = Phones(loop, url, number=80, seed=SEED, pause=0.5)
    phones.wait_for(1500 if full else 250)
    proxy.faults = CALM
    phones.finish()
    proxy.close()
    expect_equal_lists(phones, hall.log, counts(hall), stage)
    assert min(proxy.made.values()) > 10


@contextmanager
def full_disk(server: Server, seconds: float) -> Iterator[None]:
    """No file of the server's may grow any more, as on a disk without room."""
    assert server.process is not None
    pid, (_, most) = server.process.pid, resource.getrlimit(resource.RLIMIT_FSIZE)
    grown = max(path.stat().st_size for path in server.log.parent.iterdir())
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (grown + 100, most))
    yield
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (most, most))


@contextmanager
def moved(server: Server, seconds: float) -> Iterator[None]:
    """The folder with the log is somewhere else."""
    elsewhere = server.log.parent.rename(server.log.parent.with_name("elsewhere"))
    yield
    elsewhere.rename(server.log.parent)


@contextmanager
def held(server: Server, seconds: float) -> Iterator[None]:
    """Another process holds the log."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(server.log)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        began = time.monotonic()
        yield
        time.sleep(max(0.0, seconds - (time.monotonic() - began)))


@pytest.mark.parametrize(
    ("fault", "troubles", "advice"),
    [
        pytest.param(
            full_disk,
            {"full", "failed"},
            "Just nu kan inget sparas",
            marks=pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="not on this system"),
        ),
        (moved, {"moved"}, "har flyttats eller tagits bort"),
        (held, {"busy"}, "Ett annat program använder"),
    ],
)
def test_while_nothing_can_be_saved_phones_wait_the_stage_stays_and_the_coach_is_told(
    tmp_path: Path,
    loop: Loop,
    open_page: OpenPage,
    fault: Fault,
    troubles: set[str],
    advice: str,
    full: bool,
) -> None:
    (tmp_path / "log").mkdir()
    server = Server(tmp_path / "log")
    server.errors = tmp_path / "stderr.txt"
    server.start()
    try:
        server.coach().act("step", question="Vad behövs?", answers_each="unlimited")
        stage = open_stage(server, open_page)
        coach, phone = open_page(server.coach_url), open_page(server.room_url)
        phones = Phones(loop, server.room_url, number=20, seed=SEED, pause=1)
        phones.wait_for(40)
        phone.locator("#field").fill("tålamod")
        with fault(server, 10 if full else 0):
            phones.wait_until_told_to_wait(5)
            health = requests.get(f"{server.url}/healthz", timeout=WAIT_SECONDS)
            assert health.status_code == 503
            assert health.json()["trouble"] in troubles
            phone.locator("#answer button").click()
            expect(coach.locator("#trouble")).to_be_visible(timeout=RECOVERY_MS)
            expect(coach.locator("#trouble")).to_contain_text(advice)
            expect(phone.locator("#receipt")).to_contain_text("«tålamod»", timeout=RECOVERY_MS)
            assert stage.locator("#cloud text").count() > 0
        expect(phone.locator("#receipt")).to_contain_text("Tack!", timeout=RECOVERY_MS)
        expect(coach.locator("#trouble")).to_be_hidden(timeout=RECOVERY_MS)
        phones.wait_for(20)
        wait_until_healthy(server)
        phones.finish()
        (key,) = keys_of_others(server, phones)
        phones.thanked[key] = "tålamod"
        expect_equal_lists(phones, server.log, counts(server), stage)
        assert len(server.errors.read_text().splitlines()) < 10  # not one for each phone
        server.stop()
        server.start()
        expect_equal_lists(phones, server.log, counts(server), stage)
    finally:
        if server.running:
            server.kill()


def keys_of_others(server: Server, phones: Phones) -> set[str]:
    """Return the keys in the log that none of these phones made."""
    return keys_in_log(server.log) - set(phones.thanked)


def test_a_coach_is_told_when_the_log_cannot_even_be_read(
    hall: Server, open_page: OpenPage
) -> None:
    coach = open_page(hall.coach_url)
    with closing(sqlite3.connect(hall.log)) as other:
        other.execute("ALTER TABLE entry RENAME TO lost")
        expect(coach.locator("#trouble")).to_contain_text("Säg till den som sköter datorn.")
        assert hall.send("mod", key="one").status_code == 503
        other.execute("ALTER TABLE lost RENAME TO entry")
    expect(coach.locator("#trouble")).to_be_hidden(timeout=RECOVERY_MS)
    assert hall.send("mod", key="one").status_code == 201


def test_who_scans_a_card_while_nothing_can_be_saved_is_told_to_wait(tmp_path: Path) -> None:
    (tmp_path / "log").mkdir()
    server = Server(tmp_path / "log")
    server.errors = tmp_path / "stderr.txt"
    server.start()
    try:
        server.coach().act("tables", names="Eldkvarn").raise_for_status()
        with moved(server, 0):
            scanned = requests.get(f"{server.room_url}/1", timeout=WAIT_SECONDS)
            chosen = requests.post(
                f"{server.room_url}/table", json={"table": 1}, headers=JSON, timeout=WAIT_SECONDS
            )
        for reply in (scanned, chosen):
            assert reply.status_code == 503
            assert int(reply.headers["Retry-After"]) > 0
        assert 'id="question"' in scanned.text
        assert chosen.json()["error"] == "unavailable"
        assert "ERROR" not in server.errors.read_text()  # nor a line for each phone
    finally:
        server.kill()


def test_a_log_made_read_only_is_told_at_the_next_start_and_nothing_is_lost(
    tmp_path: Path, loop: Loop, open_page: OpenPage
) -> None:
    folder = tmp_path / "log"
    folder.mkdir()
    server = Server(folder)
    server.errors = tmp_path / "stderr.txt"
    server.command = [*AS_ANYBODY, *server.command]
    server.start()
    server.coach().act("step", question="Vad behövs?", answers_each="unlimited")
    stage = open_stage(server, open_page)
    phones = Phones(loop, server.room_url, number=20, seed=SEED, pause=0.5)
    phones.wait_for(20)
    for path in folder.iterdir():
        path.chmod(0o400)
    folder.chmod(0o500)
    phones.wait_for(40)  # it holds the file open, so these are kept all the same
    phones.finish()
    server.kill()
    with pytest.raises(AssertionError, match="may not be opened or written to: let the user who"):
        server.start()
    folder.chmod(0o700)
    for path in folder.iterdir():
        path.chmod(0o600)
    server.start()
    expect_equal_lists(phones, server.log, counts(server), stage)
    server.kill()


def test_a_laptop_that_slept_goes_on_where_it_was(
    hall: Server, loop: Loop, open_page: OpenPage, full: bool
) -> None:
    stage, phone = open_stage(hall, open_page), open_page(hall.room_url)
    phones = Phones(loop, hall.room_url, number=30, seed=SEED, pause=0.5)
    phones.wait_for(30)
    assert hall.process is not None
    hall.process.send_signal(signal.SIGSTOP)
    time.sleep(120 if full else 7)  # longer than phones wait for a thank; in full, than for a ping
    hall.process.send_signal(signal.SIGCONT)
    phones.wait_for(60)
    phones.finish()
    expect_equal_lists(phones, hall.log, counts(hall), stage)
    hall.coach().act("step", question="Och nu då?")
    for page in (stage, phone):
        expect(page.locator("#question")).to_have_text("Och nu då?", timeout=RECOVERY_MS)


def test_a_server_that_gets_another_address_is_found_again(
    hall: Server, loop: Loop, open_page: OpenPage
) -> None:
    proxy = Proxy(loop, hall.port)
    url = f"{proxy.listen()}/{hall.code}"
    stage, phone = open_page(f"{url}/stage", (1280, 720)), open_page(url)
    phones = Phones(loop, url, number=20, seed=SEED, pause=0.5)
    for address in ("127.0.0.2", "127.0.0.3"):
        phones.wait_for(30)
        proxy.move_target(address)
    phones.wait_for(30)
    phones.finish()
    expect_equal_lists(phones, hall.log, counts(hall), stage)
    assert hall.words()["participants"] == 20
    hall.coach().act("step", question="Och nu då?")
    for page in (stage, phone):
        expect(page.locator("#question")).to_have_text("Och nu då?", timeout=RECOVERY_MS)
    proxy.close()


def test_a_clock_that_was_set_back_stops_no_clock_and_no_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = time.time() + HOUR
    server = Server(tmp_path)
    with monkeypatch.context() as wall:
        wall.setattr(time, "time", lambda: later)
        log = open_log(f"sqlite:///{server.log}")
        for event in (
            RoomOpened("sv"),
            QuestionAsked("Är ljudet på?"),
            StepPlanned(Plan("Vad behövs?", answers_each=None, seconds=300), 1),
            StepStarted(2),
            ClockStarted(2, later),
            FiguresChosen(False, False),
            *(AnswerGiven(2, "någon", f"key-{n}", "mod") for n in range(30)),
        ):
            log.append("K7QX", encode(event))
        log.close()
    server.start()
    try:
        for n in range(5):
            assert server.send("tid", key=f"later-{n}").status_code == 201
        status = server.coach().act("figures", counts="on", participants="on").json()
        clock = status["clock"]
        assert 290 < clock["left"] - (status["now"] - clock["since"]) <= 300
        assert status["per_minute"] == 5
        assert counts(server) == {"mod": 30, "tid": 5}
    finally:
        server.kill()
