"""What every audience is told of the step that the room is at."""

from display.live.clock import now
from display.live.messages import Message
from display.live.rooms import LiveRoom
from display.room.state import Room


def step_message(live: LiveRoom) -> Message:
    """Return the step as it is planned, in which language its question is, and where it stands.

    While it `waits` nobody is asked yet, though who answers is heard.
    `place` is `[n, of]`, its place on the agenda, or None if it is not there; `clock` is None, or
    has the seconds that were `left` and the server's time `since` when it goes (None: it stands),
    and the `seconds` that were planned.
    """
    plan = live.room.plan
    return {
        "step": live.room.step.number,
        "kind": plan.kind,
        "question": plan.question,
        "language": live.room.language,
        "open": live.room.open,
        "waits": live.room.waits,
        "place": place(live.room),
        "clock": clock_message(live.room),
        "minute_sign": live.room.direction.minute_sign,
        "now": now(),
    }


def place(room: Room) -> list[int] | None:
    agenda = room.direction.agenda
    step = room.direction.step
    return [agenda.index(step) + 1, len(agenda)] if step in agenda else None


def clock_message(room: Room) -> Message | None:
    clock = room.clock
    if clock is None:
        return None
    return {"left": clock.left, "since": clock.since, "seconds": room.plan.seconds}


def tables_done(room: Room) -> Message:
    """Return how many tables have sent anything, of how many: a table may send less than it may."""
    given = room.table_answers().values()
    return {"done": sum(map(bool, given)), "of": len(given)}
