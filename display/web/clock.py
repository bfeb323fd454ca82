"""A step's clock as pages say it before a script goes on with it."""

import math
from typing import NamedTuple

from display.live.clock import now
from display.room.state import Room


class ClockShown(NamedTuple):
    """A clock as it is written: `state` is left, over, paused or not_started; `time` minutes."""

    state: str
    time: str


def clock_shown(room: Room) -> ClockShown | None:
    """Return the present step's clock as it is written at this moment; None if it has none."""
    clock = room.clock
    if clock is None:
        return None
    seconds = math.ceil(clock.left_at(now()))
    minutes, rest = divmod(abs(seconds), 60)
    time = f"{'+' if seconds < 0 else ''}{minutes}:{rest:02}"
    if seconds < 0:
        return ClockShown("over", time)
    if clock.since is not None:
        return ClockShown("left", time)
    return ClockShown("not_started" if clock.left == room.plan.seconds else "paused", time)
