"""The coach: one page behind a key, one route for each act, every act a fact in the log."""

import math
import threading

from flask import (
    Blueprint,
    abort,
    current_app,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext as _
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response

from display.live.audience import Audience, Watch
from display.live.messages import Message
from display.live.messages.coach import MOST_LISTED, coach_status, listed_word
from display.live.rooms import LiveRoom
from display.live.turns import give_way
from display.room.acts import direct
from display.room.events import ASPECTS, KINDS_OF_STEP, Act, ActUndone, WordShown
from display.room.state import Room
from display.web.acts import (
    ACTS,
    MOST_TABLES,
    Sent,
    act_of,
    decisions_seen,
    refuse_beyond_measure,
)
from display.web.agendas import example
from display.web.auth import (
    admit_coach,
    coach_link,
    coach_required,
    key_fits,
    room_or_abort,
    rooms,
    submitted,
    wants_json,
)
from display.web.clock import clock_shown
from display.web.errors import error_response
from display.web.languages import use_language
from display.web.plans import (
    MAX_QUESTION,
    MOST_ANSWERS,
    UNLIMITED,
    BadAct,
    agenda_text,
    written,
)
from display.web.retention import erased_on
from display.web.security import act_pace
from display.web.stage import phone_url, qr_code, short_address

LONG = ("plan", "edit", "agenda", "tables")  # acts with much text,
LARGEST = 512 * 1024  # bytes at most
NOTHING: Sent = {}
BACK_TO = {
    **dict.fromkeys(("plan", "edit", "move", "remove", "agenda"), "step-list"),
    **dict.fromkeys(("tables", "rename-table", "remove-table"), "all-tables"),
}  # where on the page one was at work

coach = Blueprint("coach", __name__)


@coach.get("/<code>/coach")
def page(code: str) -> Response:
    """Show the coach's page; a right `key` in the link sets the cookie first."""
    live = room_or_abort(code)
    key = request.args.get("key")
    if key is not None and key_fits(live, key):
        return admit_coach(redirect(url_for("coach.page", code=live.code), 303), live)
    return coach_page(code=code)


@coach_required
def coach_page(code: str, problem: str = "", typed: Sent = NOTHING) -> Response:
    """Return the page; after an act that was refused, with the `problem` and what was `typed`."""
    live = room_or_abort(code)
    use_language(live.room.language)
    search = request.args.get("search", "").strip()
    page = render_template(
        "coach/coach.html",
        code=live.code,
        problem=problem,
        typed=typed,
        status={**status(live), **found_words(live, search)},
        clock=clock_shown(live.room),
        search=search,
        address=short_address(live),
        phone_url=phone_url(live),
        erased_on=erased_on(live),
        unlimited=UNLIMITED,
        most_answers=MOST_ANSWERS,
        aspects=ASPECTS,
        max_question=MAX_QUESTION,
        kinds=KINDS_OF_STEP,
        most_tables=MOST_TABLES,
    )
    give_way()  # to make bytes of it takes milliseconds as well
    return make_response(page)


@coach.get("/<code>/coach/plan")
@coach_required
def plan_page(code: str) -> Response:
    """Show the page on which a `step` is edited, or a new one of some `kind` is written."""
    live = room_or_abort(code)
    step = request.args.get("step", type=int)
    if step is None:
        use_language(live.room.language)
        return step_page(live, None, written(example(request.args.get("kind", ""))))
    if step not in live.room.direction.agenda:
        abort(404)
    return step_page(live, step, written(live.room.plan_of(step)))


def step_page(
    live: LiveRoom, step: int | str | None, values: Sent, problem: BadAct | None = None
) -> Response:
    """Return the page of a step, None if it is a new one, with `values` in its form."""
    use_language(live.room.language)
    page = render_template(
        "coach/step.html",
        code=live.code,
        step=step,
        values=values,
        problem=problem,
        field=getattr(problem, "field", None),
        kinds=KINDS_OF_STEP,
        most_answers=MOST_ANSWERS,
        unlimited=UNLIMITED,
    )
    return make_response(page)


@coach.get("/<code>/coach/words.json")
@coach_required
def words(code: str) -> Response:
    """Return the words with what is in `search` in one of their spellings."""
    return jsonify(found_words(room_or_abort(code), request.args.get("search", "").strip()))


def found_words(live: LiveRoom, search: str) -> Message:
    """Return the words that are searched for; nothing if nothing is searched for."""
    if not search:
        return {}
    sought = search.casefold()
    found = [
        listed_word(group)
        for group in live.room.groups()
        if any(sought in member.label.casefold() for member in group.members)
        or sought in group.label.casefold()
    ]
    return {"words": found[:MOST_LISTED]}


@coach.get("/<code>/coach/qr.svg")
@coach_required
def qr(code: str) -> Response:
    """Return the QR code of the coach's own link, for steering from a phone."""
    return qr_code(coach_link(room_or_abort(code)))


@coach.get("/<code>/coach/agenda.json")
@coach_required
def agenda(code: str) -> Response:
    """Return the agenda as a file, to be loaded again in this room or another."""
    room = room_or_abort(code).room
    plans = [room.plan_of(step) for step in room.direction.agenda]
    response = Response(agenda_text(plans), mimetype="application/json")
    response.headers.set("Content-Disposition", "attachment", filename="agenda.json")
    return response


@coach.post("/<code>/coach/<name>")
@coach_required
def act(code: str, name: str) -> Response:
    """Do one act of the coach and answer with the new status, or go back to the page."""
    live = room_or_abort(code)
    use_language(live.room.language)
    if name not in ACTS:
        abort(404)
    try:
        sent = sent_with(name)
        with turn_of(live):
            live = after(name, sent, live)
    except BadAct as error:
        return refused(live, name, error)
    return done(live, BACK_TO.get(name))


def turn_of(live: LiveRoom) -> threading.Lock:
    """Return what lets a room's acts be done one after the other, each knowing the one before."""
    turns: dict[str, threading.Lock] = current_app.extensions["act_turns"]
    return turns[live.code]


def after(name: str, sent: Sent, live: LiveRoom) -> LiveRoom:
    """Do the act that was sent and return the room; BadAct if it makes no sense or is too much."""
    event = act_of(name, sent, live)
    if is_late(sent, live.room) and live.room.acts and live.room.acts[-1][0] == event:
        return live  # the same question once more, because no reply to the first came back
    if not changes_something(event, live.room):
        return live
    refuse_beyond_measure(event, live.room)
    return recorded(live, event)


def recorded(live: LiveRoom, event: Act | ActUndone) -> LiveRoom:
    """Record what a coach did and return the room; TooManyActs if the room has to wait for it."""
    if wait := act_pace().wait_seconds(live.code):
        raise TooManyActs(math.ceil(wait))
    return rooms().record(live.code, event)


class TooManyActs(BadAct):
    """Nothing was done; the same may be sent again after so many `seconds`."""

    def __init__(self, seconds: int) -> None:
        super().__init__(_("Very much was done at once. Wait a moment and do it again."))
        self.seconds = seconds


def refused(live: LiveRoom, name: str, error: BadAct) -> Response:
    """Return 422 or 429 and why, to those who sent a form on their page, with what they typed."""
    typed = submitted()
    if wants_json():
        response: Response = error_response(422, str(error))
    elif name in ("plan", "edit") and "question" in typed:
        response = step_page(live, typed.get("step"), typed, error)
    else:
        response = coach_page(code=live.code, problem=str(error), typed={**typed, "act": name})
    response.status_code = 422
    if isinstance(error, TooManyActs):
        response.status_code = 429
        response.headers["Retry-After"] = str(error.seconds)
    return response


@coach.post("/<code>/coach/undo")
@coach_required
def undo(code: str) -> Response:
    """Take the last act back, unless the page shows another as the last; 409 if none is left."""
    live = room_or_abort(code)
    use_language(live.room.language)
    try:
        with turn_of(live):
            live = before_last(submitted(), live)
    except TooManyActs as error:
        return refused(live, "undo", error)
    return done(live)


def before_last(sent: Sent, live: LiveRoom) -> LiveRoom:
    """Take the last act back and return the room, as it is if the page showed another as such."""
    if is_late(sent, live.room):
        return live
    if not live.room.acts:
        abort(409, _("There is nothing to undo."))
    return recorded(live, ActUndone(decisions_seen(sent)))


@coach.post("/<code>/coach/erase")
@coach_required
def erase(code: str) -> Response:
    """Erase the room with everything in it, if its code is typed as well."""
    live = room_or_abort(code)
    use_language(live.room.language)
    if str(submitted().get("confirm", "")).strip().upper() != live.code:
        abort(422, _("Type the room's code to erase it."))
    rooms().erase(live.code)
    if wants_json():
        return jsonify(status="erased")
    return redirect(url_for("phone.page", code=live.code), 303)


def sent_with(name: str) -> Sent:
    """Return what was sent with an act; an agenda may come as a file."""
    if name in LONG:
        request.max_content_length = LARGEST
    try:
        sent, file = submitted(), request.files.get("file")
    except RequestEntityTooLarge:
        abort(413, _("That is too much at once."))
    return sent if file is None else {**sent, "agenda": file_text(file.read())}


def file_text(content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        message = _("The file is no agenda: line %(line)d cannot be read.", line=line)
        raise BadAct(message) from error


def changes_something(act: Act, room: Room) -> bool:
    """Return whether the act would be seen; one that would not is no fact worth keeping."""
    if isinstance(act, WordShown) and act.step == room.step.number:
        return any(group.word == act.word and group.standing != "shown" for group in room.groups())
    return direct(room.direction, act, room.so_far) != room.direction


def is_late(sent: Sent, room: Room) -> bool:
    """Return whether the act was sent from a page that did not show the latest decision."""
    return str(sent.get("decisions") or room.decisions) != str(room.decisions)


def done(live: LiveRoom, back_to: str | None = None) -> Response:
    """Return the new status, or the way back to the page, and the part of it, that shows it."""
    if wants_json():
        return jsonify(status(live))
    return redirect(url_for("coach.page", code=live.code, _anchor=back_to), 303)


def status(live: LiveRoom) -> Message:
    """Return what the coach's page shows now."""
    live.find_words()
    audience: Audience = current_app.extensions["audience"]
    message = coach_status(live, audience.connected(Watch(live.code, "phone")))
    give_way()  # to write it, or a page of it, takes as long again
    return message
