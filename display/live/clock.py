"""The server's time: it goes on evenly, whatever is done to the clock on the wall meanwhile."""

import time

# Of those that are there, the one that goes on in sleep too; Windows has neither, and needs none.
_STEADY = getattr(time, "CLOCK_BOOTTIME", getattr(time, "CLOCK_MONOTONIC", None))


def _steady() -> float:
    return time.monotonic() if _STEADY is None else time.clock_gettime(_STEADY)


_BEGAN = time.time() - _steady()


def now() -> float:
    """Return the seconds since 1970, as the wall's clock told them when the process began."""
    return _BEGAN + _steady()


def not_before(at: float) -> None:
    """Let time be `at` by now, if it is not: the clock on the wall was set back meanwhile."""
    global _BEGAN
    _BEGAN += max(0, at - now())
