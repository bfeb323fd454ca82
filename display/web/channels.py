"""Who is in which channel of Socket.IO, kept for each socket too.

The library looks through the channels of all sockets whenever one leaves, so that a hall of ten
thousand that goes home would stand in its own way.
"""

from collections.abc import Iterator
from typing import Any

from socketio import Manager

SLICE = 16  # sockets that are sent to before others have their turn


class Channels(Manager):  # type: ignore[misc]  # Socket.IO has no types
    """Socket.IO's own manager, and the channels of each socket."""

    def __init__(self) -> None:
        super().__init__()
        self._of: dict[str, set[str | None]] = {}

    def get_participants(self, namespace: str, room: str) -> Iterator[tuple[str, str]]:
        """Yield who is to be sent a message, with pauses: all phones take most of a second."""
        for place, participant in enumerate(super().get_participants(namespace, room), 1):
            yield participant
            if place % SLICE == 0:
                self.server.sleep(0)

    def basic_enter_room(
        self, sid: str, namespace: str, room: str | None, eio_sid: str | None = None
    ) -> None:
        super().basic_enter_room(sid, namespace, room, eio_sid)
        self._of.setdefault(sid, set()).add(room)

    def basic_leave_room(self, sid: str, namespace: str, room: str | None) -> None:
        super().basic_leave_room(sid, namespace, room)
        self._of.get(sid, set()).discard(room)

    def get_rooms(self, sid: str, namespace: str) -> list[str]:
        return [room for room in self._of.get(sid, ()) if room is not None]

    def basic_disconnect(self, sid: str, namespace: str, **_: Any) -> None:
        for room in self._of.pop(sid, ()):
            super().basic_leave_room(sid, namespace, room)
        self.callbacks.pop(sid, None)
        for pending in (self.pending_connect, self.pending_disconnect):
            if sid in pending.get(namespace, ()):
                pending[namespace].remove(sid)
