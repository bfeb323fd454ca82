"""What each act of a coach makes of the direction; one about what is not there changes nothing."""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from display.room.agenda import stepped, timed
from display.room.direction import Direction
from display.room.events import (
    ASPECTS,
    Act,
    AgendaLoaded,
    AnswersClosed,
    AnswersOpened,
    AspectChosen,
    ClockChanged,
    ClockPaused,
    ClockStarted,
    FiguresChosen,
    HallChosen,
    JoiningChosen,
    LanguageChosen,
    MinuteSignChosen,
    ParticipantHeld,
    Plan,
    QuestionAsked,
    ResultsConcealed,
    ResultsRevealed,
    RevealChosen,
    ReviewChosen,
    RollPaced,
    SideChosen,
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
    TablesAdded,
    ViewChosen,
    WordHidden,
    WordListed,
    WordLit,
    WordShown,
    WordsMerged,
    WordSplit,
    WordsShown,
)


class SoFar(NamedTuple):
    """What there has been in a room, also what was taken back: acts are numbered on from it."""

    plans: Sequence[Plan]  # of the steps, as they were made
    answers: int  # how many
    tables: int  # how many


def direct(direction: Direction, act: Act, so_far: SoFar) -> Direction:
    """Return the direction after `act`."""
    match act:
        case LanguageChosen(language):
            return replace(direction, language=language)
        case ParticipantHeld(participant):
            held = direction.held_participants | {participant}
            return replace(direction, held_participants=held)
        case (
            QuestionAsked()
            | AgendaLoaded()
            | StepPlanned()
            | StepEdited()
            | StepMoved()
            | StepRemoved()
            | StepStarted()
            | AnswersOpened()
            | AnswersClosed()
        ):
            return stepped(direction, act, so_far.plans, so_far.answers)
        case ClockStarted() | ClockPaused() | ClockChanged():
            return timed(direction, act)
        case TablesAdded() | TableRenamed() | TableRemoved():
            return _seated(direction, act, so_far.tables)
        case ReviewChosen(on):
            since = direction.reviewed_from
            first = so_far.answers if since is None else since
            return replace(direction, reviewed_from=first if on else None)
        case ResultsRevealed(step):
            return replace(direction, concealed=direction.concealed - {step})
        case ResultsConcealed(step):
            return replace(direction, concealed=direction.concealed | {step})
    return _sorted_out(_staged(direction, act), act, so_far.answers)


def _staged(direction: Direction, act: Act) -> Direction:
    """How the stage looks."""
    match act:
        case AspectChosen(aspect) if aspect in ASPECTS:
            return replace(direction, aspect=aspect)
        case HallChosen(deep):
            return replace(direction, deep=deep)
        case ViewChosen(view):
            return replace(direction, view=view)
        case SideChosen(side):
            return replace(direction, side=side)
        case StageCalmed(calm):
            return replace(direction, calm=calm)
        case WordLit(step, word):
            return replace(direction, lit=None if word is None else (step, word), lit_table=None)
        case TableLit(table) if table is None or table in direction.tables:
            return replace(direction, lit=None, lit_table=table)
        case FiguresChosen(counts, participants):
            return replace(direction, counts_shown=counts, participants_shown=participants)
        case RollPaced(pace):
            return replace(direction, pace=pace)
        case MinuteSignChosen(on):
            return replace(direction, minute_sign=on)
        case RevealChosen(gradual):
            return replace(direction, gradual=gradual)
    return direction


def _seated(direction: Direction, act: Act, made: int) -> Direction:
    match act:
        case TablesAdded(names):
            added = dict(enumerate(names, made + 1))
            return replace(direction, tables={**direction.tables, **added})
        case TableRenamed(table, name) if table in direction.tables:
            return replace(direction, tables={**direction.tables, table: name})
        case TableRemoved(table):
            tables = {number: name for number, name in direction.tables.items() if number != table}
            lit = None if direction.lit_table == table else direction.lit_table
            return replace(direction, tables=tables, lit_table=lit)
    return direction


def _sorted_out(direction: Direction, act: Act, answers: int) -> Direction:
    """What may be seen, and what counts as one word."""
    match act:
        case WordHidden(step, word):
            return _hidden(direction, (step, word))
        case WordShown(step, word):
            return _shown(direction, [(step, word)], answers)
        case WordsShown(step, words):
            return _shown(direction, [(step, word) for word in words], answers)
        case WordListed(word, held):
            return _listed(direction, word, held)
        case JoiningChosen(on):
            return replace(direction, joining=on)
        case SuggestionDismissed(word, other):
            pair = (min(word, other), max(word, other))
            return replace(direction, dismissed=direction.dismissed | {pair})
        case WordsMerged(step, word, into, label):
            return _merged(direction, step, word, into, label)
        case WordSplit(step, word):
            merged = {pair: into for pair, into in direction.merged.items() if pair != (step, word)}
            return replace(direction, merged=merged, apart=direction.apart | {(step, word)})
    return direction


def _listed(direction: Direction, word: str, held: bool | None) -> Direction:
    listed = {other: kept for other, kept in direction.listed.items() if other != word}
    if held is not None:
        listed[word] = held
    return replace(direction, listed=listed)


def _hidden(direction: Direction, hidden: tuple[int, str]) -> Direction:
    shown = {pair: answers for pair, answers in direction.shown.items() if pair != hidden}
    return replace(direction, hidden=direction.hidden | {hidden}, shown=shown)


def _shown(direction: Direction, pairs: list[tuple[int, str]], answers: int) -> Direction:
    shown = {**dict.fromkeys(pairs, answers), **direction.shown}
    return replace(direction, hidden=direction.hidden - set(pairs), shown=shown)


def _merged(direction: Direction, step: int, word: str, into: str, label: str | None) -> Direction:
    word, into = direction.into(step, word), direction.into(step, into)
    if word == into:  # with itself, or in a circle
        return direction
    labels = dict(direction.labels)
    if label is not None:
        labels[step, into] = label
    lit = (step, into) if direction.lit == (step, word) else direction.lit
    merged = {**direction.merged, (step, word): into}
    return replace(direction, merged=merged, labels=labels, lit=lit)
