"""A copy of the log in one file, made while the server runs."""

import os
import sqlite3
from pathlib import Path

from display.log.base import LogError
from display.log.check import RoomFound, check_log
from display.log.connection import availability, connect_to_read


def back_up(path: Path, copy: Path) -> list[RoomFound]:
    """Copy the log at `path` as it is at one moment to `copy`; return the rooms in it.

    The copy is its owner's alone, synced to the disk, and checked.
    Errors: LogError if it cannot be written, is there already, or would be of a damaged log;
    LogUnavailable if the log cannot be read. Then there is no copy.
    """
    refuse_damage(path)
    try:
        os.close(os.open(copy, os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError as error:
        raise LogError(f"There is a file {copy} already: choose another name.") from error
    except OSError as error:
        raise LogError(f"The backup {copy} cannot be written: {error.strerror}.") from error
    try:
        with availability():
            copy_pages(path, copy)
        return refuse_damage(copy)
    except BaseException:
        copy.unlink()
        raise


def copy_pages(path: Path, copy: Path) -> None:
    source, target = connect_to_read(path), sqlite3.connect(copy, isolation_level=None)
    try:
        source.backup(target)
        target.execute("PRAGMA journal_mode = DELETE")  # so that it is one file
    finally:
        target.close()
        source.close()


def refuse_damage(path: Path) -> list[RoomFound]:
    """Return the rooms of the log; LogError if one is damaged."""
    found = check_log(path)
    for room in found:
        if room.damage:
            raise LogError(
                f"The log {path} is damaged (room {room.code}: {room.damage}), so no backup was"
                f" made of it: keep the backups that there are."
            )
    return found
