"""What each audience is sent over Socket.IO. This is the wire, and these are its only messages.

A client emits `watch {"room", "as": "stage" | "phone" | "coach", "since": seq}`. To a stage come

- `picture`: the whole picture. The stage replaces what it has.
- `changes`: `words` that are new or changed since the picture the stage has, each complete, and the
  words that are `gone`. Receiving one twice does no harm.

To a phone and to a coach comes `status`: all that it shows of the room. Every message carries
`seq`, the entry of the room's log that it tells of, or 0 to a stage that sees no picture; `changes`
older than what the stage has are to be ignored.
`refused` with an `error`, `no_such_room` or `forbidden`, answers a `watch` that cannot be.
`erased` is sent, with no more to follow, when the room is no more.
"""

from typing import Any, TypeAlias

from display.cloud.layout import Placement
from display.live.rooms import LiveRoom
from display.room.events import (
    Act,
    AspectChosen,
    QuestionAsked,
    StepStarted,
    WordHidden,
    WordShown,
)
from display.room.state import Room, Step

Message: TypeAlias = dict[str, Any]


def picture(live: LiveRoom) -> Message:
    """Return the whole picture; without words while results are concealed."""
    return {**stage_header(live), "words": shown_words(live, 0)}


def changes(live: LiveRoom, since: int) -> Message:
    """Return what changed in the picture after entry `since`."""
    return {
        **stage_header(live),
        "words": shown_words(live, since),
        "gone": live.picture.gone_since(since),
    }


def resumed(live: LiveRoom, since: int) -> tuple[str, Message]:
    """Return the name and the content of what brings a stage that has entry `since` up to date."""
    if since in live.picture.seqs and not live.room.concealed:
        return "changes", changes(live, since)
    return "picture", picture(live)


def stage_header(live: LiveRoom) -> Message:
    """Return what every message to a stage carries.

    `answers` counts those that count by now, `participants` who gave them; `left_out` is the number
    of words that the picture has no room for; `camera` is `[x, y, width, height]` in plane units;
    `aspect`, one of `ASPECTS`, and `deep` are the shape that the coach has chosen.
    """
    tally = live.room.tally()
    return {
        "seq": 0 if live.room.concealed else live.picture.seq,
        "step": live.room.step.number,
        "language": live.room.language,
        "aspect": live.room.direction.aspect,
        "deep": live.room.direction.deep,
        "question": live.room.step.question,
        "open": live.room.open,
        "concealed": live.room.concealed,
        "answers": sum(tallied.count for tallied in tally),
        "participants": live.room.participants(),
        "left_out": 0 if live.room.concealed else live.picture.cloud.left_out,
        "camera": list(live.picture.cloud.camera),
    }


def shown_words(live: LiveRoom, since: int) -> list[Message]:
    if live.room.concealed:
        return []
    return [placed(placement) for placement in live.picture.words_since(since)]


def placed(placement: Placement) -> Message:
    """Return the placement as it is sent, `x` being its middle and `y` its baseline."""
    return placement._asdict()


def phone_status(live: LiveRoom) -> Message:
    """Return what a phone shows of the room; what it sent itself it knows."""
    step = live.room.step
    return {
        "seq": live.seq,
        "step": step.number,
        "question": step.question,
        "answers_each": step.answers_each,
        "phrase": step.phrase,
        "open": live.room.open,
    }


def coach_status(live: LiveRoom, connected: int) -> Message:
    """Return all that a coach's page shows: words, hidden ones too, steps, what undo undoes."""
    room = live.room
    words = [
        {**tallied._asdict(), "hidden": room.hidden(tallied.word)} for tallied in room.step.words()
    ]
    return {
        "seq": live.seq,
        "language": room.language,
        "aspect": room.direction.aspect,
        "deep": room.direction.deep,
        "step": room.step.number,
        "steps": [step_summary(step) for step in room.standing_steps()],
        "question": room.step.question,
        "open": room.open,
        "concealed": room.concealed,
        "answers": sum(tallied.count for tallied in room.tally()),
        "participants": room.participants(),
        "connected": connected,
        "words": words,
        "undo": last_act(room),
        "decisions": room.decisions,
    }


def step_summary(step: Step) -> Message:
    return {
        "step": step.number,
        "question": step.question,
        "answers": sum(len(given) for given in step.given.values()),
    }


def last_act(room: Room) -> Message | None:
    """Return the `act` that undo would take back and its `subject`: a label, question or aspect."""
    if not room.acts:
        return None
    act, _ = room.acts[-1]
    return {"act": type(act).__name__, "subject": subject(room, act)}


def subject(room: Room, act: Act) -> str:
    match act:
        case AspectChosen(aspect):
            return aspect
        case QuestionAsked(question):
            return question
        case StepStarted(step):
            return room.steps[step - 1].question
        case WordHidden(step, word) | WordShown(step, word):
            return room.steps[step - 1].label(word)
    return ""
