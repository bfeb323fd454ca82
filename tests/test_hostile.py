"""What is sent to break something breaks nothing, and harms nobody else."""

import io
import itertools
import json
import os
import select
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from http import HTTPStatus
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import engineio
import pytest
import requests
import websocket
from conftest import JSON, ROOT, START_SECONDS, WAIT_SECONDS, Server, Watcher
from hypothesis import given
from hypothesis import strategies as st
from strangers import Phone, fetch, raw, still_serves
from werkzeug.test import Client

from display.serving import lanes
from display.serving.bodies import Body
from display.serving.guard import Strangers, guard, limited
from display.serving.heads import is_clear
from display.serving.lanes import answers_first, is_answer, turn_of
from display.serving.unfinished import Unfinished
from display.serving.websocket import PROTOCOL_ERROR
from display.web.acts import MOST_STEPS_EVER
from display.web.auth import goes_first, signer_with
from display.web.security import Pace
from display.web.shortcut import LARGEST_REQUEST


def test_a_request_over_the_limit_is_refused(hall: Server) -> None:
    answered = hall.send("mod" * 10_000)
    assert answered.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    assert answered.json()["error"] == "too_large"
    form = {"answer": "mod" * 10_000}
    assert fetch(hall, "/{code}", method="POST", data=form).status_code == 413


def test_no_answer_is_kept_that_is_longer_than_words_are(hall: Server) -> None:
    for padded in ("Ja" + " " * 199, "Ja 😀" + " " * 9000):
        answered = hall.send(padded)
        assert answered.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
        assert (answered.json()["error"], bool(answered.json()["message"])) == ("too_long", True)
    assert hall.send("Ja" + " " * 198).status_code == HTTPStatus.CREATED


def test_a_body_in_chunks_is_read_and_held_to_the_limit(hall: Server) -> None:
    headers = {**JSON, "Content-Type": "application/json"}
    url = hall.room_url
    chunks = iter([b'{"ans', b'wer":"mod"}'])
    answered = requests.post(url, data=chunks, headers=headers, timeout=WAIT_SECONDS)
    assert answered.status_code == HTTPStatus.CREATED
    endless = iter([b'{"answer":"', *[b"mod" * 1000] * 20, b'"}'])
    answered = requests.post(url, data=endless, headers=headers, timeout=WAIT_SECONDS)
    assert answered.status_code in (
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        HTTPStatus.UNPROCESSABLE_ENTITY,
    )


JUNK: list[list[Any]] = [
    [None],
    [True],
    [0],
    [-1],
    [1.5],
    [""],
    ["K7QX"],
    [[]],
    [[[]]],
    [{}],
    [{"room": None}],
    [{"room": [], "as": []}],
    [{"room": {}, "as": {}}],
    [{"room": "K7QX", "as": "stage"}],
    [{"room": "\x00", "as": "phone"}],
    [{"room": "\ud800", "as": "phone"}],
    [{"room": "x" * 3000, "as": "coach"}],
    [{"room": "../..", "as": "stage", "since": -5}],
    [{"as": "admin"}],
    [],
    ["too", "many", "arguments"],
]
GARBAGE = [
    "", "4", "42", "42[", "42[]", "42{}", "42[1]", "42[null]", '42["watch"', '42["watch",', "4zz",
    "40{", "41", "43", "44", "45", "451-[]", '459-["watch",{"_placeholder":true,"num":0}]',
    '4512345678-["watch"]', "46", "49", "9", "99999", "2probe", "3", "5", "6", "1", "\x00", "å",
    "42" + "[" * 3000, '42/other,["watch",{}]', '40/other,{}', '42["connect"]', '42["disconnect"]',
    '42["disconnect",1,2]', '421["watch"]', '42999999999999999999["watch",{}]', "x" * 5000,
]  # fmt: skip
SINCE = [None, "1", 1.5, True, -1, 10**30, [], {}]


def test_a_watch_that_makes_no_sense_is_refused_and_harms_nobody(server: Server) -> None:
    url = f"ws://localhost:{server.port}/socket.io/?EIO=4&transport=websocket"
    for junk in JUNK:  # over a line each, since who asks for what is not there is soon let go
        connection = websocket.create_connection(url, timeout=WAIT_SECONDS)
        for packet in ("40", f"42{json.dumps(['watch', *junk])}"):
            connection.send(packet)
        connection.close()
    watcher = Watcher(server, "stage")
    for since in SINCE:
        watcher.client.emit("watch", {"room": server.code, "as": "stage", "since": since})
    watcher.client.emit("watch", {"room": server.code, "as": "phone"})
    watcher.wait_for(lambda name, message: name == "status" and message["step"] == 1)
    watcher.close()
    assert still_serves(server)
    assert server.errors.read_text() == ""


def test_garbage_on_a_socket_harms_nobody(server: Server) -> None:
    url = f"ws://localhost:{server.port}/socket.io/?EIO=4&transport=websocket"
    for greeting in ("40", "6"):
        for garbage in GARBAGE:
            connection = websocket.create_connection(url, timeout=WAIT_SECONDS)
            with suppress(OSError, websocket.WebSocketException):  # the server may hang up
                connection.send(greeting)
                connection.send(garbage)
                connection.send_binary(garbage.encode())
            connection.close()
    assert still_serves(server)
    assert server.errors.read_text() == ""


def test_who_sends_junk_is_told_so_and_held_until_it_closes_its_end(server: Server) -> None:
    url = f"ws://localhost:{server.port}/socket.io/?EIO=4&transport=websocket"
    connection = websocket.create_connection(url, timeout=WAIT_SECONDS)
    watch = {"room": server.code, "as": "phone"}
    connection.send("40")
    connection.send(f"42{json.dumps(['watch', watch])}")
    while "status" not in connection.recv():
        pass
    connection.sock.sendall(b"\xff\xff junk")  # no frame
    opcode, reason = 0, b""
    while opcode != websocket.ABNF.OPCODE_CLOSE:
        opcode, reason = connection.recv_data(control_frame=True)
    server.coach().act("close")  # what is to be sent to it by now does not let it go
    assert int.from_bytes(reason[:2], "big") == PROTOCOL_ERROR
    connection.sock.settimeout(0.3)
    with pytest.raises(TimeoutError):
        connection.sock.recv(1)
    connection.sock.settimeout(WAIT_SECONDS)
    connection.sock.shutdown(socket.SHUT_WR)
    assert connection.sock.recv(1) == b""
    connection.sock.close()


FORM = "application/x-www-form-urlencoded"
HOSTILE_BODIES = [
    b"", b"{", b"[]", b"null", b"1", b'"x"', b"[" * 16_000, b'{"a":' * 3000, b"\xff\xfe", b"\x00",
    b'{"answer":"\xff"}', b'{"answer":null}', b'{"answer":[]}', b'{"answer":{}}',
    b'{"answer":' + b"9" * 6000 + b"}", b'{"answer":1e999}', b'{"answer":NaN}',
    b'{"answer":"hemligheten\\ud800"}', b'{"answer":"hemligheten","participant":"\\ud800"}',
    b'{"answer":"hemligheten","participant":[1]}', b'{"answer":"hemligheten","key":{}}',
    b'{"answer":"hemligheten","key":"\\u0000"}', b'{"answer":"hemligheten","step":"\\u0663"}',
    b'{"answer":"hemligheten","step":1e999}', b'{"answer":"hemligheten","step":[]}',
    b'{"answer":"hemligheten","step":-1}', b'{"answer":"hemligheten\\u0000\\u001b[2J"}',
    "{\"answer\":\"hemligheten\u202e\u2066\"}".encode(),
]  # fmt: skip
HOSTILE_REQUESTS = [
    b"\r\n\r\n", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00",
    b"\x00" * 100, b"GET /\xff\xfe HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    b"GET /%ff%fe%00 HTTP/1.1\r\nConnection: close\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: " + b"a" * 50_000 + b"\r\n\r\n",
    b"GET /" + b"a" * 50_000 + b" HTTP/1.1\r\n\r\n",
    b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 20_000 + b"\r\n",
    b"GET / HTTP/1.1\r\nno colon\r\n\r\n",
    b"POST / HTTP/1.1\r\nContent-Length: -1\r\nConnection: close\r\n\r\n",
    b"POST / HTTP/1.1\r\nContent-Length: many\r\nConnection: close\r\n\r\n",
    b"POST /CODE HTTP/1.1\r\nContent-Length: 100\r\nConnection: close\r\n\r\nanswer=x",
    b"POST /CODE HTTP/1.1\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\nzz\r\n",
    b"POST /CODE HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n"
    b"Connection: close\r\n\r\n5\r\nabcde\r\n0\r\n\r\n",
    b"POST /CODE HTTP/1.1\r\nConnection: close\r\n\r\nanswer=x",
    b"POST /CODE HTTP/1.1\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n{}",
    b"POST /CODE HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 8\r\nConnection: close\r\n\r\n"
    b"answer=x",
    b"GET /CODE HTTP/1.1\r\nCookie: participant=\xff\xfe; coach_CODE=\x01; =;;=\r\n"
    b"Connection: close\r\n\r\n",
    b"GET /CODE HTTP/1.1\r\nAccept-Language: \xff;q=\xff\r\nAccept: \xff/\xff;q=z\r\n"
    b"Connection: close\r\n\r\n",
    b"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nUpgrade: websocket\r\n"
    b"Connection: Upgrade\r\nSec-WebSocket-Key: x\r\nSec-WebSocket-Version: 99\r\n\r\n",
]  # fmt: skip
HOSTS = ["a b", "'><script>", "x" * 3000, "a:b:c", "evil.example:99999", "\u00e5"]


def test_hostile_bodies_are_refused_or_counted_and_never_a_fault(server: Server) -> None:
    for body in HOSTILE_BODIES:
        for kind in (
            "application/json",
            "application/x-www-form-urlencoded",
            "multipart/form-data",
        ):
            headers = {**JSON, "Content-Type": kind}
            answered = fetch(server, "/{code}", method="POST", data=body, headers=headers)
            assert answered.status_code < 500, (kind, body[:50])
            assert isinstance(answered.json(), dict)
    assert still_serves(server)
    assert server.errors.read_text() == ""


def test_requests_that_are_none_harm_nobody_and_leave_no_trace(server: Server) -> None:
    for request in HOSTILE_REQUESTS:
        answered = raw(server, request.replace(b"CODE", server.code.encode()))
        assert not answered.startswith(b"HTTP/1.1 5"), (request[:60], answered[:60])
    assert still_serves(server)
    assert server.errors.read_text() == ""


@pytest.mark.parametrize("method", ["PUT", "PATCH", "TRACE", "CONNECT", "FOO", "PROPFIND"])
@pytest.mark.parametrize("path", ["/", "/{code}", "/{code}/coach/close", "/{code}/stage"])
def test_a_method_that_is_not_meant_is_refused(hall: Server, method: str, path: str) -> None:
    answered = fetch(hall, path, method=method, headers=JSON)
    assert 400 <= answered.status_code < 500
    override = {**JSON, "X-HTTP-Method-Override": "DELETE", "X-Original-URL": "/healthz"}
    assert fetch(hall, "/{code}", headers=override).headers["Content-Type"].startswith("text/html")


@pytest.mark.parametrize("host", HOSTS)
def test_a_strange_host_is_no_fault_and_is_nowhere_repeated(hall: Server, host: str) -> None:
    for path in ("/", "/{code}", "/{code}/stage", "/{code}/coach", "/ZZZZ"):
        for headers in ({}, {"Origin": "http://evil.example"}):
            method = "POST" if headers else "GET"
            asked = {"Host": host.encode(), **headers}
            answered = fetch(hall, path, method=method, headers=asked)
            assert answered.status_code < 500
            assert "evil" not in answered.text + str(answered.headers)
            assert answered.headers.get("Location", "/").startswith("/")


@pytest.mark.parametrize(
    "path",
    [
        "../app.py",
        "x/../../app.py",
        "x/%2e%2e/%2e%2e/app.py",
        "x/..%2f..%2finstance%2fsecret",
        "x/..\\..\\app.py",
        "x//etc/passwd",
        "x/%2fetc/passwd",
        "x/phone.js%00.css",
        "x/.",
        "",
    ],
)
def test_static_gives_nothing_but_its_own_files(hall: Server, path: str) -> None:
    request = f"GET /static/{path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    status = int(raw(hall, request.encode()).split()[1])
    assert status in (308, 404)


def test_idle_and_half_sent_requests_keep_nobody_out(server: Server) -> None:
    halves = [
        b"",
        b"GET / HT",
        b"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nansw",
        b"GET / HTTP/1.1\r\n",
    ]
    idle = []
    for n in range(300):
        connection = socket.create_connection(("127.0.0.1", server.port), WAIT_SECONDS)
        connection.sendall(halves[n % len(halves)])
        idle.append(connection)
    assert still_serves(server)
    for connection in idle:
        connection.close()
    assert still_serves(server)
    assert server.errors.read_text() == ""


FOR_EVER = 30  # seconds


def test_who_takes_for_ever_is_let_go_and_a_phone_that_watches_is_not(server: Server) -> None:
    url = f"ws://localhost:{server.port}/socket.io/?EIO=4&transport=websocket"
    phone = Watcher(server, "phone")
    silent, chatty = (websocket.create_connection(url, timeout=WAIT_SECONDS) for _ in range(2))
    chatty.send("40")
    drips = []
    for start in (b"GET / HTTP/1.1\r\n", b"POST / HTTP/1.1\r\nContent-Length: 999\r\n\r\n"):
        drips.append(socket.create_connection(("127.0.0.1", server.port), WAIT_SECONDS))
        drips[-1].sendall(start)
    late = [silent.sock, chatty.sock, *drips]
    here, until = set(late), time.monotonic() + 2 * FOR_EVER
    while here and time.monotonic() < until:
        readable, _, _ = select.select(here, [], [], 1)
        here -= {one for one in readable if ended(one)}
        for one in here & set(drips):
            with suppress(OSError):
                one.sendall(b"X")  # a letter a second
    assert here == set()
    for one in late:
        one.close()
    assert phone.client.connected
    phone.close()
    assert still_serves(server)


def ended(connection: socket.socket) -> bool:
    try:
        return not connection.recv(4096)
    except OSError:
        return True


@pytest.fixture
def small_house(tmp_path: Path) -> Iterator[Server]:
    """A server that may have 400 descriptors, and so 200 connections."""
    server = Server(tmp_path)
    log = f"sqlite:///{server.log}"
    start = f"ulimit -n 400 && exec {sys.executable} app.py --port {server.port} --log {log}"
    with server.errors.open("w") as errors:
        server.process = subprocess.Popen(
            ["bash", "-c", start],
            cwd=ROOT,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
    server._read_links()
    yield server
    if server.running:
        server.kill()


def test_a_house_full_of_half_requests_lets_in_who_sends_a_whole_one(small_house: Server) -> None:
    server = small_house
    halves = []
    for _ in range(350):  # there is room for 200
        halves.append(socket.create_connection(("127.0.0.1", server.port), WAIT_SECONDS))
        halves[-1].sendall(b"GET / HTTP/1.1\r\nX: y")
    assert all(still_serves(server) for _ in range(5))
    for connection in halves:
        connection.close()
    assert server.running


DRIPPING = """
from display.serving import green
from display.serving import answering, listening
import eventlet
from eventlet import greenio
listening.DROP_SECONDS, listening.DRIP_SECONDS = 0.01, (0.4, 0.6)
listener = listening.listen("127.0.0.1", 0)
def page(environ, start_response):
    start_response("200 OK", [("Content-Length", "0")])
    return [b""]
eventlet.spawn(answering.answer_requests, listener, page, 100)
reads = []
read_into = greenio.GreenSocket.recv_into
greenio.GreenSocket.recv_into = lambda *of: reads.append(of) or read_into(*of)
phone = eventlet.connect(listener.getsockname())
phone.sendall(b"GET / HTTP/1.1\\r\\nHost: a\\r\\nX: ")
for _ in range(40):
    phone.sendall(b"y")
    eventlet.sleep(0.02)
phone.sendall(b"\\r\\n\\r\\n")
print(phone.recv(1000).split()[1].decode(), len(reads))
"""


def test_a_request_that_drips_is_read_seldom_and_answered_all_the_same() -> None:
    shown = subprocess.run(
        [sys.executable, "-c", DRIPPING],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=START_SECONDS,
        check=True,
    )
    status, reads = shown.stdout.split()
    assert status == "200"
    assert int(reads) < 10


def test_the_oldest_unfinished_connection_makes_way_first() -> None:
    unfinished, pairs = Unfinished(), [socket.socketpair() for _ in range(3)]
    for _, here in pairs:
        unfinished.begin(here)
    unfinished.end(pairs[1][1])
    unfinished.close_oldest()
    unfinished.close_older(FOR_EVER)
    assert [is_closed(there) for there, _ in pairs] == [True, False, False]
    unfinished.close_older(-1)
    assert [is_closed(there) for there, _ in pairs] == [True, False, True]
    unfinished.close_oldest()
    for end in itertools.chain(*pairs):
        end.close()


def is_closed(there: socket.socket) -> bool:
    there.setblocking(False)
    try:
        return there.recv(1) == b""
    except BlockingIOError:
        return False


@pytest.mark.parametrize("lines", [b"0" * 5000, b"1\r\n" * 40_000, b"x: y\r\n" * 20_000])
def test_the_lines_between_chunks_have_an_end(lines: bytes) -> None:
    body = Body(io.BytesIO(lines))
    with pytest.raises(OSError, match="too long"):
        list(iter(body.readline, b""))


CUT_OFF = [
    ("application/x-www-form-urlencoded", b"Content-Length: 27\r\n\r\nstep=1&answer=Samspel%C3%A5"),
    ("application/json", b'Content-Length: 17\r\n\r\n{"answer":"Ro"}  '),
    (
        "application/x-www-form-urlencoded",
        b"Transfer-Encoding: chunked\r\n\r\n9\r\nanswer=Sa\r\n5\r\nmspel\r\n0\r\n\r\n",
    ),
]


@pytest.mark.parametrize(("kind", "rest"), CUT_OFF, ids=["form", "json", "chunks"])
def test_no_answer_is_taken_from_a_request_that_is_cut_off(
    server: Server, kind: str, rest: bytes
) -> None:
    phone = Phone(server)
    cookies = "; ".join(f"{name}={value}" for name, value in phone.cookies.items())
    head = (
        f"POST /{server.code} HTTP/1.1\r\nHost: localhost:{server.port}\r\nCookie: {cookies}\r\n"
        f"Origin: {server.url}\r\nContent-Type: {kind}\r\nConnection: close\r\n"
    ).encode()
    body_at = rest.index(b"\r\n\r\n") + 4
    for end in range(len(rest)):
        answered = raw(server, head + rest[:end])
        assert answered[:12] == (b"" if end < body_at else b"HTTP/1.1 408"), rest[:end]
    assert server.words()["answers"] == 0
    assert raw(server, head + rest)[:10] in (b"HTTP/1.1 2", b"HTTP/1.1 3")
    assert server.words()["answers"] == 1
    assert server.errors.read_text() == ""


def test_no_answer_is_taken_from_chunks_that_are_cut_off_by_their_limit(hall: Server) -> None:
    before, start = hall.words(), b"step=1&pad="
    form = start + b"x" * (LARGEST_REQUEST - len(start) - 12) + b"&answer=Sams"
    answered = requests.post(
        hall.room_url,
        data=iter([form, b"pel&more=" + b"y" * 3000]),
        headers={"Content-Type": FORM},
        timeout=WAIT_SECONDS,
    )
    assert answered.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    assert hall.words() == before


ANSWER = b'{"answer":"Mod"}'
AS_CHUNK = b"10\r\n" + ANSWER + b"\r\n"


@pytest.mark.parametrize(
    ("head", "body"),
    [
        (b"Content-Length: 16\r\nContent-Length: 5", ANSWER),
        (b"Content-Length: 5\r\nX: y\r\ncontent-length: 16", ANSWER),
        (b"Content-Length: +16", ANSWER),
        (b"Content-Length: 1_6", ANSWER),
        (b"Content-Length: 16, 16", ANSWER),
        (b"Content-Length: -1", ANSWER),
        (b"Content-Length:", ANSWER),
        (b"Content-Length : 16", ANSWER),
        (b"Transfer-Encoding : chunked", AS_CHUNK + b"0\r\n\r\n"),
        (b"Transfer-Encoding: identity, chunked", AS_CHUNK + b"0\r\n\r\n"),
        (b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity", AS_CHUNK + b"0\r\n\r\n"),
        (b"Transfer-Encoding: chunked\r\nContent-Length: 16", AS_CHUNK + b"0\r\n\r\n"),
        (b"X: y\r\n Content-Length: 16", ANSWER),
        (b"Transfer-Encoding: chunked", AS_CHUNK + b"0x0\r\n\r\n"),
        (b"Transfer-Encoding: chunked", AS_CHUNK + b"0_0\r\n\r\n"),
        (b"Transfer-Encoding: chunked", b"0x" + AS_CHUNK + b"0\r\n\r\n"),
        (b"Transfer-Encoding: chunked", b"1_0" + AS_CHUNK[2:] + b"0\r\n\r\n"),
        (b"Transfer-Encoding: chunked", AS_CHUNK + b"-1\r\n\r\n"),
    ],
)
def test_a_request_whose_end_can_be_read_in_two_ways_is_refused(
    hall: Server, head: bytes, body: bytes
) -> None:
    before = hall.words()
    start = f"POST /{hall.code} HTTP/1.1\r\nHost: localhost\r\n".encode()
    first = start + b"Content-Type: application/json\r\n" + head + b"\r\n\r\n" + body
    answered = raw(hall, first + b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert answered.count(b"HTTP/1.") <= 1
    assert answered == b"" or answered.split()[1] in (b"400", b"408", b"413", b"422")
    assert hall.words() == before


def test_a_head_is_as_long_as_browsers_need_and_no_longer(hall: Server) -> None:
    start = f"GET /{hall.code} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
    for lines, status in ((2, b"200"), (5, b"400")):
        cookies = "".join(f"Cookie: a{n}={'b' * 4000}\r\n" for n in range(lines))
        assert raw(hall, f"{start}{cookies}\r\n".encode()).split()[1] == status


def test_of_thousands_of_languages_only_the_first_are_looked_at(hall: Server) -> None:
    for others, language in ((100, "en"), (3000, "sv")):
        asked = {"Accept-Language": "a," * others + "en"}
        page = requests.get(hall.url, headers=asked, timeout=WAIT_SECONDS).text
        assert f'lang="{language}"' in page


@given(st.lists(st.sampled_from([b" ", b"\t", b"x", b"16", b":"]), max_size=9))
def test_the_spaces_around_a_length_are_no_part_of_it(parts: list[bytes]) -> None:
    value = b"".join(parts)
    length = [b"Content-Length:" + value + b"\r\n", b"\r\n"]
    assert is_clear(length) is value.strip(b" \t").isdigit()


def test_a_length_that_is_told_twice_alike_is_one_length(hall: Server) -> None:
    head = f"POST /{hall.code} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n".encode()
    length = b"Content-Length: 16\r\n" * 2
    kind = b"Content-Type: application/json\r\nAccept: application/json\r\n\r\n"
    assert raw(hall, head + length + kind + ANSWER).split()[1] == b"201"


def test_a_body_that_is_sent_without_end_ends_the_connection(server: Server) -> None:
    head = f"POST /{server.code} HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
    for chunk in (b"4000\r\n" + b"a" * 0x4000 + b"\r\n", b"0" * 0x4000, b"1;x\r\na\r\n" * 4000):
        with socket.create_connection(("127.0.0.1", server.port), WAIT_SECONDS) as connection:
            connection.sendall(head.encode())
            with pytest.raises((ConnectionResetError, BrokenPipeError)):
                connection.sendall(chunk * 5000)
    assert still_serves(server)
    assert server.errors.read_text() == ""


def guarded(is_watching: Callable[[str], bool]) -> tuple[engineio.Server, Strangers]:
    sockets = engineio.Server(async_mode="threading")
    sockets.on("connect", lambda *_: None)
    return sockets, guard(sockets, is_watching)


def test_there_is_an_end_of_sockets_but_not_of_answers() -> None:
    sockets, strangers = guarded(lambda _: True)
    asked, statuses = [], []

    def app(environ: dict[str, Any], _: Any) -> list[bytes]:
        asked.append(environ["PATH_INFO"])
        return []

    def ask(path: str, query: str = "") -> None:
        door = limited(app, sockets, strangers, 1)
        list(door({"PATH_INFO": path, "QUERY_STRING": query}, lambda s, _: statuses.append(s)))

    ask("/socket.io/")
    sockets.sockets["one"] = None
    for new in ("EIO=4", "EIO=4&transport=polling", "EIO=4&x_sid=one", "EIO=4&sid="):
        ask("/socket.io/", new)
    assert statuses == ["503 Service Unavailable"] * 4
    ask("/socket.io/", "EIO=4&sid=one")
    ask("/K7QX")
    assert asked == ["/socket.io/", "/socket.io/", "/K7QX"]
    assert len(statuses) == 4


NEW = "/socket.io/?EIO=4&transport=polling&x_sid=1"


def door_to(sockets: engineio.Server, strangers: Strangers, most: int) -> Client:
    app = engineio.WSGIApp(sockets, engineio_path="socket.io")
    return Client(limited(app, sockets, strangers, most))


def test_a_session_without_a_connection_is_a_socket_as_well() -> None:
    stranger = door_to(*guarded(lambda _: True), 2)
    assert [stranger.get(NEW).status_code for _ in range(3)] == [200, 200, 503]


def test_where_sockets_are_full_the_oldest_that_watches_nothing_makes_way() -> None:
    watching: set[str] = set()
    sockets, strangers = guarded(watching.__contains__)
    stranger = door_to(sockets, strangers, 3)

    def come() -> str:
        assert stranger.get(NEW).status_code == HTTPStatus.OK
        return list(sockets.sockets)[-1]

    came = [come() for _ in range(3)]
    watching.add(came[0])
    oldest = sockets.sockets[came[1]]
    came.append(come())
    assert list(sockets.sockets) == [came[0], *came[2:]]
    assert oldest.closed
    watching.update(came)
    assert stranger.get(NEW).status_code == HTTPStatus.SERVICE_UNAVAILABLE
    assert len(sockets.sockets) == 3


def test_a_socket_that_is_swept_out_counts_no_more() -> None:
    sockets, strangers = guarded(lambda _: False)
    stranger = door_to(sockets, strangers, 3)
    for _ in range(3):
        stranger.get(NEW)
    swept = list(sockets.sockets.values())
    strangers.sweep(float("inf"))
    assert sockets.sockets == {}
    assert [one.closed for one in swept] == [True] * 3


def test_sockets_that_are_begun_and_left_keep_no_phone_out(small_house: Server) -> None:
    server = small_house
    phone = Watcher(server, "phone")
    phone.wait_for(lambda name, _: name == "status")
    for _ in range(300):  # there is room for 160
        assert requests.get(server.url + NEW, timeout=WAIT_SECONDS).ok
    another = Watcher(server, "phone")
    another.wait_for(lambda name, _: name == "status")
    server.coach().act("close").raise_for_status()
    for one in (phone, another):
        one.wait_for(lambda name, message: name == "status" and not message["open"])
        one.close()
    assert server.errors.read_text() == ""


STEPS_AT_ONCE = 100
ASKED_FOR = 12


def test_there_is_an_end_of_steps_though_many_are_asked_for_at_once(server: Server) -> None:
    coach = server.coach()
    plans = [{"question": f"Fråga {number}"} for number in range(STEPS_AT_ONCE)]
    agenda = json.dumps({"steps": plans})
    with ThreadPoolExecutor(ASKED_FOR) as pool:
        replies = list(
            pool.map(lambda _: server.coach().act("agenda", agenda=agenda), range(ASKED_FOR))
        )
    statuses = sorted(reply.status_code for reply in replies)
    made = (MOST_STEPS_EVER - 1) // STEPS_AT_ONCE  # the room has one already
    assert statuses == [200] * made + [422] * (ASKED_FOR - made)
    refused = next(reply for reply in replies if reply.status_code == 422)
    assert refused.json()["message"].startswith(f"Ett rum har högst {MOST_STEPS_EVER} steg")
    for _ in range(MOST_STEPS_EVER - 1 - made * STEPS_AT_ONCE):
        coach.act("step", question="Vad nu?").raise_for_status()
    for name, fields in (("step", {"question": "Vad?"}), ("plan", {"question": "Vad?"})):
        assert coach.act(name, **fields).status_code == 422
    for name in ("undo", "calm"):
        coach.act(name).raise_for_status()
    server.kill()
    server.start()
    assert server.coach().act("plan", question="Vad?").status_code == 422


SECRET = "of the server"
ME = signer_with(SECRET, "participant").sign("me").decode()
COACH = signer_with(SECRET, "coach").sign("K7QX").decode()
POSTED = {"REQUEST_METHOD": "POST", "PATH_INFO": "/K7QX", "HTTP_ACCEPT": "application/json"}
COOKIES = {
    "participant's": f"a=b; participant={ME}; c=d",
    "coach's": f"coach_K7QX={COACH}",
    "coach's as participant's": f"participant={COACH}",
    "another's": "a=b",
    "forged": "participant=x",
    "none": "",
}


@pytest.mark.parametrize(
    ("method", "path", "cookie", "answers"),
    [
        ("POST", "/K7QX", "participant's", True),
        ("DELETE", "/K7QX/answers/x", "participant's", True),
        ("POST", "/K7QX/coach/step", "coach's", True),
        ("POST", "/K7QX", "coach's as participant's", False),
        ("POST", "/K7QX", "another's", False),
        ("POST", "/K7QX", "forged", False),
        ("POST", "/K7QX", "none", False),
        ("POST", "/socket.io/", "participant's", False),
        ("PUT", "/K7QX", "participant's", False),
        ("HEAD", "/K7QX/stage", "participant's", False),
        ("GET", "/K7QX", "participant's", False),
    ],
)
def test_what_a_known_phone_sends_is_an_answer_and_waits_for_no_turn(
    method: str, path: str, cookie: str, answers: bool
) -> None:
    environ = {"REQUEST_METHOD": method, "PATH_INFO": path, "HTTP_COOKIE": COOKIES[cookie]}
    for accepted, first in (("application/json", answers), ("application/json,text/html", False)):
        environ["HTTP_ACCEPT"] = accepted
        assert is_answer(environ, partial(goes_first, SECRET, Pace(1, 1.0))) is first


def test_who_sends_more_than_a_person_does_takes_turns_with_pages() -> None:
    known = partial(goes_first, SECRET, Pace(3, 0.001))
    for cookie in ("participant's", "coach's"):
        environ = {"REQUEST_METHOD": "POST", "PATH_INFO": "/", "HTTP_COOKIE": COOKIES[cookie]}
        environ["HTTP_ACCEPT"] = "application/json"
        assert [is_answer(environ, known) for _ in range(4)] == [True, True, True, False]


@pytest.mark.parametrize(
    ("method", "path", "turn"),
    [
        ("GET", "/K7QX", ""),
        ("HEAD", "/K7QX/stage", ""),
        ("HEAD", "/static/x/phone.js", ""),
        ("POST", "/socket.io/", "/socket.io/"),
        ("GET", "/static/x/phone.js", "/static/"),
        ("GET", "/healthz", "/healthz"),
        ("GET", "/socket.io/", "/socket.io/"),
    ],
)
def test_what_may_take_long_makes_no_page_wait(method: str, path: str, turn: str) -> None:
    assert turn_of({"REQUEST_METHOD": method, "PATH_INFO": path}) == turn


@pytest.mark.parametrize(
    ("most", "quick", "order"),
    [
        (WAIT_SECONDS, WAIT_SECONDS, ["POST", "GET"]),
        (0.0, WAIT_SECONDS, ["GET", "POST"]),
        (WAIT_SECONDS, 0.0, ["GET", "POST"]),
    ],
)
def test_a_page_begins_when_the_answers_under_way_are_done_or_take_too_long(
    monkeypatch: pytest.MonkeyPatch, most: float, quick: float, order: list[str]
) -> None:
    monkeypatch.setattr(lanes, "ANSWERS_SECONDS", most)
    monkeypatch.setattr(lanes, "QUICK_SECONDS", quick)
    begun, page_made, made = threading.Event(), threading.Event(), []

    def app(environ: dict[str, str], _: object) -> list[bytes]:
        if environ["REQUEST_METHOD"] == "POST":
            begun.set()
            page_made.wait(0.5)  # while it may be made
        made.append(environ["REQUEST_METHOD"])
        if environ["REQUEST_METHOD"] == "GET":
            page_made.set()
        return []

    door = answers_first(app, lambda cookies: True)
    with ThreadPoolExecutor() as pool:
        pool.submit(door, POSTED, None)
        assert begun.wait(WAIT_SECONDS)
        pool.submit(door, {"REQUEST_METHOD": "GET", "PATH_INFO": "/K7QX"}, None)
    assert made == order


def test_a_turn_leaves_the_processor_to_answers_while_they_come(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(lanes, "LOOK_SECONDS", 0.2)
    door = answers_first(lambda *_: [], lambda cookies: True)

    door(POSTED, None)
    began = time.monotonic()
    door({"REQUEST_METHOD": "GET", "PATH_INFO": "/K7QX"}, None)
    assert time.monotonic() - began >= lanes.LOOK_SECONDS


def test_a_socket_takes_a_turn_to_begin_and_none_while_it_lasts() -> None:
    both_last = threading.Barrier(2)
    door = answers_first(
        lambda *_: [str(both_last.wait(WAIT_SECONDS)).encode()], lambda cookies: False
    )
    socket = {"REQUEST_METHOD": "GET", "PATH_INFO": "/socket.io/"}
    with ThreadPoolExecutor() as pool:
        assert sorted(pool.map(lambda _: list(door(socket, None)), range(2))) == [[b"0"], [b"1"]]


@pytest.mark.parametrize("upgrade", [True, False])
def test_who_has_not_waited_for_a_websocket_is_given_none(upgrade: bool) -> None:
    begun: list[str] = []
    door = answers_first(lambda environ, _: begun.append(environ["PATH_INFO"]) or [], str.isalpha)
    for gone in (False, True):
        here, there = socket.socketpair()
        here.setblocking(False)
        asked: dict[str, Any] = {"REQUEST_METHOD": "GET", "PATH_INFO": "/socket.io/"}
        if upgrade:
            asked["HTTP_UPGRADE"] = "websocket"
        asked["werkzeug.socket"] = SimpleNamespace(fd=here)
        if gone:
            there.close()
        door(asked, None)
        here.close()
        there.close()
    assert begun == ["/socket.io/"] * (1 if upgrade else 2)


def test_who_waits_for_a_turn_gets_it() -> None:
    door = answers_first(lambda environ, _: [environ["PATH_INFO"].encode()], lambda cookies: False)
    page = {"REQUEST_METHOD": "GET", "PATH_INFO": "/K7QX"}
    with ThreadPoolExecutor() as pool:
        made = list(pool.map(lambda _: door(page, None), range(50)))
    assert made == [[b"/K7QX"]] * 50
