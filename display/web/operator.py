"""The operator: opens rooms, hands out their coaches' links, and erases rooms."""

from http import HTTPStatus
from typing import Any, NamedTuple

from flask import (
    Blueprint,
    Response,
    abort,
    jsonify,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from display.live.rooms import LiveRoom
from display.room.events import CoachLinkRenewed
from display.room.words import on_one_line
from display.web.auth import (
    admit_operator,
    coach_link,
    operator_key_fits,
    operator_required,
    room_or_abort,
    rooms,
    submitted,
    wants_json,
)
from display.web.languages import DEFAULT, LANGUAGES, first_question, no_such_language
from display.web.retention import erased_on
from display.web.stage import phone_url, qr_code

operator = Blueprint("operator", __name__)

MAX_TITLE = 60  # characters


class Row(NamedTuple):
    """A room as the operator sees it."""

    code: str
    title: str
    question: str
    language: str
    answers: int
    erased_on: str
    coach: str
    phones: str


@operator.get("/rooms")
def page() -> AnyResponse:
    """Show the operator's page; a right `key` in the link sets the cookie first."""
    key = request.args.get("key")
    if key is not None and operator_key_fits(key):
        return admit_operator(redirect(url_for("operator.page"), 303))
    return rooms_page()


@operator_required
def rooms_page() -> AnyResponse:
    return Response(render_rooms())


@operator.post("/rooms")
@operator_required
def open_room() -> AnyResponse:
    """Open a room of the `title` and `language` that were sent; 422 if they make no sense."""
    sent = submitted()
    title = on_one_line(str(sent.get("title") or ""))
    chosen = str(sent.get("language") or DEFAULT)
    problem = None
    if not title:
        problem = _("Give the room a title, by which you tell it from the others.")
    elif len(title) > MAX_TITLE:
        problem = _("The title is too long: at most %(most)d characters.", most=MAX_TITLE)
    elif chosen not in LANGUAGES:
        problem = no_such_language()
    if problem is not None:
        return not_opened(problem)
    live = rooms().open(chosen, first_question(chosen), title)
    return done(live, 201)


@operator.post("/rooms/<code>/link")
@operator_required
def renew_link(code: str) -> AnyResponse:
    """Give the room's coaches another link; the one before opens nothing any more."""
    return done(rooms().record(room_or_abort(code).code, CoachLinkRenewed()), 200)


@operator.post("/rooms/<code>/erase")
@operator_required
def erase(code: str) -> AnyResponse:
    """Erase a room with everything in it, if its code is typed as well."""
    live = room_or_abort(code)
    if str(submitted().get("confirm", "")).strip().upper() != live.code:
        abort(422, _("Type the room's code to erase it."))
    rooms().erase(live.code)
    if wants_json():
        return jsonify(status="erased")
    return redirect(url_for("operator.page"), 303)


@operator.get("/rooms/<code>/qr.svg")
@operator_required
def qr(code: str) -> Response:
    """Return the QR code of a coach's link, which a coach's phone can scan from this page."""
    return qr_code(coach_link(room_or_abort(code)))


def render_rooms(**shown: Any) -> str:
    rows = [row(rooms().get(code)) for code in reversed(rooms().codes())]
    return render_template("operator/rooms.html", rows=rows, max_title=MAX_TITLE, **shown)


def row(live: LiveRoom) -> Row:
    return Row(
        live.code,
        live.room.title,
        live.room.plan.question,
        live.room.language,
        len(live.room.answers),
        erased_on(live),
        coach_link(live),
        phone_url(live),
    )


def done(live: LiveRoom, status_code: int) -> AnyResponse:
    """Return the room as JSON, or the way back to the page that shows it."""
    if not wants_json():
        return redirect(f"{url_for('operator.page')}#{live.code}", 303)
    response = jsonify(row(live)._asdict())
    response.status_code = status_code
    return response


def not_opened(problem: str) -> AnyResponse:
    """Return why no room was opened; with what was typed still in its field."""
    if wants_json():
        abort(422, problem)
    typed = submitted().get("title", "")
    return Response(render_rooms(problem=problem, typed=typed), HTTPStatus.UNPROCESSABLE_ENTITY)
