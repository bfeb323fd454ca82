"""Who asks for a room is sent it together with a few who ask for the same in that moment.

However many ask, and however often, they are looked at some times a second and served a few at a
time, and others have their turn in between.
"""

import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from display.live.audience import Audience, Watch, table_channel
from display.live.messages import Message
from display.live.messages.coach import coach_status
from display.live.messages.phone import phone_status, table_message
from display.live.messages.stage import resumed
from display.live.rooms import LiveRoom, NoSuchRoom, Rooms
from display.live.turns import unhurried
from display.log.base import RoomErased

PAUSE_SECONDS = 0.05  # after all who asked were sent what they lack
AT_ONCE = 4  # who are sent it together; others have their turn after some milliseconds of that

logger = logging.getLogger(__name__)


class Asked(NamedTuple):
    """What a socket wants to watch, the entry it has, if that is any help, and its table."""

    watch: Watch
    since: int
    table: int | None


class Newcomers:
    """Sockets that have asked and were not sent anything yet."""

    def __init__(self, server: Any, rooms: Rooms, audience: Audience) -> None:
        self._server = server
        self._rooms = rooms
        self._audience = audience
        self._asked: dict[str, Asked] = {}  # by socket id
        self._greeting = False

    def add(self, sid: str, asked: Asked) -> None:
        """Greet the socket in a moment; if it asks again before, once."""
        self._asked[sid] = asked
        if not self._greeting:
            self._greeting = True
            self._server.start_background_task(self._greet_all)

    def greet(self, watch: Watch, since: int, tables: dict[str, int | None]) -> None:
        """Send sockets what they lack now, and let them watch this and nothing else.

        They are given with the table at which each sits, if it does.
        """
        try:
            if watch.role == "coach":
                self._rooms.get(watch.code).find_words()  # meanwhile the room can be erased
            live = self._rooms.get(watch.code)
            here = [sid for sid in tables if self._server.manager.is_connected(sid, "/")]
            if not here:
                return
            for sid in here:
                self._change_channel(sid, watch)
            name, message = self._lacking(live, watch, since)
            self._server.emit(name, message, to=here)
            for sid in here:
                self._sit_at(sid, live, tables[sid])
        except (RoomErased, NoSuchRoom):
            self._server.emit("erased", {}, to=list(tables))
        except Exception:  # others are greeted all the same
            logger.exception("newcomers could not be sent what they lack")

    def _greet_all(self) -> None:
        while self._asked:
            asked, self._asked = self._asked, {}
            for (watch, since), sids in unhurried(together(asked)):
                self.greet(watch, since, {sid: asked[sid].table for sid in sids})
            self._server.sleep(PAUSE_SECONDS)
        self._greeting = False

    def _change_channel(self, sid: str, watch: Watch) -> None:
        before = self._audience.join(sid, watch)
        if before is not None and before != watch:
            self._server.leave_room(sid, before.channel)
        self._server.enter_room(sid, watch.channel)

    def _lacking(self, live: LiveRoom, watch: Watch, since: int) -> tuple[str, Message]:
        if watch.role == "stage":
            return resumed(live, since)
        if watch.role == "phone":
            return "status", phone_status(live)
        return "status", coach_status(live, self._audience.connected(Watch(live.code, "phone")))

    def _sit_at(self, sid: str, live: LiveRoom, table: int | None) -> None:
        """Send what is new at this table of the room, and at no other."""
        for channel in self._server.rooms(sid):
            if ":table:" in channel:
                self._server.leave_room(sid, channel)
        if table is not None:
            self._server.enter_room(sid, table_channel(live.code, table))
            self._server.emit("table", table_message(live, table), to=sid)


def together(asked: dict[str, Asked]) -> Iterator[tuple[tuple[Watch, int], Iterable[str]]]:
    """Yield what is asked for, and who asks for it, a few of them at a time."""
    groups: defaultdict[tuple[Watch, int], list[str]] = defaultdict(list)
    for sid, one in asked.items():
        groups[one.watch, one.since].append(sid)
    for wanted, sids in groups.items():
        for start in range(0, len(sids), AT_ONCE):
            yield wanted, sids[start : start + AT_ONCE]
