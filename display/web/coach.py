"""The coach: one page behind a key, one route for each act, every act a fact in the log."""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

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
from werkzeug.wrappers import Response

from display.live import messages
from display.live.audience import Audience
from display.live.rooms import LiveRoom
from display.room.events import (
    ASPECTS,
    Act,
    ActUndone,
    AnswersClosed,
    AnswersOpened,
    AspectChosen,
    HallChosen,
    LanguageChosen,
    QuestionAsked,
    ResultsConcealed,
    ResultsRevealed,
    StepStarted,
    WordHidden,
    WordShown,
)
from display.room.state import Room, direct
from display.room.words import SPACES, UNPRINTABLE
from display.web.auth import (
    admit_coach,
    coach_key,
    coach_required,
    key_fits,
    room_or_abort,
    rooms,
    submitted,
    wants_json,
)
from display.web.languages import LANGUAGES, use_language
from display.web.stage import phone_url, qr_code, short_address

coach = Blueprint("coach", __name__)

MAX_QUESTION = 200  # characters
MOST_ANSWERS = 10
UNLIMITED = "unlimited"

Sent: TypeAlias = Mapping[str, Any]


class BadAct(ValueError):
    """What was sent makes no act; the message says why, in the coach's language."""


@coach.get("/<code>/coach")
def page(code: str) -> Response:
    """Show the coach's page; a right `key` in the link sets the cookie first."""
    live = room_or_abort(code)
    key = request.args.get("key")
    if key is not None and key_fits(live.code, key):
        return admit_coach(redirect(url_for("coach.page", code=live.code), 303), live.code)
    return coach_page(code=code)


@coach_required
def coach_page(code: str) -> Response:
    live = room_or_abort(code)
    use_language(live.room.language)
    return make_response(
        render_template(
            "coach/coach.html",
            code=live.code,
            status=status(live),
            address=short_address(live),
            phone_url=phone_url(live),
            unlimited=UNLIMITED,
            most_answers=MOST_ANSWERS,
            aspects=ASPECTS,
            max_question=MAX_QUESTION,
        )
    )


@coach.get("/<code>/coach/qr.svg")
@coach_required
def qr(code: str) -> Response:
    """Return the QR code of the coach's own link, for steering from a phone."""
    live = room_or_abort(code)
    link = url_for("coach.page", code=live.code, key=coach_key(live.code))
    return qr_code(current_app.config["PUBLIC_URL"] + link)


@coach.post("/<code>/coach/<name>")
@coach_required
def act(code: str, name: str) -> Response:
    """Do one act of the coach and answer with the new status, or go back to the page."""
    live = room_or_abort(code)
    use_language(live.room.language)
    make = ACTS.get(name) or abort(404)
    try:
        event = make(submitted(), live.room)
    except BadAct as error:
        return jsonify_error(422, name, str(error))
    if is_late(submitted(), live.room) and live.room.acts and live.room.acts[-1][0] == event:
        return done(live)  # the same question once more, because no reply to the first came back
    if direct(live.room.direction, event, len(live.room.steps)) != live.room.direction:
        live = rooms().record(live.code, event)
    return done(live)


@coach.post("/<code>/coach/undo")
@coach_required
def undo(code: str) -> Response:
    """Take the last act back, unless the page shows another as the last; 409 if none is left."""
    live = room_or_abort(code)
    use_language(live.room.language)
    if is_late(submitted(), live.room):
        return done(live)
    if not live.room.acts:
        return jsonify_error(409, "undo", _("There is nothing to undo."))
    return done(rooms().record(live.code, ActUndone()))


@coach.post("/<code>/coach/erase")
@coach_required
def erase(code: str) -> Response:
    """Erase the room with everything in it, if its code is typed as well."""
    live = room_or_abort(code)
    use_language(live.room.language)
    if str(submitted().get("confirm", "")).strip().upper() != live.code:
        return jsonify_error(422, "erase", _("Type the room's code to erase it."))
    rooms().erase(live.code)
    if wants_json():
        return jsonify(status="erased")
    return redirect(url_for("phone.page", code=live.code), 303)


def is_late(sent: Sent, room: Room) -> bool:
    """Return whether the act was sent from a page that did not show the latest decision."""
    return str(sent.get("decisions") or room.decisions) != str(room.decisions)


def ask_or_go(sent: Sent, room: Room) -> Act:
    """Return the question that is asked, or the step that is gone back to."""
    if "question" not in sent:
        return StepStarted(chosen_step(sent, room))
    question = SPACES.sub(" ", UNPRINTABLE.sub("", str(sent["question"]))).strip()
    if not question:
        raise BadAct(_("Write the question first."))
    if len(question) > MAX_QUESTION:
        raise BadAct(_("The question is too long: at most %(most)d characters.", most=MAX_QUESTION))
    return QuestionAsked(
        question,
        answers_each=answers_each(sent.get("answers_each", 1)),
        phrase=is_on(sent.get("phrase")),
        concealed=is_on(sent.get("concealed")),
    )


def answers_each(sent: object) -> int | None:
    if sent is None or sent == UNLIMITED:
        return None
    if str(sent) in map(str, range(1, MOST_ANSWERS + 1)):
        return int(str(sent))
    raise BadAct(_("The number of answers is 1 to %(most)d, or unlimited.", most=MOST_ANSWERS))


def is_on(sent: object) -> bool:
    return sent in (True, "on", "true", "1", 1)


def chosen_step(sent: Sent, room: Room) -> int:
    """Return the step that an act is about: the one sent with it, or the present one."""
    number = str(sent.get("step") or room.step.number)
    if number not in map(str, range(1, len(room.steps) + 1)):
        raise BadAct(_("There is no such question in this room."))
    return int(number)


def chosen_word(sent: Sent, room: Room) -> str:
    word = str(sent.get("word", ""))
    if word not in room.steps[chosen_step(sent, room) - 1].spellings:
        raise BadAct(_("That word is not there any more."))
    return word


def chosen_language(sent: Sent, room: Room) -> LanguageChosen:
    language = str(sent.get("language", ""))
    if language not in LANGUAGES:
        raise BadAct(_("The languages are Swedish (sv) and English (en)."))
    return LanguageChosen(language)


def chosen_aspect(sent: Sent, room: Room) -> AspectChosen:
    aspect = str(sent.get("aspect", ""))
    if aspect not in ASPECTS:
        raise BadAct(_("The picture is one of %(aspects)s.", aspects=", ".join(ASPECTS)))
    return AspectChosen(aspect)


ACTS: dict[str, Callable[[Sent, Room], Act]] = {
    "step": ask_or_go,
    "open": lambda sent, room: AnswersOpened(chosen_step(sent, room)),
    "close": lambda sent, room: AnswersClosed(chosen_step(sent, room)),
    "reveal": lambda sent, room: ResultsRevealed(chosen_step(sent, room)),
    "conceal": lambda sent, room: ResultsConcealed(chosen_step(sent, room)),
    "hide": lambda sent, room: WordHidden(chosen_step(sent, room), chosen_word(sent, room)),
    "show": lambda sent, room: WordShown(chosen_step(sent, room), chosen_word(sent, room)),
    "language": chosen_language,
    "aspect": chosen_aspect,
    "hall": lambda sent, room: HallChosen(is_on(sent.get("deep"))),
}


def done(live: LiveRoom) -> Response:
    """Return the new status, or the way back to the page that shows it."""
    if wants_json():
        return jsonify(status(live))
    return redirect(url_for("coach.page", code=live.code), 303)


def jsonify_error(status_code: int, error: str, message: str) -> Response:
    """Return an error as JSON, or as the error page to those who sent a form."""
    if not wants_json():
        abort(status_code, message)
    response = jsonify(error=error, message=message)
    response.status_code = status_code
    return response


def status(live: LiveRoom) -> messages.Message:
    """Return what the coach's page shows now."""
    audience: Audience = current_app.extensions["audience"]
    return messages.coach_status(live, audience.connected(live.code, "phone"))
