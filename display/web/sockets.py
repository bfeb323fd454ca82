"""Socket.IO: a page says what it watches and gets what it lacks; the ticker sends what follows."""

import logging
from typing import Any

from flask import Flask, current_app, request
from flask_socketio import SocketIO, emit, join_room, leave_room
from flask_socketio import rooms as channels

from display.live.audience import ROLES, Audience, Role, Watch, table_channel
from display.live.messages import Message
from display.live.messages.coach import coach_status
from display.live.messages.phone import phone_status, table_message
from display.live.messages.stage import resumed
from display.live.rooms import LiveRoom, NoSuchRoom
from display.log.base import RoomErased
from display.web.auth import is_coach, rooms
from display.web.guard import guard, limited
from display.web.security import same_origin

LARGEST_MESSAGE = 4096  # bytes a client may send at once
PING_SECONDS = 25
PONG_SECONDS = 30  # a phone that blinks off its screen is still there

logger = logging.getLogger(__name__)


def init_sockets(app: Flask, async_mode: str, most: int) -> SocketIO:
    """Attach Socket.IO, with `most` sockets at once, to the app; return it, ready to emit."""
    socketio = SocketIO(
        app,
        async_mode=async_mode,
        async_handlers=False,
        max_http_buffer_size=LARGEST_MESSAGE,
        ping_interval=PING_SECONDS,
        ping_timeout=PONG_SECONDS,
        cors_allowed_origins=lambda origin, environ: same_origin(
            origin, environ.get("HTTP_HOST", ""), app.config["PUBLIC_URL"]
        ),
        manage_session=False,
    )
    socketio.on_event("watch", watch)
    socketio.on_event("disconnect", disconnected)
    socketio.on_error_default(log_fault)
    guard_sockets(app, socketio.server, most)
    # These write a traceback for every packet that is none, which strangers can send without end.
    for library in ("engineio.server", "socketio.server"):
        logging.getLogger(library).setLevel(logging.CRITICAL)
    return socketio


def guard_sockets(app: Flask, server: Any, most: int) -> None:
    found: Audience = app.extensions["audience"]

    def is_watching(session: str) -> bool:
        return found.is_watching(server.manager.sid_from_eio_sid(session, "/"))

    guard(server.eio, is_watching)
    app.wsgi_app = limited(app.wsgi_app, server.eio, most)  # type: ignore[assignment, method-assign]


def log_fault(error: Exception) -> None:
    """Log what nobody foresaw in a handler; the socket lives on."""
    logger.error("a message failed", exc_info=error)


def watch(asked: Any = None, *_: Any) -> None:
    """Let the socket watch a room from entry `since` on, and send what it lacks."""
    try:
        code, role, since = read_watch(asked)
        live = rooms().get(code)
    except (ValueError, NoSuchRoom):
        emit("refused", {"error": "no_such_room"})
        return
    except RoomErased:
        emit("erased", {})
        return
    if role == "coach" and not is_coach(live):
        emit("refused", {"error": "forbidden"})
        return
    change_channel(Watch(code, role))
    name, message = first_message(live, role, since)
    emit(name, message)
    sit_at(live, asked.get("table"))


def disconnected(*_: Any) -> None:
    audience().leave(socket_id())


def read_watch(asked: Any) -> tuple[str, Role, int]:
    """Return room, role and `since` of a `watch` message; ValueError if it is none."""
    if not isinstance(asked, dict) or asked.get("as") not in ROLES:
        raise ValueError(asked)
    since = asked.get("since")
    return str(asked.get("room")).upper(), asked["as"], since if isinstance(since, int) else 0


def change_channel(watch: Watch) -> None:
    before = audience().join(socket_id(), watch)
    if before is not None and before != watch:
        leave_room(before.channel)
    join_room(watch.channel)


def sit_at(live: LiveRoom, table: Any) -> None:
    """Send what is new at this table of the room, and at no other."""
    for channel in channels():
        if ":table:" in channel:
            leave_room(channel)
    if isinstance(table, int) and 0 < table <= live.room.tables_made:
        join_room(table_channel(live.code, table))
        emit("table", table_message(live, table))


def first_message(live: LiveRoom, role: Role, since: int) -> tuple[str, Message]:
    if role == "stage":
        return resumed(live, since)
    if role == "phone":
        return "status", phone_status(live)
    return "status", coach_status(live, audience().connected(live.code, "phone"))


def audience() -> Audience:
    found: Audience = current_app.extensions["audience"]
    return found


def socket_id() -> str:
    sid: str = request.sid  # type: ignore[attr-defined]
    return sid
