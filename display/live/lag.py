"""How late the event loop is: what waits while something takes too long."""

import time
from collections import deque
from collections.abc import Callable

LOOK_SECONDS = 0.05
MINUTE = 60


class Lag:
    """By how many seconds the loop was late, each time it was looked at in the last minute."""

    def __init__(self) -> None:
        self._late: deque[float] = deque([0.0], maxlen=int(MINUTE / LOOK_SECONDS))

    @property
    def last(self) -> float:
        return self._late[-1]

    @property
    def longest(self) -> float:
        return max(self._late)

    def run(self, sleep: Callable[[float], object]) -> None:
        """Look for ever."""
        while True:
            due = time.monotonic() + LOOK_SECONDS
            sleep(LOOK_SECONDS)
            self._late.append(max(0.0, time.monotonic() - due))
