"""What is promised about people is kept: nothing tells who or where they are."""

import json
import re
import sqlite3
from collections.abc import Iterator
from typing import Any

import requests
import socketio
from conftest import JSON, ROOT, WAIT_SECONDS, Server
from requests.adapters import HTTPAdapter
from strangers import fetch, raw

from display.live.rooms import Rooms
from display.log import open_log

PHONES = range(21, 26)
WORDS = {"A": ["mod", "tillit", "lugn", "värme", "tid"], "B": ["sol", "regn", "vind", "is", "hav"]}
BROWSER = "TellTale"
FORWARDED = "198.51.100"
# What is no participant's: the words of the format itself, and languages.
STRUCTURE = re.compile(r"[A-Z][A-Za-z]+|sv|en|16:9|question|tables|Bord \d|What .*|Vad .*")


class Guest(requests.Session):
    """A phone with an address and a browser of its own."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.mount("http://", From(f"127.0.0.{number}"))
        self.headers.update(JSON)
        self.headers["User-Agent"] = f"{BROWSER}/{number}"
        for name in ("X-Forwarded-For", "X-Real-Ip", "Forwarded", "Cf-Connecting-Ip"):
            self.headers[name] = f"{FORWARDED}.{number}"


class From(HTTPAdapter):
    """Connections that come from an address of this machine's many."""

    def __init__(self, address: str) -> None:
        self._address = address
        super().__init__()

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, source_address=(self._address, 0), **options)


class Day:
    """A hall that was in two rooms, and all that was left of it while the server was running."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.url = f"http://127.0.0.1:{server.port}"
        self.rooms = {"A": server.code, "B": self.open_room()}
        self.guests = [Guest(number) for number in PHONES]
        steering = server.coach()
        steering.act("tables", names="Bord 1\nBord 2")
        steering.act("step", question="Vad nu?", answers_each="unlimited")
        for name, code in self.rooms.items():
            for guest, word in zip(self.guests, WORDS[name], strict=True):
                self.take_part(guest, code, word)
        self.misbehave()
        self.watch()
        self.told = "".join(map(self.page, ("/metrics", "/healthz", f"/{server.code}/words.json")))
        self.told += json.dumps(steering.act("close").json(), ensure_ascii=False)
        self.kept = b"".join(path.read_bytes() for path in server.log.parent.glob("ordmoln.db*"))
        assert server.process is not None
        assert server.process.stdout is not None
        server.process.terminate()
        self.printed = server.process.stdout.read() + server.errors.read_text()
        server.stop()

    def open_room(self) -> str:
        operator = requests.Session()
        operator.get(self.server.operator_url, timeout=WAIT_SECONDS)
        sent = {"title": "B", "language": "en"}
        url = f"{self.server.url}/rooms"
        opened = operator.post(url, json=sent, headers=JSON, timeout=WAIT_SECONDS)
        return str(opened.json()["code"])

    def take_part(self, guest: Guest, code: str, word: str) -> None:
        """Open the page, send a word, take one back, sit down, and err, as phones do."""
        url = f"{self.url}/{code}"
        guest.get(url, timeout=WAIT_SECONDS)
        given = guest.post(url, json={"answer": word}, timeout=WAIT_SECONDS)
        assert given.ok
        guest.post(url, json={"answer": "..."}, timeout=WAIT_SECONDS)
        guest.post(f"{url}/table", json={"table": 1}, timeout=WAIT_SECONDS)
        guest.post(f"{url}/coach/close", timeout=WAIT_SECONDS)
        guest.get(f"{url}/coach?key=guess", timeout=WAIT_SECONDS)
        if word == WORDS["A"][-1]:
            guest.delete(f"{url}/answers/{given.json()['key']}", timeout=WAIT_SECONDS)

    def misbehave(self) -> None:
        agent = f"User-Agent: {BROWSER}/9\r\nX-Forwarded-For: {FORWARDED}.9\r\n\r\n".encode()
        for start in (
            b"GARBAGE",
            b"GET / HTTP/9",
            b"POST / HTTP/1.1\r\nContent-Length: x",
            b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked",
        ):
            raw(self.server, start + b"\r\n" + agent + b"zz\r\n")

    def watch(self) -> None:
        for guest in self.guests:
            cookies = "; ".join(f"{name}={value}" for name, value in guest.cookies.items())
            headers = {"Cookie": cookies, "User-Agent": f"{BROWSER}/8"}
            client = socketio.SimpleClient()
            client.connect(self.url, headers=headers, transports=["websocket"])
            client.emit("watch", {"room": self.server.code, "as": "phone", "since": 0, "table": 1})
            assert client.receive(WAIT_SECONDS)[0] == "status"
            client.emit("nonsense", f"{BROWSER}/8")
            client.disconnect()

    def page(self, path: str) -> str:
        return requests.get(self.url + path, timeout=WAIT_SECONDS).text


def strings(value: Any) -> Iterator[str]:
    """Yield every text in what was kept, at whatever depth."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from strings(one)
    elif isinstance(value, str):
        yield value


def test_after_a_hall_nothing_tells_who_was_there_or_ties_a_phone_to_two_rooms(
    server: Server,
) -> None:
    day = Day(server)
    everything = day.kept + (day.told + day.printed).encode()
    for number in PHONES:
        for trace in (f"127.0.0.{number}", f"{FORWARDED}.{number}"):
            assert trace.encode() not in everything
    assert BROWSER.encode() not in everything
    assert b"127.0.0.1" not in day.kept
    browsers = [guest.cookies["participant"].split(".")[0] for guest in day.guests]
    for browser in browsers:
        assert browser.encode() not in everything
    for word in (*WORDS["A"], *WORDS["B"]):
        assert word not in day.printed
        if word.isascii():
            assert word.encode() in day.kept
    said = {name: said_in(server, code) for name, code in day.rooms.items()}
    assert len(said["A"]["participant"]) == len(said["B"]["participant"]) == len(PHONES)
    both = said["A"]["anything"] & said["B"]["anything"]
    assert {text for text in both if not STRUCTURE.fullmatch(text)} == set()


def said_in(server: Server, code: str) -> dict[str, set[str]]:
    """Return the participants of a room, and every text that is kept of it."""
    with sqlite3.connect(server.log) as database:
        rows = database.execute("SELECT body FROM entry WHERE room = ?", (code,)).fetchall()
    database.close()
    events = [json.loads(body) for (body,) in rows]
    assert events
    return {
        "participant": {event["participant"] for event in events if "participant" in event},
        "anything": {text for event in events for text in strings(event)},
    }


def test_the_cookie_of_a_phone_holds_a_random_number_and_its_signature(server: Server) -> None:
    guests = [Guest(number) for number in PHONES]
    for guest in guests:
        guest.get(f"http://127.0.0.1:{server.port}/{server.code}", timeout=WAIT_SECONDS)
        assert set(guest.cookies.keys()) == {"participant"}
        assert re.fullmatch(r"[\w-]{16}\.[\w-]{6}\.[\w-]{43}", guest.cookies["participant"])
    assert len({guest.cookies["participant"] for guest in guests}) == len(guests)


def test_a_phone_is_one_participant_in_a_room_however_its_code_is_typed(server: Server) -> None:
    phone = Guest(PHONES[0])
    for code in (server.code, server.code.lower(), server.code.title()):
        url = f"http://127.0.0.1:{server.port}/{code}"
        given = phone.post(url, json={"answer": "mod"}, timeout=WAIT_SECONDS)
        assert given.status_code in (201, 422)
    assert server.words()["participants"] == 1
    assert server.words()["answers"] == 1


def test_an_old_log_whose_participants_were_the_same_in_every_room_counts_as_it_did(
    server: Server,
) -> None:
    server.send("mod")
    server.stop()
    with sqlite3.connect(server.log) as database:
        (body,) = database.execute("SELECT body FROM entry WHERE body LIKE '%AnswerGiven%'")
        old = json.loads(body[0]) | {"participant": "Zm9yYmVmb3JlMTIz"}
        assert set(old) >= {"step", "key", "text"}
    database.close()
    log = open_log(f"sqlite:///{server.log}")
    log.append(server.code, json.dumps({**old, "key": "old", "text": "tillit"}))
    room = Rooms(log).current(server.code).room
    assert [answer.participant for answer in room.answers.values()][-1] == "Zm9yYmVmb3JlMTIz"
    assert room.voices() == 2
    log.close()


def test_answers_are_in_the_log_and_never_in_what_is_printed(server: Server) -> None:
    secret = "hemligheten"
    assert fetch(server, "/{code}", method="POST", json={"answer": secret}, headers=JSON).ok
    told = server.errors.read_text() + fetch(server, "/metrics").text
    kept = b"".join(path.read_bytes() for path in server.log.parent.glob("ordmoln.db*"))
    assert secret.encode() in kept
    assert secret not in told


def test_the_readme_says_of_every_cookie_how_long_it_lasts(server: Server) -> None:
    readme = (ROOT / "README.md").read_text()
    names = set()
    session = requests.Session()
    for url in (server.coach_url, server.operator_url, f"{server.room_url}?lang=sv"):
        session.get(url, timeout=WAIT_SECONDS)
    for cookie in session.cookies:
        assert cookie.expires is not None
        names.add(re.sub(f"{server.code}$", "CODE", cookie.name))
    assert names == {"participant", "language", "coach_CODE", "operator"}
    for name in names:
        assert f"cookie `{name}`" in readme
