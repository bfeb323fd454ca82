"""Streams of answers that look unlike a hall: shown to the coaches, who decide.

A hall answers in bursts too, and its favourite comes from many at once. What it does not do is send
one word alone, all from phones that were never seen before, or very many from one phone.
"""

from collections import Counter, deque
from typing import Literal, NamedTuple

from display.room.state import Room
from display.room.steps import Answer

WINDOW = 10.0  # seconds that are looked at
MINUTE = 60.0
SAME_WORD = 20  # answers of one word within the window, from phones new to the room,
SAME_SHARE = 0.6  # that are such a part of all answers then
FROM_ONE = 12  # answers of one participant within the window


class Burst(NamedTuple):
    """An unusual stream: of a `word`, or from the participant who came to the room as `number`."""

    kind: Literal["word", "participant"]
    subject: str  # the word, or the participant's number
    label: str
    answers: int


class Sent(NamedTuple):
    """An answer as it is remembered for a minute."""

    at: float
    step: int
    key: str
    participant: str
    new: bool  # whether it was the participant's first in the room


class Bursts:
    """The last minute of a room's answers, by the clock of the log."""

    def __init__(self) -> None:
        self._minute: deque[Sent] = deque()
        self._numbers: dict[str, int] = {}

    @property
    def per_minute(self) -> int:
        """How many answers came in the last minute before the latest."""
        return len(self._minute)

    def note(self, at: float, room: Room, answer: Answer) -> None:
        """Remember an answer that counts."""
        new = answer.participant not in self._numbers
        self._numbers.setdefault(answer.participant, len(self._numbers) + 1)
        self._minute.append(Sent(at, answer.step, answer.word.key, answer.participant, new))
        while abs(at - self._minute[0].at) > MINUTE:  # also when the clock was set back
            self._minute.popleft()

    def participant(self, number: str) -> str | None:
        """Return the participant who came as `number`; None if nobody did."""
        return next((who for who, n in self._numbers.items() if str(n) == number), None)

    def found(self, room: Room) -> list[Burst]:
        """Return the streams of the last minute that are unusual and that nobody held yet."""
        return [*self._words(room), *self._participants(room)]

    def _words(self, room: Room) -> list[Burst]:
        found = []
        shown = {group.word: group for group in room.groups() if group.standing == "shown"}
        here = [sent for sent in self._minute if sent.step == room.step.number]
        words = [room.step.word_of(sent.key, room.direction) for sent in here]
        new = Counter(word for word, sent in zip(words, here, strict=True) if sent.new)
        for word, answers in new.items():
            if answers >= SAME_WORD and word in shown and self._crowds(word, words, here):
                found.append(Burst("word", word, shown[word].label, answers))
        return found

    @staticmethod
    def _crowds(word: str, words: list[str], here: list[Sent]) -> bool:
        """Whether, in some window, so many new phones sent the word, and little else was sent."""
        start = same = 0
        for end, sent in enumerate(here):
            same += words[end] == word and sent.new
            while here[start].at < sent.at - WINDOW:
                same -= words[start] == word and here[start].new
                start += 1
            if same >= SAME_WORD and same >= SAME_SHARE * (end - start + 1):
                return True
        return False

    def _participants(self, room: Room) -> list[Burst]:
        found = []
        by_one: dict[str, deque[float]] = {}
        most: Counter[str] = Counter()
        for sent in self._minute:
            times = by_one.setdefault(sent.participant, deque())
            times.append(sent.at)
            while times[0] < sent.at - WINDOW:
                times.popleft()
            most[sent.participant] = max(most[sent.participant], len(times))
        for participant, answers in most.items():
            if answers >= FROM_ONE and participant not in room.direction.held_participants:
                number = str(self._numbers[participant])
                found.append(Burst("participant", number, "", answers))
        return found
