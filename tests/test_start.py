"""Starting and stopping: links, settings, one sentence if it cannot start, nothing lost after."""

import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests
from conftest import ROOT, START_SECONDS, Server, Watcher, free_port
from hypothesis import given
from hypothesis import strategies as st
from pages import OpenPage

from display.addresses import Address, local_addresses, rank
from display.log import open_log
from display.settings import StartError, read_secret, read_settings

APP = [sys.executable, "app.py"]
STOP_SECONDS = 3
FIRST_START_SECONDS = 300
CODE = "[CDFGHJKMNPQRTVWX34679]{4}"


@contextmanager
def started(
    *options: str,
    lines: int = 3,
    folder: Path = ROOT,
    seconds: float = START_SECONDS,
    **environment: str,
) -> Iterator[list[str]]:
    """Start the program of this folder; give the first lines that it prints."""
    process = subprocess.Popen(
        [*APP, *options], cwd=folder, env=environment, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    timeout = threading.Timer(seconds, process.kill)
    timeout.start()
    try:
        yield [process.stdout.readline().rstrip() for _ in range(lines)]
    finally:
        timeout.cancel()
        process.kill()
        process.wait()
        process.stdout.close()


def refusal(*options: str) -> str:
    """Start the program, which cannot; return its one sentence on standard error."""
    ended = subprocess.run(
        [*APP, *options],
        cwd=ROOT,
        env={},
        capture_output=True,
        text=True,
        timeout=START_SECONDS,
        check=False,
    )
    assert (ended.returncode, ended.stdout) == (1, "")
    assert "Traceback" not in ended.stderr
    sentence = ended.stderr.rstrip("\n")
    assert "\n" not in sentence
    assert sentence.endswith(".")
    return sentence


@pytest.fixture
def log(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/log.db"


def test_it_prints_a_link_for_coach_stage_and_phones(log: str) -> None:
    port = free_port()
    with started("--port", str(port), "--log", log) as (coach, stage, phones):
        found = re.fullmatch(
            rf"Coach   http://localhost:{port}/({CODE})/coach\?key=[\w-]{{20,}}", coach
        )
        assert found
        assert stage == f"Stage   http://localhost:{port}/{found[1]}/stage"
        assert phones == f"Phones  http://{local_addresses()[0].ip}:{port}/{found[1]}"
        for line in (coach, stage):
            assert requests.get(line.split()[1], timeout=10).status_code == 200


def test_it_listens_where_it_is_told_to_and_says_so(log: str) -> None:
    port = free_port()
    with started("--host", "127.0.0.2", "--port", str(port), "--log", log) as lines:
        assert all(f" http://127.0.0.2:{port}/" in line for line in lines)
        assert requests.get(lines[2].split()[1], timeout=10).status_code == 200
        with pytest.raises(requests.ConnectionError):
            requests.get(f"http://127.0.0.1:{port}/", timeout=10)


def test_every_link_has_the_public_address_if_there_is_one(log: str) -> None:
    options = ("--port", str(free_port()), "--log", log)
    with started(*options, "--public-url", "https://Ordmoln.example.se/", lines=4) as printed:
        links = [re.sub("key=.*", "key=", link) for link in printed]
        code = links[2][-4:]
        assert links == [
            f"Coach   https://ordmoln.example.se/{code}/coach?key=",
            f"Stage   https://ordmoln.example.se/{code}/stage",
            f"Phones  https://ordmoln.example.se/{code}",
            "Rooms   https://ordmoln.example.se/rooms?key=",
        ]


def test_settings_come_from_the_environment(log: str, tmp_path: Path) -> None:
    port = str(free_port())
    with started(
        ORDMOLN_HOST="127.0.0.1",
        ORDMOLN_PORT=port,
        ORDMOLN_PUBLIC_URL="http://moln.test:81",
        ORDMOLN_LOG=log,
    ) as (coach, _, phones):
        assert coach.startswith("Coach   http://moln.test:81/")
        assert phones.startswith("Phones  http://moln.test:81/")
        assert requests.get(f"http://127.0.0.1:{port}/", timeout=10).ok
        assert (tmp_path / "log.db").exists()


def test_an_option_goes_before_its_variable_and_that_before_the_default() -> None:
    environment = {"ORDMOLN_PORT": "81", "ORDMOLN_HOST": "127.0.0.1", "ORDMOLN_LOG": ""}
    found = read_settings(["--port", "82"], environment)
    assert (found.port, found.host) == (82, "127.0.0.1")
    assert found.public_url is None
    assert found.log.endswith("/instance/ordmoln.db")


def test_help_explains_every_setting() -> None:
    shown = subprocess.run([*APP, "--help"], cwd=ROOT, capture_output=True, text=True, check=True)
    for setting in ("HOST", "PORT", "PUBLIC_URL", "LOG", "LOGO", "ACCENT", "KEEP_DAYS"):
        assert f"ORDMOLN_{setting}" in shown.stdout
        assert "--" + setting.lower().replace("_", "-") in shown.stdout


def test_it_tells_its_version() -> None:
    shown = subprocess.run(
        [*APP, "--version"], cwd=ROOT, env={}, capture_output=True, text=True, check=True
    )
    [project] = re.findall('^version = "(.+)"$', (ROOT / "pyproject.toml").read_text(), re.M)
    assert (shown.stdout, shown.stderr) == (f"Ordmoln {project}\n", "")


@pytest.mark.parametrize(
    ("option", "value", "reason"),
    [
        ("--port", "0", "a number from 1 to 65535"),
        ("--port", "65536", "a number from 1 to 65535"),
        ("--port", "http", "a number from 1 to 65535"),
        ("--port", "9" * 5000, "a number from 1 to 65535"),
        ("--port", "٣٣", "a number from 1 to 65535"),
        ("--public-url", "ordmoln.example.se", "looks like"),
        ("--public-url", "ftp://ordmoln.example.se", "looks like"),
        ("--public-url", "http://", "looks like"),
        ("--public-url", "http://[::1", "looks like"),
        ("--public-url", "https://ordmoln.example.se/folder", "looks like"),
        ("--public-url", "https://ordmoln.example.se?x", "looks like"),
        ("--public-url", "https://anna@ordmoln.example.se", "looks like"),
        ("--keep-days", "0", "1 to 3650 days"),
        ("--keep-days", "-1", "1 to 3650 days"),
        ("--keep-days", "3651", "1 to 3650 days"),
        ("--keep-days", "a month", "1 to 3650 days"),
    ],
)
def test_a_setting_that_cannot_be_meant_is_refused(option: str, value: str, reason: str) -> None:
    with pytest.raises(StartError, match=reason):
        read_settings([option, value], {})


SVG = b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>'
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR...IEND\xaeB`\x82"


@pytest.mark.parametrize("content", [SVG, SVG.decode().encode("utf-16"), PNG, PNG + b"\n"])
def test_a_logo_is_read_whole(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "logo").write_bytes(content)
    assert read_settings(["--logo", f"{tmp_path}/logo"], {}).logo == content
    assert read_settings([], {"ORDMOLN_LOGO": f"{tmp_path}/logo"}).logo == content


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "cannot be read"),
        (b"", "neither"),
        (b"GIF89a", "neither"),
        (b"<html/>", "neither"),
        (b"<svg/>", "neither"),  # without its namespace no browser draws it
        (SVG[:-2], "neither"),
        (PNG[:-1], "neither"),
        (b'<?xml version="1.0" encoding="runes"?>' + SVG[22:], "neither"),
        (SVG + b"<!-- -->" * 30_000, "240 kB: make it 200 kB at most"),
    ],
)
def test_a_logo_that_no_page_could_show_is_refused(
    tmp_path: Path, content: bytes | None, reason: str
) -> None:
    if content is not None:
        (tmp_path / "logo").write_bytes(content)
    with pytest.raises(StartError, match=reason):
        read_settings(["--logo", f"{tmp_path}/logo"], {})


def test_an_accent_is_a_colour() -> None:
    assert read_settings([], {"ORDMOLN_ACCENT": "#0A5C8C"}).accent == "#0a5c8c"
    assert read_settings([], {}).accent is None
    for wrong in ("blue", "0a5c8c", "#0a5", "#0a5c8g", "#0a5c8c ", "", "#0a5c8c;}"):
        with pytest.raises(StartError, match="is a colour such as"):
            read_settings(["--accent", wrong], {})


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["--logo", "/no/such/logo.svg"], "cannot be read: No such file or directory."),
        (["--logo", "/etc"], "cannot be read: Is a directory."),
        (["--logo", "README.md"], "neither a whole SVG nor a whole PNG picture."),
        (["--accent", "sky"], "The accent is a colour such as '#0a5c8c', not 'sky'."),
        (["--port", "many"], "The port is a number from 1 to 65535, not 'many'."),
        (["--public-url", "here"], "looks like https://ordmoln.example.se, not 'here'."),
        (["--log", "mysql://db"], "The log address 'mysql://db' is not understood"),
        (["--host", "no-such-name.invalid"], "no address 'no-such-name.invalid'."),
        (["--host", "a..b"], "no address 'a..b'."),
        (["--host", "192.0.2.7"], "Cannot listen on 192.0.2.7"),
    ],
)
def test_what_cannot_be_is_told_in_one_sentence(options: list[str], reason: str, log: str) -> None:
    port = str(free_port())
    assert reason in refusal("--port", port, "--log", log, *options)


def test_a_port_that_is_taken_is_told_in_one_sentence(log: str) -> None:
    with socket.create_server(("0.0.0.0", 0)) as taken:
        port = taken.getsockname()[1]
        assert f"Port {port} is taken" in refusal("--port", str(port), "--log", log)


def test_a_second_start_on_the_same_port_is_refused_and_the_first_goes_on(server: Server) -> None:
    log = f"sqlite:///{server.log}"
    assert f"Port {server.port} is taken" in refusal("--port", str(server.port), "--log", log)
    assert server.send("mod").status_code == 201


def unwritable(folder: Path) -> str:
    (folder / "file").write_text("in the way")
    return f"sqlite:///{folder}/file/log.db"


def newer_schema(folder: Path) -> str:
    with sqlite3.connect(folder / "log.db") as log:
        log.execute("PRAGMA user_version = 99")
    log.close()
    return f"sqlite:///{folder}/log.db"


def newer_event(folder: Path) -> str:
    log = open_log(f"sqlite:///{folder}/log.db")
    log.append("K7QX", '{"event":"WordSung","word":"mod"}')
    log.close()
    return f"sqlite:///{folder}/log.db"


def no_database(folder: Path) -> str:
    (folder / "log.db").write_text("Kära dagbok! " * 100)
    return f"sqlite:///{folder}/log.db"


def cut_off(folder: Path) -> str:
    log = open_log(f"sqlite:///{folder}/log.db")
    for _ in range(200):
        log.append("K7QX", f'{{"event":"RoomOpened","language":"{"sv" * 200}"}}')
    log.close()
    with (folder / "log.db").open("r+b") as file:
        file.truncate(20_480)
    return f"sqlite:///{folder}/log.db"


@pytest.mark.parametrize(
    ("prepare", "reason"),
    [
        (unwritable, "cannot be opened"),
        (lambda _: "sqlite:////proc/ordmoln/log.db", "cannot be opened"),
        (lambda folder: f"sqlite:///{folder}", "may not be opened or written to"),
        (newer_schema, "newer version"),
        (newer_event, "does not know the event 'WordSung'"),
        (no_database, "not a database"),
        (cut_off, "malformed"),
    ],
)
def test_a_log_that_cannot_be_used_is_told_in_one_sentence(
    prepare: Callable[[Path], str], reason: str, tmp_path: Path
) -> None:
    assert reason in refusal("--port", str(free_port()), "--log", prepare(tmp_path))


def pour(server: Server, enough: threading.Event) -> tuple[list[threading.Thread], list[str]]:
    """Send answers from eight phones until the server is gone; also return what was thanked for."""
    thanked: list[str] = []

    def send(phone: int) -> None:
        try:
            for n in range(10_000):
                if server.send("mod", key=f"{phone}-{n}").status_code == 201:
                    thanked.append(f"{phone}-{n}")
                if len(thanked) > 60:
                    enough.set()
        except requests.RequestException:
            pass

    phones = [threading.Thread(target=send, args=(phone,)) for phone in range(8)]
    for phone in phones:
        phone.start()
    return phones, thanked


def end(server: Server, how: signal.Signals) -> int:
    """End the server within the time it has; return its exit status."""
    assert server.process is not None
    assert server.process.stdout is not None
    server.process.send_signal(how)
    status = server.process.wait(STOP_SECONDS)
    server.process.stdout.close()
    return status


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_stopped_while_answers_pour_in_it_has_all_that_was_thanked_for(
    server: Server, watch: Callable[..., Watcher], how: signal.Signals
) -> None:
    watch("stage")
    watch("phone")
    idle = socket.create_connection(("127.0.0.1", server.port))
    idle.sendall(b"POST / HTTP/1.1\r\nContent-Length: 5\r\n")
    enough = threading.Event()
    phones, thanked = pour(server, enough)
    assert enough.wait(10)
    assert end(server, how) == 0
    for phone in phones:
        phone.join()
    idle.close()
    assert server.errors.read_text() == ""
    server.start()
    assert server.words()["answers"] >= len(thanked) > 0
    sent_again = [server.send("mod", key=key).status_code for key in thanked]
    assert set(sent_again) == {200}


CONNECTIONS_THAT_END = """
from display.serving import green
from display.serving.listening import listen
from display.serving.protocol import HttpProtocol
import eventlet, gc
from eventlet import wsgi

def page(environ, start_response):
    start_response("200 OK", [])
    return [b"x"]

gc.disable()
listener = listen("127.0.0.1", 0)
quiet = wsgi.LoggerNull()
eventlet.spawn(wsgi.server, listener, page, quiet, protocol=HttpProtocol, log_output=False)
for _ in range(20):
    phone = eventlet.connect(listener.getsockname())
    phone.sendall(b"GET / HTTP/1.0\\r\\n\\r\\n")
    while phone.recv(1000):
        pass
    phone.close()
eventlet.sleep()
print(sum(isinstance(found, HttpProtocol) for found in gc.get_objects()))
"""


def test_a_connection_that_is_over_leaves_no_garbage() -> None:
    shown = subprocess.run(
        [sys.executable, "-c", CONNECTIONS_THAT_END],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert shown.stdout == "0\n"


# What follows is without what Windows lacks; libraries that have their own way there come first.
AS_ON_WINDOWS = """
import runpy, select, signal, socket, sys, time
import ifaddr
for name in ("fcntl", "grp", "pwd", "resource", "termios"):
    sys.modules[name] = None
for module, names in (
    (select, ("epoll", "poll")),
    (signal, ("SIGALRM", "SIGHUP", "SIGUSR1", "SIGUSR2")),
    (socket, ("AF_UNIX", "SO_REUSEPORT", "TCP_DEFER_ACCEPT")),
    (time, [name for name in dir(time) if name.lower().startswith("clock_")]),
):
    for name in names:
        if hasattr(module, name):
            delattr(module, name)
runpy.run_path("app.py", run_name="__main__")
"""


def test_it_serves_without_what_only_unix_has(tmp_path: Path, open_page: OpenPage) -> None:
    server = Server(tmp_path)
    server.command = [sys.executable, "-c", AS_ON_WINDOWS]
    server.start()
    stage = open_page(f"{server.room_url}/stage", (1280, 720))
    assert server.send("mod").ok
    stage.wait_for_selector("#cloud text")
    assert server.stop() == 0
    assert server.errors.read_text() == ""


ADDRESS_IN_A_FILE = """
import pathlib, runpy, sys
import ifaddr

def adapters():
    ip = pathlib.Path(ADDRESS).read_text()
    return [ifaddr.Adapter("wlan0", "wlan0", [ifaddr.IP(ip, 24, "wlan0")])]

ifaddr.get_adapters = adapters
runpy.run_path("app.py", run_name="__main__")
"""


def test_when_the_machine_gets_another_address_links_and_codes_are_of_that(tmp_path: Path) -> None:
    address = tmp_path / "address"
    address.write_text("192.168.1.20")
    server = Server(tmp_path)
    server.command = [
        sys.executable,
        "-c",
        ADDRESS_IN_A_FILE.replace("ADDRESS", repr(str(address))),
    ]
    server.start()
    before = requests.get(f"{server.room_url}/qr.svg", timeout=10).content
    assert server.process is not None
    assert server.process.stdout is not None
    address.write_text("192.168.7.7")
    told = f"Phones  http://192.168.7.7:{server.port}/{server.code}\n"
    assert told in iter(server.process.stdout.readline, "")
    assert requests.get(f"{server.room_url}/qr.svg", timeout=10).content != before
    assert f"192.168.7.7:{server.port}" in server.coach().session.get(server.coach_url).text
    server.kill()


def test_the_first_start_says_that_it_takes_long_and_the_next_has_it_ready(tmp_path: Path) -> None:
    for name in ("display", "static", "templates"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "app.py", tmp_path)
    options = ("--host", "127.0.0.1", "--port", str(free_port()), "--log", "sqlite:///log.db")
    with started(*options, folder=tmp_path, seconds=FIRST_START_SECONDS) as (first, second, _):
        assert first == "Preparing the first start; this takes a minute."
        assert second.startswith("Coach ")
    with started(*options, folder=tmp_path) as (first, *_):
        assert first.startswith("Coach ")


def test_it_may_be_stopped_as_soon_as_it_has_started(server: Server) -> None:
    assert end(server, signal.SIGTERM) == 0
    assert server.errors.read_text() == ""


def test_it_stops_in_time_while_another_program_holds_the_log(server: Server) -> None:
    other = sqlite3.connect(server.log, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    phones, thanked = pour(server, threading.Event())
    assert end(server, signal.SIGTERM) == 0
    for phone in phones:
        phone.join()
    other.close()
    assert thanked == []


def test_after_a_restart_all_is_as_it_was(server: Server) -> None:
    for answer in ("mod", "Mod", "glädje", "tid"):
        assert server.send(answer).status_code == 201
    coach = server.coach()
    coach.act("hide", word="tid")
    coach.act("close")
    code, link, words = server.code, server.coach_url, server.words()
    assert server.stop() == 0
    server.start()
    assert (server.code, server.coach_url, server.words()) == (code, link, words)
    assert coach.act("undo").json()["open"] is True
    assert server.coach().act("show", word="tid").status_code == 200
    assert server.counts() == {"Mod": 2, "Glädje": 1, "Tid": 1}


def test_a_room_whose_opening_was_cut_short_gets_its_question(server: Server) -> None:
    server.kill()
    other = sqlite3.connect(server.log)
    with other:
        other.execute("DELETE FROM entry WHERE seq > 1")
        other.execute("UPDATE room SET last_seq = 1")
    other.close()
    server.start()
    assert server.send("mod").status_code == 201


def test_the_secret_is_made_once_and_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "instance" / "secret"
    secret = read_secret(path)
    assert len(secret) >= 40
    assert read_secret(path) == secret
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("content", [b"", b"\n", b"\xff\xfe"])
def test_a_secret_that_is_none_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "secret").write_bytes(content)
    with pytest.raises(StartError, match="delete it"):
        read_secret(tmp_path / "secret")


def test_a_folder_that_takes_no_secret_is_told_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StartError, match="cannot be written to"):
        read_secret(tmp_path / "file" / "secret")


def test_the_likeliest_address_for_phones_is_first() -> None:
    likely = [
        Address("10.20.30.40", "eth0"),  # where the default route leaves
        Address("192.168.1.20", "wlan0"),
        Address("192.168.1.3", "wlan1"),
        Address("10.0.0.5", "eth1"),
        Address("172.16.0.9", "Ethernet 2"),
        Address("130.237.1.1", "eth2"),
        Address("10.8.0.2", "tun0"),
        Address("172.17.0.1", "docker0"),
        Address("192.168.56.1", "VirtualBox Host-Only: vboxnet0"),
    ]
    likely_last = likely[::-1]
    ranked = sorted(likely_last, key=lambda address: rank(address, "10.20.30.40"))
    assert ranked[0] == likely[0]
    assert {address.ip for address in ranked[1:3]} == {"192.168.1.20", "192.168.1.3"}
    assert ranked[3:6] == likely[3:6]
    assert set(ranked[6:]) == set(likely[6:])


addresses = st.builds(
    Address,
    st.ip_addresses(v=4).map(str),
    st.sampled_from(["eth0", "wlan0", "docker0", "tun1", "br-12", "Wi-Fi", ""]),
)


@given(st.lists(addresses, max_size=6), st.none() | st.ip_addresses(v=4).map(str))
def test_addresses_have_one_order_whatever_order_they_were_found_in(
    found: list[Address], routed: str | None
) -> None:
    def ranked(given_in: list[Address]) -> list[str]:
        return [a.ip for a in sorted(given_in, key=lambda address: rank(address, routed))]

    assert ranked(found) == ranked(found[::-1])


def test_there_is_always_an_address_and_none_that_phones_can_never_reach_before_others() -> None:
    found = local_addresses()
    assert found
    assert len(found) == 1 or not any(a.ip.startswith(("127.", "169.254.")) for a in found)
