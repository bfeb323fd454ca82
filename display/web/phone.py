"""The phone: type a code, see the question, send a word, take it back; as plain form or JSON."""

import math

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
from display.room.events import AnswerWithdrawn
from display.room.steps import Answer
from display.web.answers import RETRY_SECONDS, Intake, read_sending, receipt, told_word
from display.web.auth import (
    back_to_page,
    participant,
    remember_participant,
    room_or_abort,
    rooms,
    submitted,
    wants_json,
)
from display.web.phone_page import edited, phone_page, refused
from display.web.security import hold_back, pace
from display.web.shortcut import DECIDED

phone = Blueprint("phone", __name__)


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
    """Take an answer, unless its fate was decided on the way here; thank for it, or say why not."""
    live = room_or_abort(code)
    sending = read_sending(submitted())
    fate = request.environ.get(DECIDED) or intake().take(live, participant(), sending)
    if fate.answer is not None:
        return thanked(fate.live, fate.answer, 201 if fate.is_new else 200)
    if fate.error == "too_fast":
        hold_back()
    key = sending.key if fate.retry_after else None
    return refused(fate.live, fate.error, sending.text, fate.retry_after, key, sending.replaces)


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
        hold_back()
        return refused(live, "too_fast", retry_after=math.ceil(wait))
    try:
        if not answer.withdrawn:
            live = rooms().record(live.code, AnswerWithdrawn(participant(), key))
    except LogUnavailable:
        return refused(live, "unavailable", retry_after=RETRY_SECONDS)
    if not answer.withdrawn:  # the step was closed in between
        return refused(live, "final")
    if wants_json():
        left = live.room.left(live.room.voice_of(participant()))
        return jsonify(status="withdrawn", key=key, word=told_word(live.room, answer), left=left)
    return back_to_page(live, {})


def thanked(live: LiveRoom, answer: Answer, status: int) -> Response:
    """Return the receipt: JSON, or the way back to the page that shows it."""
    if not wants_json():
        return back_to_page(live, {"sent": answer.key})
    response = jsonify(receipt(live.room, answer, participant()))
    response.status_code = status
    return remember_participant(response)


def intake() -> Intake:
    found: Intake = current_app.extensions["intake"]
    return found
