"""What is sent and drawn is of the step that it was made for, whatever coaches do meanwhile."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from display.live.audience import Audience, Watch
from display.live.messages import Message
from display.live.rooms import LiveRoom, Rooms
from display.live.ticker import Ticker
from display.log import open_log
from display.room.events import (
    AnswerGiven,
    AnswersClosed,
    Plan,
    StepPlanned,
    StepStarted,
    TableChosen,
    TablesAdded,
)

QUESTION, TALK = 1, 2  # steps


class Wire:
    """Keeps what is sent; while it is, something else may happen."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, Message]] = []
        self.meanwhile: dict[str, Callable[[], object]] = {}  # once, by what is done

    def emit(self, event: str, message: Message, *, to: str) -> None:
        self.sent.append((event, message))
        self.meanwhile.pop(event, lambda: None)()

    def pictures(self) -> list[Message]:
        return [message for event, message in self.sent if event in ("picture", "changes")]

    def close_room(self, room: str) -> None:
        """Nobody is let go here."""


@pytest.fixture
def rooms(tmp_path: Path) -> Rooms:
    return Rooms(open_log(f"sqlite:///{tmp_path}/log.db"))


@pytest.fixture
def live(rooms: Rooms) -> LiveRoom:
    """A room at its talk, where one table has sent a word."""
    opened = rooms.open("sv", "Vad behövs?")
    return rooms.record(
        opened.code,
        TablesAdded(["Eldkvarn"]),
        StepPlanned(Plan("Prata", "tables", answers_each=3), QUESTION),
        StepStarted(TALK),
        TableChosen("anna", 1),
        AnswerGiven(TALK, "anna", "key", "Tid", table=1),
    )


def test_phones_hear_of_a_tables_answers_when_they_know_of_the_step(
    rooms: Rooms, live: LiveRoom
) -> None:
    audience, wire = Audience(), Wire()
    audience.join("phone", Watch(live.code, "phone"))
    ticker = Ticker(rooms, audience, wire, lambda work, *args: work(*args))
    ticker.tick()
    rooms.record(live.code, AnswersClosed(TALK))
    wire.meanwhile["status"] = lambda: rooms.record(live.code, StepStarted(QUESTION))
    ticker.tick()
    ticker.tick()
    known, told = 0, []
    for event, message in wire.sent:
        if event == "status":
            known = message["step"]
        else:
            told.append(message["step"])
            assert message["step"] == known
    assert told == [TALK, QUESTION]


def test_what_a_table_sends_while_others_hear_is_told_next(rooms: Rooms, live: LiveRoom) -> None:
    audience, wire = Audience(), Wire()
    audience.join("phone", Watch(live.code, "phone"))
    ticker = Ticker(rooms, audience, wire, lambda work, *args: work(*args))
    more = AnswerGiven(TALK, "anna", "more", "Mod", table=1)
    wire.meanwhile["table"] = lambda: rooms.record(live.code, more)
    ticker.tick()
    ticker.tick()
    tables = [message["answers"] for event, message in wire.sent if event == "table"]
    assert [len(answers) for answers in tables] == [1, 2]


def test_a_picture_is_of_the_step_whose_words_were_laid_out(rooms: Rooms, live: LiveRoom) -> None:
    audience, wire = Audience(), Wire()
    audience.join("stage", Watch(live.code, "stage"))

    def go_on_meanwhile(work: Callable[..., Any], *args: Any) -> Any:
        wire.meanwhile.pop("layout", lambda: None)()
        return work(*args)

    wire.meanwhile["layout"] = lambda: rooms.record(live.code, StepStarted(QUESTION))
    ticker = Ticker(rooms, audience, wire, go_on_meanwhile)
    ticker.tick()
    ticker.tick()
    shown = [(message["step"], message["words"]) for message in wire.pictures()]
    assert shown == [(QUESTION, [])]
    rooms.record(live.code, StepStarted(TALK))
    ticker.tick()
    assert [word["label"] for word in wire.pictures()[-1]["words"]] == ["Tid"]
