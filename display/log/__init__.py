"""The append-only record of every room. Knows nothing of words, rooms or pictures."""

from display.log.base import Entry, Log, LogError, LogUnavailable, Offload, RoomErased, call
from display.log.sqlite import SQLiteLog

__all__ = ["Entry", "Log", "LogError", "LogUnavailable", "RoomErased", "open_log"]

SQLITE = "sqlite:///"


def open_log(url: str, offload: Offload = call) -> Log:
    """Return the log at `url`, such as `sqlite:///instance/ordmoln.db`; LogError if it cannot open.

    `offload` runs a blocking function off the event loop and returns what it returns.
    """
    if not url.startswith(SQLITE):
        raise LogError(f"The log address {url!r} is not understood: it is {SQLITE} and a file.")
    return SQLiteLog(url.removeprefix(SQLITE), offload)
