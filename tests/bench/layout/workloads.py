"""Four halls, drawn from a seeded generator: what is tallied after each of a hundred frames."""

from collections import Counter
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import NamedTuple

Tally = list[tuple[str, str, int]]

WORDS = (Path(__file__).parent / "words.txt").read_text(encoding="utf-8").split()
FRAMES = 100


class Hall(NamedTuple):
    """How many answers come, of how many words, and whether a late riser wins."""

    answers: int
    words: int
    riser: bool = False


HALLS = {
    "morning": Hall(400, 80),
    "surge": Hall(800, 100, riser=True),
    "plenum": Hall(2_000, 150),
    "arena": Hall(20_000, 250),
}


def frames(hall: Hall, seed: int) -> Iterator[Tally]:
    """The tally after each frame: Zipf-like counts, most frequent first, then the earlier word."""
    chance = Random(seed)
    words = chance.sample(WORDS, hall.words)
    weights = list(accumulate(1 / rank for rank in range(1, hall.words + 1)))
    late = words.pop() if hall.riser else None
    counts: Counter[str] = Counter()
    for frame in range(FRAMES):
        for _ in range(hall.answers // FRAMES):
            rising = late and frame >= 55 and chance.random() < 0.5
            word = (
                late
                if late and rising
                else chance.choices(words, cum_weights=weights[: len(words)])[0]
            )
            counts[word] += 1
        yield [(word.lower(), word, count) for word, count in counts.most_common()]
