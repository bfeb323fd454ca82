"""What a log is: facts of a room in the order they happened, numbered from 1 without gaps."""

from collections.abc import Callable
from typing import Literal, NamedTuple, ParamSpec, Protocol, TypeAlias, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class Offload(Protocol):
    """Runs a blocking function, perhaps on another thread, and returns its result."""

    def __call__(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T: ...


def call(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run `work` here and now: the way to offload where there is no event loop."""
    return work(*args, **kwargs)


class Entry(NamedTuple):
    """One fact: its number in the room, when it was written (seconds since 1970), its JSON."""

    seq: int
    at: float
    body: str


class LogError(Exception):
    """The log cannot be used at all; the message is one sentence: why, and what to do."""


Trouble: TypeAlias = Literal["full", "busy", "forbidden", "moved", "damaged", "failed"]

EXPLAINED: dict[Trouble, tuple[str, str]] = {  # what is wrong, and what to do
    "full": ("the disk is full", "make room on it"),
    "busy": ("another program holds the file", "end that program, or wait until it is done"),
    "forbidden": (
        "it may not be opened or written to",
        "let the user who runs Ordmoln read and write the file and its folder",
    ),
    "moved": ("its file was moved or deleted", "put it back, or start Ordmoln anew"),
    "damaged": (
        "it is damaged",
        "put a backup in its place, as the README says, or begin another with --log",
    ),
    "failed": ("the disk failed", "look at the disk, and see that there is a backup"),
}


class LogUnavailable(Exception):
    """The store cannot be used now; an append wrote nothing. The same call may succeed later.

    `trouble` is what kind of fault it is; the message says it in words, and what to do.
    """

    def __init__(self, trouble: Trouble, detail: str = "") -> None:
        wrong, advice = EXPLAINED[trouble]
        super().__init__(f"{wrong} ({detail}): {advice}" if detail else f"{wrong}: {advice}")
        self.trouble: Trouble = trouble


class RoomErased(Exception):
    """The room was erased: it takes and gives nothing more."""


class Log(Protocol):
    @property
    def trouble(self) -> Trouble | None:
        """Why the last attempt to write failed; None if it did not."""
        ...

    def append(self, room: str, *bodies: str) -> Entry:
        """Write the bodies durably, one behind the other; return the entry of the last.

        RoomErased or LogUnavailable if they were not written: then none of them was. ValueError for
        a lone surrogate, which is no text.
        """
        ...

    def since(self, room: str, seq: int) -> list[Entry]:
        """Return the entries after `seq`, oldest first; RoomErased or LogUnavailable if not.

        Not one of them is missing, and each is what was written: else LogUnavailable too.
        """
        ...

    def rooms(self) -> list[str]:
        """Return the rooms that hold entries, the oldest first; LogUnavailable if not."""
        ...

    def erase(self, room: str) -> None:
        """Overwrite all that the room holds; only the fact that it was erased remains.

        LogUnavailable if it could not be done. Then the room is as it was, or it is erased and some
        of what it held is `left_over`.
        """
        ...

    @property
    def left_over(self) -> bool:
        """Whether some of what was erased may be on the disk still; `probe` removes it then."""
        ...

    def probe(self) -> None:
        """Write and sync a mark of no meaning; LogUnavailable if an answer could not be kept."""
        ...

    def close(self) -> None:
        """Finish what is being written and let go of the store."""
        ...
