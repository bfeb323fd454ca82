"""A room as its log tells it.

`Room.apply` takes the events in their order and alone decides what counts: a key that was seen
before, an answer after closing, a fourth answer where three are allowed stay in the log and change
nothing here. The same log therefore always gives the same room, whoever reads it.

What coaches decide is kept apart from what the audience said: see `direction`.
"""

from dataclasses import replace
from typing import Literal, TypeAlias

from display.room import words
from display.room.direction import Direction, direct
from display.room.events import (
    Act,
    ActUndone,
    AnswerGiven,
    AnswerWithdrawn,
    Event,
    PictureDrawn,
    QuestionAsked,
    RoomOpened,
    WordLit,
)
from display.room.steps import Answer, Group, Step, Tallied
from display.room.unsuitable import unsuitable

Refusal: TypeAlias = Literal["closed", "spent", "empty", "not_a_word", "one_word"]


class Room:
    """One gathering: its steps, the answers given, and what the coaches have decided."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.answers: dict[str, Answer] = {}  # by key, also those taken back
        self.direction = Direction()
        self.acts: list[tuple[Act, Direction]] = []  # each act that stands, and what was before
        self.decisions = 0  # acts done and undone; tells an act that is sent again from a new one
        self.undone: Act | None = None  # what the latest decision took back, if it was undo
        self.title = ""
        self._groups: list[Group] | None = None  # of the present step, until something changes

    def apply(self, event: Event) -> None:
        """Bring the room up to date with the next event of its log."""
        self._groups = None
        match event:
            case AnswerGiven():
                self._give(event)
            case AnswerWithdrawn(participant, key):
                self._withdraw(participant, key)
            case RoomOpened(language, title):
                self.direction = replace(self.direction, language=language)
                self.title = title
            case ActUndone():
                if self.acts:
                    self.undone, self.direction = self.acts.pop()
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

    def groups(self) -> list[Group]:
        """Return all the present step's words, most frequent first, those not shown too."""
        if self._groups is None:
            self._groups = self.step.groups(self.direction)
        return self._groups

    def tally(self) -> list[Tallied]:
        """Return the present step's words that the stage shows, most frequent first."""
        return [
            Tallied(group.word, group.label, group.count)
            for group in self.groups()
            if group.standing == "shown"
        ]

    def word_of(self, answer: Answer) -> str:
        """Return the word that the answer counts as, or would if it was not taken back."""
        return self.steps[answer.step - 1].word_of(answer.word.key, self.direction)

    def lit(self) -> Tallied | None:
        """Return the word that stands in the light, if one does that the stage shows."""
        for tallied in self.tally() if self.direction.lit else ():
            if (self.step.number, tallied.word) == self.direction.lit:
                return tallied
        return None

    def label(self, step: int, word: str) -> str:
        """Return how the word is written on stage; the word itself if nobody says it now."""
        groups = self.steps[step - 1].groups(self.direction)
        return next((group.label for group in groups if group.word == word), word)

    def participants(self) -> int:
        """Return how many participants stand behind the tally."""
        shown = (group for group in self.groups() if group.standing == "shown")
        voices = (self.step.keys[key].voices for group in shown for key, _, _ in group.members)
        return len(set().union(*voices) - self.direction.held_participants)

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
        self.step.add(answer, len(self.answers), unsuitable(event.text))
        self.answers[event.key] = answer

    def _withdraw(self, participant: str, key: str) -> None:
        answer = self.answers.get(key)
        if answer is None or answer.withdrawn or answer.participant != participant:
            return
        answer.withdrawn = True
        self.steps[answer.step - 1].remove(answer)

    def _act(self, act: Act) -> None:
        before = self.direction
        directed = direct(before, act, len(self.steps), len(self.answers))
        if isinstance(act, QuestionAsked):
            self.steps.append(Step(directed.step, act.question, act.answers_each, act.phrase))
        if directed == before:
            return
        if before.step:  # the first question begins the room: nothing is before it
            if isinstance(act, WordLit) and self.acts and isinstance(self.acts[-1][0], WordLit):
                before = self.acts.pop()[1]  # a walk of the light is undone as one act
            self.acts.append((act, before))
        self.direction = directed
        self.undone = None
        self.decisions += 1
