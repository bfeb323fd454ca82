"""What the coaches of a room have decided, all of it, as one immutable value.

An act makes a new direction out of the one before, so undo returns to that.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from display.room.events import (
    ASPECTS,
    Act,
    AnswersClosed,
    AnswersOpened,
    AspectChosen,
    FiguresChosen,
    HallChosen,
    JoiningChosen,
    LanguageChosen,
    ParticipantHeld,
    QuestionAsked,
    ResultsConcealed,
    ResultsRevealed,
    ReviewChosen,
    RollPaced,
    StageCalmed,
    StepStarted,
    SuggestionDismissed,
    ViewChosen,
    WordHidden,
    WordListed,
    WordLit,
    WordShown,
    WordsMerged,
    WordSplit,
    WordsShown,
)


@dataclass(frozen=True, slots=True)
class Direction:
    """Steps count from 1; 0 is before the first. A pair of a step and a word is about that step."""

    language: str = ""
    aspect: str = "16:9"
    deep: bool = False
    step: int = 0
    asked: frozenset[int] = frozenset()
    open: frozenset[int] = frozenset()
    concealed: frozenset[int] = frozenset()
    hidden: frozenset[tuple[int, str]] = frozenset()
    shown: frozenset[tuple[int, str]] = frozenset()  # let through, whatever would hold them
    joining: bool = True  # inflections count as one word
    apart: frozenset[tuple[int, str]] = frozenset()  # spellings that are joined with none
    merged: Mapping[tuple[int, str], str] = field(default_factory=dict)  # into what, by hand
    labels: Mapping[tuple[int, str], str] = field(default_factory=dict)  # chosen by hand
    dismissed: frozenset[tuple[str, str]] = frozenset()  # suggestions, each in alphabetical order
    listed: Mapping[str, bool] = field(default_factory=dict)  # whether a word is held, by hand
    reviewed_from: int | None = None  # words first said in this answer or later wait
    held_participants: frozenset[str] = frozenset()
    view: str = "cloud"
    calm: bool = False  # the stage shows the question and the QR code alone
    lit: tuple[int, str] | None = None
    counts_shown: bool = True
    participants_shown: bool = True
    pace: str = "normal"  # of the words that roll

    def into(self, step: int, word: str) -> str:
        """Return what `word` has been merged into by hand; itself if nothing."""
        while (found := self.merged.get((step, word))) is not None:
            word = found
        return word


def direct(direction: Direction, act: Act, steps: int, answers: int) -> Direction:
    """Return the direction after `act`, in a room that had `steps` steps and `answers` answers."""
    match act:
        case LanguageChosen(language):
            return replace(direction, language=language)
        case AspectChosen(aspect) if aspect in ASPECTS:
            return replace(direction, aspect=aspect)
        case HallChosen(deep):
            return replace(direction, deep=deep)
        case ViewChosen(view):
            return replace(direction, view=view)
        case StageCalmed(calm):
            return replace(direction, calm=calm)
        case WordLit(step, word):
            return replace(direction, lit=None if word is None else (step, word))
        case FiguresChosen(counts, participants):
            return replace(direction, counts_shown=counts, participants_shown=participants)
        case RollPaced(pace):
            return replace(direction, pace=pace)
        case ParticipantHeld(participant):
            held = direction.held_participants | {participant}
            return replace(direction, held_participants=held)
        case QuestionAsked() | StepStarted() | AnswersOpened() | AnswersClosed():
            return _stepped(direction, act, steps)
        case ResultsRevealed(step):
            return replace(direction, concealed=direction.concealed - {step})
        case ResultsConcealed(step):
            return replace(direction, concealed=direction.concealed | {step})
        case ReviewChosen(on):
            since = direction.reviewed_from
            return replace(
                direction, reviewed_from=None if not on else answers if since is None else since
            )
    return _sorted_out(direction, act)


def _stepped(direction: Direction, act: Act, steps: int) -> Direction:
    match act:
        case QuestionAsked():
            new = steps + 1
            return replace(
                direction,
                step=new,
                asked=direction.asked | {new},
                open=direction.open | {new},
                concealed=direction.concealed | ({new} if act.concealed else set()),
                lit=None,
            )
        case StepStarted(step) if 1 <= step <= steps and step != direction.step:
            return replace(direction, step=step, lit=None)
        case AnswersOpened(step):
            return replace(direction, open=direction.open | {step})
        case AnswersClosed(step):
            return replace(direction, open=direction.open - {step})
    return direction


def _sorted_out(direction: Direction, act: Act) -> Direction:
    """What may be seen, and what counts as one word."""
    match act:
        case WordHidden(step, word):
            return _with_standing(direction, step, [word], hidden=True)
        case WordShown(step, word):
            return _with_standing(direction, step, [word], hidden=False)
        case WordsShown(step, words):
            return _with_standing(direction, step, words, hidden=False)
        case WordListed(word, held):
            return replace(direction, listed={**direction.listed, word: held})
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


def _with_standing(direction: Direction, step: int, words: list[str], hidden: bool) -> Direction:
    pairs = frozenset((step, word) for word in words)
    if hidden:
        return replace(direction, hidden=direction.hidden | pairs, shown=direction.shown - pairs)
    return replace(direction, hidden=direction.hidden - pairs, shown=direction.shown | pairs)


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
