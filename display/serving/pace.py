"""How fast a client may send."""

import time

BURST = 40  # frames, or packets of Engine.IO, that a client may send at once,
PER_SECOND = 1.0  # and then as many a second: a page sends a pong every 25 seconds


class Pace:
    """What one client may still send."""

    __slots__ = ("_at", "_left")

    def __init__(self) -> None:
        self._left = float(BURST)
        self._at = time.monotonic()

    def keeps(self) -> bool:
        """Count what was just sent; return whether that was not too fast."""
        now = time.monotonic()
        self._left = min(BURST, self._left + (now - self._at) * PER_SECOND) - 1
        self._at = now
        return self._left >= 0
