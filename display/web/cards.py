"""Cards for the tables in the hall, to be printed; each takes a phone straight to its table."""

from flask import Blueprint, abort, render_template
from werkzeug.wrappers import Response

from display.web.auth import coach_required, room_or_abort
from display.web.languages import use_language
from display.web.stage import phone_url, qr_code, short_address

cards = Blueprint("cards", __name__)

CARDS_ON_A_SHEET = 2


@cards.get("/<code>/coach/cards")
@coach_required
def page(code: str) -> str:
    """Show a card for each table, two on a sheet of A4."""
    live = room_or_abort(code)
    use_language(live.room.language)
    tables = list(live.room.direction.tables.items())
    return render_template(
        "coach/cards.html",
        code=live.code,
        cards=len(tables),
        sheets=[
            tables[first : first + CARDS_ON_A_SHEET]
            for first in range(0, len(tables), CARDS_ON_A_SHEET)
        ],
        address=short_address(live),
    )


@cards.get("/<code>/coach/<int:table>/qr.svg")
@coach_required
def qr(code: str, table: int) -> Response:
    """Return the QR code that takes a phone straight to its table."""
    live = room_or_abort(code)
    if table not in live.room.direction.tables:
        abort(404)
    return qr_code(f"{phone_url(live)}/{table}")
