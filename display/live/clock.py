"""The server's time: it goes on evenly, whatever is done to the clock on the wall meanwhile."""

import time

_STEADY = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)  # the first goes on in sleep too


def _steady() -> float:
    return time.clock_gettime(_STEADY)


_BEGAN = time.time() - _steady()


def now() -> float:
    """Return the seconds since 1970, as the wall's clock told them when the process began."""
    return _BEGAN + _steady()
