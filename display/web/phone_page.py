"""The phone's page as it is for one participant now, or with why an answer is not in."""

import secrets

from flask import jsonify, make_response, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from display.live.messages.phone import MOST_SENT, latest_of_table, own_answers, phone_status
from display.live.rooms import LiveRoom
from display.room.state import Room
from display.room.steps import Answer
from display.room.words import MAX_GRAPHEMES
from display.web.auth import participant, participant_token, remember_participant, wants_json
from display.web.clock import clock_shown

STATUS = {  # else 422
    "closed": 409,
    "final": 409,
    "changed": 409,
    "too_fast": 429,
    "too_many": 429,
    "unavailable": 503,
    "no_such_answer": 404,
    "not_in_room": 404,
}


def phone_page(
    live: LiveRoom,
    *,
    receipt: str | None = None,
    typed: str = "",
    error: str | None = None,
    key: str | None = None,
    editing: Answer | None = None,
    choosing: bool = False,
    offered: int | None = None,
) -> Response:
    """Return the page, with the answer that is being changed in its field if nothing is typed.

    The choice of tables is open if somebody is `choosing`, and if a table is `offered`: at that.
    """
    room = live.room
    me = participant()
    table = room.table_of(me)
    voice = room.voice_of(me)
    response = make_response(
        render_template(
            "phone/answer.html",
            code=live.code,
            status=phone_status(live),
            clock=clock_shown(room),
            tables=room.direction.tables,
            table=table,
            seat=room.seats.get(me),
            own=own_answers(room, me),
            together=[] if table is None else latest_of_table(room, table),
            most_sent=MOST_SENT,
            left=room.left(voice),
            key=key or secrets.token_urlsafe(12),
            participant=token_in_page(),
            max_graphemes=MAX_GRAPHEMES,
            receipt=receipt,
            typed=typed or (editing.word.spelling if editing else ""),
            error=error,
            editing=editing,
            choosing=choosing or offered is not None,
            offered=offered or table,
        )
    )
    return remember_participant(response)


def refused(
    live: LiveRoom,
    error: str,
    typed: str = "",
    retry_after: int = 0,
    key: str | None = None,
    replaces: str | None = None,
) -> Response:
    """Return why the answer is not in, with what was typed still in its field.

    With its `key` too if it may be in after all, so that it counts once when it is sent again. If
    it `replaces` another, with what stands in the place of that one now.
    """
    message = explain(error, live.room)
    editing = edited(live.room, replaces)
    instead = {"instead": {"key": editing.key, "label": editing.word.spelling}} if editing else {}
    response: Response = jsonify(error=error, message=message, **instead)
    if not wants_json():
        choosing = error in ("no_such_table", "not_in_room")
        response = phone_page(
            live, typed=typed, error=message, key=key, editing=editing, choosing=choosing
        )
    response.status_code = STATUS.get(error, 422)
    if retry_after:
        response.headers["Retry-After"] = str(retry_after)
    return remember_participant(response)


def edited(room: Room, key: str | None) -> Answer | None:
    """Return what the participant may change now: the answer of this key, or what it is by now."""
    found = room.latest(key or "")
    may_change = room.open and found in room.answers_of(room.voice_of(participant()))
    return found if may_change else None


def explain(error: str, room: Room) -> str:
    """Return a sentence, in the person's language, on why an answer was refused."""
    at_table = room.voice_of(participant()) != participant()
    sentences: dict[str, str] = {
        "closed": _("The question is closed, so your answer did not get in."),
        "spent": _("Your table has sent all its answers. Change one, or take one back.")
        if at_table
        else _("You have sent all your answers. Take one back to send another."),
        "empty": _("Write a word first."),
        "not_a_word": _("Write at least one letter, digit or emoji."),
        "one_word": _("One word, please. Choose the most important one."),
        "too_long": _("That is too long. Write a word, or a few."),
        "too_fast": _("That was very many at once. Wait a moment and send again."),
        "too_many": _("Very many are sending right now. Wait a moment and send again."),
        "unavailable": _("The server cannot save right now. Wait a moment and send again."),
        "no_such_answer": _("That answer is not there to take back."),
        "changed": _(
            "Somebody at your table changed that answer at the same moment. Yours is still here:"
            " look at theirs, and send it again if it is needed."
        )
        if at_table
        else _("That answer is not there any more. What you wrote is still here."),
        "final": _("The step is closed, so that answer stays."),
        "no_such_table": _("That table is not there any more. Choose your table again."),
        "not_in_room": _("That table is not in this room. Choose yours here.")
        if room.direction.tables
        else _("That table is not in this room."),
        "key": _("The answer could not be read. Load the page again."),
    }
    return sentences[error]


def token_in_page() -> str | None:
    """Return the participant's token for the page's forms and links if cookies are not kept."""
    return None if request.cookies else participant_token()
