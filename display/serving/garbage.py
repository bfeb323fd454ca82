"""Garbage collection kept short: what lives on is not looked at again, except when it is calm.

A full one takes a tenth of a second at the start, and a whole one with thousands of sockets.
"""

import gc
from collections.abc import Callable

SWEEP_SECONDS = 0.5
THAW_SWEEPS = 7200  # an hour of them


def collect_all() -> None:
    """Collect what the start has left, before anybody waits for an answer."""
    gc.collect()
    gc.enable()


def collect_for_ever(is_calm: Callable[[], bool], sleep: Callable[[float], object]) -> None:
    """Collect what is young all the time, and everything once it is calm after an hour."""
    while True:
        gc.freeze()
        sweeps = 0
        while sweeps < THAW_SWEEPS or not is_calm():
            sleep(SWEEP_SECONDS)
            gc.collect(1)
            gc.freeze()
            sweeps += 1
        gc.unfreeze()
        gc.collect()
