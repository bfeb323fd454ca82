"""Streams of answers that look unlike a hall: shown to the coaches, who decide.

A hall answers in bursts too, and its favourite comes from many at once. What it does not do is send
one word alone, all from phones that no earlier question knew, or very many from one phone.
"""

from bisect import bisect_left
from collections import Counter, deque
from typing import Literal, NamedTuple

from display.room.events import AnswerGiven, AnswerWithdrawn
from display.room.state import Room
from display.room.steps import Answer

WINDOW = 10.0  # seconds that are looked at
MINUTE = 60.0
SAME_WORD = 20  # phones that no earlier question knew, with one word within the window,
SAME_SHARE = 0.6  # that are such a part of all answers then
FROM_ONE = 12  # answers of one participant within the window


class Burst(NamedTuple):
    """An unusual stream: of a `word`, or from the participant who came to the room as `number`."""

    kind: Literal["word", "participant"]
    subject: str  # the word, or the participant's number
    label: str
    answers: int


class Sent(NamedTuple):
    """An answer as it is remembered for as long as the window."""

    at: float
    word: str
    answer: Answer


class Bursts:
    """The latest answers of a room, by the clock of the log, and what was unusual in a minute.

    Counted as they come, since in a large hall a minute holds more than can be looked through.
    """

    def __init__(self) -> None:
        self._minute: deque[float] = deque()
        self._numbers: dict[str, int] = {}
        self._step = 0
        self._known: set[str] = set()  # participants with an answer to another step that counts
        self._begin()

    def _begin(self) -> None:
        self._of_words: dict[str, tuple[float, int]] = {}  # the latest burst, and how many at most
        self._of_participants: dict[str, tuple[float, int]] = {}  # likewise
        self._empty_window()

    def _empty_window(self) -> None:
        self._window: deque[Sent] = deque()
        self._standing: set[str] = set()  # keys of those that were not taken back
        self._new: dict[str, Counter[str]] = {}  # by word, in the window: answers by new phones
        self._by: Counter[str] = Counter()  # answers by participant, in the window

    def per_minute(self, now: float) -> int:
        """Return how many answers came in the minute before `now`, by the clock of the log."""
        return len(self._minute) - bisect_left(self._minute, now - MINUTE)

    def note(self, at: float, room: Room, event: AnswerGiven | AnswerWithdrawn) -> None:
        """Take in what the room has just applied, at that time by the clock of the log."""
        taken_back = event.key if isinstance(event, AnswerWithdrawn) else event.replaces
        if taken_back in room.answers and room.answers[taken_back].withdrawn:
            self._standing.discard(taken_back)
        if isinstance(event, AnswerGiven) and event.key in room.answers:
            self._give(at, room, room.answers[event.key])

    def _give(self, at: float, room: Room, answer: Answer) -> None:
        self._numbers.setdefault(answer.participant, len(self._numbers) + 1)
        if self._minute and abs(at - self._minute[-1]) > MINUTE:
            self._minute.clear()  # one by one, those of a large hall take long
        self._minute.append(at)
        while abs(at - self._minute[0]) > MINUTE:  # also when the clock was set back
            self._minute.popleft()
        if answer.step != self._step:
            self._step = answer.step
            self._known = {
                earlier.participant
                for earlier in room.answers.values()
                if earlier.step != answer.step and not earlier.withdrawn
            }
            self._begin()
        self._add(Sent(at, room.word_of(answer), answer))

    def _add(self, sent: Sent) -> None:
        if self._window and abs(sent.at - self._window[-1].at) > WINDOW:
            self._empty_window()
        self._window.append(sent)
        if not sent.answer.withdrawn:
            self._standing.add(sent.answer.key)
        while abs(sent.at - self._window[0].at) > WINDOW:
            self._drop(self._window.popleft())
        participant = sent.answer.participant
        self._by[participant] += 1
        if self._by[participant] >= FROM_ONE:
            raise_to(self._of_participants, participant, sent.at, self._by[participant])
        if participant in self._known:
            return
        new = self._new.get(sent.word)
        if new is None:
            new = self._new[sent.word] = Counter()
        new[participant] += 1
        same = len(new)
        if same >= SAME_WORD and same >= SAME_SHARE * len(self._standing):
            raise_to(self._of_words, sent.word, sent.at, same)

    def _drop(self, sent: Sent) -> None:
        self._standing.discard(sent.answer.key)
        participant = sent.answer.participant
        decrease(self._by, participant)
        if participant not in self._known:
            decrease(self._new[sent.word], participant)
            if not self._new[sent.word]:
                del self._new[sent.word]

    def participant(self, number: str) -> str | None:
        """Return the participant who came as `number`; None if nobody did."""
        return next((who for who, n in self._numbers.items() if str(n) == number), None)

    def found(self, room: Room) -> list[Burst]:
        """Return the streams of the last minute that are unusual and that nobody held yet."""
        if self._step != room.step.number:
            return []
        return [*self._found_words(room), *self._found_participants(room)]

    def _found_words(self, room: Room) -> list[Burst]:
        recent = self._recent(self._of_words)
        shown = [group for group in room.groups() if group.standing == "shown"] if recent else []
        return [
            Burst("word", group.word, group.label, recent[group.word])
            for group in shown
            if group.word in recent
        ]

    def _found_participants(self, room: Room) -> list[Burst]:
        return [
            Burst("participant", str(self._numbers[participant]), "", answers)
            for participant, answers in self._recent(self._of_participants).items()
            if participant not in room.direction.held_participants
        ]

    def _recent(self, bursts: dict[str, tuple[float, int]]) -> dict[str, int]:
        return {
            subject: answers
            for subject, (at, answers) in bursts.items()
            if abs(self._minute[-1] - at) <= MINUTE
        }


def decrease(counter: Counter[str], name: str) -> None:
    counter[name] -= 1
    if not counter[name]:
        del counter[name]


def raise_to(bursts: dict[str, tuple[float, int]], subject: str, at: float, answers: int) -> None:
    bursts[subject] = at, max(answers, bursts.get(subject, (at, 0))[1])
