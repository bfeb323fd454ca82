"""Flask: a module for each audience, and what they share. Knows nothing of SQL or layout."""

import threading
from collections import defaultdict
from functools import partial
from pathlib import Path

from flask import Flask

from display.live.audience import Audience
from display.live.lag import Lag
from display.live.rooms import Rooms
from display.log.base import Offload, call
from display.web.answers import Intake
from display.web.assets import init_assets
from display.web.brand import own_assets
from display.web.cards import cards
from display.web.coach import coach
from display.web.errors import init_errors
from display.web.health import LATELY_SECONDS, Lately, figures, health, pulse
from display.web.languages import init_languages
from display.web.operator import operator
from display.web.phone import phone
from display.web.seats import seats
from display.web.security import (
    ACT_BURST,
    ACTS_PER_SECOND,
    PARTICIPANT_BURST,
    PARTICIPANT_PER_SECOND,
    ROOM_BURST,
    ROOM_PER_SECOND,
    Pace,
    add_headers,
    refuse_other_origins,
)
from display.web.shortcut import LARGEST_REQUEST, Shortcut
from display.web.stage import stage
from display.web.templates import init_templates

ROOT = Path(__file__).parent.parent.parent


def create_app(
    rooms: Rooms,
    audience: Audience,
    secret: str,
    public_url: str,
    logo: bytes | None,
    accent: str | None,
    keep_seconds: float,
    offload: Offload = call,
) -> Flask:
    """Return the app that serves these rooms.

    `secret` signs every token; `public_url` is where phones reach the server, without a slash.
    `logo`, an SVG or PNG picture, and `accent`, `#rrggbb`, are the organisation's, if it has any.
    Rooms are erased `keep_seconds` after their last answer, which pages tell.
    `offload` runs what takes long off the event loop and returns what it returns.
    """
    app = Flask("display", static_folder=None, template_folder=str(ROOT / "templates"))
    app.config.update(
        SECRET_KEY=secret,
        PUBLIC_URL=public_url,
        KEEP_SECONDS=keep_seconds,
        MAX_CONTENT_LENGTH=LARGEST_REQUEST,
        BABEL_DEFAULT_LOCALE="en",
        BABEL_TRANSLATION_DIRECTORIES=str(ROOT / "display" / "translations"),
    )
    lag = Lag()
    pace = Pace(PARTICIPANT_BURST, PARTICIPANT_PER_SECOND)
    room_pace = Pace(ROOM_BURST, ROOM_PER_SECOND)
    intake = Intake(rooms, pace, room_pace)
    app.extensions.update(
        rooms=rooms,
        audience=audience,
        lag=lag,
        pulse=Lately(partial(pulse, rooms), LATELY_SECONDS),
        figures=Lately(partial(figures, rooms, audience, lag, offload), LATELY_SECONDS),
        pace=pace,
        room_pace=room_pace,
        act_pace=Pace(ACT_BURST, ACTS_PER_SECOND),
        act_turns=defaultdict(threading.Lock),
        intake=intake,
        offload=offload,
    )
    app.before_request(lambda: refuse_other_origins(app.config["PUBLIC_URL"]))
    app.after_request(add_headers)
    init_languages(app)
    init_assets(app, ROOT / "static", own_assets(logo, accent))
    init_errors(app)
    init_templates(app)
    for blueprint in (health, operator, stage, coach, cards, seats, phone):
        app.register_blueprint(blueprint)
    app.wsgi_app = Shortcut(app.wsgi_app, rooms, intake, secret, public_url)  # type: ignore[method-assign]
    return app
