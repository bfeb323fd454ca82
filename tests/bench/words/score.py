"""How well words are joined, suggested and held: against pairs and words labelled by hand."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from display.room.inflections import base_of
from display.room.suggestions import suggest
from display.room.unsuitable import unsuitable
from display.room.words import read

HERE = Path(__file__).parent
SPLITS = ("dev", "held-out", "unseen")
JOINED = ("join", "form", "plural")  # one word in different forms
CLEAN = (HERE / "clean.txt").read_text(encoding="utf-8").split()
BAD = (HERE / "bad.txt").read_text(encoding="utf-8").splitlines()


class Pair(NamedTuple):
    """Two words: `label` is join, form, plural, typo, dots or different, as a person sees it."""

    split: str
    label: str
    word: str
    other: str

    @property
    def keys(self) -> tuple[str, str]:
        return read(self.word, phrase=False).key, read(self.other, phrase=False).key

    def joined(self) -> bool:
        word, other = self.keys
        return base_of(word) == base_of(other)

    def suggested(self) -> bool:
        word, other = self.keys
        return bool(suggest([other], {word: 1, other: 1}))


class Score(NamedTuple):
    """Of `found`, `wrong` should not have been; of `wanted`, `missed` were not found."""

    found: int
    wrong: list[Pair]
    wanted: int
    missed: list[Pair]

    @property
    def precision(self) -> float:
        return 1 - len(self.wrong) / self.found

    @property
    def recall(self) -> float:
        return 1 - len(self.missed) / self.wanted


def pairs(*splits: str) -> Iterator[Pair]:
    lines = (HERE / "pairs.tsv").read_text(encoding="utf-8").splitlines()[1:]
    yield from (pair for line in lines if (pair := Pair(*line.split("\t"))).split in splits)


def joins(*splits: str) -> Score:
    """Score what is joined by itself: forms of one noun or adjective."""
    found = [pair for pair in pairs(*splits) if pair.joined()]
    wanted = [pair for pair in pairs(*splits) if pair.label == "join"]
    wrong = [pair for pair in found if pair.label not in JOINED]
    return Score(len(found), wrong, len(wanted), [pair for pair in wanted if pair not in found])


def suggestions(*splits: str) -> Score:
    """Score what a coach is asked, of the pairs that are not joined by themselves."""
    apart = [pair for pair in pairs(*splits) if not pair.joined()]
    found = [pair for pair in apart if pair.suggested()]
    wanted = [pair for pair in apart if pair.label not in ("join", "different")]
    wrong = [pair for pair in found if pair.label == "different"]
    return Score(len(found), wrong, len(wanted), [pair for pair in wanted if pair not in found])


def false_alarms() -> list[str]:
    return [word for word in CLEAN if unsuitable(word)]


def let_through() -> list[str]:
    return [text for text in BAD if not unsuitable(text)]
