"""Who sits where: a table's card takes a phone to its table, or a participant chooses one."""

import math

from flask import Blueprint, jsonify, make_response, render_template, request
from werkzeug.wrappers import Response

from display.live.messages.phone import phone_status
from display.log.base import LogUnavailable
from display.room.events import TableChosen
from display.web.agendas import led
from display.web.answers import RETRY_SECONDS, NoSuchTable, find_table
from display.web.auth import (
    back_to_page,
    participant,
    remember_participant,
    room_or_abort,
    rooms,
    submitted,
    wants_json,
)
from display.web.clock import clock_shown
from display.web.phone_page import phone_page, refused
from display.web.security import hold_back, pace, room_pace

seats = Blueprint("seats", __name__)


@seats.get("/<code>/<int:table>")
def sit(code: str, table: int) -> Response:
    """Take the participant to a table, whose card has this address, and show the phone's page.

    No redirect: the card is often a phone's first request, and before it is known whether the phone
    keeps cookies the address would have to carry its token, which people pass on to each other.

    Who sits somewhere else is asked first, unless a browser says that no other site led here; what
    a browser fetches in advance, it is told to fetch when somebody wants it.
    """
    live = room_or_abort(code)
    if request.headers.get("Sec-Purpose", request.headers.get("Purpose", "")).startswith(
        "prefetch"
    ):
        return make_response("", 503)
    if request.method == "HEAD":
        return phone_page(live)
    seat = live.room.table_of(participant())
    if seat not in (None, table) and table in live.room.direction.tables and may_be_foreign_link():
        return phone_page(live, offered=table)
    return take_seat(code, table)


def may_be_foreign_link() -> bool:
    """Return whether another site's page may have led here; who scans a card comes from none.

    Over plain HTTP browsers do not say where they come from, neither from a card nor from a link.
    """
    return request.headers.get("Sec-Fetch-Site") not in ("none", "same-origin")


@seats.post("/<code>/table")
def choose_table(code: str) -> Response:
    """Take the participant to the table that was chosen; to none if that was chosen."""
    return take_seat(code, submitted().get("table"))


def take_seat(code: str, table: object) -> Response:
    live = room_or_abort(code)
    if wait := pace().wait_seconds(participant()):
        hold_back()
        return refused(live, "too_fast", retry_after=math.ceil(wait))
    try:
        chosen = None if table in (None, "") else find_table(live, str(table))
    except NoSuchTable:
        return refused(live, "not_in_room")
    if chosen != live.room.table_of(participant()):
        if wait := room_pace().wait_seconds(live.code):
            return refused(live, "too_many", retry_after=math.ceil(wait))
        try:
            live = rooms().record(live.code, TableChosen(participant(), chosen))
        except LogUnavailable:
            return refused(live, "unavailable", retry_after=RETRY_SECONDS)
    if wants_json():
        return remember_participant(jsonify(table=live.room.table_of(participant())))
    return phone_page(live) if request.method == "GET" else back_to_page(live, {})


@seats.get("/<code>/leader")
def leader(code: str) -> str:
    """Show what leads a table through the step: its purpose and some advice."""
    live = room_or_abort(code)
    return render_template(
        "phone/leader.html",
        code=live.code,
        plan=live.room.plan,
        led=led(live.room.plan),
        status=phone_status(live),
        clock=clock_shown(live.room),
    )
