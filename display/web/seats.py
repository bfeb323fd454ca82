"""Who sits where: a table's card takes a phone to its table, or a participant chooses one."""

from flask import Blueprint, abort, jsonify, render_template
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from display.live.messages.phone import phone_status
from display.live.rooms import LiveRoom
from display.room.events import TableChosen
from display.web.auth import (
    back_to_page,
    participant,
    remember_participant,
    room_or_abort,
    rooms,
    submitted,
    wants_json,
)

seats = Blueprint("seats", __name__)


class NoSuchTable(LookupError):
    """No table of the room has this number or name."""


@seats.get("/<code>/<int:table>")
def sit(code: str, table: int) -> Response:
    """Take the participant to a table, whose card has this address."""
    return take_seat(code, table)


@seats.post("/<code>/table")
def choose_table(code: str) -> Response:
    """Take the participant to the table that was chosen; to none if that was chosen."""
    return take_seat(code, submitted().get("table"))


def take_seat(code: str, table: object) -> Response:
    live = room_or_abort(code)
    try:
        live, here = seated(live, table)
    except NoSuchTable:
        abort(404, _("That table is not in this room. Choose yours on the room's page."))
    if not table and here is not None:
        live = rooms().record(live.code, TableChosen(participant(), None))
    if wants_json():
        return remember_participant(jsonify(table=live.room.table_of(participant())))
    return back_to_page(live, {})


def seated(live: LiveRoom, sent: object) -> tuple[LiveRoom, int | None]:
    """Return the room and where the participant sits in it: at the table that was sent, if any."""
    here = live.room.table_of(participant())
    if sent in (None, ""):
        return live, here
    table = find_table(live, str(sent))
    if table != here:
        live = rooms().record(live.code, TableChosen(participant(), table))
    return live, table


def find_table(live: LiveRoom, sent: str) -> int:
    """Return the table of this number or name; NoSuchTable if there is none."""
    tables = live.room.direction.tables
    for table, name in tables.items():
        if sent == str(table) or sent.strip().casefold() == name.casefold():
            return table
    raise NoSuchTable(sent)


@seats.get("/<code>/leader")
def leader(code: str) -> str:
    """Show what leads a table through the step: its purpose and some advice."""
    live = room_or_abort(code)
    return render_template(
        "phone/leader.html", code=live.code, plan=live.room.plan, status=phone_status(live)
    )
