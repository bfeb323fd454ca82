"""What came out: the words of two steps beside each other, as one set of words."""

from collections.abc import Mapping
from functools import cached_property
from typing import Literal, NamedTuple, TypeAlias

from display.room.direction import Direction
from display.room.steps import Group, Step, Tallied

Change: TypeAlias = Literal["new", "grown", "same", "gone"]

GROWN = 1.25  # so many times its share of all answers before
SHARES = 1000  # what all answers of a step are when words of two steps are compared


class Compared(NamedTuple):
    """A word with its counts in both steps, and its share of all answers there, in thousandths."""

    word: str
    label: str
    before: int
    after: int
    share_before: int
    share_after: int

    @property
    def change(self) -> Change:
        if not self.before:
            return "new"
        if not self.after:
            return "gone"
        return "grown" if self.share_after >= GROWN * self.share_before else "same"


def sources(kinds: Mapping[int, str], summary: int) -> tuple[int | None, int | None]:
    """Return the steps that a summary compares, of an agenda that tells the kind of each step.

    After is the last talk at tables before the summary, or else the last step that is none; before
    is the last reflection before that, or else the last step. None if there is none.
    """
    earlier: list[int] = []
    for step in kinds:
        if step == summary:
            break
        if kinds[step] != "summary":
            earlier.append(step)
    after = _last(earlier, kinds, "tables")
    before = _last(earlier[: earlier.index(after)] if after else [], kinds, "reflection")
    return before, after


def _last(steps: list[int], kinds: Mapping[int, str], kind: str) -> int | None:
    found = [step for step in steps if kinds[step] == kind] or steps
    return found[-1] if found else None


class Summary:
    """Two steps as one; without a second step, that one alone."""

    def __init__(
        self, step: int, before: Step | None, after: Step | None, direction: Direction
    ) -> None:
        self.before = before
        self.after = after
        self._step = step
        self._direction = direction
        self._said = [self._words_of(source) for source in (before, after)]
        self._members: dict[str, list[str]] = {}
        for word in {**self._said[1], **self._said[0]}:
            self._members.setdefault(direction.into(step, word), []).append(word)

    def word(self, word: str) -> str:
        """Return what a word of either step counts as here."""
        return self._direction.into(self._step, word)

    @cached_property
    def groups(self) -> list[Group]:
        """The words of both steps, each with the answers of both; most frequent first."""
        found = [self._group(word, members) for word, members in self._members.items()]
        return sorted(found, key=lambda group: -group.count)

    @cached_property
    def compared(self) -> list[Compared]:
        """The words that are not hidden, those with the greatest share in a step first."""
        totals = [sum(group.count for group in said.values()) or 1 for said in self._said]
        found = [
            self._compared(group, totals) for group in self.groups if group.standing == "shown"
        ]
        return sorted(found, key=lambda word: -max(word.share_before, word.share_after))

    def _words_of(self, step: Step | None) -> dict[str, Group]:
        groups = step.groups(self._direction) if step is not None else []
        return {group.word: group for group in groups if group.standing == "shown" and group.count}

    def _group(self, word: str, words: list[str]) -> Group:
        members = [Tallied(one, self._label(one), sum(self._counts(one))) for one in words]
        members.sort(key=lambda member: -member.count)
        chosen = self._direction.labels.get((self._step, word))
        hidden = (self._step, word) in self._direction.hidden
        return Group(
            word,
            chosen or members[0].label,
            sum(member.count for member in members),
            "hidden" if hidden else "shown",
            members,
        )

    def _label(self, word: str) -> str:
        return (self._said[1].get(word) or self._said[0][word]).label

    def _counts(self, word: str) -> tuple[int, int]:
        before, after = (said[word].count if word in said else 0 for said in self._said)
        return before, after

    def _compared(self, group: Group, totals: list[int]) -> Compared:
        counts = [self._counts(member.word) for member in group.members]
        before, after = (sum(count) for count in zip(*counts, strict=True))
        shares = (round(SHARES * before / totals[0]), round(SHARES * after / totals[1]))
        return Compared(group.word, group.label, before, after, *shares)
