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
    SuggestionDismissed,
    WordHidden,
    WordListed,
    WordLit,
    WordShown,
    WordsMerged,
    WordSplit,
)
from display.room.state import Room
from display.room.steps import Group, Step, Tallied

Message: TypeAlias = dict[str, Any]

TOP = 10  # words of the ranking
MOST_LISTED = 300  # words that a coach's page is sent at once; it asks for others by name


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

    `answers` counts those that count by now, `participants` who gave them; `connected` are the
    phones that are here, told in the lobby alone; `left_out` is the number of words that the
    picture has no room for; `camera` is `[x, y, width, height]` in plane units; `lit` is the word
    in the light, `ranking` the ten most frequent; `aspect`, one of `ASPECTS`, and `deep` are the
    shape that the coach has chosen; `decisions` grows with each act of a coach.
    """
    tally = live.room.tally()
    direction = live.room.direction
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
        "connected": live.connected if direction.view == "lobby" else 0,
        "view": direction.view,
        "calm": direction.calm,
        "lit": None if live.room.concealed else lit_word(live.room.lit()),
        "ranking": [] if live.room.concealed else [word._asdict() for word in tally[:TOP]],
        "counts_shown": direction.counts_shown,
        "participants_shown": direction.participants_shown,
        "pace": direction.pace,
        "decisions": live.room.decisions,
    }


def lit_word(tallied: Tallied | None) -> Message | None:
    return None if tallied is None else tallied._asdict()


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
    """Return all that a coach's page shows.

    `words` are the most frequent, of any standing, and all that are held or wait; `more_words` is
    how many there are besides. `undo` is what undo would take back, `undone` what it just did.
    """
    room, direction = live.room, live.room.direction
    groups = room.groups()
    listed = [
        group
        for place, group in enumerate(groups)
        if place < MOST_LISTED or group.standing in ("held", "waiting")
    ][: 2 * MOST_LISTED]
    return {
        "seq": live.seq,
        "title": room.title,
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
        "words": [listed_word(group) for group in listed],
        "more_words": len(groups) - len(listed),
        "view": direction.view,
        "calm": direction.calm,
        "lit": lit_word(room.lit()),
        "counts_shown": direction.counts_shown,
        "participants_shown": direction.participants_shown,
        "pace": direction.pace,
        "review": direction.reviewed_from is not None,
        "joining": direction.joining,
        "held_list": sorted(word for word, held in direction.listed.items() if held),
        "per_minute": live.bursts.per_minute,
        "bursts": [burst._asdict() for burst in live.bursts.found(room)],
        "suggestions": [pair._asdict() for pair in live.suggested.pairs(room)],
        "next": next_act(room),
        "undo": told(room, room.acts[-1][0]) if room.acts else None,
        "undone": told(room, room.undone) if room.undone else None,
        "decisions": room.decisions,
    }


def next_act(room: Room) -> str:
    """Return what the coach will most likely want next: the biggest button."""
    if room.direction.calm:
        return "resume"
    if room.direction.view == "lobby":
        return "cloud"
    if room.concealed:
        return "close" if room.open else "reveal"
    return "close" if room.open else "question"


def listed_word(group: Group) -> Message:
    """Return a word as coaches see it, with what it was joined from if that is more than one."""
    several = len(group.members) > 1
    return {
        **group._asdict(),
        "hidden": group.standing == "hidden",
        "members": [member._asdict() for member in group.members] if several else [],
    }


def step_summary(step: Step) -> Message:
    return {
        "step": step.number,
        "question": step.question,
        "answers": sum(len(given) for given in step.given.values()),
    }


def told(room: Room, act: Act) -> Message:
    """Return the `act` and its `subject`, a label or question, and for two words the `other`."""
    return {"act": type(act).__name__, "subject": subject(room, act), "other": other(room, act)}


def subject(room: Room, act: Act) -> str:
    match act:
        case AspectChosen(aspect):
            return aspect
        case QuestionAsked(question):
            return question
        case StepStarted(step):
            return room.steps[step - 1].question
        case WordsMerged(step, word) | WordSplit(step, word):
            return room.steps[step - 1].spelling(word)
        case WordHidden(step, word) | WordShown(step, word) | WordLit(step, str(word)):
            return room.label(step, word)
        case SuggestionDismissed(word) | WordListed(word):
            return room.step.spelling(word)
    return ""


def other(room: Room, act: Act) -> str:
    match act:
        case WordsMerged(step, _, into, label):
            return label or room.steps[step - 1].spelling(into)
        case SuggestionDismissed(_, word):
            return room.step.spelling(word)
    return ""
