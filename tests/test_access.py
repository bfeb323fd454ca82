"""Who may do what: each cell of the table in the README, and each way to pretend."""

import hashlib
import re
import tempfile
import time
from http import HTTPStatus

import pytest
import requests
import socketio
from conftest import JSON, ROOT, WAIT_SECONDS, Server, Watcher
from itsdangerous import Signer, TimestampSigner
from strangers import Phone, fetch, raw, tampered

from display.live.audience import Audience
from display.live.rooms import Rooms
from display.log import open_log
from display.settings import read_secret
from display.web import create_app
from display.web.acts import ACTS

ROLES = ["the network", "the hall", "a participant", "a coach of the room", "the operator"]
MAY_NOT = {HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND}
NOT_EVEN_THERE = {*MAY_NOT, HTTPStatus.METHOD_NOT_ALLOWED, HTTPStatus.UNAUTHORIZED}
TABLE = 1
SAFE = {"GET", "HEAD", "OPTIONS"}


def access_table() -> dict[str, dict[str, str]]:
    """Return the README's table: for each request, what each role may."""
    readme = (ROOT / "README.md").read_text()
    lines = readme.partition("### Who may do what\n\n")[2].partition("\n\n")[0].splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    assert rows[0] == ["request", *ROLES]
    return {
        request: dict(zip(ROLES, cells, strict=True))
        for requests, *cells in rows[2:]
        for request in requests.replace("`", "").split(", ")
    }


def routes() -> dict[str, str]:
    """Return each route of the app as the README writes it, with the address it stands for."""
    with tempfile.TemporaryDirectory() as folder:
        log = open_log(f"sqlite:///{folder}/log.db")
        app = create_app(Rooms(log), Audience(), "secret", "http://x", None, None, 1.0)
        log.close()
    rules = app.url_map.iter_rules()
    return {
        f"{method} {rule.rule}": rule.rule
        for rule in rules
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }


def as_written(route: str) -> str:
    for rule, word in (("<code>", "CODE"), ("<int:table>", "TABLE")):
        route = route.replace(rule, word)
    return route


def row_of(route: str) -> str | None:
    """Return the request in the table that a route belongs to: the longest that covers it."""
    written = as_written(route)
    covering = [
        request
        for request in access_table()
        if request == written or (request.endswith("…") and written.startswith(request[:-1]))
    ]
    return max(covering, key=len, default=None)


class House:
    """A server with tables and answers, and someone of each role in front of it."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.operator = requests.Session()
        self.operator.get(server.operator_url, timeout=WAIT_SECONDS).raise_for_status()
        aside = self.operator.post(
            f"{server.url}/rooms", json={"title": "Aside"}, headers=JSON, timeout=WAIT_SECONDS
        )
        self.aside: str = aside.json()["code"]
        self.aside_coach = requests.Session()
        self.aside_coach.get(aside.json()["coach"].replace(host_of(aside.json()["coach"]),
                             server.url), timeout=WAIT_SECONDS)  # fmt: skip
        self.coach = server.coach().session
        self.old_coach = self.coach.cookies[f"coach_{server.code}"]
        steering = server.coach()
        assert steering.act("tables", number=2).ok
        assert steering.act("step", question="Vad mer?", answers_each="unlimited").ok

    def renew_link(self) -> None:
        """Renew the room's link; its coach comes by the new one."""
        url = f"{self.server.url}/rooms/{self.server.code}/link"
        renewed = self.operator.post(url, headers=JSON, timeout=WAIT_SECONDS).json()["coach"]
        self.server.coach_url = self.server.url + renewed.removeprefix(host_of(renewed))
        self.coach = self.server.coach().session

    def pretenders(self) -> dict[str, dict[str, str]]:
        """Return the cookies of those in the hall who are not what they pretend to be."""
        code = self.server.code
        coach = f"coach_{code}"
        phone = Phone(self.server).cookies["participant"]
        elsewhere = self.aside_coach.cookies[f"coach_{self.aside}"]
        true = self.coach.cookies[coach]
        name = true.rsplit(".", 2)[0]
        operator = self.operator.cookies["operator"]
        return {
            "nobody": {},
            "another room's coach": {coach: elsewhere, f"coach_{self.aside}": elsewhere},
            "a coach whose link was renewed": {coach: self.old_coach},
            "a coach of long ago": {coach: signed("coach", name, OLD)},
            "a coach from before signatures had a time": {coach: untimed("coach", name)},
            "a participant as coach": {coach: phone, "operator": phone},
            "a coach as operator": {"operator": true},
            "an operator as coach": {coach: operator, "participant": operator},
            "an operator of long ago": {"operator": signed("operator", "operator", OLD)},
            "another server's operator": {"operator": signed("operator", "operator", 0, "guess")},
            "forged": {coach: f"{true}x", "operator": "operator"},
        }

    def as_role(self, role: str) -> list[requests.Session]:
        """Return the browsers of those who are in that role."""
        if role == "the operator":
            return [self.operator]
        if role == "a coach of the room":
            return [self.coach]
        if role == "a participant":
            return [Phone(self.server)]
        found = []
        for cookies in self.pretenders().values():
            session = requests.Session()
            session.cookies.update(cookies)
            found.append(session)
        return found if role == "the hall" else found[:1]

    def ask(self, session: requests.Session, route: str, role: str, key: str) -> int:
        """Send the request of a route as a role does; return the status."""
        method, rule = route.split()
        code = "ZZZZ" if role == "the network" else self.server.code
        if rule.startswith("/rooms/"):
            code = self.aside
        path = rule.replace("<code>", code).replace("<int:table>", str(TABLE))
        path = path.replace("<key>", key).replace("<name>", "open")
        path = path.replace("<version>/<path:name>", self.asset())
        sent = {"answer": "mod", "table": "", "title": "A room"} if method == "POST" else None
        return session.request(
            method, self.server.url + path, json=sent, headers=JSON, timeout=WAIT_SECONDS,
            allow_redirects=False,
        ).status_code  # fmt: skip

    def asset(self) -> str:
        page = requests.get(self.server.room_url, timeout=WAIT_SECONDS).text
        return page.partition('"/static/')[2].partition('"')[0]

    def own_answer(self, session: requests.Session) -> str:
        sent = {"answer": "tillit"}
        url = self.server.room_url
        given = session.post(url, json=sent, headers=JSON, timeout=WAIT_SECONDS).json()
        return str(given["key"])


OLD = 31 * 24 * 3600  # seconds


def host_of(url: str) -> str:
    return "/".join(url.split("/")[:3])


def signed(purpose: str, value: str, age: float, secret: str | None = None) -> str:
    """Return a token that a server signed so many seconds ago."""

    class Earlier(TimestampSigner):
        def get_timestamp(self) -> int:
            return int(time.time() - age)

    signer = Earlier(secret or read_secret(), salt=f"ordmoln.{purpose}", key_derivation="hmac",
                     digest_method=hashlib.sha256)  # fmt: skip
    return str(signer.sign(value).decode())


def untimed(purpose: str, value: str) -> str:
    signer = Signer(read_secret(), salt=f"ordmoln.{purpose}", key_derivation="hmac",
                    digest_method=hashlib.sha256)  # fmt: skip
    return str(signer.sign(value).decode())


@pytest.fixture(scope="module")
def house(hall: Server) -> House:
    """The shared server with someone of each role in front of it, the coach by a renewed link."""
    found = House(hall)
    found.renew_link()
    return found


def test_every_route_is_in_the_table_of_who_may_do_what_and_the_reverse() -> None:
    covered = {route: row_of(route) for route in routes()}
    assert [route for route, row in covered.items() if row is None] == []
    requests = {request for request in access_table() if not request.startswith("watch")}
    assert requests == set(covered.values())


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("route", sorted(routes()))
def test_each_role_may_what_the_table_says(house: House, route: str, role: str) -> None:
    row = row_of(route)
    assert row is not None
    may = access_table()[row][role]
    key = house.own_answer(Phone(house.server))
    for session in house.as_role(role):
        if may == "own":
            assert house.ask(session, route, role, key) in MAY_NOT
            key = house.own_answer(session)
        status = house.ask(session, route, role, key)
        assert status < 500
        assert (status in MAY_NOT) == (may == "no"), status
        assert status not in NOT_EVEN_THERE - MAY_NOT


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("watched", ["phone", "stage", "coach"])
def test_each_role_may_watch_what_the_table_says(house: House, watched: str, role: str) -> None:
    may = access_table()[f"watch as {watched}"][role]
    for session in house.as_role(role):
        cookies = "; ".join(f"{name}={value}" for name, value in session.cookies.items())
        client = socketio.SimpleClient()
        client.connect(house.server.url, headers={"Cookie": cookies}, transports=["websocket"])
        code = "ZZZZ" if role == "the network" else house.server.code
        client.emit("watch", {"room": code, "as": watched, "since": 0})
        assert (client.receive(WAIT_SECONDS)[0] != "refused") == (may == "yes")
        client.disconnect()


def test_a_socket_that_says_nothing_else_than_watch_is_heard_by_nobody(house: House) -> None:
    before = house.server.words()
    client = socketio.SimpleClient()
    client.connect(house.server.url, transports=["websocket"])
    for message in ("answer", "step", "close", "erase", "disconnect", "connect", "status", "*"):
        client.emit(message, {"room": house.server.code, "answer": "mod"})
    client.emit("watch", {"room": house.server.code, "as": "phone"})
    assert client.receive(WAIT_SECONDS)[0] == "status"
    client.disconnect()
    assert house.server.words() == before


@pytest.mark.parametrize("route", sorted(r for r in routes() if r.split()[0] not in SAFE))
@pytest.mark.parametrize(
    "headers", [{"Origin": "http://evil.example"}, {"Sec-Fetch-Site": "cross-site"}]
)
def test_another_site_in_the_browser_of_any_role_does_nothing(
    house: House, route: str, headers: dict[str, str]
) -> None:
    everything = requests.Session()
    for session in (Phone(house.server), house.coach, house.operator):
        everything.cookies.update(session.cookies)
    everything.headers.update(headers)
    status = house.ask(everything, route, "a coach of the room", house.own_answer(house.coach))
    assert status == HTTPStatus.FORBIDDEN


def test_a_signature_is_worth_nothing_after_thirty_days(house: House) -> None:
    phone = Phone(house.server)
    key = phone.answer("mod").json()["key"]
    browser = phone.cookies["participant"].partition(".")[0]
    for age, status in ((OLD, HTTPStatus.NOT_FOUND), (OLD - 2 * 24 * 3600, HTTPStatus.OK)):
        path = f"/{house.server.code}/answers/{key}"
        headers = {**JSON, "Cookie": f"participant={signed('participant', browser, age)}"}
        assert fetch(house.server, path, method="DELETE", headers=headers).status_code == status


def test_a_clock_that_was_put_back_shuts_nobody_out(house: House) -> None:
    ahead = signed("operator", "operator", -3600)
    answered = fetch(house.server, "/rooms", cookies={"operator": ahead})
    assert answered.status_code == HTTPStatus.OK


def test_a_renewed_link_shuts_out_the_old_key_as_well(server: Server) -> None:
    house = House(server)
    old_url = server.coach_url
    house.renew_link()
    assert server.coach_url != old_url
    answered = requests.get(old_url, timeout=WAIT_SECONDS, allow_redirects=False)
    assert answered.status_code == HTTPStatus.FORBIDDEN
    assert "Set-Cookie" not in answered.headers


TRICKS = [
    "//{code}/coach", "/{code}//coach", "/{code}/coach/", "/{code}/./coach", "/{code}/%2e/coach",
    "/{code}/x/../coach", "/{code}/stage/..%2fcoach", "/{code}%2fcoach", "/{code}/%63oach",
    "/{code}/coach;x=1", "/{code}/coach%00", "/{code}/coach%20", "/{code}/COACH", "/{code}/coach.",
    "/{code}/..;/rooms", "/ROOMS", "/rooms/", "//rooms", "/%72ooms", "/./rooms", "/rooms%00",
    "/\\rooms", "/rooms?key", "/rooms?key=", "/rooms;/..", "/rooms/%2e%2e/rooms", "/rooms#x",
    "http://localhost/rooms", "/{code}/coach/qr.svg?", "/{code}/coach/agenda.json/", "*",
    "/static/../rooms", "/{code}/coach/words.json%3f", "//evil.example/%2e%2e", "//evil.example",
    "/\\evil.example", "//evil.example//{code}", "/%2f%2fevil.example", "/{code}///evil.example",
]  # fmt: skip


@pytest.mark.parametrize("path", TRICKS)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "OPTIONS"])
def test_no_writing_of_a_path_leads_past_the_door_or_to_another_host(
    house: House, path: str, method: str
) -> None:
    path = path.format(code=house.server.code)
    request = f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n"
    answered = raw(house.server, f"{request}Connection: close\r\n\r\n".encode()).decode()
    status = int(answered.split()[1])
    assert status < 500
    assert "key=" not in answered
    assert 'id="words"' not in answered
    assert status != HTTPStatus.OK or method == "OPTIONS" or "<form" not in answered
    if found := re.search(r"(?im)^location: *(\S+)", answered):
        assert re.match(r"/(?![/\\])|http://localhost/", found[1]), found[1]


@pytest.mark.parametrize("header", ["X-Http-Method-Override", "X-Method-Override", "_method"])
def test_a_method_is_what_the_request_line_says(house: House, header: str) -> None:
    phone = Phone(house.server)
    key = phone.answer("mod").json()["key"]
    before = house.server.words()["answers"]
    path = f"{house.server.room_url}/answers/{key}"
    for method in ("GET", "POST", "HEAD", "OPTIONS"):
        phone.request(method, path, headers={header: "DELETE"}, data={header: "DELETE"}, timeout=9)
        phone.request(method, f"{path}?{header}=DELETE", timeout=WAIT_SECONDS)
    assert house.server.words()["answers"] == before


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
