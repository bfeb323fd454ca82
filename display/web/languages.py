"""Swedish and English: which of them a page is in. The texts are in `display/translations`."""

from collections.abc import Callable

from babel import Locale
from flask import Flask, Response, g, request
from flask_babel import Babel, force_locale, get_translations, gettext
from markupsafe import Markup

from display.web.auth import is_secure

LANGUAGES = {"sv": "Svenska", "en": "English"}  # by code, each by its own name
DEFAULT = "sv"
LANGUAGE_COOKIE = "language"
LANGUAGE_SECONDS = 365 * 24 * 3600


def first_question(language: str) -> str:
    """Return the question, in a language, of a room that nobody has prepared."""
    with force_locale(language):
        return str(gettext("What matters most right now?"))


def no_such_language() -> str:
    """Return a sentence on which languages there are."""
    known = ", ".join(f"{name} ({code})" for code, name in LANGUAGES.items())
    return str(gettext("The languages are %(known)s.", known=known))


def init_languages(app: Flask) -> None:
    """Let the app's texts follow `use_language`, or else the person who asks."""
    Babel(app, locale_selector=language)
    app.context_processor(
        lambda: {"language": language(), "languages": LANGUAGES, "_": translated()}
    )
    app.after_request(remember_language)
    for known in LANGUAGES:
        Locale(known).number_symbols  # noqa: B018  # read now, since that takes tens of milliseconds


def use_language(chosen: str) -> None:
    """Answer this request in the room's language instead of the person's."""
    g.language = chosen


def language() -> str:
    """Return the language of this request's answer: the room's, the chosen, or the preferred."""
    if not request:
        return DEFAULT
    choices = (g.get("language"), request.args.get("lang"), request.cookies.get(LANGUAGE_COOKIE))
    preferred = request.accept_languages.best_match(LANGUAGES, DEFAULT)
    return next((choice for choice in choices if choice in LANGUAGES), preferred)


def translated() -> Callable[..., Markup]:
    """Return what gives a text of this answer's language, its values escaped, as templates show it.

    The library's own looks for the language at each text, which takes most of a page's time.
    """
    translate = get_translations().ugettext

    def text(message: str, /, **values: object) -> Markup:
        return Markup(translate(message)) % values  # noqa: S704  # the project's own texts

    return text


def remember_language(response: Response) -> Response:
    """Keep the language that a person chose with the switch on the page; files have none."""
    chosen = request.args.get("lang")
    if chosen in LANGUAGES and request.endpoint != "static_file":
        response.set_cookie(
            LANGUAGE_COOKIE,
            chosen,
            max_age=LANGUAGE_SECONDS,
            samesite="Lax",
            secure=is_secure(),
        )
    return response
