"""What becomes of an answer that is sent, whichever way it comes: see `phone` and `shortcut`."""

import math
import re
import secrets
from collections.abc import Mapping
from typing import Any, NamedTuple

from display.live.rooms import LiveRoom, Rooms
from display.log.base import LogUnavailable
from display.room.events import AnswerGiven, TableChosen
from display.room.state import Room
from display.room.steps import Answer
from display.web.security import Pace

KEY = re.compile(r"[A-Za-z0-9._~:-]{1,64}")
MAX_SENT = 200  # code points as they were typed: it is kept whole
RETRY_SECONDS = 2


class Sending(NamedTuple):
    """What a phone sent."""

    text: str
    key: str
    step: object
    table: object
    replaces: str | None  # the key of another answer


class Fate(NamedTuple):
    """What became of it: the `answer` is in, or it is not, because of an `error`.

    With `retry_after`, in seconds, the same may be sent again, and may even be in after all.
    """

    live: LiveRoom
    answer: Answer | None = None
    is_new: bool = False
    error: str = ""
    retry_after: int = 0


class NoSuchTable(LookupError):
    """No table of the room has this number or name."""


class Intake:
    """Takes answers to these rooms, at the pace that participants and rooms keep to."""

    def __init__(self, rooms: Rooms, pace: Pace, room_pace: Pace) -> None:
        self._rooms = rooms
        self._pace = pace
        self._room_pace = room_pace

    def take(self, live: LiveRoom, participant: str, sending: Sending) -> Fate:
        """Record the answer if it counts now, and only once for each key; return its fate."""
        taken = live.room.answers.get(sending.key)
        if not KEY.fullmatch(sending.key):
            return Fate(live, error="key")
        if taken is not None:
            return taken_before(live, taken, participant, sending)
        if len(sending.text) > MAX_SENT:
            return Fate(live, error="too_long")
        if wait := self._pace.wait_seconds(participant):
            return Fate(live, error="too_fast", retry_after=math.ceil(wait))
        if wait := self._room_pace.wait_seconds(live.code):
            return Fate(live, error="too_many", retry_after=math.ceil(wait))
        try:
            return self._record(live, participant, sending)
        except NoSuchTable:
            return Fate(live, error="no_such_table")
        except LogUnavailable:  # the ticker reports it; here it would be a line for every phone
            return Fate(live, error="unavailable", retry_after=RETRY_SECONDS)

    def _record(self, live: LiveRoom, participant: str, sending: Sending) -> Fate:
        live, table = seated(self._rooms, live, participant, sending.table)
        event = AnswerGiven(
            step=whole_number(sending.step, live.room.step.number),
            participant=participant,
            key=sending.key,
            text=sending.text,
            table=table if live.room.plan.kind == "tables" else None,
            replaces=sending.replaces,
        )
        refusal = live.room.refusal(event)
        if refusal is None:
            live = self._rooms.record(live.code, event)
            taken = live.room.answers.get(sending.key)  # by this, or by another at the same time
            if taken is not None:
                fate = taken_before(live, taken, participant, sending)
                return fate._replace(is_new=not fate.error)
            refusal = live.room.refusal(event) or "closed"  # another came in between
        return Fate(live, error=refusal)


def read_sending(sent: Mapping[str, Any]) -> Sending:
    """Return what is in the fields of a form or of JSON, with a key of its own if it has none."""
    return Sending(
        text=typed if isinstance(typed := sent.get("answer"), str) else "",
        key=str(sent.get("key") or secrets.token_urlsafe(12)),
        step=sent.get("step"),
        table=sent.get("table"),
        replaces=str(sent["replaces"]) if sent.get("replaces") else None,
    )


def receipt(room: Room, answer: Answer, participant: str) -> dict[str, Any]:
    """Return what a phone is told of an answer that is in."""
    return {
        "status": "withdrawn" if answer.withdrawn else "accepted",
        "key": answer.key,
        "word": told_word(room, answer),
        "label": answer.word.spelling,
        "left": room.left(room.voice_of(participant)),
    }


def told_word(room: Room, answer: Answer) -> str:
    """Return the word that the answer counts as; while only coaches see the step's words its own,
    since what they merge it into may be another's."""
    return answer.word.key if answer.step in room.direction.concealed else room.word_of(answer)


def taken_before(live: LiveRoom, taken: Answer, participant: str, sending: Sending) -> Fate:
    """Return the fate of an answer whose key was taken before.

    A phone that lost its cookie in between is still the same; another's text under the same key is
    another answer, and must not be thanked for as if it counted.
    """
    same = taken.participant == participant or taken.text == sending.text
    return Fate(live, taken) if same else Fate(live, error="key")


def seated(
    rooms: Rooms, live: LiveRoom, participant: str, sent: object
) -> tuple[LiveRoom, int | None]:
    """Return the room and where the participant sits in it: at the table that was sent, if any.

    Errors: NoSuchTable, LogUnavailable.
    """
    here = live.room.table_of(participant)
    if sent in (None, ""):
        return live, here
    table = find_table(live, str(sent))
    if table != here:
        live = rooms.record(live.code, TableChosen(participant, table))
    return live, table


def find_table(live: LiveRoom, sent: str) -> int:
    """Return the table of this number or else this name; NoSuchTable if there is none."""
    tables = live.room.direction.tables
    names = {name.casefold(): table for table, name in tables.items()}
    numbers = {str(table): table for table in tables}
    table = numbers.get(sent) or names.get(sent.strip().casefold())
    if table is None:
        raise NoSuchTable(sent)
    return table


def whole_number(sent: object, default: int) -> int:
    """Return the number that was sent, `default` if nothing was, 0, which is no step, if junk."""
    if sent in (None, ""):
        return default
    return int(str(sent)) if re.fullmatch(r"[0-9]{1,6}", str(sent)) else 0
