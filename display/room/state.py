"""A room as its log tells it.

`Room.apply` takes the events in their order and alone decides what counts: a key that was seen
before, an answer after closing, a fourth answer where three are allowed stay in the log and change
nothing here. The same log therefore always gives the same room, whoever reads it.

What coaches decide is kept apart from what the audience said: see `direction`.
"""

from collections import deque
from dataclasses import replace
from typing import Literal, TypeAlias

from display.room import words
from display.room.acts import SoFar, direct
from display.room.agenda import planned
from display.room.direction import Clock, Direction
from display.room.events import (
    Act,
    ActUndone,
    AnswerGiven,
    AnswerWithdrawn,
    CoachLinkRenewed,
    Event,
    PictureDrawn,
    Plan,
    QuestionAsked,
    RoomOpened,
    TableChosen,
    TablesAdded,
    WordLit,
)
from display.room.steps import Answer, Group, Step, Tallied, table_voice
from display.room.summary import Summary, sources
from display.room.unsuitable import read_apart

Refusal: TypeAlias = Literal[
    "closed", "spent", "changed", "no_such_table", "empty", "not_a_word", "one_word"
]

MOST_UNDONE = 200  # each keeps a direction of its own, with all the steps there are


class Room:
    """One gathering: its steps, the answers given, and what the coaches have decided."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.answers: dict[str, Answer] = {}  # by key, also those taken back
        self.direction = Direction()
        # the last acts that stand, and what was before each: undo reaches back over so many
        self.acts: deque[tuple[Act, Direction]] = deque(maxlen=MOST_UNDONE)
        self.decisions = 0  # acts done and undone; tells an act that is sent again from a new one
        self.undone: Act | None = None  # what the latest decision took back, if it was undo
        self.title = ""
        self.links_renewed = 0  # how many links coaches have had before the present one
        self.seats: dict[str, int | None] = {}  # the tables that participants have chosen
        self.tables_made = 0
        self._summary: Summary | None = None  # of the present step, until something changes,
        self._groups: list[Group] | None = None  # and so are these
        self._tally: list[Tallied] | None = None

    def apply(self, event: Event) -> None:
        """Bring the room up to date with the next event of its log."""
        if isinstance(event, PictureDrawn):
            return  # pictures are what the room looked like, not what was said in it
        self._groups = self._tally = self._summary = None
        match event:
            case AnswerGiven():
                self._give(event)
            case AnswerWithdrawn(participant, key):
                self._withdraw(participant, key)
            case TableChosen(participant, table):
                self.seats[participant] = table
            case RoomOpened(language, title):
                self.direction = replace(self.direction, language=language)
                self.title = title
            case CoachLinkRenewed():
                self.links_renewed += 1
            case ActUndone(seen):
                if self.acts and seen in (None, self.decisions):
                    self.undone, self.direction = self.acts.pop()
                    self.decisions += 1
            case _ if not self._is_again(event):
                self._act(event)

    @property
    def so_far(self) -> SoFar:
        """What there has been, also what was taken back."""
        return SoFar([step.plan for step in self.steps], len(self.answers), self.tables_made)

    @property
    def language(self) -> str:
        return self.direction.language

    @property
    def step(self) -> Step:
        """The step that the room is at; IndexError before the first question."""
        return self.steps[self.direction.step - 1]

    @property
    def plan(self) -> Plan:
        """What the present step is meant to be."""
        return self.plan_of(self.step.number)

    def plan_of(self, step: int) -> Plan:
        """Return what a step is meant to be by now."""
        return self.direction.plans.get(step, self.steps[step - 1].plan)

    @property
    def clock(self) -> Clock | None:
        """The present step's clock; None if it has none."""
        return self.direction.clock(self.direction.step)

    @property
    def open(self) -> bool:
        """Whether the present step takes answers."""
        return self.direction.step in self.direction.open and self.plan.kind != "summary"

    @property
    def waits(self) -> bool:
        """Whether the present step is still to be begun: behind the lobby, answered by nobody."""
        return self.direction.view == "lobby" and not self.step.answers

    @property
    def concealed(self) -> bool:
        """Whether only coaches see the present step's words."""
        return self.direction.step in self.direction.concealed

    def standing_steps(self) -> list[Step]:
        """Return the steps that can be gone to: the agenda, then those off it that have answers."""
        agenda = self.direction.agenda
        off = (step for step in self.steps if step.number not in agenda and step.given)
        return [*(self.steps[number - 1] for number in agenda), *off]

    @property
    def summary(self) -> Summary | None:
        """What the present step sums up; None if it is no summary."""
        if self.plan.kind == "summary" and self._summary is None:
            self._summary = self._summed_up()
        return self._summary

    def _summed_up(self) -> Summary:
        kinds = {step: self.plan_of(step).kind for step in self.direction.agenda}
        before, after = (
            None if number is None else self.steps[number - 1]
            for number in sources(kinds, self.direction.step)
        )
        return Summary(self.direction.step, before, after, self.direction)

    def groups(self) -> list[Group]:
        """Return all the present step's words, most frequent first, those not shown too."""
        if self._groups is None:
            summary = self.summary
            self._groups = summary.groups if summary else self.step.groups(self.direction)
        return self._groups

    def groups_of(self, step: int) -> list[Group]:
        """Return all words of a step, whether the room is at it or not."""
        if step == self.direction.step:
            return self.groups()
        return self.steps[step - 1].groups(self.direction)

    def tally(self) -> list[Tallied]:
        """Return the present step's words that the stage shows, most frequent first."""
        if self._tally is None:
            self._tally = [
                Tallied(group.word, group.label, group.count)
                for group in self.groups()
                if group.standing == "shown"
            ]
        return self._tally

    def word_of(self, answer: Answer) -> str:
        """Return the word that the answer counts as, or would if it was not taken back."""
        return self.steps[answer.step - 1].word_of(answer.word.key, self.direction)

    def lit(self) -> Tallied | None:
        """Return the word that stands in the light, if one does that the stage shows."""
        for tallied in self.tally() if self.direction.lit else ():
            if (self.step.number, tallied.word) == self.direction.lit:
                return tallied
        return None

    def tables_that_said(self, word: str) -> list[int]:
        """Return the tables that have sent a word of the present step."""
        return [
            table
            for table, answers in self.table_answers().items()
            if word in self._words_of(answers)
        ]

    def words_of_table(self, table: int) -> list[str]:
        """Return the words of the present step that a table has sent."""
        return self._words_of(self.table_answers().get(table, []))

    def _words_of(self, answers: list[Answer]) -> list[str]:
        words = [self.word_of(answer) for answer in answers]
        summary = self.summary
        return [summary.word(word) for word in words] if summary else words

    def label(self, step: int, word: str) -> str:
        """Return how the word is written on stage; the word itself if nobody says it now."""
        return next((group.label for group in self.groups_of(step) if group.word == word), word)

    def voices(self) -> int:
        """Return how many participants, or tables, stand behind the tally; of a summary, behind
        those of the steps that it sums up."""
        summary = self.summary
        if summary is None:
            return self.step.speaking - len(self._unheard(self.step))
        return len(
            {
                voice
                for step in (summary.before, summary.after)
                if step is not None
                for voice in step.given.keys() - self._unheard(step)
                if step.given[voice]
            }
        )

    def _unheard(self, step: Step) -> set[str]:
        """Return who has answered a step, but nothing that is shown."""
        groups = self.groups_of(step.number)
        unseen = [group.members for group in groups if group.standing != "shown"]
        keys = {member.word for members in unseen for member in members}
        held = self.direction.held_participants
        doubtful = (
            set(step.given)
            if held
            else {answer.voice for key in keys for answer in step.keys[key].answers()}
        )
        return {
            voice
            for voice in doubtful
            if step.given[voice]
            and not any(
                answer.word.key not in keys and answer.participant not in held
                for answer in step.given[voice]
            )
        }

    def table_of(self, participant: str) -> int | None:
        """Return the table at which the participant sits; None if at none that is there."""
        table = self.seats.get(participant)
        return table if table in self.direction.tables else None

    def voice_of(self, participant: str) -> str:
        """Return in whose name the participant answers the present step: the own or the table's."""
        table = self.table_of(participant)
        return participant if table is None or self.plan.kind != "tables" else table_voice(table)

    @property
    def talk(self) -> Step | None:
        """The talk at tables that the present step is or comes after; None if there is none."""
        agenda = self.direction.agenda
        here = agenda.index(self.direction.step) if self.direction.step in agenda else -1
        talks = [step for step in agenda[: here + 1] if self.plan_of(step).kind == "tables"]
        return self.steps[talks[-1] - 1] if talks else None

    def table_answers(self) -> dict[int, list[Answer]]:
        """Return what each table has sent to the talk."""
        given = self.talk.given if self.talk is not None else {}
        return {table: given.get(table_voice(table), []) for table in self.direction.tables}

    def answers_of(self, voice: str) -> list[Answer]:
        """Return a voice's answers to the present step that count, in their order."""
        return list(self.step.given.get(voice, []))

    def left(self, voice: str) -> int | None:
        """Return how many more answers a voice may give now; None: no limit."""
        if self.plan.answers_each is None:
            return None
        return max(0, self.plan.answers_each - len(self.step.given.get(voice, [])))

    def refusal(self, event: AnswerGiven) -> Refusal | None:
        """Return why the answer would not count now, or None if it would."""
        if event.step != self.direction.step or not self.open:
            return "closed"
        if event.table is not None and not self._may_speak(event.participant, event.table):
            return "no_such_table"
        voice = event.participant if event.table is None else table_voice(event.table)
        if event.replaces is not None and self._replaced(event.replaces, voice) is None:
            return "changed"
        if event.replaces is None and self.left(voice) == 0:
            return "spent"
        try:
            words.read(event.text, self.plan.phrase)
        except words.NotAWord as error:
            return error.reason
        return None

    def _may_speak(self, participant: str, table: int) -> bool:
        return self.plan.kind == "tables" and self.table_of(participant) == table

    def _replaced(self, key: str, voice: str) -> Answer | None:
        answer = self.answers.get(key)
        counts = answer is not None and answer in self.step.given.get(voice, [])
        return answer if counts else None

    def _give(self, event: AnswerGiven) -> None:
        if event.key in self.answers or self.refusal(event) is not None:
            return
        answer = Answer(
            event.step,
            event.participant,
            event.key,
            event.text,
            read_apart(event.text, self.plan.phrase),
            number=len(self.answers),
            table=event.table,
        )
        replaced = self.answers.get(event.replaces or "")
        self.step.add(answer, replaced)
        if replaced is not None:
            replaced.withdrawn, replaced.replaced_by = True, answer.key
        self.answers[event.key] = answer

    def latest(self, key: str) -> Answer | None:
        """Return the answer of this key, or what it has been changed to since."""
        answer = self.answers.get(key)
        while answer is not None and answer.replaced_by is not None:
            answer = self.answers[answer.replaced_by]
        return answer

    def may_withdraw(self, participant: str, answer: Answer) -> bool:
        """Return whether it is the participant's own answer, or that of the own table."""
        if answer.table is None:
            return answer.participant == participant
        return self.table_of(participant) == answer.table

    def is_final(self, answer: Answer) -> bool:
        """Return whether it is a table's answer to a step that takes no more."""
        takes_more = self.open and answer.step == self.direction.step
        return answer.table is not None and not takes_more

    def _withdraw(self, participant: str, key: str) -> None:
        answer = self.answers.get(key)
        if answer is None or answer.withdrawn or self.is_final(answer):
            return
        if not self.may_withdraw(participant, answer):
            return
        answer.withdrawn = True
        self.steps[answer.step - 1].remove(answer)

    def _is_again(self, act: Act) -> bool:
        """Return whether it is the last question once more, from a page that did not show it."""
        asked = isinstance(act, QuestionAsked) and act.decisions is not None
        return asked and bool(self.acts) and self.acts[-1][0] == act

    def _act(self, act: Act) -> None:
        before = self.direction
        directed = direct(before, act, self.so_far)
        self.steps += [Step(n, plan) for n, plan in enumerate(planned(act), len(self.steps) + 1)]
        if isinstance(act, TablesAdded):
            self.tables_made += len(act.names)
        if directed == before:
            return
        if before.step:  # the first question begins the room: nothing is before it
            if isinstance(act, WordLit) and self.acts and isinstance(self.acts[-1][0], WordLit):
                before = self.acts.pop()[1]  # a walk of the light is undone as one act
            self.acts.append((act, before))
        self.direction = directed
        self.undone = None
        self.decisions += 1
