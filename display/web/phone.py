"""The phone: type a code, see the question, send a word, take it back; as plain form or JSON."""

import math
import re
import secrets

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
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from display.live.messages.phone import phone_status
from display.live.rooms import LiveRoom
from display.log.base import LogUnavailable
from display.room.events import AnswerGiven, AnswerWithdrawn
from display.room.steps import Answer
from display.room.words import MAX_GRAPHEMES
from display.web.auth import (
    back_to_page,
    participant,
    participant_token,
    remember_participant,
    room_or_abort,
    rooms,
    submitted,
    wants_json,
)
from display.web.errors import RETRY_SECONDS
from display.web.seats import NoSuchTable, seated
from display.web.security import Pace, hold_back

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
    """Show the question, the form and the own answers; a receipt for the one just `sent`."""
    live = room_or_abort(code)
    sent = live.room.answers.get(request.args.get("sent", ""))
    receipt = None
    if sent is not None and sent.participant == participant() and not sent.withdrawn:
        receipt = sent.word.spelling
    return phone_page(live, receipt=receipt)


@phone.post("/<code>")
def give(code: str) -> Response:
    """Take an answer; thank for it when it is in the log, and only once for each key."""
    live = room_or_abort(code)
    sent = submitted()
    text = typed if isinstance(typed := sent.get("answer"), str) else ""
    try:
        live, table = seated(live, sent.get("table"))
    except NoSuchTable:
        return refused(live, "no_such_table", text)
    event = AnswerGiven(
        step=whole_number(sent.get("step"), live.room.step.number),
        participant=participant(),
        key=str(sent.get("key") or secrets.token_urlsafe(12)),
        text=text,
        table=table if live.room.plan.kind == "tables" else None,
        replaces=str(sent["replaces"]) if sent.get("replaces") else None,
    )
    taken = live.room.answers.get(event.key)
    if not KEY.fullmatch(event.key) or (taken is not None and not same_answer(taken, event)):
        return refused(live, "key", event.text)
    if taken is not None:
        return thanked(live, taken, 200)
    wait = pace("pace").wait_seconds(event.participant)
    if wait:
        hold_back()
        return refused(live, "too_fast", event.text, math.ceil(wait), event.key)
    wait = pace("room_pace").wait_seconds(live.code)
    if wait:
        return refused(live, "too_many", event.text, math.ceil(wait), event.key)
    refusal = live.room.refusal(event)
    if refusal is not None:
        return refused(live, refusal, event.text)
    try:
        live = rooms().record(live.code, event)
    except LogUnavailable as error:
        current_app.logger.error("an answer could not be kept: %s", error)
        return refused(live, "unavailable", event.text, RETRY_SECONDS, event.key)
    if event.key not in live.room.answers:  # another came in between
        return refused(live, live.room.refusal(event) or "closed", event.text)
    return thanked(live, live.room.answers[event.key], 201)


@phone.delete("/<code>/answers/<key>")
@phone.post("/<code>/answers/<key>/withdraw")
def withdraw(code: str, key: str) -> Response:
    """Let the participant take an own answer back."""
    live = room_or_abort(code)
    answer = live.room.answers.get(key)
    if answer is None or not live.room.may_withdraw(participant(), answer):
        return refused(live, "no_such_answer", "")
    wait = pace("pace").wait_seconds(participant())
    if wait:
        hold_back()
        return refused(live, "too_fast", "", math.ceil(wait))
    try:
        if not answer.withdrawn:
            live = rooms().record(live.code, AnswerWithdrawn(participant(), key))
    except LogUnavailable as error:
        current_app.logger.error("an answer could not be taken back: %s", error)
        return refused(live, "unavailable", "", RETRY_SECONDS)
    if wants_json():
        left = live.room.left(live.room.voice_of(participant()))
        return jsonify(status="withdrawn", key=key, word=live.room.word_of(answer), left=left)
    return back_to_page(live, {})


def same_answer(taken: Answer, event: AnswerGiven) -> bool:
    """Return whether this is the answer that its key was taken for, sent again.

    A phone that lost its cookie in between is still the same; another's text under the same key is
    another answer, and must not be thanked for as if it counted.
    """
    return taken.participant == event.participant or taken.text == event.text


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


STATUS = {  # else 422
    "closed": 409,
    "changed": 409,
    "too_fast": 429,
    "too_many": 429,
    "unavailable": 503,
    "no_such_answer": 404,
}


def refused(
    live: LiveRoom, error: str, typed: str, retry_after: int = 0, key: str | None = None
) -> Response:
    """Return why the answer is not in, with what was typed still in its field.

    With its `key` too if it may be in after all, so that it counts once when it is sent again.
    """
    message = explain(error)
    response: Response = jsonify(error=error, message=message)
    if not wants_json():
        response = phone_page(live, typed=typed, error=message, key=key)
    response.status_code = STATUS.get(error, 422)
    if retry_after:
        response.headers["Retry-After"] = str(retry_after)
    return remember_participant(response)


def explain(error: str) -> str:
    """Return a sentence, in the person's language, on why an answer was refused."""
    sentences: dict[str, str] = {
        "closed": _("The question is closed, so your answer did not get in."),
        "spent": _("You have sent all your answers. Take one back to send another."),
        "empty": _("Write a word first."),
        "not_a_word": _("Write at least one letter, digit or emoji."),
        "one_word": _("One word, please. Choose the most important one."),
        "too_fast": _("That was very many at once. Wait a moment and send again."),
        "too_many": _("Very many are sending right now. Wait a moment and send again."),
        "unavailable": _("The server cannot save right now. Wait a moment and send again."),
        "no_such_answer": _("That answer is not there to take back."),
        "changed": _(
            "Somebody at your table changed that answer at the same moment. Yours is still here:"
            " look at theirs, and send it again if it is needed."
        ),
        "no_such_table": _("That table is not there any more. Choose your table again."),
        "key": _("The answer could not be read. Load the page again."),
    }
    return sentences[error]


def phone_page(
    live: LiveRoom,
    *,
    receipt: str | None = None,
    typed: str = "",
    error: str | None = None,
    key: str | None = None,
) -> Response:
    """Return the phone's page as it is for this participant now."""
    room = live.room
    voice = room.voice_of(participant())
    response = make_response(
        render_template(
            "phone/answer.html",
            code=live.code,
            status=phone_status(live),
            tables=room.direction.tables,
            table=room.table_of(participant()),
            own=room.own_answers(voice),
            left=room.left(voice),
            key=key or secrets.token_urlsafe(12),
            participant=None if request.cookies else participant_token(),
            max_graphemes=MAX_GRAPHEMES,
            receipt=receipt,
            typed=typed,
            error=error,
        )
    )
    return remember_participant(response)


def whole_number(sent: object, default: int) -> int:
    """Return the number that was sent, `default` if nothing was, 0, which is no step, if junk."""
    if sent in (None, ""):
        return default
    return int(str(sent)) if re.fullmatch(r"[0-9]{1,6}", str(sent)) else 0


def pace(name: str) -> Pace:
    found: Pace = current_app.extensions[name]
    return found
