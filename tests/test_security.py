"""Every answer is safe to show, only the own site may act, and nobody is too fast for the rest."""

import re
import sqlite3
import uuid
from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from pathlib import Path

import pytest
import socketio
from conftest import JSON, WAIT_SECONDS, Server, Watcher
from flask import Flask
from flask.testing import FlaskClient
from prometheus_client import CollectorRegistry, ProcessCollector
from strangers import Phone, fetch
from werkzeug.test import TestResponse

from display.live.audience import Audience
from display.live.rooms import LiveRoom, Rooms
from display.log import open_log
from display.room.events import TablesAdded, WordListed
from display.web import create_app
from display.web.acts import MOST_WORDS_LISTED
from display.web.answers import Intake
from display.web.auth import coach_key
from display.web.health import Lately, figures, pulse
from display.web.hosts import is_own
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
WITHOUT_SIGNS = "Ascriptalert(1)/scriptb"  # as a word it has none


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


def test_a_file_is_kept_for_ever_under_its_own_version_and_under_no_other(hall: Server) -> None:
    found = re.search(r'src="/static/(\w+)/([^"]+\.js)"', fetch(hall, "/{code}").text)
    assert found
    own, other = (fetch(hall, f"/static/{version}/{found[2]}") for version in (found[1], "next"))
    assert "immutable" in own.headers["Cache-Control"]
    assert other.headers["Cache-Control"] == "no-store"
    assert other.text == own.text


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
    assert phone.answer(MARKUP).json()["label"] == WITHOUT_SIGNS
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
    assert words.json()["words"][0]["label"] == WITHOUT_SIGNS


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
    app.extensions["intake"] = Intake(rooms, app.extensions["pace"], Pace(2, 0.1))

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


def test_seats_that_are_taken_without_end_are_held_to_the_pace_of_the_room(tmp_path: Path) -> None:
    log = open_log(f"sqlite:///{tmp_path}/log.db")
    rooms = Rooms(log)
    code = rooms.open("sv", "Vad?").code
    live = rooms.record(code, TablesAdded(["Eken", "Linden"]))
    app = create_app(rooms, Audience(), "secret", "http://hall.test", None, None, 30.0)
    app.extensions["room_pace"] = Pace(2, 0.1)
    phone = app.test_client()
    assert [phone.get(f"/{code}/1").status_code for _ in range(3)] == [200, 200, 200]
    strangers = [app.test_client().get(f"/{code}/1") for _ in range(3)]
    assert [answered.status_code for answered in strangers] == [200, 429, 429]
    assert strangers[-1].headers["Retry-After"] == "10"
    assert len(live.room.seats) == 2
    log.close()


def coach_in(app: Flask, live: LiveRoom) -> FlaskClient:
    """Return the browser of the room's coach."""
    with app.test_request_context():
        key = coach_key(live)
    client = app.test_client()
    client.get(f"/{live.code}/coach?key={key}")
    return client


def test_coaches_of_a_room_keep_to_its_pace_and_are_told_to_wait(tmp_path: Path) -> None:
    log = open_log(f"sqlite:///{tmp_path}/log.db")
    rooms = Rooms(log)
    busy, other = (rooms.open("sv", "Vad?") for _ in range(2))
    app = create_app(rooms, Audience(), "secret", "http://hall.test", None, None, 1e9)
    app.extensions["act_pace"] = Pace(2, 0.1)
    coach = coach_in(app, busy)
    acts = f"/{busy.code}/coach"

    def view(name: str) -> int:
        return coach.post(f"{acts}/view", json={"view": name}, headers=JSON).status_code

    assert [view(name) for name in ("roll", "roll", "ranking", "lobby")] == [200, 200, 200, 429]
    held = coach.post(f"{acts}/undo", headers=JSON)
    assert held.json is not None
    assert held.json["message"].startswith("Väldigt mycket gjordes på en gång.")
    assert (held.status_code, held.headers["Retry-After"]) == (429, "10")
    typed = coach.post(f"{acts}/plan", data={"question": "Vad är viktigt?"})
    assert (typed.status_code, typed.headers["Retry-After"]) == (429, "10")
    assert "Vad är viktigt?</textarea>" in typed.text
    assert (busy.room.direction.view, len(busy.room.steps)) == ("ranking", 1)
    elsewhere = coach_in(app, other).post(f"/{other.code}/coach/calm", headers=JSON)
    assert elsewhere.status_code == HTTPStatus.OK
    log.close()


def test_there_is_an_end_of_the_words_that_a_room_lists(tmp_path: Path) -> None:
    log = open_log(f"sqlite:///{tmp_path}/log.db")
    rooms = Rooms(log)
    live = rooms.open("sv", "Vad?")
    rooms.record(live.code, *(WordListed(f"ord{n}", True) for n in range(MOST_WORDS_LISTED)))
    coach = coach_in(
        create_app(rooms, Audience(), "secret", "http://hall.test", None, None, 1e9), live
    )

    def listed(word: str, held: str) -> TestResponse:
        sent = {"word": word, "held": held}
        return coach.post(f"/{live.code}/coach/list", json=sent, headers=JSON)

    refused = listed("ett till", "on")
    assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert refused.json is not None
    assert refused.json["message"].startswith("Högst 1000 ord sammanlagt")
    assert listed("ord7", "").status_code == HTTPStatus.OK
    assert len(live.room.direction.listed) == MOST_WORDS_LISTED
    log.close()


def test_the_event_loop_goes_on_while_a_qr_code_is_made(tmp_path: Path) -> None:
    log = open_log(f"sqlite:///{tmp_path}/log.db")
    rooms, offloaded = Rooms(log), []

    def offload(work: Callable[..., bytes], url: str) -> bytes:
        offloaded.append(url)
        return work(url)

    code = rooms.open("sv", "Vad?").code
    home = "http://hall.test"
    app = create_app(rooms, Audience(), "secret", home, None, None, 30.0, offload)
    assert app.test_client().get(f"/{code}/qr.svg").data.startswith(b"<?xml")
    assert offloaded == [f"{home}/{code}"]
    log.close()


def test_asking_without_end_whether_answers_can_be_kept_writes_once(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    log = open_log(f"sqlite:///{path}")
    rooms = Rooms(log)
    app = create_app(rooms, Audience(), "secret", "http://hall.test", None, None, 30.0)

    def written() -> float:
        assert app.test_client().get("/healthz").json == {"status": "ok", "rooms": 0}
        with sqlite3.connect(path) as connection:
            at: float = connection.execute("SELECT at FROM probe").fetchone()[0]
        connection.close()
        return at

    for seconds, times in ((3600.0, 1), (0.0, 3)):
        app.extensions["pulse"] = Lately(partial(pulse, rooms), seconds)
        assert len({written() for _ in range(3)}) == times
    log.close()


def test_figures_of_the_process_are_found_off_the_event_loop_and_not_for_each_who_asks(
    tmp_path: Path,
) -> None:
    log = open_log(f"sqlite:///{tmp_path}/log.db")
    rooms, audience, offloaded = Rooms(log), Audience(), []

    def offload(work: Callable[[], bytes]) -> bytes:
        offloaded.append(work())
        return offloaded[-1]

    app = create_app(rooms, audience, "secret", "http://hall.test", None, None, 30.0, offload)
    for seconds, times in ((3600.0, 1), (0.0, 3)):
        offloaded.clear()
        find = partial(figures, rooms, audience, app.extensions["lag"], offload)
        app.extensions["figures"] = Lately(find, seconds)
        told = [app.test_client().get("/metrics").text for _ in range(3)]
        assert len(offloaded) == times
    expected = CollectorRegistry()
    ProcessCollector(registry=expected)
    named = [f"# TYPE {one.name}" for one in expected.collect()]
    assert [one in text for text in told for one in named] == [True] * 3 * len(named)
    assert "ordmoln_rooms 0.0" in told[0]
    assert b"ordmoln" not in offloaded[0]  # what belongs to the event loop is read there
    log.close()


STRANGE = ["evil.example", "evil.example:5000", "127.0.0.1.evil.example", "a b", "[", "é.se"]
OWN = ["127.0.0.1", "10.0.0.7:5000", "[::1]:5000", "[fe80::1]", "localhost:5000", "LOCALHOST",
       "lars-laptop", "lars-laptop.local", "ordmoln.example.se", "ORDMOLN.example.se"]  # fmt: skip


@pytest.mark.parametrize("host", STRANGE)
def test_a_page_of_a_foreign_name_reads_and_does_nothing(hall: Server, host: str) -> None:
    before = hall.words()
    headers = {"Host": host.encode(), "Sec-Fetch-Site": "same-origin", "Accept-Language": "en"}
    polling = "/socket.io/?EIO=4&transport=polling"
    for path in ("/", "/{code}", "/{code}/words.json", "/static//x//y", "/healthz", polling):
        answered = fetch(hall, path, headers=headers)
        assert answered.status_code == HTTPStatus.MISDIRECTED_REQUEST
        assert "goes by another name" in answered.text
        assert host not in answered.text + str(answered.headers)
    answered = fetch(hall, "/{code}", method="POST", headers=headers | JSON, json={"answer": "Mod"})
    assert answered.status_code == HTTPStatus.MISDIRECTED_REQUEST
    assert answered.json()["error"] == "other_host"
    assert hall.words() == before


@pytest.mark.parametrize(
    ("host", "own"), [(host, True) for host in OWN] + [(h, False) for h in STRANGE]
)
def test_the_server_goes_by_addresses_names_of_the_network_and_its_public_name(
    host: str, own: bool
) -> None:
    assert is_own(host, "https://ordmoln.example.se") is own


def test_long_polling_is_not_kept_and_never_a_script(hall: Server) -> None:
    polling = "/socket.io/?EIO=4&transport=polling"
    opened = fetch(hall, polling)
    assert opened.status_code == HTTPStatus.OK
    assert opened.headers["Cache-Control"] == "no-store"
    assert opened.headers["X-Content-Type-Options"] == "nosniff"
    for index in ("0", "", "x"):
        assert fetch(hall, f"{polling}&j={index}").status_code == HTTPStatus.BAD_REQUEST


def test_a_language_is_kept_by_pages_and_never_with_a_file_that_is_kept_for_ever(
    hall: Server,
) -> None:
    page = fetch(hall, "/{code}?lang=sv")
    assert page.cookies["language"] == "sv"
    script = re.findall(r'src="(/static/[^"]+)"', page.text)[0]
    kept = fetch(hall, f"{script}?lang=sv")
    assert kept.status_code == HTTPStatus.OK
    assert "Set-Cookie" not in kept.headers
