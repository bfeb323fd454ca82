"""What a phone is sent: the step, and what its table has sent."""

from display.live.messages import Message
from display.live.messages.step import step_message
from display.live.rooms import LiveRoom


def phone_status(live: LiveRoom) -> Message:
    """Return what a phone shows of the room; what it sent itself it knows."""
    plan = live.room.plan
    return {
        "seq": live.seq,
        **step_message(live),
        "answers_each": plan.answers_each,
        "phrase": plan.phrase,
        "tables": len(live.room.direction.tables),
    }


def table_message(live: LiveRoom, table: int) -> Message:
    """Return a table's `name`, None if it is no more, and what it has sent."""
    given = live.room.table_answers().get(table, [])
    return {
        "table": table,
        "name": live.room.direction.tables.get(table),
        "step": live.room.step.number,
        "answers": [
            {"key": answer.key, "label": answer.word.spelling, "step": answer.step}
            for answer in given
        ],
    }


def table_messages(live: LiveRoom) -> dict[int, Message]:
    """Return what the phones at each table are to know; also of tables that were taken away."""
    numbers = range(1, live.room.tables_made + 1)
    return {table: table_message(live, table) for table in numbers}
