"""How long rooms are kept, as pages tell it."""

from datetime import datetime

from flask import current_app
from flask_babel import format_date

from display.live.rooms import LiveRoom


def erased_on(live: LiveRoom) -> str:
    """Return the day on which the room is erased if no more answers come, as people write it."""
    at = live.answered_at + current_app.config["KEEP_SECONDS"]
    return str(format_date(datetime.fromtimestamp(at).date(), "long"))
