"""The operator opens rooms, hands out their links, and erases them; old ones erase themselves."""

import re
import sqlite3
import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import pytest
import requests
from conftest import JSON, WAIT_SECONDS, Server, Watcher
from hypothesis import given
from hypothesis import strategies as st
from pages import OpenPage
from playwright.sync_api import expect

from display.live.codes import ALPHABET, CODE, OFFENSIVE, new_code
from display.log.schema import seal

DAY = 24 * 3600


class Operator:
    """An operator's browser without a window."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.session = requests.Session()
        self.session.headers.update(JSON)
        self.session.get(server.operator_url, timeout=WAIT_SECONDS).raise_for_status()

    def post(self, path: str, **fields: Any) -> requests.Response:
        return self.session.post(
            f"{self.server.url}/rooms{path}", json=fields, timeout=WAIT_SECONDS
        )

    def open(self, title: str = "APT", language: str = "sv") -> dict[str, Any]:
        opened = self.post("", title=title, language=language)
        assert opened.status_code == HTTPStatus.CREATED
        room: dict[str, Any] = opened.json()
        return room


def get(url: str, **options: Any) -> requests.Response:
    return requests.get(url, timeout=WAIT_SECONDS, **options)


def here(server: Server, link: str) -> str:
    """Return a link to the public address as one to this machine."""
    return re.sub(r"^http://[^/]+", server.url, link)


def test_the_operator_opens_a_room_and_gives_its_link_to_a_coach(
    server: Server, open_page: OpenPage
) -> None:
    page = open_page(server.operator_url, (1440, 900))
    expect(page).to_have_url(f"{server.url}/rooms")  # the key does not stay in the address
    page.get_by_label("Titel").fill("APT Eldkvarn")
    page.locator("#language").select_option("English")
    page.get_by_role("button", name="Öppna rummet").click()
    room = page.locator("#rooms > li").first
    expect(room).to_contain_text("APT Eldkvarn")
    expect(page.locator("#rooms > li")).to_have_count(2)
    room.get_by_text("Ge coachen länken").click()
    link = room.get_by_label("Coachens länk").input_value()
    coach = open_page(here(server, link), (1440, 900))
    expect(coach.locator(".room")).to_contain_text("APT Eldkvarn")
    expect(coach.locator("html")).to_have_attribute("lang", "en")
    expect(coach.get_by_role("heading", level=1)).to_have_text("What matters most right now?")


def test_with_several_rooms_a_phone_types_its_code(server: Server, open_page: OpenPage) -> None:
    room = Operator(server).open()
    phone = open_page(server.url)
    phone.locator("#code").fill(room["code"].lower())
    phone.locator("form.code button").click()
    expect(phone.locator("body")).to_have_attribute("data-code", room["code"])


@pytest.mark.parametrize(
    ("title", "language"),
    [("", "sv"), ("   ", "sv"), ("\u200b", "sv"), ("x" * 61, "sv"), ("APT", "fi"), (["a"], "x")],
)
def test_a_room_that_makes_no_sense_is_not_opened(
    server: Server, title: object, language: str
) -> None:
    operator = Operator(server)
    refused = operator.post("", title=title, language=language)
    assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert refused.json()["message"]
    if language == "fi":
        assert refused.json()["message"] == "Språken är Svenska (sv), English (en)."
    assert get(f"{server.url}/healthz").json()["rooms"] == 1


def test_what_was_typed_stays_when_it_is_refused(server: Server) -> None:
    session = requests.Session()
    session.get(server.operator_url, timeout=WAIT_SECONDS)
    typed = "En titel som är " + "mycket " * 10 + "lång"
    refused = session.post(f"{server.url}/rooms", data={"title": typed}, timeout=WAIT_SECONDS)
    assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert typed in refused.text


def test_nobody_but_the_operator_sees_or_does_anything(server: Server) -> None:
    strangers = [{}, server.coach().session.cookies.get_dict(), {"operator": "operator"}]
    token = Operator(server).session.cookies["operator"]
    strangers += [{"operator": token[:-1]}, {"operator": token + "x"}]
    for cookies in strangers:
        assert get(f"{server.url}/rooms", cookies=cookies).status_code == HTTPStatus.FORBIDDEN
        qr = get(f"{server.url}/rooms/{server.code}/qr.svg", cookies=cookies)
        assert qr.status_code == HTTPStatus.FORBIDDEN
        for path in ("", f"/{server.code}/link", f"/{server.code}/erase"):
            answered = requests.post(
                f"{server.url}/rooms{path}",
                json={"title": "x", "confirm": server.code},
                cookies=cookies,
                timeout=WAIT_SECONDS,
            )
            assert answered.status_code == HTTPStatus.FORBIDDEN
    wrong = get(f"{server.url}/rooms?key={'x' * 43}")
    assert (wrong.status_code, "Set-Cookie" in wrong.headers) == (HTTPStatus.FORBIDDEN, False)
    assert get(server.coach_url).status_code == HTTPStatus.OK


def test_a_new_link_shuts_out_whoever_came_by_the_old_one(
    server: Server, open_page: OpenPage
) -> None:
    operator, before = Operator(server), server.coach()
    page = open_page(server.coach_url, (1440, 900))
    expect(page.locator("#question")).to_be_visible()
    renewed = operator.post(f"/{server.code}/link").json()["coach"]
    expect(page.get_by_role("heading", name="Sidan kräver en nyckel")).to_be_visible()
    assert get(server.coach_url).status_code == HTTPStatus.FORBIDDEN
    assert before.act("close").status_code == HTTPStatus.FORBIDDEN
    assert server.words()["open"] is True
    page.goto(here(server, renewed))
    page.get_by_role("button", name="Stäng för svar").first.click()
    expect(page.locator("#is-closed")).to_be_visible()
    code = server.code
    server.stop()
    server.start()
    assert server.code == code
    assert get(here(server, renewed)).status_code == HTTPStatus.OK


def test_a_coach_with_the_new_link_stays_though_nobody_else_is_in_the_room(
    server: Server, watch: Callable[..., Watcher]
) -> None:
    renewed = Operator(server).post(f"/{server.code}/link").json()["coach"]
    server.coach_url = here(server, renewed)
    coach = server.coach()
    [(name, value)] = coach.session.cookies.items()
    page = watch("coach", cookies=f"{name}={value}")
    page.wait_for(lambda name, _: name == "status")
    coach.act("close").raise_for_status()
    page.wait_for(lambda name, status: name == "refused" or not status["open"])
    assert "refused" not in [name for name, _ in page.received]


def test_a_room_is_erased_when_its_code_is_typed(
    server: Server, watch: Callable[..., Watcher]
) -> None:
    operator = Operator(server)
    room, stage = operator.open(), watch("stage")
    server.send("mod").raise_for_status()
    refused = operator.post(f"/{server.code}/erase", confirm=room["code"])
    assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert server.counts() == {"Mod": 1}
    assert operator.post(f"/{server.code}/erase", confirm=server.code.lower()).ok
    stage.wait_for(lambda name, _: name == "erased")
    assert get(server.room_url).status_code == HTTPStatus.GONE
    assert (
        operator.post(f"/{server.code}/erase", confirm=server.code).status_code == HTTPStatus.GONE
    )
    assert get(here(server, room["phones"])).status_code == HTTPStatus.OK
    assert b"mod" not in server.log.read_bytes()


def test_an_erasure_that_was_held_up_is_finished_though_the_room_is_gone(server: Server) -> None:
    operator = Operator(server)
    server.send("hemligheten").raise_for_status()
    reader = sqlite3.connect(server.log, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM entry").fetchall()
    path = f"/{server.code}/erase"
    assert operator.post(path, confirm=server.code).status_code == HTTPStatus.SERVICE_UNAVAILABLE
    assert operator.post(path, confirm=server.code).status_code == HTTPStatus.GONE
    reader.execute("COMMIT")
    reader.close()
    until = time.monotonic() + WAIT_SECONDS
    while b"hemligheten" in written_by(server):
        assert time.monotonic() < until


def written_by(server: Server) -> bytes:
    """Return all that the log's files hold, the write-ahead file too."""
    return b"".join(path.read_bytes() for path in server.log.parent.glob(f"{server.log.name}*"))


def test_rooms_erase_themselves_so_many_days_after_their_last_answer(server: Server) -> None:
    kept = Operator(server).open("Kvar")["code"]
    server.send("mod").raise_for_status()
    server.stop()
    age(server, server.code, 8 * DAY)
    age(server, kept, 6 * DAY)
    old = server.code
    server.start("--keep-days", "7")
    assert server.code == kept
    assert get(f"{server.url}/{old}").status_code == HTTPStatus.GONE
    assert get(f"{server.url}/{kept}").status_code == HTTPStatus.OK
    assert b"mod" not in server.log.read_bytes()


def test_operator_and_coach_read_when_a_room_erases_itself(server: Server) -> None:
    server.stop()
    server.start("--keep-days", "1")
    day = Operator(server).session.get(f"{server.url}/rooms", timeout=WAIT_SECONDS).text
    [shown] = re.findall(r"raderas (\d+ \w+ \d{4}) om", day)
    coach = server.coach().session.get(f"{server.room_url}/coach", timeout=WAIT_SECONDS).text
    assert f"raderas av sig självt {shown}" in coach


def test_an_answer_keeps_an_old_room(server: Server) -> None:
    server.stop()
    age(server, server.code, 6 * DAY)
    code = server.start("--keep-days", "7").code
    server.send("mod").raise_for_status()
    server.stop()
    age(server, code, 5 * DAY)  # the opening is 11 days old by now, the answer 5
    server.start("--keep-days", "7")
    assert server.code == code
    assert server.counts() == {"Mod": 1}


def test_when_the_last_room_is_too_old_the_next_start_opens_another(server: Server) -> None:
    server.stop()
    age(server, server.code, 31 * DAY)
    before = server.code
    server.start()
    assert server.code != before
    assert server.send("mod").status_code == HTTPStatus.CREATED


def age(server: Server, code: str, seconds: float) -> None:
    """Make all entries of a room so much older."""
    log = sqlite3.connect(server.log)
    log.create_function("reseal", 4, seal)
    with log:
        log.execute("UPDATE entry SET at = at - ? WHERE room = ?", (seconds, code))
        log.execute("UPDATE entry SET seal = reseal(room, seq, at, body)")
    log.close()


@pytest.mark.parametrize("_", range(50))
def test_a_code_is_easy_to_type_and_spells_nothing_bad(_: int) -> None:
    code = new_code()
    assert CODE.fullmatch(code)
    assert not OFFENSIVE.search(code)
    assert not set(code) & set("AEIOUYÅÄÖ015B8S2Z")


@given(st.text(ALPHABET, max_size=2), st.sampled_from(["FCK", "FTT", "KKK", "KVK", "N3GR", "R4P"]))
def test_bad_words_are_found_anywhere_in_a_code(beside: str, word: str) -> None:
    assert OFFENSIVE.search(beside + word)
    assert OFFENSIVE.search(word + beside)
