"""What makes a great hall light: the short way of answers, who does not read, what stays behind."""

import asyncio
import gc
import json
import resource
import socket
import subprocess
import sys
import time
import weakref
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from email.parser import Parser
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
import socketio
from conftest import ROOT, WAIT_SECONDS, Server, Watcher
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import Page
from werkzeug.test import TestResponse

from display.live.audience import Audience
from display.live.rooms import Rooms
from display.log import open_log
from display.room.events import AnswerGiven, AnswersClosed
from display.serving import garbage
from display.serving.heads import ordinary
from display.web import create_app, templates
from display.web.channels import Channels
from tests.bench.hall import phones

SHORT, LONG = "application/json", "application/json; charset=utf-8"  # only the first is short
MB = 1_000_000


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    rooms = Rooms(open_log(f"sqlite:///{tmp_path}/log.db"))
    rooms.open("sv", "Vad behövs?")
    return create_app(rooms, Audience(), "secret", "http://hall.test", None, None, 30.0)


@pytest.mark.parametrize("kept", ["kept", "missing/kept"])
def test_no_page_waits_for_its_template_to_be_compiled(
    kept: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(templates, "KEPT", tmp_path / kept)
    rooms = Rooms(open_log(f"sqlite:///{tmp_path}/log.db"))
    for _ in range(2):
        app = create_app(rooms, Audience(), "secret", "http://hall.test", None, None, 30.0)
        assert app.jinja_env.cache is not None
        loaded = {name for _, name in app.jinja_env.cache.keys()}  # noqa: SIM118  # no dict
        assert loaded == set(app.jinja_env.list_templates(["html"]))
        assert "coach/coach.html" in loaded
        for compiled in tmp_path.glob("kept/jinja-*"):
            compiled.write_bytes(compiled.read_bytes()[:100])  # a disk that was full


class Phone:
    """A participant of the app's only room who has loaded the page."""

    def __init__(self, app: Flask) -> None:
        (code,) = app.extensions["rooms"].codes()
        self.path = f"/{code}"
        self.client = app.test_client()
        self.client.get(self.path)

    def post(self, body: bytes, way: str, **headers: str) -> TestResponse:
        return self.client.post(self.path, data=body, content_type=way, headers=headers)


def told(response: TestResponse) -> tuple[Any, ...]:
    """Return all that a phone is told, without what only the long way says anew, or never means."""
    passing = ("Set-Cookie", "Vary", "Content-Length")
    headers = {name: value for name, value in response.headers if name not in passing}
    return response.status_code, response.json, headers


BODIES = [
    [{"answer": "mod", "key": "a"}],
    [{"answer": "mod", "key": "a"}, {"answer": "mod", "key": "a"}],
    [{"answer": "mod", "key": "a"}, {"answer": "tid", "key": "a"}],
    [{"answer": "mod", "key": "a"}, {"answer": "tid", "key": "b"}],
    [{"answer": "", "key": "a"}],
    [{"answer": "två ord", "key": "a"}],
    [{"answer": "mod", "key": "å"}],
    [{"answer": "mod", "key": "a", "step": 7}],
    [{"answer": "mod", "key": "a", "table": "Eldkvarn"}],
    [{"answer": ["mod"], "key": {"a": 1}}],
    [["mod"]],
]


@pytest.mark.parametrize("sent", BODIES)
def test_the_short_way_and_the_long_way_tell_a_phone_the_same(
    sent: list[Any], tmp_path: Path
) -> None:
    replies = []
    for way in (SHORT, LONG):
        rooms = Rooms(open_log(f"sqlite:///{tmp_path}/{len(replies)}.db"))
        rooms.open("sv", "Vad behövs?")
        phone = Phone(create_app(rooms, Audience(), "s", "http://hall.test", None, None, 30.0))
        replies.append([told(phone.post(json.dumps(body).encode(), way)) for body in sent])
    assert replies[0] == replies[1]


@pytest.mark.parametrize("body", [b"", b"{", b'{"answer"', b"[" * 5000, b"\xff", b"null"])
def test_a_body_that_is_no_answer_is_told_the_same_on_both_ways(app: Flask, body: bytes) -> None:
    phone = Phone(app)
    assert told(phone.post(body, SHORT)) == told(phone.post(body, LONG))


def test_a_known_phone_takes_the_short_way_and_a_new_one_becomes_known(app: Flask) -> None:
    phone = Phone(app)
    known = phone.post(b'{"answer":"mod","key":"a"}', SHORT)
    assert (known.status_code, "Set-Cookie" in known.headers) == (201, False)
    phone.client.delete_cookie("participant")
    new = phone.post(b'{"answer":"mod","key":"b"}', SHORT)
    assert (new.status_code, "Set-Cookie" in new.headers) == (201, True)


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.test"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_the_short_way_is_closed_to_other_sites(app: Flask, headers: dict[str, str]) -> None:
    phone = Phone(app)
    reply = phone.post(b'{"answer":"mod","key":"a"}', SHORT, **headers)
    assert reply.status_code == HTTPStatus.FORBIDDEN
    assert app.extensions["rooms"].get(phone.path[1:]).room.answers == {}


def test_the_short_way_keeps_an_answer_out_that_came_after_closing(app: Flask) -> None:
    phone = Phone(app)
    app.extensions["rooms"].record(phone.path[1:], AnswersClosed(1))
    reply = phone.post(b'{"answer":"mod","key":"a"}', SHORT, **{"Accept-Language": "sv"})
    assert reply.status_code == HTTPStatus.CONFLICT
    assert reply.json is not None
    assert reply.json["message"].startswith("Frågan är stängd")


def is_kept(name: str) -> bool:
    return name.lower() not in ("expect", "transfer-encoding", "content-type", "content-length")


names = st.from_regex(r"[A-Za-z][A-Za-z0-9-]{0,12}", fullmatch=True)
values = st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f\x85"))


@given(st.lists(st.tuples(names.filter(is_kept), values), max_size=8))
def test_an_ordinary_head_is_read_as_pythons_parser_reads_it(sent: list[tuple[str, str]]) -> None:
    lines = [f"{name}: {value}\r\n".encode("latin-1") for name, value in sent]
    head = ordinary(b"POST /K7QX?a=b HTTP/1.1\r\n", [*lines, b"\r\n"])
    if head is None:  # C1 control signs: left to Python's parser
        assert any(not character.isprintable() for _, value in sent for character in value)
        return
    parsed = Parser().parsestr(b"".join(lines).decode("latin-1") + "\r\n")
    assert (head.method, head.path) == ("POST", "/K7QX?a=b")
    for name, _ in sent:
        assert head.headers.get(name.upper()) == parsed[name].strip(" \t")
        variable = "HTTP_" + name.replace("-", "_").upper()
        in_all = ",".join(value.strip(" \t") for value in parsed.get_all(name))
        assert head.headers.environ[variable] == in_all


@pytest.mark.parametrize(
    ("line", "rest"),
    [
        (b"GET / HTTP/1.0\r\n", [b"\r\n"]),
        (b"GET /\r\n", [b"\r\n"]),
        (b"GET // HTTP/1.1\r\n", [b"\r\n"]),
        (b"GET http://other.test/ HTTP/1.1\r\n", [b"\r\n"]),
        (b"GET / HTTP/1.1\n", [b"\r\n"]),
        (b"GET / HTTP/1.1\r\n", [b"A: b\n", b"\r\n"]),
        (b"GET / HTTP/1.1\r\n", [b"A: b\r\n", b" folded\r\n", b"\r\n"]),
        (b"GET / HTTP/1.1\r\n", [b"A : b\r\n", b"\r\n"]),
        (b"GET / HTTP/1.1\r\n", [b"A_b: c\r\n", b"\r\n"]),
        (b"GET / HTTP/1.1\r\n", [b"no colon\r\n", b"\r\n"]),
        (b"GET / HTTP/1.1\r\n", [b"A: b\0\r\n", b"\r\n"]),
        (b"GET / HTTP/1.1\r\n", [b"A: b\rC: d\r\n", b"\r\n"]),
        (b"GET / HTTP/1.1\r\n", [b"A: b\r\n", b""]),
        (b"GET / HTTP/1.1\r\n", [b"Expect: 100-continue\r\n", b"\r\n"]),
        (b"GET / HTTP/1.1\r\n", [b"A: b\r\n"] * 101 + [b"\r\n"]),
    ],
)
def test_a_head_that_is_not_ordinary_is_left_to_pythons_parser(
    line: bytes, rest: list[bytes]
) -> None:
    assert ordinary(line, rest) is None


def test_a_socket_that_left_is_in_no_channel() -> None:
    channels = Channels()
    server = socketio.Server(client_manager=channels, async_mode="threading")
    sids = [channels.connect(channels.pre_connect(f"socket-{n}", "/"), "/") for n in range(3)]
    for sid in sids:
        server.enter_room(sid, "K7QX:phone")
    server.leave_room(sids[0], "K7QX:phone")
    assert set(server.rooms(sids[0])) == {sids[0]}
    assert set(server.rooms(sids[1])) == {sids[1], "K7QX:phone"}
    for sid in sids:
        channels.pre_disconnect(sid, "/")
        channels.disconnect(sid, "/", ignore_queue=True)
        assert server.rooms(sid) == []
    assert channels.rooms == {}


def upgraded(server: Server) -> socket.socket:
    """Return a websocket as far as Socket.IO's connection, with next to no room for replies."""
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    line.settimeout(WAIT_SECONDS)
    line.connect(("127.0.0.1", server.port))
    line.sendall(
        b"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: localhost\r\n"
        b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    line.sendall(framed("40"))
    return line


def framed(text: str) -> bytes:
    assert len(text) <= 125
    return bytes([0x81, 0x80 | len(text)]) + b"\0\0\0\0" + text.encode()


def send_for_ever(line: socket.socket, frames: bytes) -> None:
    while True:
        line.sendall(frames)


def memory(server: Server) -> int:
    """Return how many bytes the server holds."""
    assert server.process is not None
    pages = Path(f"/proc/{server.process.pid}/statm").read_text().split()[1]
    return int(pages) * 4096


def test_a_socket_that_never_reads_is_cut_off_and_costs_no_memory(server: Server) -> None:
    for number in range(60):
        server.send(f"ord{number}").raise_for_status()
    ask = framed(f'42["watch",{{"room":"{server.code}","as":"stage"}}]')
    before = memory(server)
    with upgraded(server) as line, pytest.raises((ConnectionResetError, BrokenPipeError)):
        send_for_ever(line, 1000 * ask)  # each time it is sent the picture
    assert memory(server) - before < 20 * MB
    assert server.send("mod").status_code == HTTPStatus.CREATED


def test_who_asks_for_the_picture_again_and_again_is_sent_it_once_in_a_while(
    server: Server, watch: Callable[..., Watcher]
) -> None:
    stage = watch("stage")
    stage.wait_for(lambda name, _: name == "picture")
    ask = {"room": server.code, "as": "stage", "since": 0}
    stage.received.clear()
    for _ in range(30):
        stage.client.emit("watch", ask)
    server.send("mod")
    stage.wait_for(lambda _, message: message["answers"] == 1)
    assert len([name for name, _ in stage.received if name == "picture"]) < 15


def test_stages_that_ask_in_the_same_moment_are_sent_one_picture(
    server: Server, watch: Callable[..., Watcher]
) -> None:
    stages = [watch("stage") for _ in range(20)]
    for stage in stages:
        stage.wait_for(lambda name, _: name == "picture")
        stage.received.clear()
    for stage in stages:
        stage.client.emit("watch", {"room": server.code, "as": "stage", "since": 0})
    made_at = {stage.wait_for(lambda name, _: name == "picture")["now"] for stage in stages}
    assert len(made_at) < len(stages)


def test_metrics_tell_how_late_the_event_loop_is(server: Server) -> None:
    figures = requests.get(f"{server.url}/metrics", timeout=WAIT_SECONDS).text
    for when in ("last", "max"):
        assert f'ordmoln_loop_lag_seconds{{when="{when}"}} ' in figures


LEFT_BEHIND = """
from display.serving import green
from display.serving import answering, listening, protocol
import gc, os, struct, eventlet
from eventlet.green import socket
answering.KEEPALIVE_SECONDS = 0.1
protocol.HOLD_SECONDS = 3600  # which is not for those who are cut off
listener = listening.listen_at("127.0.0.1", 0)
port = listener.getsockname()[1]
answered = eventlet.Event()
def page(environ, start_response):
    if environ["PATH_INFO"] == "/read":
        environ["wsgi.input"].read()
    if environ["PATH_INFO"] == "/late":
        answered.wait()
    environ["knot"] = environ  # as of a page's template
    start_response("200 OK", [("Content-Length", "0")])
    return [b""]
eventlet.spawn(answering.answer_requests, listener, page, 100)
eventlet.sleep()
gc.collect(); gc.disable()
before = len(os.listdir("/dev/fd"))
REQUESTS = (
    b"GET / HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n",
    b"POST /read HTTP/1.1\\r\\nHost: a\\r\\nContent-Length: 3\\r\\n\\r\\nmod",
    b"POST / HTTP/1.1\\r\\nHost: a\\r\\nContent-Length: 3\\r\\n\\r\\nmod",
    b"POST / HTTP/1.1\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n3\\r\\nmod\\r\\n0\\r\\n\\r\\n",
)
for request in REQUESTS:
    for leaves in (True, False):  # or the server has enough of it
        line = socket.create_connection(("127.0.0.1", port))
        line.sendall(request)
        line.recv(1000)
        if not leaves:
            assert line.recv(1000) == b""
        line.close()
for request in REQUESTS[1:]:
    line = socket.create_connection(("127.0.0.1", port))
    line.sendall(request[:-1])
    line.shutdown(socket.SHUT_WR)
    while line.recv(1000):
        pass
    line.close()
for n in range(10):  # none waits for the reply
    line = socket.create_connection(("127.0.0.1", port))
    line.sendall(REQUESTS[1].replace(b"read", b"late"))
    eventlet.sleep(0.01)
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    line.close()
answered.send()
eventlet.sleep(0.1)
print(sum(isinstance(found, protocol.HttpProtocol) for found in gc.get_objects()))
print(len(os.listdir("/dev/fd")) - before)
"""


def test_a_connection_leaves_nothing_that_only_the_garbage_collector_would_find() -> None:
    """What is frozen, to keep collections short, is never collected."""
    left = subprocess.run(
        [sys.executable, "-c", LEFT_BEHIND],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=WAIT_SECONDS,
    )
    assert left.stdout == "0\n0\n"


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="not on this system")
def test_a_server_without_a_descriptor_left_takes_connections_in_when_there_is_one(
    server: Server,
) -> None:
    assert server.process is not None
    soft, hard = resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE)
    resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, (1, hard))
    with socket.create_connection(("127.0.0.1", server.port), WAIT_SECONDS) as phone:
        phone.sendall(f"GET /{server.code} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        deadline = time.monotonic() + WAIT_SECONDS
        while "no connection can be taken in" not in server.errors.read_text():
            assert time.monotonic() < deadline
            time.sleep(0.05)
        resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, (soft, hard))
        assert phone.recv(12) == b"HTTP/1.1 200"
    assert server.send("mod").status_code == HTTPStatus.CREATED


def test_everything_is_looked_through_once_it_is_calm(monkeypatch: pytest.MonkeyPatch) -> None:
    class Knot:
        def __init__(self) -> None:
            self.end = self

    class Over(Exception):
        pass

    kept = [Knot()]
    knot, is_left = weakref.ref(kept[0]), []

    def sleep(_: float) -> None:
        kept.clear()
        is_left.append(knot() is not None)
        if len(is_left) == 6:
            raise Over

    monkeypatch.setattr(garbage, "THAW_SWEEPS", 2)
    with pytest.raises(Over):
        garbage.collect_for_ever(lambda: len(is_left) >= 4, sleep)
    gc.unfreeze()
    assert is_left == [True, True, True, True, False, False]


def test_the_last_answer_in_any_room_tells_when_it_was_calm(app: Flask) -> None:
    rooms = app.extensions["rooms"]
    first, second = rooms.codes()[0], rooms.open("sv", "Vad mer?")
    assert rooms.answered_at == second.answered_at
    answered = rooms.record(first, AnswerGiven(1, "a", "key", "mod"))
    assert rooms.answered_at == answered.answered_at > second.answered_at


def test_the_start_tells_how_many_connections_there_is_room_for(tmp_path: Path) -> None:
    server = Server(tmp_path).start()
    try:
        assert server.process is not None
        assert server.process.stdout is not None
        assert "Room for" in server.process.stdout.readline()
    finally:
        server.kill()


def test_a_phone_of_the_measured_hall_loads_what_a_browser_loads(
    server: Server, open_page: Callable[..., Page]
) -> None:
    page = open_page("about:blank")
    with page.expect_response(lambda response: response.url.endswith("/clock.js")):
        page.goto(server.room_url)
    page.wait_for_load_state("networkidle")
    needed = page.evaluate("performance.getEntriesByType('resource').map(({ name }) => name)")

    async def join() -> set[str]:
        phone = phones.Phone(server.room_url)
        await phone.join()
        await phone.close()
        return phone.loaded

    with ThreadPoolExecutor() as pool:  # the browser has a loop in this thread
        loaded = pool.submit(asyncio.run, join()).result()
    assert scripts(loaded) == scripts(needed)


def scripts(addresses: Iterable[str]) -> set[str]:
    return {urlsplit(address).path for address in addresses if address.endswith(".js")}


def test_phones_are_played_here_and_at_the_bare_handler_and_no_answer_is_lost() -> None:
    played = subprocess.run(
        [sys.executable, "-m", "tests.bench.load", "--quick", "answers"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert played.returncode == 0, played.stderr
    figures = [line.split(" | ") for line in played.stdout.splitlines()]
    assert [row[1] for row in figures if row[0] == "| doubled"] == ["0", "0"]
    assert [row[1] for row in figures if row[0].startswith("| lost")] == ["0", "0"]
    assert len([row for row in figures if row[0].startswith("| CPU") and row[3]]) == 2
