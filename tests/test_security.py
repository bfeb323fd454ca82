"""Nobody gets in, nobody speaks for another, and hostile traffic harms no one else."""

import re
import socket
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
import requests
import socketio
import websocket
from conftest import JSON, WAIT_SECONDS, Server, Watcher
from werkzeug.test import TestResponse

from display.live.audience import Audience
from display.live.rooms import Rooms
from display.log import open_log
from display.web import create_app
from display.web.acts import ACTS
from display.web.answers import Intake
from display.web.security import PARTICIPANT_BURST, Pace

Watch = Callable[..., Watcher]

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
}
PAGES = ["", "/{code}", "/{code}/stage", "/{code}/words.json", "/{code}/qr.svg", "/healthz"]
ERRORS = ["/{code}/coach", "/ZZZZ", "/no/such/page", "/static/x/none.js"]
MARKUP = "a<script>alert(1)</script>b"


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that the tests of this module share."""
    started = Server(tmp_path_factory.mktemp("hall")).start()
    assert started.coach().act("step", question="Vad?", answers_each="unlimited").ok
    yield started
    started.kill()


class Phone(requests.Session):
    """A participant's browser, which keeps its cookie."""

    def __init__(self, server: Server) -> None:
        super().__init__()
        self.headers.update(JSON)
        self.server = server
        self.get(server.room_url, timeout=WAIT_SECONDS)

    def answer(self, answer: str, **fields: Any) -> requests.Response:
        sent = {"answer": answer, **fields}
        return self.post(self.server.room_url, json=sent, timeout=WAIT_SECONDS)

    def take_back(self, key: str) -> requests.Response:
        return self.delete(f"{self.server.room_url}/answers/{key}", timeout=WAIT_SECONDS)


def fetch(server: Server, path: str, **options: Any) -> requests.Response:
    url = server.url + path.format(code=server.code)
    options = {"timeout": WAIT_SECONDS, "allow_redirects": False, **options}
    return requests.request(options.pop("method", "GET"), url, **options)


def raw(server: Server, request: bytes) -> bytes:
    """Send bytes as they are, and no more; return all that comes back."""
    with socket.create_connection(("127.0.0.1", server.port), WAIT_SECONDS) as connection:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        received = b""
        try:
            while part := connection.recv(65536):
                received += part
        except ConnectionResetError:
            pass
        return received


def still_serves(server: Server) -> bool:
    return server.send("ro").status_code == HTTPStatus.CREATED


@pytest.mark.parametrize("path", [*PAGES, *ERRORS])
@pytest.mark.parametrize("accept", ["text/html", "application/json"])
def test_every_answer_bears_the_security_headers(hall: Server, path: str, accept: str) -> None:
    answered = fetch(hall, path, headers={"Accept": accept})
    assert {name: answered.headers.get(name) for name in HEADERS} == HEADERS
    policy = answered.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "*" not in policy


def test_a_script_is_what_it_says_it_is_and_for_this_origin_alone(hall: Server) -> None:
    found = re.search(r'src="(/static/[^"]+\.js)"', fetch(hall, "/{code}").text)
    assert found
    headers = fetch(hall, found[1]).headers
    assert headers["Content-Type"].startswith("text/javascript")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"


@pytest.mark.parametrize("path", [*PAGES[:4], *ERRORS])
def test_what_a_room_shows_is_never_cached(hall: Server, path: str) -> None:
    assert fetch(hall, path).headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Origin": "http://["},
        {"Origin": "http://localhost"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost:PORT"},
    ],
)
def test_another_site_can_neither_answer_nor_steer(hall: Server, headers: dict[str, str]) -> None:
    headers = {name: value.replace("PORT", str(hall.port)) for name, value in headers.items()}
    phone, coach = Phone(hall), hall.coach().session
    key = phone.answer("mod").json()["key"]
    before = hall.words()
    for session, method, path in (
        (phone, "POST", ""),
        (phone, "DELETE", f"/answers/{key}"),
        (phone, "POST", f"/answers/{key}/withdraw"),
        (coach, "POST", "/coach/close"),
        (coach, "POST", "/coach/erase"),
    ):
        sent = {"answer": "tid", "confirm": hall.code}
        answered = session.request(
            method, hall.room_url + path, data=sent, headers=headers, timeout=WAIT_SECONDS
        )
        assert answered.status_code == HTTPStatus.FORBIDDEN, path
    assert hall.words() == before


@pytest.mark.parametrize(
    "headers", [{"Origin": "http://localhost:PORT"}, {"Sec-Fetch-Site": "same-origin"}, {}]
)
def test_the_own_site_can_answer(hall: Server, headers: dict[str, str]) -> None:
    headers = {name: value.replace("PORT", str(hall.port)) for name, value in headers.items()}
    answered = Phone(hall).post(
        hall.room_url, json={"answer": "mod"}, headers=headers, timeout=WAIT_SECONDS
    )
    assert answered.status_code == HTTPStatus.CREATED


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://[", "http://localhost"])
@pytest.mark.parametrize("transport", ["websocket", "polling"])
def test_another_site_gets_no_socket(hall: Server, origin: str, transport: str) -> None:
    client = socketio.Client(reconnection=False)
    with pytest.raises(socketio.exceptions.ConnectionError):
        client.connect(hall.url, headers={"Origin": origin}, transports=[transport])
    polled = fetch(hall, "/socket.io/?EIO=4&transport=polling", headers={"Origin": origin})
    assert polled.status_code == HTTPStatus.BAD_REQUEST


def tampered(token: str) -> list[str]:
    """Return tokens that a forger makes of a true one."""
    value, _, signature = token.rpartition(".")
    turned = value[:-1] + ("A" if value[-1] != "A" else "B")
    return [f"{turned}.{signature}", f"{value}.{signature[:-2]}xx", value, f".{signature}", "", "."]


def test_a_forged_participant_is_nobody_who_was_there(hall: Server) -> None:
    phone = Phone(hall)
    key = phone.answer("mod").json()["key"]
    for token in tampered(phone.cookies["participant"]):
        headers = {**JSON, "Cookie": f"participant={token}"}
        path = f"/{hall.code}/answers/{key}"
        answered = fetch(hall, path, method="DELETE", headers=headers)
        assert answered.status_code == HTTPStatus.NOT_FOUND
    assert phone.take_back(key).status_code == HTTPStatus.OK


def test_a_participant_in_the_form_is_checked_as_the_cookie_is(hall: Server) -> None:
    phone = Phone(hall)
    token = phone.cookies["participant"]
    key = phone.answer("mod").json()["key"]
    path = f"/{hall.code}/answers/{key}"
    for forged in [*tampered(token), "\ud800", "ö" * 500]:
        answered = fetch(hall, path, method="DELETE", headers=JSON, json={"participant": forged})
        assert answered.status_code == HTTPStatus.NOT_FOUND
    true = fetch(hall, path, method="DELETE", headers=JSON, json={"participant": token})
    assert true.status_code == HTTPStatus.OK


def test_a_forged_coach_is_kept_out(hall: Server) -> None:
    cookie = f"coach_{hall.code}"
    true = hall.coach().session.cookies[cookie]
    key = hall.coach_url.partition("key=")[2]
    participant = Phone(hall).cookies["participant"]
    assert fetch(hall, "/{code}/coach", cookies={cookie: true}).status_code == HTTPStatus.OK
    for token in [*tampered(true), key, f"{hall.code}.{key}", participant, hall.code]:
        headers = {**JSON, "Cookie": f"{cookie}={token}"}
        assert fetch(hall, "/{code}/coach", headers=headers).status_code == HTTPStatus.FORBIDDEN
        closed = fetch(hall, "/{code}/coach/close", method="POST", headers=headers)
        assert closed.status_code == HTTPStatus.FORBIDDEN
    assert hall.words()["open"] is True


@pytest.mark.parametrize("key", ["", "x", "ö", "%ff", "x" * 5000, "a&key=b"])
def test_a_wrong_key_opens_nothing(hall: Server, key: str) -> None:
    answered = fetch(hall, f"/{hall.code}/coach?key={key}")
    assert answered.status_code == HTTPStatus.FORBIDDEN
    assert "Set-Cookie" not in answered.headers


@pytest.mark.parametrize("act", [*ACTS, "undo", "erase", "nonsense"])
def test_only_a_coach_can_steer(hall: Server, act: str) -> None:
    answered = fetch(hall, f"/{hall.code}/coach/{act}", method="POST", headers=JSON)
    assert answered.status_code == HTTPStatus.FORBIDDEN
    assert answered.json()["error"] == "forbidden"


@pytest.mark.parametrize("path", ["/{code}/coach", "/{code}/coach/qr.svg"])
def test_only_a_coach_sees_what_coaches_see(hall: Server, path: str) -> None:
    answered = fetch(hall, path)
    assert answered.status_code == HTTPStatus.FORBIDDEN
    assert "key=" not in answered.text


def test_cookies_are_out_of_reach_of_scripts_and_other_sites(hall: Server) -> None:
    for answered in (fetch(hall, "/{code}"), fetch(hall, hall.coach_url.removeprefix(hall.url))):
        cookie = answered.headers["Set-Cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie


def test_nobody_takes_back_what_another_has_given(hall: Server) -> None:
    owner, other = Phone(hall), Phone(hall)
    key = owner.answer("mod").json()["key"]
    before = hall.words()["answers"]
    assert other.take_back(key).status_code == HTTPStatus.NOT_FOUND
    withdraw = f"{hall.room_url}/answers/{key}/withdraw"
    assert other.post(withdraw, timeout=WAIT_SECONDS).status_code == HTTPStatus.NOT_FOUND
    assert hall.words()["answers"] == before
    assert owner.take_back(key).status_code == HTTPStatus.OK
    assert hall.words()["answers"] == before - 1


def test_taking_back_again_is_thanked_for_and_writes_nothing(hall: Server) -> None:
    phone = Phone(hall)
    key = phone.answer("mod").json()["key"]
    assert phone.take_back(key).status_code == HTTPStatus.OK
    before = hall.words()
    assert {phone.take_back(key).status_code for _ in range(5)} == {HTTPStatus.OK}
    assert hall.words() == before


@pytest.mark.parametrize(
    "code",
    ["//evil.example", "/\\evil.example", "https://evil.example", "..//", "%2f%2fevil", "@x"],
)
def test_a_typed_code_leads_to_no_other_host(hall: Server, code: str) -> None:
    answered = fetch(hall, "/", params={"code": code})
    assert re.match(r"/[^/\\]", answered.headers["Location"])


def test_what_people_type_is_text_and_never_markup(server: Server, watch: Watch) -> None:
    stage, coach = watch("stage"), server.coach()
    assert coach.act("step", question=f"Vad {MARKUP}?", phrase=True, answers_each=3).ok
    phone = Phone(server)
    assert phone.answer(MARKUP).json()["label"] == "A" + MARKUP[1:]
    stage.wait_for(lambda _, m: any("script" in word["word"] for word in m["words"]))
    html = {"Accept": "text/html"}
    shown = [
        phone.get(server.room_url, headers=html, timeout=WAIT_SECONDS),
        phone.get(f"{server.room_url}/stage", headers=html, timeout=WAIT_SECONDS),
        coach.session.get(f"{server.room_url}/coach", headers=html, timeout=WAIT_SECONDS),
        phone.post(server.room_url, data={"answer": "." + MARKUP * 9, "key": "!"}, headers=html),
        fetch(server, "/<script>alert(1)"),
        fetch(server, "/?code=<script>alert(1)"),
    ]
    for page in shown:
        assert "<script>alert" not in page.text.replace("<SCRIPT>ALERT", "<script>alert")
    words = fetch(server, "/{code}/words.json")
    assert words.headers["Content-Type"] == "application/json"
    assert words.json()["words"][0]["label"] == "A" + MARKUP[1:]


def test_a_request_over_the_limit_is_refused(hall: Server) -> None:
    answered = hall.send("mod" * 10_000)
    assert answered.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    assert answered.json()["error"] == "too_large"
    form = {"answer": "mod" * 10_000}
    assert fetch(hall, "/{code}", method="POST", data=form).status_code == 413


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


@pytest.mark.parametrize(
    ("status", "method", "path", "sent"),
    [
        (403, "GET", "/{code}/coach", None),
        (404, "GET", "/ZZZZ", None),
        (404, "POST", "/ZZZZ", {"answer": "mod"}),
        (404, "DELETE", "/{code}/answers/none", None),
        (405, "PATCH", "/{code}", None),
        (405, "DELETE", "/{code}", None),
        (413, "POST", "/{code}", {"answer": "mod" * 10_000}),
        (422, "POST", "/{code}", {"answer": "..."}),
        (422, "POST", "/{code}", {"answer": "två ord"}),
        (422, "POST", "/{code}", {"answer": "mod", "key": "k" * 65}),
        (422, "POST", "/{code}", {"answer": "mod", "key": "a/b"}),
        (422, "POST", "/{code}", {}),
        (409, "POST", "/{code}", {"answer": "mod", "step": 1}),
    ],
)
def test_an_error_in_json_is_its_name_and_a_sentence(
    hall: Server, status: int, method: str, path: str, sent: dict[str, str] | None
) -> None:
    answered = fetch(hall, path, method=method, json=sent, headers=JSON)
    assert answered.status_code == status
    assert set(answered.json()) == {"error", "message"}
    assert re.fullmatch("[a-z_]+", answered.json()["error"])
    assert answered.json()["message"].endswith((".", "!"))


@pytest.mark.parametrize(
    ("accept", "language", "sentence"),
    [
        ("sv-SE,sv;q=0.9", "sv", "Här finns inget rum"),
        ("en-GB,en;q=0.9", "en", "There is nothing here"),
        ("de,en;q=0.5", "en", "There is nothing here"),
        ("junk;;;q=x", "sv", "Här finns inget rum"),
    ],
)
def test_an_error_page_is_in_the_persons_language(
    hall: Server, accept: str, language: str, sentence: str
) -> None:
    page = fetch(hall, "/ZZZZ", headers={"Accept-Language": accept}).text
    assert f'<html lang="{language}">' in page
    assert sentence in page


def test_one_who_sends_too_fast_is_held_back_and_nobody_else(hall: Server) -> None:
    hasty, other = Phone(hall), Phone(hall)
    first = hasty.answer("mod", key=str(uuid.uuid4()))
    answered = [hasty.answer("mod") for _ in range(PARTICIPANT_BURST + 5)]
    held = [reply for reply in answered if reply.status_code == HTTPStatus.TOO_MANY_REQUESTS]
    assert held
    assert all(int(reply.headers["Retry-After"]) >= 1 for reply in held)
    assert held[0].json()["error"] == "too_fast"
    assert other.answer("mod").status_code == HTTPStatus.CREATED
    assert hasty.answer("mod", key=first.json()["key"]).status_code == HTTPStatus.OK


def test_a_flood_of_new_participants_keeps_nobody_out(hall: Server) -> None:
    codes = {hall.send("mod").status_code for _ in range(3 * PARTICIPANT_BURST)}
    assert codes == {HTTPStatus.CREATED}


def test_a_room_that_is_flooded_tells_phones_to_wait_and_other_rooms_go_on(tmp_path: Path) -> None:
    log = open_log(f"sqlite:///{tmp_path}/log.db")
    rooms = Rooms(log)
    flooded, other = (rooms.open("sv", "Vad?").code for _ in range(2))
    app = create_app(rooms, Audience(), "secret", "http://hall.test", None, None, 30.0)
    pace = app.extensions["pace"]
    app.extensions["intake"] = Intake(rooms, pace, Pace(2, 0.1))

    def send(code: str, key: str) -> TestResponse:
        phone = app.test_client(use_cookies=False)
        return phone.post(f"/{code}", json={"answer": "mod", "key": key}, headers=JSON)

    assert [send(flooded, key).status_code for key in "abc"] == [201, 201, 429]
    held = send(flooded, "c")
    assert held.json is not None
    assert (held.json["error"], held.headers["Retry-After"]) == ("too_many", "10")
    assert send(flooded, "a").status_code == HTTPStatus.OK  # it is in; its reply was lost
    assert send(other, "c").status_code == HTTPStatus.CREATED
    log.close()


def test_a_stranger_cannot_watch_as_a_coach(hall: Server, server: Server) -> None:
    stranger = Watcher(hall, "coach")
    assert stranger.wait_for(lambda name, _: name == "refused") == {"error": "forbidden"}
    stranger.close()
    cookie = hall.coach().session.cookies[f"coach_{hall.code}"]
    coach = Watcher(hall, "coach", cookies=f"coach_{hall.code}={cookie}")
    assert "undo" in coach.wait_for(lambda name, _: name == "status")
    coach.close()
    elsewhere = Watcher(server, "coach", cookies=f"coach_{server.code}={cookie}")
    assert elsewhere.wait_for(lambda name, _: name == "refused") == {"error": "forbidden"}
    elsewhere.close()


JUNK: list[Any] = [
    None,
    True,
    0,
    -1,
    1.5,
    "",
    "K7QX",
    [],
    [[]],
    {},
    {"room": None},
    {"room": [], "as": []},
    {"room": {}, "as": {}},
    {"room": "K7QX", "as": "stage"},
    {"room": "\x00", "as": "phone"},
    {"room": "\ud800", "as": "phone"},
    {"room": "x" * 3000, "as": "coach"},
    {"room": "../..", "as": "stage", "since": -5},
    {"as": "admin"},
    b"bytes",
    {"room": b"bytes", "as": b"stage"},
    (),
    ("too", "many", "arguments"),
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
    watcher = Watcher(server, "stage")
    watcher.wait_for(lambda name, _: name == "picture")
    for junk in JUNK:
        watcher.client.emit("watch", junk)
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


FORM = "application/x-www-form-urlencoded"
SECRET_WORD = "hemligheten"
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


def test_neither_addresses_nor_browsers_are_kept_and_answers_only_in_the_log(
    server: Server,
) -> None:
    headers = {**JSON, "User-Agent": "TellTale/1.0", "X-Forwarded-For": "198.51.100.7"}
    sent = {"answer": SECRET_WORD}
    assert fetch(server, "/{code}", method="POST", json=sent, headers=headers).ok
    fetch(server, "/{code}/words.json", headers=headers)
    fetch(server, "/ZZZZ", headers=headers)
    told = server.errors.read_text() + fetch(server, "/metrics").text
    kept = b"".join(path.read_bytes() for path in server.log.parent.glob("ordmoln.db*"))
    for trace in ("TellTale", "198.51.100.7", "127.0.0.1"):
        assert trace.encode() not in kept
        assert trace not in told
    assert SECRET_WORD.encode() in kept
    assert SECRET_WORD not in told
