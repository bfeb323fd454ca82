"""A step's answers, and the words that they count as."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, TypeAlias

from display.room.direction import Direction
from display.room.events import Plan
from display.room.inflections import base_of
from display.room.words import Word

Standing: TypeAlias = Literal["shown", "hidden", "held", "waiting"]

JUDGED_BY = (  # of a direction: what makes words, and their standing
    "joining",
    "apart",
    "merged",
    "labels",
    "hidden",
    "shown",
    "listed",
    "reviewed_from",
    "held_participants",
)


class Tallied(NamedTuple):
    """A word, its label, and how many answers count for it."""

    word: str
    label: str
    count: int  # type: ignore[assignment]  # the word for it, though tuples have a method of that name


class Group(NamedTuple):
    """A word with all the spellings that count as it, and whether the stage shows it.

    Hidden: by a coach. Held: it does not belong on a screen, or whoever sent it was held. Waiting:
    coaches see everything first, and have not let it through.
    """

    word: str
    label: str
    count: int  # type: ignore[assignment]  # see Tallied
    standing: Standing
    members: Sequence[Tallied]  # by key


@dataclass(slots=True)
class Answer:
    """An answer that was accepted; `step` is where it counts, `table` in whose name it was sent."""

    step: int
    participant: str
    key: str
    text: str
    word: Word
    table: int | None = None
    withdrawn: bool = False
    replaced_by: str | None = None  # the key of the answer that took its place

    @property
    def voice(self) -> str:
        """Whose answer it is, the participant's or the table's."""
        return self.participant if self.table is None else table_voice(self.table)


@dataclass(slots=True)
class Spelled:
    """What was said under one key."""

    first: int  # the number, in the room, of the answer that said it first
    unsuitable: bool = False
    answers: int = 0
    spellings: Counter[str] = field(default_factory=Counter)
    voices: Counter[str] = field(default_factory=Counter)

    def count(self, held: frozenset[str]) -> int:
        """Return how many answers count, without those of participants who are held."""
        return self.answers - sum(self.voices[participant] for participant in held)


@dataclass(slots=True)
class Step:
    """A step as it was first planned, and the answers that count for it.

    What was made of them is kept, as far as no answer and no decision has changed it: a hall says
    thousands of words, and between two pictures a few of them change.
    """

    number: int
    plan: Plan
    answers: int = 0
    speaking: int = 0  # voices that have given any
    keys: dict[str, Spelled] = field(default_factory=dict)
    given: dict[str, list[Answer]] = field(default_factory=dict)  # by voice
    _direction: Direction | None = None  # that the words were found by
    _members: dict[str, list[str]] = field(default_factory=dict)  # the keys of each word
    _groups: dict[str, Group] = field(default_factory=dict)  # of the words that did not change

    def add(self, answer: Answer, number: int, unsuitable: bool, replaces: Answer | None) -> None:
        """Let the answer, the room's `number`th, count, in the place of another if it has one."""
        own = self.given.setdefault(answer.voice, [])
        self.answers += 1
        self.speaking += not own
        if replaces is None:
            own.append(answer)
        else:
            own.insert(own.index(replaces), answer)
            self.remove(replaces)
        said = self.keys.get(answer.word.key)
        if said is None:
            said = self.keys[answer.word.key] = Spelled(number)
            if self._direction is not None:
                self._find(answer.word.key, self._direction)
        said.answers += 1
        said.spellings[answer.word.spelling] += 1
        said.voices[answer.voice] += 1
        said.unsuitable |= unsuitable
        self._changed(answer.word.key)

    def remove(self, answer: Answer) -> None:
        """Let the answer, which counts now, count no more."""
        said = self.keys[answer.word.key]
        self.answers -= 1
        said.answers -= 1
        decrease(said.spellings, answer.word.spelling)
        decrease(said.voices, answer.voice)
        self.given[answer.voice].remove(answer)
        self.speaking -= not self.given[answer.voice]
        self._changed(answer.word.key)
        if not said.voices:
            del self.keys[answer.word.key]
            self._direction = None

    def spelling(self, key: str) -> str:
        """Return the commonest spelling of a key; the key itself if nobody says it now."""
        said = self.keys.get(key)
        return commonest(said.spellings) if said else key

    def word_of(self, key: str, direction: Direction) -> str:
        """Return the word that an answer of this key counts as."""
        joined = direction.joining and (self.number, key) not in direction.apart
        return direction.into(self.number, base_of(key) if joined else key)

    def groups(self, direction: Direction) -> list[Group]:
        """Return all words, most frequent first; of equal ones the earlier first."""
        if not judge_alike(self._direction, direction):
            self._members, self._groups = {}, {}
            for key in self.keys:
                self._find(key, direction)
        self._direction = direction
        for word, keys in self._members.items():
            if word not in self._groups:
                self._groups[word] = self._group(word, keys, direction)
        found = [self._groups[word] for word in self._members]
        return sorted(found, key=lambda group: -group.count)

    def heard(self, direction: Direction) -> int:
        """Return how many answers count for words that the stage shows."""
        groups = self.groups(direction)
        return sum(group.count for group in groups if group.standing == "shown")

    def _find(self, key: str, direction: Direction) -> None:
        self._members.setdefault(self.word_of(key, direction), []).append(key)

    def _changed(self, key: str) -> None:
        if self._direction is not None:
            self._groups.pop(self.word_of(key, self._direction), None)

    def _group(self, word: str, keys: list[str], direction: Direction) -> Group:
        held = direction.held_participants
        members = [
            Tallied(key, commonest(self.keys[key].spellings), self.keys[key].count(held))
            for key in keys
        ]
        members.sort(key=lambda member: -member.count)
        count = sum(member.count for member in members)
        return Group(
            word,
            self._label(word, keys, direction),
            count,
            self._standing(word, keys, count, direction),
            members,
        )

    def _label(self, word: str, keys: list[str], direction: Direction) -> str:
        chosen = direction.labels.get((self.number, word))
        if chosen is not None:
            return chosen
        if len(keys) == 1:
            return commonest(self.keys[keys[0]].spellings)
        return commonest(sum((self.keys[key].spellings for key in keys), Counter()))

    def _standing(self, word: str, keys: list[str], count: int, direction: Direction) -> Standing:
        pair = (self.number, word)
        if pair in direction.hidden:
            return "hidden"
        if not count:
            return "held"
        if pair in direction.shown:
            return "shown"
        if any(direction.listed.get(key, self.keys[key].unsuitable) for key in keys):
            return "held"
        since = direction.reviewed_from
        if since is not None and min(self.keys[key].first for key in keys) >= since:
            return "waiting"
        return "shown"


def judge_alike(one: Direction | None, other: Direction) -> bool:
    """Return whether words are the same by both: acts hand on as it is what they do not change."""
    return one is not None and all(getattr(one, name) is getattr(other, name) for name in JUDGED_BY)


def table_voice(table: int) -> str:
    """Return the voice of a table, which is no participant's: theirs have no colon."""
    return f"table:{table}"


def commonest(spellings: Counter[str]) -> str:
    """Return the commonest spelling; of equal ones the earlier."""
    return spellings.most_common(1)[0][0]


def decrease(counter: Counter[str], name: str) -> None:
    counter[name] -= 1
    if not counter[name]:
        del counter[name]
