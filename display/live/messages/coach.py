"""What a coach is sent: the room at a glance, its words, its agenda and its tables."""

import time
from collections import Counter

from display.live.messages import Message
from display.live.messages.stage import lit_word
from display.live.messages.step import step_message, tables_done
from display.live.rooms import LiveRoom
from display.room.events import (
    Act,
    AspectChosen,
    QuestionAsked,
    StageCalmed,
    StepEdited,
    StepMoved,
    StepPlanned,
    StepRemoved,
    StepStarted,
    SuggestionDismissed,
    TableLit,
    TableRemoved,
    TableRenamed,
    WordHidden,
    WordListed,
    WordLit,
    WordShown,
    WordsMerged,
    WordSplit,
)
from display.room.state import Room
from display.room.steps import Group, Step

MOST_LISTED = 300  # words that a coach's page is sent at once; it asks for others by name


def coach_status(live: LiveRoom, connected: int) -> Message:
    """Return all that a coach's page shows.

    `words` are the most frequent, of any standing, and all that are held or wait; `more_words` is
    how many there are besides. `undo` is what undo would take back, `undone` what it just did;
    `trouble` is why nothing can be saved, one of `Trouble`, or None.
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
        "aspect": room.direction.aspect,
        "deep": room.direction.deep,
        **step_message(live),
        "note": room.plan.note,
        "steps": [step_summary(room, step) for step in room.standing_steps()],
        "following": following(room),
        "tables": tables_done(room),
        "table_list": table_list(room),
        "lit_table": direction.lit_table,
        "compared": room.summary is not None,
        "side": direction.side,
        "gradual": direction.gradual,
        "concealed": room.concealed,
        "answers": sum(tallied.count for tallied in room.tally()),
        "participants": room.voices(),
        "connected": connected,
        "words": [listed_word(group) for group in listed],
        "more_words": len(groups) - len(listed),
        "view": direction.view,
        "calm": direction.calm,
        "lit": lit_word(room),
        "counts_shown": direction.counts_shown,
        "participants_shown": direction.participants_shown,
        "pace": direction.pace,
        "review": direction.reviewed_from is not None,
        "joining": direction.joining,
        "held_list": sorted(word for word, held in direction.listed.items() if held),
        "per_minute": live.bursts.per_minute(time.time()),
        "bursts": [burst._asdict() for burst in live.bursts.found(room)],
        "suggestions": [pair._asdict() for pair in live.suggested.pairs(room)],
        "next": next_act(room),
        "undo": told(room, room.acts[-1][0]) if room.acts else None,
        "undone": told(room, room.undone) if room.undone else None,
        "trouble": live.trouble,
        "decisions": room.decisions,
    }


def following(room: Room) -> int | None:
    """Return the step that comes next on the agenda."""
    agenda, step = room.direction.agenda, room.direction.step
    ahead = agenda[agenda.index(step) + 1 :] if step in agenda else ()
    return ahead[0] if ahead else None


def next_act(room: Room) -> str:
    """Return what the coach will most likely want next: the biggest button."""
    if room.direction.calm:
        return "resume"
    if room.direction.view == "lobby":
        return "cloud"
    clock = room.clock
    if clock is not None and clock.since is None:
        return "clock"
    if is_untouched(room):
        return "ask"
    works = room.plan.kind in ("reflection", "tables")
    if works and following(room) is not None:
        return "next"
    if room.open and not works:
        return "close"
    if room.concealed:
        return "close" if room.open else "reveal"
    if following(room) is not None:
        return "next"
    return "close" if room.open else "question"


def is_untouched(room: Room) -> bool:
    """Return whether there is nothing but the question that the room opened with, unanswered."""
    only_first = room.direction.agenda == (1,) and room.plan == room.steps[0].plan
    return only_first and not room.step.answers


def table_list(room: Room) -> list[Message]:
    """Return each table with the number of participants who have chosen it, and what it has sent.

    `of` is how many answers it may send, None if as many as it likes.
    """
    talk = room.talk
    most = None if talk is None else room.plan_of(talk.number).answers_each
    seated = Counter(room.table_of(participant) for participant in room.seats)
    return [
        {
            "table": table,
            "name": room.direction.tables[table],
            "seated": seated[table],
            "answers": [answer.word.spelling for answer in given],
            "of": most,
        }
        for table, given in room.table_answers().items()
    ]


def listed_word(group: Group) -> Message:
    """Return a word as coaches see it, with what it was joined from if that is more than one."""
    several = len(group.members) > 1
    return {
        **group._asdict(),
        "members": [member._asdict() for member in group.members] if several else [],
    }


def step_summary(room: Room, step: Step) -> Message:
    """Return a step at a glance, with its answers on stage; `planned` if it is on the agenda."""
    plan = room.plan_of(step.number)
    return {
        "step": step.number,
        "kind": plan.kind,
        "question": plan.question,
        "seconds": plan.seconds,
        "answers": step.heard(room.direction),
        "planned": step.number in room.direction.agenda,
    }


def told(room: Room, act: Act) -> Message:
    """Return the `act` and its `subject`, a label or question, and for two words the `other`."""
    return {"act": named(act), "subject": subject(room, act), "other": other(room, act)}


def named(act: Act) -> str:
    """Return under which name coaches are told of an act: one that ends another has its own."""
    match act:
        case WordLit(_, None) | TableLit(None):
            return "LightPutOut"
        case StageCalmed(False):
            return "StageBroughtBack"
        case WordListed(_, None):
            return "WordUnlisted"
    return type(act).__name__


def subject(room: Room, act: Act) -> str:
    match act:
        case AspectChosen(aspect):
            return aspect
        case QuestionAsked(question):
            return question
        case StepPlanned(plan):
            return plan.question
        case StepStarted(step) | StepEdited(step) | StepMoved(step) | StepRemoved(step):
            return room.plan_of(step).question
        case TableRenamed(_, name):
            return name
        case TableRemoved(table) | TableLit(int(table)):
            return room.direction.tables.get(table, "")
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
