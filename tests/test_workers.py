"""Two workers over one log: each knows what the other wrote only when it reads on, or writes."""

import sqlite3
from collections.abc import Callable, Iterator
from math import inf
from pathlib import Path
from typing import ParamSpec, TypeVar

import pytest
from conftest import JSON
from flask import Flask
from flask.testing import FlaskClient

from display.live.audience import Audience
from display.live.rooms import Rooms
from display.log import open_log
from display.room.events import AgendaLoaded, AnswersClosed, AnswersOpened, Plan, TablesAdded
from display.web import create_app
from display.web.auth import coach_key

P = ParamSpec("P")
T = TypeVar("T")

TALK = 2


@pytest.fixture
def workers(tmp_path: Path) -> Iterator[tuple[Rooms, Rooms]]:
    logs = [open_log(f"sqlite:///{tmp_path}/log.db") for _ in range(2)]
    yield Rooms(logs[0]), Rooms(logs[1])
    for log in logs:
        log.close()


def app_of(rooms: Rooms) -> Flask:
    return create_app(rooms, Audience(), "secret", "http://hall.test", None, None, 1e9)


def phone_of(rooms: Rooms) -> FlaskClient:
    return app_of(rooms).test_client()


def coach_of(rooms: Rooms, code: str) -> FlaskClient:
    app = app_of(rooms)
    with app.test_request_context():
        key = coach_key(rooms.current(code))
    client = app.test_client()
    client.get(f"/{code}/coach?key={key}")
    return client


def test_who_takes_back_an_answer_just_as_its_step_is_closed_is_told_that_it_stays(
    workers: tuple[Rooms, Rooms],
) -> None:
    here, there = workers
    code = here.open("sv", "Vad?").code
    here.record(code, AgendaLoaded([Plan("Vilka?", "tables", 600, 3)], []))
    here.record(code, TablesAdded(["Eldkvarn"]))
    phone = phone_of(here)
    sent = {"answer": "mod", "key": "nyckel", "table": "1"}
    assert phone.post(f"/{code}", json=sent, headers=JSON).status_code == 201
    there.record(code, AnswersClosed(TALK))
    reply = phone.delete(f"/{code}/answers/nyckel", headers=JSON)
    assert reply.status_code == 409
    assert reply.json is not None
    assert reply.json["error"] == "final"
    assert not here.current(code).room.answers["nyckel"].withdrawn


def test_a_damaged_room_does_not_keep_others_from_being_erased_on_time(tmp_path: Path) -> None:
    log = open_log(f"sqlite:///{tmp_path}/log.db")
    damaged, whole = (Rooms(log).open("sv", "Vad?").code for _ in range(2))
    with sqlite3.connect(tmp_path / "log.db") as file:
        file.execute("UPDATE entry SET body = '{}' WHERE room = ?", (damaged,))
    file.close()
    rooms = Rooms(log)
    assert rooms.erase_stale(inf) == [whole]
    assert rooms.codes() == [damaged]
    log.close()


def test_a_room_that_is_erased_by_hand_meanwhile_does_not_keep_others_from_being_erased_on_time(
    tmp_path: Path,
) -> None:
    by_hand = open_log(f"sqlite:///{tmp_path}/log.db")
    first, second = (Rooms(by_hand).open("sv", "Vad?").code for _ in range(2))

    def once_listed(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        found = work(*args, **kwargs)
        if found == [first, second]:
            by_hand.erase(first)
        return found

    log = open_log(f"sqlite:///{tmp_path}/log.db", once_listed)
    assert Rooms(log).erase_stale(inf) == [second]
    assert Rooms(log).codes() == []
    log.close()
    by_hand.close()


@pytest.mark.parametrize(("act", "sent"), [("undo", {}), ("step", {"question": "Vad nu?"})])
def test_what_is_sent_twice_from_one_page_is_done_once_though_neither_worker_knew_of_the_other(
    workers: tuple[Rooms, Rooms], act: str, sent: dict[str, str]
) -> None:
    here, there = workers
    code = here.open("sv", "Vad?").code
    for event in (AnswersClosed(1), AnswersOpened(1)):
        here.record(code, event)
    coaches = [coach_of(rooms, code) for rooms in workers]
    seen = there.current(code).room.decisions
    for coach in coaches:
        reply = coach.post(f"/{code}/coach/{act}", json={**sent, "decisions": seen}, headers=JSON)
        assert reply.status_code == 200
    assert here.current(code).room.acts == there.current(code).room.acts
    assert there.current(code).room.decisions == seen + 1
