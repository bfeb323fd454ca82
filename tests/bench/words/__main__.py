"""Scores what is joined, suggested and held: python -m tests.bench.words [--read N] [--seed N]"""

import argparse
import random
import subprocess
import sys
import time
from collections.abc import Callable, Collection
from typing import Any

from display.room.inflections import SWEDISH, base_of
from display.room.suggestions import suggest
from display.room.unsuitable import unsuitable
from tests.bench.words.score import (
    BAD,
    CLEAN,
    SPLITS,
    Score,
    false_alarms,
    joins,
    let_through,
    suggestions,
)

START = """
import time
from pathlib import Path
def used():
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024
import regex
start, before = time.perf_counter(), used()
import display.room.suggestions, display.room.unsuitable
print(f"{time.perf_counter() - start:.2f} s, {used() - before:.0f} MB")
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--read", type=int, default=0, help="joins to print, for a person to judge")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    for name, score in (("joined", joins), ("suggested", suggestions)):
        for split in SPLITS:
            show(name, split, score(split))
        show(name, "all", score(*SPLITS))
    print(f"false alarms  {len(false_alarms())} of {len(CLEAN)}:", *false_alarms())
    print(f"let through   {len(let_through())} of {len(BAD)}:", *let_through())
    print(
        "start        ", subprocess.check_output([sys.executable, "-c", START], text=True).strip()
    )
    speed(random.Random(asked.seed))
    for word in joined_words(asked.read, random.Random(asked.seed)):
        print(base_of(word), word, sep="/", end="  ")


def show(name: str, split: str, score: Score) -> None:
    print(f"{name:10} {split:9} P {score.precision:.3f} of {score.found:3}", end="   ")
    print(f"R {score.recall:.3f} of {score.wanted:3}")
    if split != "all":
        for said, pairs in (("wrong", score.wrong), ("missed", score.missed)):
            print(f"  {said}:", *(f"{pair.word}/{pair.other}" for pair in pairs))


def speed(chance: random.Random) -> None:
    """Print what words cost, those of the dictionary with an error in every tenth."""
    words = [word for word in chance.sample(list(SWEDISH), 12000) if word.isalpha()][:10000]
    words[::10] = [word[:2] + word[3:] for word in words[::10]]
    print(f"base_of       {microseconds(base_of, words):.0f} µs a new word", end=", ")
    print(f"{microseconds(base_of, words):.1f} µs one that was seen before")
    print(f"unsuitable    {microseconds(unsuitable, words):.0f} µs")
    counts = dict.fromkeys(words, 1)
    suggest(words, counts)
    some = [[word] for word in words[:20]]
    one = microseconds(lambda new: suggest(new, counts), some)
    print(f"suggest       {one / 1000:.0f} ms for one new word among {len(counts)}", end=", ")
    print(
        f"{microseconds(lambda new: suggest(new, counts), [words]) / 1000:.0f} ms for all of them"
    )


def microseconds(function: Callable[[Any], object], arguments: Collection[Any]) -> float:
    start = time.perf_counter()
    for argument in arguments:
        function(argument)
    return (time.perf_counter() - start) / len(arguments) * 1e6


def joined_words(number: int, chance: random.Random) -> list[str]:
    """Return words drawn from the Swedish dictionary that are not their own base."""
    drawn = (word for word in chance.sample(list(SWEDISH), number * 10) if word.islower())
    return [word for word in drawn if base_of(word) != word][:number]


if __name__ == "__main__":
    main()
