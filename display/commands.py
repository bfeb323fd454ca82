"""What `python app.py` does instead of serving: `check` the log, or make a `backup` of it."""

import time
from collections.abc import Sequence
from pathlib import Path

from display.log import log_file
from display.log.backup import back_up
from display.log.check import RoomFound, check_log


def run(command: Sequence[str], log: str) -> int:
    """Do the command on the log at this address, print what came of it, return the exit status.

    Errors: LogError or LogUnavailable, with one sentence, where nothing can be done.
    """
    path = log_file(log)
    if command[0] == "check":
        return check(path)
    return backup(path, Path(command[1]).absolute())


def check(path: Path) -> int:
    rooms = check_log(path)
    print(f"The log {path}: {total(rooms)}.")
    for room in rooms:
        print(f"{room.code}  {described(room)}")
    if any(room.damage for room in rooms):
        print("It is damaged: put a backup in its place, as the README says.")
        return 1
    print("Everything in it is as it was written.")
    return 0


def backup(path: Path, copy: Path) -> int:
    rooms = back_up(path, copy)
    print(f"{total(rooms)} copied to {copy}, and checked.")
    return 0


def total(rooms: Sequence[RoomFound]) -> str:
    entries = sum(room.entries for room in rooms)
    return f"{counted(len(rooms), 'room')} with {counted(entries, 'entry', 'entries')}"


def described(room: RoomFound) -> str:
    if room.damage:
        return f"DAMAGED: {room.damage}"
    if room.erased:
        return "erased"
    return (
        f"{counted(room.entries, 'entry', 'entries')}, {day(room.first_at)} to {day(room.last_at)}"
    )


def day(at: float | None) -> str:
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(at))


def counted(number: int, one: str, several: str = "") -> str:
    return f"{number} {one if number == 1 else several or one + 's'}"
