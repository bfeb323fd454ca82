"""The server's time: it goes on evenly, whatever is done to the clock on the wall meanwhile."""

import time

_STEADY = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)  # the first goes on in sleep too


def _steady() -> float:
    return time.clock_gettime(_STEADY)


_BEGAN = time.time() - _steady()


def now() -> float:
    """Return the seconds since 1970, as the wall's clock told them when the process began."""
    return _BEGAN + _steady()


def not_before(at: float) -> None:
    """Let time be `at` by now, if it is not: the clock on the wall was set back meanwhile."""
    global _BEGAN
    _BEGAN += max(0, at - now())
