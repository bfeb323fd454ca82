"""A room as its log tells it.

`Room.apply` takes the events in their order and alone decides what counts: a key that was seen
before, an answer after closing, a fourth answer where three are allowed stay in the log and change
nothing here. The same log therefore always gives the same room, whoever reads it.

What coaches decide is kept apart from what the audience said, as one immutable `Direction`. An act
replaces the direction, so undo returns to the one before.
"""

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple, TypeAlias

from display.room import words
from display.room.events import (
    ASPECTS,
    Act,
    ActUndone,
    AnswerGiven,
    AnswersClosed,
    AnswersOpened,
    AnswerWithdrawn,
    AspectChosen,
    Event,
    HallChosen,
    LanguageChosen,
    PictureDrawn,
    QuestionAsked,
    ResultsConcealed,
    ResultsRevealed,
    RoomOpened,
    StepStarted,
    WordHidden,
    WordShown,
)

Refusal: TypeAlias = Literal["closed", "spent", "empty", "not_a_word", "one_word"]


class Tallied(NamedTuple):
    """A word, its commonest spelling, and how many answers count for it."""

    word: str
    label: str
    count: int  # type: ignore[assignment]  # the word for it, though tuples have a method of that name


@dataclass(frozen=True, slots=True)
class Direction:
    """What the coaches have decided, all of it. Steps count from 1; 0 is before the first."""

    language: str = ""
    aspect: str = "16:9"
    deep: bool = False
    step: int = 0
    asked: frozenset[int] = frozenset()
    open: frozenset[int] = frozenset()
    concealed: frozenset[int] = frozenset()
    hidden: frozenset[tuple[int, str]] = frozenset()


@dataclass(slots=True)
class Answer:
    """An answer that was accepted; `step` is where it counts."""

    step: int
    participant: str
    key: str
    text: str
    word: words.Word
    withdrawn: bool = False


@dataclass(slots=True)
class Step:
    """A question and the answers that count for it."""

    number: int
    question: str
    answers_each: int | None
    phrase: bool
    spellings: dict[str, Counter[str]] = field(default_factory=dict)
    voices: dict[str, Counter[str]] = field(default_factory=dict)
    given: dict[str, list[Answer]] = field(default_factory=dict)

    def add(self, answer: Answer) -> None:
        """Let the answer count."""
        key = answer.word.key
        self.spellings.setdefault(key, Counter())[answer.word.spelling] += 1
        self.voices.setdefault(key, Counter())[answer.participant] += 1
        self.given.setdefault(answer.participant, []).append(answer)

    def remove(self, answer: Answer) -> None:
        """Let the answer, which counts now, count no more."""
        key = answer.word.key
        decrease(self.spellings[key], answer.word.spelling)
        decrease(self.voices[key], answer.participant)
        self.given[answer.participant].remove(answer)
        if not self.voices[key]:
            del self.spellings[key], self.voices[key]

    def words(self) -> list[Tallied]:
        """Return all words, most frequent first; of equal ones the earlier first."""
        found = [
            Tallied(word, self.label(word), spelled.total())
            for word, spelled in self.spellings.items()
        ]
        return sorted(found, key=lambda tallied: -tallied.count)

    def label(self, word: str) -> str:
        """Return the word's commonest spelling, of equal ones the earlier; its key if none."""
        spelled = self.spellings.get(word)
        return spelled.most_common(1)[0][0] if spelled else word


def decrease(counter: Counter[str], name: str) -> None:
    counter[name] -= 1
    if not counter[name]:
        del counter[name]


class Room:
    """One gathering: its steps, the answers given, and what the coaches have decided."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.answers: dict[str, Answer] = {}  # by key, also those taken back
        self.direction = Direction()
        self.acts: list[tuple[Act, Direction]] = []  # each act that stands, and what was before
        self.decisions = 0  # acts done and undone; tells an act that is sent again from a new one

    def apply(self, event: Event) -> None:
        """Bring the room up to date with the next event of its log."""
        match event:
            case AnswerGiven():
                self._give(event)
            case AnswerWithdrawn(participant, key):
                self._withdraw(participant, key)
            case RoomOpened(language):
                self.direction = replace(self.direction, language=language)
            case ActUndone():
                if self.acts:
                    _, self.direction = self.acts.pop()
                    self.decisions += 1
            case PictureDrawn():
                pass  # pictures are what the room looked like, not what was said in it
            case _:
                self._act(event)

    @property
    def language(self) -> str:
        return self.direction.language

    @property
    def step(self) -> Step:
        """The step that the room is at; IndexError before the first question."""
        return self.steps[self.direction.step - 1]

    @property
    def open(self) -> bool:
        """Whether the present step takes answers."""
        return self.direction.step in self.direction.open

    @property
    def concealed(self) -> bool:
        """Whether only coaches see the present step's words."""
        return self.direction.step in self.direction.concealed

    def standing_steps(self) -> list[Step]:
        """Return the steps that can be gone back to: all but questions taken back unanswered."""
        return [step for step in self.steps if step.number in self.direction.asked or step.given]

    def hidden(self, word: str) -> bool:
        """Whether a coach has taken the word off the present step's stage."""
        return (self.direction.step, word) in self.direction.hidden

    def tally(self) -> list[Tallied]:
        """Return the present step's words that are not hidden, most frequent first."""
        return [tallied for tallied in self.step.words() if not self.hidden(tallied.word)]

    def participants(self) -> int:
        """Return how many participants stand behind the tally."""
        shown = (given for word, given in self.step.voices.items() if not self.hidden(word))
        return len(set().union(*shown))

    def own_answers(self, participant: str) -> list[Answer]:
        """Return the participant's answers to the present step that count, in their order."""
        return list(self.step.given.get(participant, []))

    def left(self, participant: str) -> int | None:
        """Return how many more answers the participant may give now; None: no limit."""
        if self.step.answers_each is None:
            return None
        return max(0, self.step.answers_each - len(self.step.given.get(participant, [])))

    def refusal(self, answer: AnswerGiven) -> Refusal | None:
        """Return why the answer would not count now, or None if it would."""
        if answer.step != self.direction.step or not self.open:
            return "closed"
        if self.left(answer.participant) == 0:
            return "spent"
        try:
            words.read(answer.text, self.step.phrase)
        except words.NotAWord as error:
            return error.reason
        return None

    def _give(self, event: AnswerGiven) -> None:
        if event.key in self.answers or self.refusal(event) is not None:
            return
        word = words.read(event.text, self.step.phrase)
        answer = Answer(event.step, event.participant, event.key, event.text, word)
        self.answers[event.key] = answer
        self.step.add(answer)

    def _withdraw(self, participant: str, key: str) -> None:
        answer = self.answers.get(key)
        if answer is None or answer.withdrawn or answer.participant != participant:
            return
        answer.withdrawn = True
        self.steps[answer.step - 1].remove(answer)

    def _act(self, act: Act) -> None:
        directed = direct(self.direction, act, len(self.steps))
        if isinstance(act, QuestionAsked):
            self.steps.append(Step(directed.step, act.question, act.answers_each, act.phrase))
        if directed == self.direction:
            return
        if self.direction.step:  # the first question begins the room: nothing is before it
            self.acts.append((act, self.direction))
        self.direction = directed
        self.decisions += 1


def direct(direction: Direction, act: Act, steps: int) -> Direction:
    """Return the direction after `act`, in a room that had `steps` steps before it."""
    match act:
        case LanguageChosen(language):
            return replace(direction, language=language)
        case AspectChosen(aspect) if aspect in ASPECTS:
            return replace(direction, aspect=aspect)
        case HallChosen(deep):
            return replace(direction, deep=deep)
        case QuestionAsked():
            new = steps + 1
            return replace(
                direction,
                step=new,
                asked=direction.asked | {new},
                open=direction.open | {new},
                concealed=direction.concealed | ({new} if act.concealed else set()),
            )
        case StepStarted(step) if 1 <= step <= steps:
            return replace(direction, step=step)
        case AnswersOpened(step):
            return replace(direction, open=direction.open | {step})
        case AnswersClosed(step):
            return replace(direction, open=direction.open - {step})
        case ResultsRevealed(step):
            return replace(direction, concealed=direction.concealed - {step})
        case ResultsConcealed(step):
            return replace(direction, concealed=direction.concealed | {step})
        case WordHidden(step, word):
            return replace(direction, hidden=direction.hidden | {(step, word)})
        case WordShown(step, word):
            return replace(direction, hidden=direction.hidden - {(step, word)})
    return direction
