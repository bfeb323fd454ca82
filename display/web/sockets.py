"""Socket.IO: a page says what it watches and gets what it lacks; the ticker sends what follows."""

import logging
from collections import Counter
from typing import Any

from flask import Flask
from flask_socketio import SocketIO
from socketio.packet import Packet

from display.live.audience import ROLES, Audience, Role, Watch
from display.live.rooms import LiveRoom, NoSuchRoom, Rooms
from display.log.base import RoomErased
from display.web.auth import is_coach, participant_who_sent
from display.web.channels import Channels
from display.web.newcomers import Asked, Newcomers
from display.web.security import same_origin


class TextPacket(Packet):  # type: ignore[misc]  # Socket.IO has no types
    """A packet of text alone; the library's looks all through each message for bytes."""

    uses_binary_events = False


SETTINGS: dict[str, Any] = {
    "async_handlers": False,
    "manage_session": False,
    "serializer": TextPacket,
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
        self._newcomers = Newcomers(server, self._rooms, self._audience)

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
        if role == "coach":  # few, and let in as of now
            coaches = Watch(code, role, live.room.links_renewed)
            self._newcomers.greet(coaches, 0, {sid: None})
            return
        if role != "stage" or since not in live.picture.seqs:
            since = 0  # it is sent the whole
        self._newcomers.add(sid, Asked(Watch(code, role), since, self._seat(sid, live, asked)))

    def _seat(self, sid: str, live: LiveRoom, asked: dict[str, Any]) -> int | None:
        """Return the table that was asked for if that is where the socket's participant sits."""
        secret, environ = self._app.config["SECRET_KEY"], self._server.get_environ(sid)
        cookies = environ.get("HTTP_COOKIE", "")
        me = participant_who_sent(secret, live.code, cookies, asked.get("participant"))
        table = live.room.seats.get(me) if me else None
        return table if table == asked.get("table") else None

    def _is_coach(self, sid: str, live: LiveRoom) -> bool:
        with self._app.request_context(self._server.get_environ(sid)):
            return is_coach(live)


def read_watch(asked: Any) -> tuple[str, Role, int]:
    """Return room, role and `since` of a `watch` message; ValueError if it is none."""
    if not isinstance(asked, dict) or asked.get("as") not in ROLES:
        raise ValueError(asked)
    since = asked.get("since")
    return str(asked.get("room")).upper(), asked["as"], since if isinstance(since, int) else 0
