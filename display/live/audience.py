"""Who is connected to this worker: which socket watches which room, as stage, phone or coach."""

from collections import Counter
from typing import Literal, NamedTuple, TypeAlias

Role: TypeAlias = Literal["stage", "phone", "coach"]
ROLES: tuple[Role, ...] = ("stage", "phone", "coach")


class Watch(NamedTuple):
    """What a socket looks at."""

    code: str
    role: Role
    link: int = 0  # of a coach: which of the links that the room has had, see `links_renewed`

    @property
    def channel(self) -> str:
        """The name under which Socket.IO sends to all who watch the same."""
        return f"{self.code}:{self.role}:{self.link}"


def table_channel(code: str, table: int) -> str:
    """The name under which Socket.IO sends to the phones at a table."""
    return f"{code}:table:{table}"


class Audience:
    """The watches of this worker's sockets."""

    def __init__(self) -> None:
        self._watches: dict[str, Watch] = {}  # by socket id
        self._counts: Counter[Watch] = Counter()

    @property
    def size(self) -> int:
        """How many sockets there are."""
        return len(self._watches)

    def join(self, sid: str, watch: Watch) -> Watch | None:
        """Let the socket watch this and nothing else; return what it watched before."""
        before = self.leave(sid)
        self._watches[sid] = watch
        self._counts[watch] += 1
        return before

    def leave(self, sid: str) -> Watch | None:
        """Forget the socket; return what it watched."""
        watch = self._watches.pop(sid, None)
        if watch is not None:
            self._counts[watch] -= 1
            if not self._counts[watch]:
                del self._counts[watch]
        return watch

    def is_watching(self, sid: str) -> bool:
        """Return whether the socket watches anything."""
        return sid in self._watches

    def forget(self, watch: Watch) -> None:
        """Forget all sockets that watch this."""
        for sid in [sid for sid, watched in self._watches.items() if watched == watch]:
            self.leave(sid)

    def connected(self, watch: Watch) -> int:
        """Return how many sockets watch this."""
        return self._counts[watch]

    def total(self, role: Role) -> int:
        """Return how many sockets watch any room in that role."""
        return sum(count for watch, count in self._counts.items() if watch.role == role)

    def watches(self, code: str) -> list[Watch]:
        """Return in which ways anybody watches the room."""
        return [watch for watch in self._counts if watch.code == code]

    def codes(self) -> list[str]:
        """Return the rooms that anybody watches."""
        return list(dict.fromkeys(watch.code for watch in self._counts))
