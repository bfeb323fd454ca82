"""Makes the process one of eventlet's green threads, once imported: before what it is to change."""

# ruff: noqa: E402
import gc
import os
import sys
import warnings

gc.disable()  # until all is loaded, which would be looked through a dozen times meanwhile
os.environ.setdefault("EVENTLET_NO_GREENDNS", "yes")  # its resolver knows no .local names
warnings.filterwarnings("ignore", r"(?s).*Eventlet is deprecated")

import eventlet

eventlet.monkey_patch()

from eventlet import Timeout, sleep, spawn, tpool
from eventlet.tpool import execute

__all__ = ["ASYNC_MODE", "Timeout", "execute", "sleep", "spawn"]

ASYNC_MODE = "eventlet"  # as Socket.IO is told of it
WORK_THREADS = 4  # for the log and the layout; each keeps memory of its own
TURN_SECONDS = (
    0.0003  # of Python's threads; with its own 5 ms a commit waits long at each of its steps
)

tpool.set_num_threads(WORK_THREADS)
sys.setswitchinterval(TURN_SECONDS)
