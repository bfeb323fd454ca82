"""Socket.IO: a page says what it watches and gets what it lacks; the ticker sends what follows."""

import logging
from collections import Counter
from typing import Any

from flask import Flask
from flask_socketio import SocketIO

from display.live.audience import ROLES, Audience, Role, Watch, table_channel
from display.live.messages import Message
from display.live.messages.coach import coach_status
from display.live.messages.phone import phone_status, table_message
from display.live.messages.stage import resumed
from display.live.rooms import LiveRoom, NoSuchRoom, Rooms
from display.log.base import RoomErased
from display.web.auth import is_coach
from display.web.channels import Channels
from display.web.security import same_origin

SETTINGS: dict[str, Any] = {
    "async_handlers": False,
    "manage_session": False,
    "max_http_buffer_size": 4096,  # bytes a client may send at once
    "ping_interval": 25,  # seconds
    "ping_timeout": 30,  # seconds: a phone that blinks off its screen is still there
}
MOST_WRONG = 3  # rooms that are none, after which a socket is closed: it guesses

logger = logging.getLogger(__name__)


def init_sockets(app: Flask, async_mode: str) -> SocketIO:
    """Attach Socket.IO to the app; return it, ready to emit."""
    socketio = SocketIO(
        app,
        async_mode=async_mode,
        client_manager=Channels(),
        **SETTINGS,
        cors_allowed_origins=lambda origin, environ: same_origin(
            origin, environ.get("HTTP_HOST", ""), app.config["PUBLIC_URL"]
        ),
    )
    # Handlers of Flask-SocketIO would each get a request context, which costs more than they do.
    watching = Watching(app, socketio.server)
    socketio.server.on("watch", watching.watch)
    socketio.server.on("disconnect", watching.disconnected)
    # These write a traceback for every packet that is none, which strangers can send without end.
    for library in ("engineio.server", "socketio.server"):
        logging.getLogger(library).setLevel(logging.CRITICAL)
    return socketio


class Watching:
    """What pages ask for over their sockets."""

    def __init__(self, app: Flask, server: Any) -> None:
        self._app = app
        self._server = server
        self._rooms: Rooms = app.extensions["rooms"]
        self._audience: Audience = app.extensions["audience"]
        self._wrong: Counter[str] = Counter()  # rooms that are none, by socket

    def watch(self, sid: str, asked: Any = None, *_: Any) -> None:
        """Let the socket watch a room from entry `since` on, and send what it lacks."""
        try:
            self._watch(sid, asked)
        except (ValueError, NoSuchRoom):
            self._refuse_room(sid)
        except RoomErased:
            self._server.emit("erased", {}, to=sid)
        except Exception:  # the socket lives on
            logger.exception("a message failed")

    def disconnected(self, sid: str, *_: Any) -> None:
        self._audience.leave(sid)
        self._wrong.pop(sid, None)

    def _refuse_room(self, sid: str) -> None:
        self._server.emit("refused", {"error": "no_such_room"}, to=sid)
        self._wrong[sid] += 1
        if self._wrong[sid] >= MOST_WRONG:
            self._server.eio.disconnect(self._server.manager.eio_sid_from_sid(sid, "/"))

    def _watch(self, sid: str, asked: Any) -> None:
        code, role, since = read_watch(asked)
        live = self._rooms.get(code)
        if role == "coach" and not self._is_coach(sid, live):
            self._server.emit("refused", {"error": "forbidden"}, to=sid)
            return
        self._change_channel(sid, Watch(code, role))
        name, message = self._first_message(live, role, since)
        self._server.emit(name, message, to=sid)
        self._sit_at(sid, live, asked.get("table"))

    def _is_coach(self, sid: str, live: LiveRoom) -> bool:
        with self._app.request_context(self._server.get_environ(sid)):
            return is_coach(live)

    def _change_channel(self, sid: str, watch: Watch) -> None:
        before = self._audience.join(sid, watch)
        if before is not None and before != watch:
            self._server.leave_room(sid, before.channel)
        self._server.enter_room(sid, watch.channel)

    def _first_message(self, live: LiveRoom, role: Role, since: int) -> tuple[str, Message]:
        if role == "stage":
            return resumed(live, since)
        if role == "phone":
            return "status", phone_status(live)
        return "status", coach_status(live, self._audience.connected(live.code, "phone"))

    def _sit_at(self, sid: str, live: LiveRoom, table: Any) -> None:
        """Send what is new at this table of the room, and at no other."""
        for channel in self._server.rooms(sid):
            if ":table:" in channel:
                self._server.leave_room(sid, channel)
        if isinstance(table, int) and 0 < table <= live.room.tables_made:
            self._server.enter_room(sid, table_channel(live.code, table))
            self._server.emit("table", table_message(live, table), to=sid)


def read_watch(asked: Any) -> tuple[str, Role, int]:
    """Return room, role and `since` of a `watch` message; ValueError if it is none."""
    if not isinstance(asked, dict) or asked.get("as") not in ROLES:
        raise ValueError(asked)
    since = asked.get("since")
    return str(asked.get("room")).upper(), asked["as"], since if isinstance(since, int) else 0
