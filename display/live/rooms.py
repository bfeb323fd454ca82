"""The rooms of this worker: `record` appends a fact, `current` reads on to what the log holds."""

import logging
import threading
from collections.abc import Iterator

from display.live import clock
from display.live.bursts import Bursts
from display.live.codes import CODE, new_code
from display.live.pictures import Picture
from display.live.suggested import Suggested
from display.live.turns import unhurried
from display.log.base import Entry, Log, LogUnavailable, RoomErased, Trouble
from display.room.events import (
    AnswerGiven,
    AnswerWithdrawn,
    Event,
    PictureDrawn,
    QuestionAsked,
    RoomOpened,
    decode,
    encode,
)
from display.room.state import Room

SUMMARY_ASPECT = "1:1"

logger = logging.getLogger(__name__)


class NoSuchRoom(LookupError):
    """No room has this code."""


class LiveRoom:
    """A room and its pictures, as of entry `seq` of its log."""

    def __init__(self, code: str) -> None:
        self.code = code
        self.room = Room()
        self.seq = 0
        self.pictures: dict[tuple[int, str, bool], Picture] = {}  # by step, aspect, deep
        self.bursts = Bursts()
        self.suggested = Suggested()
        self.answered_at = 0.0  # seconds since 1970, or when it was opened
        self.connected = 0  # phones that are here, as of the last tick
        self.trouble: Trouble | None = None  # of the log, likewise
        self.reading = threading.Lock()

    @property
    def picture(self) -> Picture:
        """The picture of the step that the room is at, in the shape that the room has.

        A summary stands there twice, side by side.
        """
        direction = self.room.direction
        if self.room.plan.kind == "summary":
            return self._picture(direction.step, SUMMARY_ASPECT, False)
        return self._picture(direction.step, direction.aspect, direction.deep)

    def _picture(self, step: int, aspect: str, deep: bool) -> Picture:
        return self.pictures.setdefault((step, aspect, deep), Picture(aspect, deep))

    def apply(self, entry: Entry) -> None:
        """Take in the next entry of the log; ValueError if this version does not know it."""
        event = decode(entry.body)
        if isinstance(event, PictureDrawn):
            self._picture(event.step, event.aspect, event.deep).apply(entry.seq, event)
        if isinstance(event, AnswerGiven | RoomOpened):
            self.answered_at = entry.at
        answers = len(self.room.answers)
        self.room.apply(event)
        is_again = isinstance(event, AnswerGiven) and len(self.room.answers) == answers
        if isinstance(event, AnswerGiven | AnswerWithdrawn) and not is_again:
            self.bursts.note(entry.at, self.room, event)
        self.seq = entry.seq

    def find_words(self) -> None:
        """Find what words each step has by now, and let others by meanwhile.

        A decision about all words, such as that they are joined no more, takes many milliseconds
        where there are thousands.
        """
        for _ in unhurried(self._finding()):
            pass

    def _finding(self) -> Iterator[None]:
        direction = self.room.direction
        for step in self.room.standing_steps():
            if self.room.direction is not direction:
                yield from self._finding()
                return
            yield from step.finding(direction)


class Rooms:
    """All rooms in the log. Safe to call from many threads, green or real."""

    def __init__(self, log: Log) -> None:
        self.log = log
        self._live: dict[str, LiveRoom] = {}

    def load(self, language: str, question: str) -> None:
        """Replay all rooms; open one of this language and question if there is none.

        Errors: LogUnavailable, or ValueError for an entry that this version does not know.
        """
        for code in self.codes():
            room = self.current(code).room
            if not room.steps:  # of an earlier version that was stopped while it opened the room
                self.record(code, QuestionAsked(question))
            room.groups()  # of thousands of words, what is not known yet takes long to find
            for running in room.direction.clocks.values():
                clock.not_before(running.since or 0)
        if not self.codes():
            self.open(language, question)

    def open(self, language: str, question: str, title: str = "") -> LiveRoom:
        """Open a room of a new code with its first question; return it."""
        return self.record(self._new_code(), RoomOpened(language, title), QuestionAsked(question))

    @property
    def answered_at(self) -> float:
        """When the last answer came, or a room was opened, in seconds since 1970; 0 if none was."""
        return max((live.answered_at for live in list(self._live.values())), default=0.0)

    def codes(self) -> list[str]:
        """Return the codes of all rooms, the oldest first."""
        return self.log.rooms()

    def record(self, code: str, *events: Event) -> LiveRoom:
        """Append the events to the room's log; return the room with at least those applied.

        Errors: RoomErased, with nothing written; LogUnavailable, with all written or none, so
        whoever tries again needs a key by which the room knows the event.
        """
        return self._read_on(code, self.log.append(code, *map(encode, events)))

    def get(self, code: str) -> LiveRoom:
        """Return the room as this worker knows it, at most a tick old; NoSuchRoom or RoomErased."""
        live = self._live.get(code)
        return live if live is not None and live.seq > 0 else self.current(code)

    def current(self, code: str) -> LiveRoom:
        """Return the room with all that its log holds applied; NoSuchRoom or RoomErased."""
        if not CODE.fullmatch(code):
            raise NoSuchRoom(code)
        return self._read_on(code, None)

    def erase(self, code: str) -> None:
        """Erase the room and all that was said in it; RoomErased is what it answers from now on."""
        try:
            self.log.erase(code)
        finally:
            self._live.pop(code, None)

    def erase_stale(self, before: float) -> list[str]:
        """Erase the rooms with no answer since `before`, in seconds since 1970; return their codes.

        A room without any answer counts from when it was opened. One that cannot be read or erased
        now does not stop the others. Errors: LogUnavailable if not even their codes can be read.
        """
        return [code for code in self.codes() if self._erase_if_stale(code, before)]

    def _erase_if_stale(self, code: str, before: float) -> bool:
        try:
            if self.current(code).answered_at >= before:
                return False
            self.erase(code)
        except RoomErased:  # by hand, just now
            return False
        except LogUnavailable as error:
            logger.warning("room %s could not be erased now, if it is too old: %s", code, error)
            return False
        return True

    def _read_on(self, code: str, written: Entry | None) -> LiveRoom:
        """Return the room read on to the end of its log, or to what this worker has written."""
        live = self._live.get(code) or self._live.setdefault(code, LiveRoom(code))
        with live.reading:
            if written is not None and live.seq == written.seq - 1:
                live.apply(written)
            elif written is None or live.seq < written.seq:
                for entry in self._since(code, live.seq):
                    live.apply(entry)
        if live.seq == 0:
            self._live.pop(code, None)
            raise NoSuchRoom(code)
        return live

    def _since(self, code: str, seq: int) -> list[Entry]:
        try:
            return self.log.since(code, seq)
        except RoomErased:
            self._live.pop(code, None)
            raise

    def _new_code(self) -> str:
        while True:
            code = new_code()
            try:
                if not self.log.since(code, 0):
                    return code
            except RoomErased:
                continue
