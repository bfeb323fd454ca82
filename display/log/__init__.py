"""The append-only record of every room. Knows nothing of words, rooms or pictures."""

from pathlib import Path

from display.log.base import (
    Entry,
    Log,
    LogError,
    LogUnavailable,
    Offload,
    RoomErased,
    Trouble,
    call,
)
from display.log.sqlite import SQLiteLog

__all__ = [
    "Entry",
    "Log",
    "LogError",
    "LogUnavailable",
    "RoomErased",
    "Trouble",
    "log_file",
    "open_log",
]

SQLITE = "sqlite:///"


def open_log(url: str, offload: Offload = call) -> Log:
    """Return the log at `url`, such as `sqlite:///instance/ordmoln.db`; LogError if it cannot open.

    `offload` runs a blocking function off the event loop and returns what it returns.
    """
    return SQLiteLog(log_file(url), offload)


def log_file(url: str) -> Path:
    """Return where the log at `url` lies; LogError if that is no address of a log."""
    if not url.startswith(SQLITE):
        raise LogError(f"The log address {url!r} is not understood: it is {SQLITE} and a file.")
    # Absolute, so that SQLite does not read a name such as ":memory:" its own way.
    return Path(url.removeprefix(SQLITE)).absolute()
