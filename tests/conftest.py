"""A real server process, real Socket.IO clients and a real Chromium for the tests."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from random import SystemRandom
from typing import Any

import pytest
import requests
import socketio
from hypothesis import settings
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from display.first_start import prepare

settings.register_profile("unhurried", deadline=None)  # a busy machine is no fault of the code
settings.load_profile("unhurried")

ROOT = Path(__file__).parent.parent
START_SECONDS = 60
STOP_SECONDS = 10
WAIT_SECONDS = 10
PORTS = range(20_000, 32_000)  # below those that systems give to outgoing connections
JSON = {"Accept": "application/json"}
CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHROMIUM_ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # No page may need another host: every other name is unknown here.
    "--host-resolver-rules=MAP hall.local 127.0.0.1, MAP * ~NOTFOUND,"
    " EXCLUDE localhost, EXCLUDE 127.0.0.1",
]


def pytest_configure() -> None:
    prepare()  # or the first servers would all do so at once


class Server:
    """`python app.py` in a process of its own, on a free port, with its log in `folder`."""

    def __init__(self, folder: Path) -> None:
        self.log = folder / "ordmoln.db"
        self.errors = folder / "stderr.txt"
        self.port = free_port()
        self.url = f"http://localhost:{self.port}"
        self.command = [sys.executable, "app.py"]
        self.process: subprocess.Popen[str] | None = None
        self.code = ""
        self.coach_url = ""
        self.operator_url = ""

    def start(self, *options: str) -> "Server":
        with self.errors.open("a") as errors:
            self.process = subprocess.Popen(
                [
                    *self.command,
                    "--port",
                    str(self.port),
                    "--log",
                    f"sqlite:///{self.log}",
                    *options,
                ],
                cwd=ROOT,
                env={**os.environ, "PYTHONUNBUFFERED": "1"},
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
        self._read_links()
        return self

    def _read_links(self) -> None:
        assert self.process is not None
        assert self.process.stdout is not None
        timeout = threading.Timer(START_SECONDS, self.process.kill)
        timeout.start()
        try:
            for line in self.process.stdout:
                if found := re.match(r"Coach +https?://[^/]+(/\S+)", line):
                    self.coach_url = self.url + found[1]
                if found := re.match(r"Phones +\S+/(\w+)$", line):
                    self.code = found[1]
                if found := re.match(r"Rooms +https?://[^/]+(/\S+)", line):
                    self.operator_url = self.url + found[1]
                    return
        finally:
            timeout.cancel()
        self.process.wait(STOP_SECONDS)
        self.process.stdout.close()
        raise AssertionError(f"the server did not start:\n{self.errors.read_text()}")

    def kill(self) -> None:
        """End the process at once, as a power cut would."""
        self._end(signal.SIGKILL)

    def stop(self) -> int:
        """End the process as an operator does; return its exit status."""
        return self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> int:
        assert self.process is not None
        assert self.process.stdout is not None
        self.process.send_signal(how)
        status = self.process.wait(STOP_SECONDS)
        self.process.stdout.close()
        return status

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    @property
    def room_url(self) -> str:
        return f"{self.url}/{self.code}"

    def send(self, answer: str, **fields: Any) -> requests.Response:
        """Send an answer from a participant of its own."""
        return requests.post(
            self.room_url, json={"answer": answer, **fields}, headers=JSON, timeout=WAIT_SECONDS
        )

    def words(self, timeout: float = 10) -> dict[str, Any]:
        found: dict[str, Any] = requests.get(f"{self.room_url}/words.json", timeout=timeout).json()
        return found

    def counts(self) -> dict[str, int]:
        """Return the counts by label, as `words.json` tells them."""
        return {word["label"]: word["count"] for word in self.words()["words"]}

    def coach(self) -> "Coach":
        return Coach(self)


class Coach:
    """A coach's browser without a window: holds the cookie, does acts."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.session = requests.Session()
        self.session.headers.update(JSON)
        self.session.get(server.coach_url, timeout=WAIT_SECONDS).raise_for_status()

    def act(self, name: str, /, **fields: Any) -> requests.Response:
        url = f"{self.server.room_url}/coach/{name}"
        return self.session.post(url, json=fields, timeout=WAIT_SECONDS)


class Watcher:
    """A Socket.IO client that watches a room and keeps what it receives."""

    def __init__(self, server: Server, role: str, since: int = 0, cookies: str = "") -> None:
        self.received: list[tuple[str, Any]] = []
        self._arrived = threading.Condition()
        self.client = socketio.Client(reconnection=False)
        self.client.on("*", self._receive)
        headers = {"Cookie": cookies} if cookies else {}
        self.client.connect(server.url, headers=headers, transports=["websocket"])
        self.client.emit("watch", {"room": server.code, "as": role, "since": since})

    def _receive(self, name: str, message: Any = None) -> None:
        with self._arrived:
            self.received.append((name, message))
            self._arrived.notify_all()

    def wait_for(self, matches: Callable[[str, Any], bool]) -> Any:
        """Return the first message, past or to come, that matches."""
        with self._arrived:
            found = self._arrived.wait_for(lambda: self._found(matches), WAIT_SECONDS)
        assert found, f"nothing matched among {[name for name, _ in self.received]}"
        return found[0]

    def _found(self, matches: Callable[[str, Any], bool]) -> list[Any]:
        return [message for name, message in self.received if matches(name, message)][:1]

    def close(self) -> None:
        self.client.disconnect()


def free_port() -> int:
    """Return a port that nothing uses, and that no outgoing connection may take meanwhile."""
    while True:
        port = SystemRandom().choice(PORTS)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("0.0.0.0", port))
            return port


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--full", action="store_true", help="faults at their full number and length")


@pytest.fixture(scope="session")
def full(request: pytest.FixtureRequest) -> bool:
    """Whether faults are to be made at their full number and length."""
    found: bool = request.config.getoption("--full")
    return found


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A server of this test's own, with one room."""
    started = Server(tmp_path).start()
    yield started
    if started.running:
        started.kill()


@pytest.fixture(scope="module")
def shared_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with one room, for all tests of a module."""
    started = Server(tmp_path_factory.mktemp("hall")).start()
    yield started
    started.kill()


@pytest.fixture(scope="module")
def hall(shared_server: Server) -> Server:
    """A server that the tests of a module share; each may answer as often as it likes."""
    assert shared_server.coach().act("step", question="Vad?", answers_each="unlimited").ok
    return shared_server


@pytest.fixture
def watch(server: Server) -> Iterator[Callable[..., Watcher]]:
    """Connects Socket.IO clients to the server."""
    watchers: list[Watcher] = []

    def connect(role: str, since: int = 0, cookies: str = "") -> Watcher:
        watchers.append(Watcher(server, role, since, cookies))
        return watchers[-1]

    yield connect
    for watcher in watchers:
        watcher.close()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The system's Chromium."""
    path = next(filter(None, map(shutil.which, CHROMIUM)), None)
    assert path, "Chromium is not installed: install it (Debian: apt-get install chromium)."
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium: Browser) -> Iterator[Callable[..., Page]]:
    """Opens pages, each in a context of its own; fails the test for what a page must never do.

    That is: an error in its script, a breach of its content security policy, a foreign host.
    """
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def open_url(url: str, size: tuple[int, int] = (390, 844), **options: Any) -> Page:
        options = {"locale": "sv-SE", **options}
        context = chromium.new_context(viewport={"width": size[0], "height": size[1]}, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(f"{url}: {error}"))
        page.on("console", lambda message: note_console(url, message.text))
        page.on("request", lambda request: note_host(request.url))
        page.goto(url)
        return page

    def note_console(url: str, text: str) -> None:
        if "Content Security Policy" in text or "Uncaught" in text:
            faults.append(f"{url}: {text}")

    def note_host(url: str) -> None:
        if not re.match(r"(http|ws)://(localhost|127\.0\.0\.1|hall\.local)[:/]|data:|blob:", url):
            faults.append(f"a request to {url}")

    yield open_url
    for context in contexts:
        context.close()
    assert faults == []
