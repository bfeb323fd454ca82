"""One error page, in the language of whoever asks; JSON for those who ask for that."""

from http import HTTPStatus

from flask import Flask, Response, current_app, jsonify, make_response, render_template
from flask_babel import gettext as _
from werkzeug.exceptions import (
    ClientDisconnected,
    HTTPException,
    InternalServerError,
    ServiceUnavailable,
)

from display.log.base import LogUnavailable, RoomErased
from display.web.answers import RETRY_SECONDS
from display.web.auth import wants_json


def init_errors(app: Flask) -> None:
    """Answer every error of the app with a sentence a person can act on."""
    app.register_error_handler(HTTPException, explain_http)
    app.register_error_handler(RoomErased, lambda error: error_response(410, None))
    app.register_error_handler(LogUnavailable, explain_unavailable)
    app.register_error_handler(Exception, explain_fault)


def explain_http(error: HTTPException) -> Response:
    """Return the error's page; redirects, which Werkzeug raises as errors too, pass as they are."""
    code = error.code or InternalServerError.code
    if isinstance(error, ClientDisconnected):
        code = HTTPStatus.REQUEST_TIMEOUT  # a phone that gets to see this sends its answer again
    if code < 400:
        return make_response(error.get_response())
    own_words = error.description if error.description != type(error).description else None
    return error_response(code, own_words)


def explain_unavailable(error: LogUnavailable) -> Response:
    """Return 503: nothing was written, the same request may succeed in a moment."""
    current_app.logger.error("the log cannot be used now: %s", error)
    response = error_response(ServiceUnavailable.code, None)
    response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response


def explain_fault(error: Exception) -> Response:
    """Return 500 for what nobody foresaw, and log it whole."""
    current_app.logger.exception("a request failed", exc_info=error)
    return error_response(InternalServerError.code, None)


def error_response(code: int, own_words: str | None) -> Response:
    title, message = sentences(code) if own_words is None else (sentences(0)[0], own_words)
    if wants_json():
        response = jsonify(error=ERROR_NAMES.get(code, "refused"), message=message)
    else:
        response = make_response(render_template("error.html", title=title, message=message))
    response.status_code = code
    return response


ERROR_NAMES = {
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    410: "erased",
    413: "too_large",
    421: "other_host",
    500: "fault",
    503: "unavailable",
}


def sentences(code: int) -> tuple[str, str]:
    """Return the title and the advice for a status code."""
    known = {
        403: (
            _("This page needs a key"),
            _("Open the coach's link, with its key, that was given when the room was opened."),
        ),
        404: (
            _("There is nothing here"),
            _("Check the code on the big screen and type it once more."),
        ),
        410: (
            _("This room has been erased"),
            _("All answers in it are gone. If you take part in another room, type its code."),
        ),
        413: (_("That was too long"), _("Send a word or a short phrase.")),
        500: (
            _("Something went wrong here"),
            _("Try again. Nothing that was thanked for is lost."),
        ),
        503: (
            _("The server cannot save right now"),
            _("Wait a moment and try again. Nothing that was thanked for is lost."),
        ),
    }
    return known.get(code, (_("That did not work"), _("Go back and try once more.")))
