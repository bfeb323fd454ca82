"""What a phone is sent: the step, and what its table has sent."""

from display.live.messages import Message
from display.live.messages.step import step_message
from display.live.rooms import LiveRoom
from display.room.state import Room
from display.room.steps import Answer

MOST_SENT = 100  # answers of a participant or a table that a phone shows: there may be thousands


def phone_status(live: LiveRoom) -> Message:
    """Return what a phone shows of the room; what it sent itself it knows.

    `sent_to` are the steps to which that counts as sent now; `tables` is how many there are.
    """
    plan = live.room.plan
    return {
        "seq": live.seq,
        **step_message(live),
        "answers_each": plan.answers_each,
        "phrase": plan.phrase,
        "concealed": live.room.concealed,
        "sent_to": sent_to(live.room),
        "tables": len(live.room.direction.tables),
    }


def sent_to(room: Room) -> list[int]:
    """Return the present step, or those that it sums up."""
    if room.summary is None:
        return [room.step.number]
    summed_up = (room.summary.before, room.summary.after)
    return [step.number for step in summed_up if step is not None]


def own_answers(room: Room, participant: str) -> list[Answer]:
    """Return the latest that a participant sent in the own name, to the steps it is shown for."""
    return [
        answer
        for step in sent_to(room)
        for answer in room.steps[step - 1].given.get(participant, [])
    ][-MOST_SENT:]


def latest_of_table(room: Room, table: int) -> list[Answer]:
    """Return the latest that a table has sent; nothing if it is no more."""
    return room.table_answers().get(table, [])[-MOST_SENT:]


def table_message(live: LiveRoom, table: int) -> Message:
    """Return a table's `name`, None if it is no more, and the latest that it has sent."""
    return sent_by(live, table, live.room.table_answers().get(table, []))


def table_messages(live: LiveRoom) -> dict[int, Message]:
    """Return what the phones at each table are to know; also of tables that were taken away."""
    given = live.room.table_answers()
    numbers = range(1, live.room.tables_made + 1)
    return {table: sent_by(live, table, given.get(table, [])) for table in numbers}


def sent_by(live: LiveRoom, table: int, given: list[Answer]) -> Message:
    return {
        "table": table,
        "name": live.room.direction.tables.get(table),
        "step": live.room.step.number,
        "answers": [
            {"key": answer.key, "label": answer.word.spelling, "step": answer.step}
            for answer in given[-MOST_SENT:]
        ],
    }
