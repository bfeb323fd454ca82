"""What the coaches of a room have decided, all of it, as one immutable value.

An act makes a new direction out of the one before (see `acts`), so undo returns to that.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from display.room.events import Plan


@dataclass(frozen=True, slots=True)
class Clock:
    """A step's time: so many seconds were left when it was last started or paused."""

    left: float
    since: float | None = None  # it goes since then, in seconds since 1970; None: it stands

    def left_at(self, now: float) -> float:
        """Return the seconds that are left at `now`; below 0, the time is over by so many."""
        return self.left if self.since is None else self.left - (now - self.since)


@dataclass(frozen=True, slots=True)
class Direction:
    """Steps and tables count from 1; step 0 is before the first. A pair of a step and a word is
    about that step."""

    language: str = ""
    aspect: str = "16:9"
    deep: bool = False
    step: int = 0
    agenda: tuple[int, ...] = ()  # steps in the order that is planned
    plans: Mapping[int, Plan] = field(default_factory=dict)
    begun: frozenset[int] = frozenset()
    open: frozenset[int] = frozenset()
    concealed: frozenset[int] = frozenset()
    clocks: Mapping[int, Clock] = field(default_factory=dict)  # those that were ever touched
    minute_sign: bool = True  # when a minute is left
    gradual: bool = True  # hidden words are revealed one after the other
    tables: Mapping[int, str] = field(default_factory=dict)  # their names
    lit_table: int | None = None
    side: str = "both"  # of a summary: before, after, both
    hidden: frozenset[tuple[int, str]] = frozenset()
    # words let through, whatever would hold them, each when there had been so many answers
    shown: Mapping[tuple[int, str], int] = field(default_factory=dict)
    joining: bool = True  # inflections count as one word
    apart: frozenset[tuple[int, str]] = frozenset()  # spellings that are joined with none
    merged: Mapping[tuple[int, str], str] = field(default_factory=dict)  # into what, by hand
    labels: Mapping[tuple[int, str], str] = field(default_factory=dict)  # chosen by hand
    dismissed: frozenset[tuple[str, str]] = frozenset()  # suggestions, each in alphabetical order
    listed: Mapping[str, bool] = field(default_factory=dict)  # whether a word is held, by hand
    reviewed_from: int | None = None  # words first said in this answer or later wait
    held_participants: frozenset[str] = frozenset()
    view: str = "cloud"
    calm: bool = False  # the stage shows the question and the QR code alone
    lit: tuple[int, str] | None = None
    counts_shown: bool = True
    participants_shown: bool = True
    pace: str = "normal"  # of the words that roll

    def into(self, step: int, word: str) -> str:
        """Return what `word` has been merged into by hand; itself if nothing."""
        while (found := self.merged.get((step, word))) is not None:
            word = found
        return word

    def clock(self, step: int) -> Clock | None:
        """Return the clock of a step; None if it has none."""
        plan = self.plans.get(step)
        unused = Clock(plan.seconds) if plan is not None and plan.seconds is not None else None
        return self.clocks.get(step, unused)
