"""A step's answers, and the words that they count as."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, Literal, NamedTuple, TypeAlias

from display.room.direction import Direction
from display.room.events import Plan
from display.room.inflections import base_of
from display.room.unsuitable import unsuitable
from display.room.words import Word

Standing: TypeAlias = Literal["shown", "hidden", "held", "waiting"]

NOBODY: frozenset[str] = frozenset()


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
    """An answer that was accepted, the room's `number`th from 0; `step` is where it counts, `table`
    in whose name it was sent."""

    step: int
    participant: str
    key: str
    text: str
    word: Word
    number: int
    table: int | None = None
    withdrawn: bool = False
    replaced_by: str | None = None  # the key of the answer that took its place

    @property
    def voice(self) -> str:
        """Whose answer it is, the participant's or the table's."""
        return self.participant if self.table is None else table_voice(self.table)


@dataclass(slots=True)
class Spelled:
    """The answers that count and are spelled alike, by their keys in their order, and how many of
    them each participant gave."""

    answers: dict[str, Answer] = field(default_factory=dict)
    participants: Counter[str] = field(default_factory=Counter)

    def add(self, answer: Answer) -> None:
        self.answers[answer.key] = answer
        self.participants[answer.participant] += 1

    def remove(self, answer: Answer) -> None:
        del self.answers[answer.key]
        self.participants[answer.participant] -= 1
        if not self.participants[answer.participant]:
            del self.participants[answer.participant]

    def count(self, held: frozenset[str]) -> int:
        """Return how many answers count, without those of participants who are held."""
        if not held:
            return len(self.answers)
        return len(self.answers) - sum(self.participants[participant] for participant in held)

    def chosen_by(self, held: frozenset[str]) -> int:
        """Return how many participants spell it so, without those who are held."""
        return len(self.participants) - len(held & self.participants.keys())

    def first(self, held: frozenset[str]) -> int:
        """Return the number of the first answer of a participant who is not held."""
        answers = self.answers.values()
        return next(answer.number for answer in answers if answer.participant not in held)

    @property
    def last(self) -> int:
        """The number of the last answer."""
        return next(reversed(self.answers.values())).number


@dataclass(slots=True)
class Said:
    """What was said under one key, by its spellings."""

    first: int  # the number of the answer that said it first, also when that is taken back
    spellings: dict[str, Spelled] = field(default_factory=dict)

    def add(self, answer: Answer) -> None:
        spelled = self.spellings.get(answer.word.spelling)
        if spelled is None:
            spelled = self.spellings[answer.word.spelling] = Spelled()
        spelled.add(answer)

    def remove(self, answer: Answer) -> None:
        spelled = self.spellings[answer.word.spelling]
        spelled.remove(answer)
        if not spelled.answers:
            del self.spellings[answer.word.spelling]

    def count(self, held: frozenset[str]) -> int:
        """Return how many answers count, without those of participants who are held."""
        return sum(spelled.count(held) for spelled in self.spellings.values())

    def concerns(self, participants: frozenset[str], since: int | None) -> bool:
        """Return whether any of them said it, or anybody in the answer of this number or later."""
        return any(
            not participants.isdisjoint(spelled.participants)
            or (since is not None and spelled.last >= since)
            for spelled in self.spellings.values()
        )

    def answers(self) -> Iterator[Answer]:
        """Yield the answers that count, spelling by spelling."""
        return chain.from_iterable(spelled.answers.values() for spelled in self.spellings.values())


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
    keys: dict[str, Said] = field(default_factory=dict)
    given: dict[str, list[Answer]] = field(default_factory=dict)  # by voice
    _direction: Direction | None = None  # that the words were last judged by
    _members: dict[str, list[str]] = field(default_factory=dict)  # the keys of each word
    _key_gone: bool = False  # since these were found
    _groups: dict[str, Group] = field(default_factory=dict)  # of the words that did not change
    _ordered: list[Group] = field(default_factory=list)  # all of them,
    _is_ordered: bool = False  # until one changes

    def add(self, answer: Answer, replaces: Answer | None) -> None:
        """Let the answer count, in the place of another if it has one."""
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
            said = self.keys[answer.word.key] = Said(answer.number)
            if self._direction is not None:
                word = self.word_of(answer.word.key, self._direction)
                self._members.setdefault(word, []).append(answer.word.key)
        said.add(answer)
        self._changed(answer.word.key)

    def remove(self, answer: Answer) -> None:
        """Let the answer, which counts now, count no more."""
        said = self.keys[answer.word.key]
        self.answers -= 1
        said.remove(answer)
        self.given[answer.voice].remove(answer)
        self.speaking -= not self.given[answer.voice]
        self._changed(answer.word.key)
        if not said.spellings:
            del self.keys[answer.word.key]
            self._key_gone = True

    def spelling(self, key: str) -> str:
        """Return the commonest spelling of a key; the key itself if nobody says it now."""
        said = self.keys.get(key)
        return commonest(said.spellings, NOBODY) if said else key

    def word_of(self, key: str, direction: Direction) -> str:
        """Return the word that an answer of this key counts as."""
        joined = direction.joining and (self.number, key) not in direction.apart
        base = base_of(key) if joined else key
        if base != key and is_held(base, direction) != is_held(key, direction):
            base = key  # what is held takes no other word with it
        return direction.into(self.number, base)

    def groups(self, direction: Direction) -> list[Group]:
        """Return all words, most frequent first; of equal ones the earlier first."""
        for _ in self.finding(direction):
            pass
        return self._ordered

    def finding(self, direction: Direction) -> Iterator[None]:
        """Find the words that are not known by now, a piece at a time; meanwhile answers may come.
        It ends early where it would have to begin anew: a word is gone, or the words are judged by
        another direction by then."""
        self._judge_by(direction)
        yield
        while self._is_judged_by(direction) and not self._is_ordered:
            unknown = [word for word in self._members if word not in self._groups]
            if not unknown:
                found = [self._groups[word] for word in self._members]
                self._ordered = sorted(found, key=lambda group: -group.count)
                self._is_ordered = True
            for word in unknown:
                if not self._is_judged_by(direction):
                    return
                if word in self._members:
                    self._groups[word] = self._group(word, self._members[word], direction)
                    yield

    def _is_judged_by(self, direction: Direction) -> bool:
        return self._direction is direction and not self._key_gone

    def heard(self, direction: Direction) -> int:
        """Return how many answers count for words that the stage shows."""
        groups = self.groups(direction)
        return sum(group.count for group in groups if group.standing == "shown")

    def _judge_by(self, direction: Direction) -> None:
        """Keep of what was made of the answers what is the same by this direction."""
        before, self._direction = self._direction, direction
        if before is None:
            self._find(direction)
        elif self._key_gone or before is not direction:
            self._forget_changes(before, direction)

    def _forget_changes(self, before: Direction, direction: Direction) -> None:
        words = {self.word_of(key, direction) for key in self._doubtful(before, direction)}
        for name in ("labels", "hidden", "shown"):
            words |= self._named(name, before, direction)
        for word in words & self._groups.keys():
            del self._groups[word]
            self._is_ordered = False
        if (
            self._key_gone
            or before.joining != direction.joining
            or before.listed is not direction.listed
            or self._named("apart", before, direction)
            or self._named("merged", before, direction)
        ):
            members = self._members
            self._find(direction)
            same = {word for word in members if members[word] == self._members.get(word)}
            self._groups = {word: self._groups[word] for word in same & self._groups.keys()}
            self._is_ordered = False

    def _named(self, decisions: str, before: Direction, direction: Direction) -> set[str]:
        """Return the words of this step about which these decisions are not the same."""
        pairs = changes(getattr(before, decisions), getattr(direction, decisions))
        return {word for step, word in pairs if step == self.number}

    def _doubtful(self, before: Direction, direction: Direction) -> set[str]:
        """Return the keys that may be judged, counted or spelled otherwise, whatever their word."""
        listed = changes(before.listed, direction.listed)
        held = before.held_participants ^ direction.held_participants
        since = review_differs_from(before, direction)
        doubtful: set[str] = set()
        if listed:
            doubtful |= {key for key in self.keys if key in listed or base_of(key) in listed}
        if held or since is not None:
            doubtful |= {key for key, said in self.keys.items() if said.concerns(held, since)}
        return doubtful

    def _find(self, direction: Direction) -> None:
        self._members, self._key_gone = {}, False
        for key in self.keys:
            self._members.setdefault(self.word_of(key, direction), []).append(key)

    def _changed(self, key: str) -> None:
        self._is_ordered = False
        if self._direction is not None:
            self._groups.pop(self.word_of(key, self._direction), None)

    def _group(self, word: str, keys: list[str], direction: Direction) -> Group:
        members = [
            Tallied(key, self.spelling(key), self.keys[key].count(direction.held_participants))
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
        pair = (self.number, word)
        if pair in direction.labels:
            return direction.labels[pair]
        if len(keys) == 1 and len(self.keys[keys[0]].spellings) == 1:
            return next(iter(self.keys[keys[0]].spellings))
        suitable = [key for key in keys if not is_held(key, direction)] or keys
        found = {text: said for key in suitable for text, said in self.keys[key].spellings.items()}
        held = direction.held_participants
        if not any(said.chosen_by(held) for said in found.values()):
            held = NOBODY
        heard = {text: said for text, said in found.items() if said.chosen_by(held)}
        if direction.reviewed_from is not None:
            seen_by = max(direction.reviewed_from, direction.shown.get(pair, 0))
            seen = {text: said for text, said in heard.items() if said.first(held) < seen_by}
            heard = seen or heard
        return commonest(heard, held)

    def _standing(self, word: str, keys: list[str], count: int, direction: Direction) -> Standing:
        pair = (self.number, word)
        if pair in direction.hidden:
            return "hidden"
        if not count:
            return "held"
        if pair in direction.shown:
            return "shown"
        if any(by_hand(key, direction) for key in keys):
            return "held"
        if all(is_held(key, direction) for key in keys):
            return "held"
        since = direction.reviewed_from
        if since is not None and min(self.keys[key].first for key in keys) >= since:
            return "waiting"
        return "shown"


def is_held(key: str, direction: Direction) -> bool:
    """Return whether a key is held, as a coach has said or as the list for all rooms says."""
    held = by_hand(key, direction)
    return unsuitable(key) if held is None else held


def by_hand(key: str, direction: Direction) -> bool | None:
    """Return whether coaches want this key, or the base it is a form of, held; None: no word."""
    return direction.listed.get(key, direction.listed.get(base_of(key)))


def review_differs_from(one: Direction, other: Direction) -> int | None:
    """Return from which answer on words wait by one direction and not, or not yet, by the other."""
    if one.reviewed_from == other.reviewed_from:
        return None
    return min(n for n in (one.reviewed_from, other.reviewed_from) if n is not None)


def changes(one: Any, other: Any) -> set[Any]:
    """Return what only one of them is about, and what they decide otherwise."""
    if one is other:
        return set()
    if isinstance(one, Mapping):
        return {about for about, _ in one.items() ^ other.items()}
    return set(one ^ other)


def table_voice(table: int) -> str:
    """Return the voice of a table, which is no participant's: theirs have no colon."""
    return f"table:{table}"


def commonest(spellings: Mapping[str, Spelled], held: frozenset[str]) -> str:
    """Return the spelling that most participants chose who are not held; of equal ones the earlier.

    Each must have been chosen by one of them.
    """
    if len(spellings) == 1:
        return next(iter(spellings))

    def rank(spelling: str) -> tuple[int, int]:
        spelled = spellings[spelling]
        return spelled.chosen_by(held), -spelled.first(held)

    return max(spellings, key=rank)
