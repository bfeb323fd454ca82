"""The stage: the big screen, its QR code, and its words as data. Open to everyone, no login."""

import io
import threading
from functools import lru_cache

import qrcode
from flask import Blueprint, Response, current_app, jsonify, render_template
from qrcode.image.svg import SvgPathImage

from display.live.messages.stage import picture, stage_header
from display.live.rooms import LiveRoom
from display.live.turns import unhurried
from display.log.base import Offload
from display.web.auth import is_coach, room_or_abort, rooms
from display.web.languages import use_language

stage = Blueprint("stage", __name__)

QR_QUIET_ZONE = 4  # modules; phones need it to find the code
QR_TURN = threading.Lock()  # two hundred cards must not take all threads from the log


@stage.get("/<code>/stage")
def screen(code: str) -> str:
    """Show the big screen; with the picture as it is now; changes come over the socket."""
    live = room_or_abort(code)
    use_language(live.room.language)
    return render_template(
        "stage/stage.html",
        code=live.code,
        host=short_address(live).removesuffix(f"/{live.code}"),
        picture=picture(live, stage_header(live)),
        coach=is_coach(live),
    )


@stage.get("/<code>/qr.svg")
def qr(code: str) -> Response:
    """Return the QR code of the phone's page."""
    return qr_code(phone_url(room_or_abort(code)))


@stage.get("/<code>/words.json")
def words(code: str) -> Response:
    """Return the present question's words that are not hidden; none while results are concealed."""
    live = rooms().current(room_or_abort(code).code)
    room = live.room
    tally = room.tally()
    return jsonify(
        seq=live.seq,
        question=room.plan.question,
        open=room.open,
        answers=sum(tallied.count for tallied in tally),
        participants=room.voices(),
        words=[] if room.concealed else [tallied._asdict() for tallied in unhurried(tally)],
    )


def qr_code(url: str) -> Response:
    """Return the address as a QR code in SVG, dark on whatever light ground is behind it."""
    offload: Offload = current_app.extensions["offload"]
    with QR_TURN:
        svg = offload(qr_svg, url)
    return Response(svg, mimetype="image/svg+xml")


@lru_cache(maxsize=256)  # each takes tens of milliseconds, and every stage and coach asks for it
def qr_svg(url: str) -> bytes:
    svg = io.BytesIO()
    qrcode.make(url, image_factory=SvgPathImage, border=QR_QUIET_ZONE).save(svg)
    return svg.getvalue()


def phone_url(live: LiveRoom) -> str:
    """Return the address of the phone's page, as phones reach it."""
    return f"{current_app.config['PUBLIC_URL']}/{live.code}"


def short_address(live: LiveRoom) -> str:
    """Return the phone's address as people type it."""
    return phone_url(live).removeprefix("http://").removeprefix("https://")
