"""The phone: type a code, see the question, send a word, take it back; as plain form or JSON."""

import math
import re
import secrets
from collections.abc import Mapping
from typing import Any

from flask import (
    Blueprint,
    current_app,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from werkzeug.wrappers import Response

from display.live.rooms import LiveRoom
from display.log.base import LogUnavailable
from display.room.events import AnswerGiven, AnswerWithdrawn
from display.room.steps import Answer
from display.web.auth import (
    back_to_page,
    participant,
    remember_participant,
    room_or_abort,
    rooms,
    submitted,
    wants_json,
)
from display.web.errors import RETRY_SECONDS
from display.web.phone_page import edited, phone_page, refused
from display.web.seats import NoSuchTable, seated
from display.web.security import pace

phone = Blueprint("phone", __name__)

KEY = re.compile(r"[A-Za-z0-9._~:-]{1,64}")


@phone.get("/")
def join() -> Response:
    """Ask for a room's code; go straight on when there is just one room, or a code was typed."""
    typed = request.args.get("code", "").strip()
    if typed:
        return redirect(url_for("phone.page", code=typed.upper()))
    codes = rooms().codes()
    if len(codes) == 1:
        return redirect(url_for("phone.page", code=codes[0]))
    return make_response(render_template("phone/join.html"))


@phone.get("/<code>")
def page(code: str) -> Response:
    """Show the question, the form and what was sent; a receipt for the one just `sent`.

    With the answer of the key in `replaces` in the field, to be changed.
    """
    live = room_or_abort(code)
    sent = live.room.answers.get(request.args.get("sent", ""))
    receipt = None
    if sent is not None and sent.participant == participant() and not sent.withdrawn:
        receipt = sent.word.spelling
    return phone_page(
        live, receipt=receipt, editing=edited(live.room, request.args.get("replaces"))
    )


@phone.post("/<code>")
def give(code: str) -> Response:
    """Take an answer; thank for it when it is in the log, and only once for each key."""
    live = room_or_abort(code)
    sent = submitted()
    text = typed if isinstance(typed := sent.get("answer"), str) else ""
    key = str(sent.get("key") or secrets.token_urlsafe(12))
    replaces = str(sent["replaces"]) if sent.get("replaces") else None
    taken = live.room.answers.get(key)
    if not KEY.fullmatch(key) or (taken is not None and not same_answer(taken, text)):
        return refused(live, "key", text)
    if taken is not None:
        return thanked(live, taken, 200)
    wait = pace().wait_seconds(participant())
    if wait:
        return refused(live, "too_fast", text, math.ceil(wait), key, replaces)
    try:
        return record(live, sent, text, key, replaces)
    except NoSuchTable:
        return refused(live, "no_such_table", text)
    except LogUnavailable as error:
        current_app.logger.error("an answer could not be kept: %s", error)
        return refused(live, "unavailable", text, RETRY_SECONDS, key, replaces)


def record(
    live: LiveRoom, sent: Mapping[str, Any], text: str, key: str, replaces: str | None
) -> Response:
    """Thank for an answer that counts now, in the name of whom it was sent; else say why not."""
    live, table = seated(live, sent.get("table"))
    event = AnswerGiven(
        step=whole_number(sent.get("step"), live.room.step.number),
        participant=participant(),
        key=key,
        text=text,
        table=table if live.room.plan.kind == "tables" else None,
        replaces=replaces,
    )
    refusal = live.room.refusal(event)
    if refusal is None:
        live = rooms().record(live.code, event)
        if key in live.room.answers:
            return thanked(live, live.room.answers[key], 201)
        refusal = live.room.refusal(event) or "closed"  # another came in between
    return refused(live, refusal, text, replaces=replaces)


@phone.delete("/<code>/answers/<key>")
@phone.post("/<code>/answers/<key>/withdraw")
def withdraw(code: str, key: str) -> Response:
    """Let the participant take back an own answer, or one of the own table."""
    live = room_or_abort(code)
    answer = live.room.answers.get(key)
    if answer is None or not live.room.may_withdraw(participant(), answer):
        return refused(live, "no_such_answer")
    if not answer.withdrawn and live.room.is_final(answer):
        return refused(live, "final")
    wait = pace().wait_seconds(participant())
    if wait:
        return refused(live, "too_fast", retry_after=math.ceil(wait))
    try:
        if not answer.withdrawn:
            live = rooms().record(live.code, AnswerWithdrawn(participant(), key))
    except LogUnavailable as error:
        current_app.logger.error("an answer could not be taken back: %s", error)
        return refused(live, "unavailable", retry_after=RETRY_SECONDS)
    if wants_json():
        left = live.room.left(live.room.voice_of(participant()))
        return jsonify(status="withdrawn", key=key, word=live.room.word_of(answer), left=left)
    return back_to_page(live, {})


def same_answer(taken: Answer, text: str) -> bool:
    """Return whether this is the answer that its key was taken for, sent again.

    A phone that lost its cookie in between is still the same; another's text under the same key is
    another answer, and must not be thanked for as if it counted.
    """
    return taken.participant == participant() or taken.text == text


def thanked(live: LiveRoom, answer: Answer, status: int) -> Response:
    """Return the receipt: JSON, or the way back to the page that shows it."""
    if not wants_json():
        return back_to_page(live, {"sent": answer.key})
    response = jsonify(
        status="withdrawn" if answer.withdrawn else "accepted",
        key=answer.key,
        word=live.room.word_of(answer),
        label=answer.word.spelling,
        left=live.room.left(live.room.voice_of(participant())),
    )
    response.status_code = status
    return remember_participant(response)


def whole_number(sent: object, default: int) -> int:
    """Return the number that was sent, `default` if nothing was, 0, which is no step, if junk."""
    if sent in (None, ""):
        return default
    return int(str(sent)) if re.fullmatch(r"[0-9]{1,6}", str(sent)) else 0
