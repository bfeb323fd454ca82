"""Which words may be one: pairs that a coach can accept, never joined by themselves.

The dictionary tells a typing error: of two words that are nearly alike it has one and lacks the
other. Two words that it has are two words, however alike they look; so opposites ("tydlighet",
"otydlighet"), derivations and look-alikes ("makt", "mat") are not suggested. Words written apart
have one key already.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import lru_cache
from itertools import chain, product
from typing import Literal, NamedTuple, TypeAlias

from rapidfuzz.distance import OSA
from rapidfuzz.process import extract_iter

from display.room.inflections import (
    ENGLISH,
    LISTED,
    SWEDISH,
    base_of,
    compound_base,
    has_forms,
    singular,
    stems,
)

Reason: TypeAlias = Literal["typo", "dots", "form", "plural"]

SHORTEST = 5  # letters of a word that is compared; shorter words have too many neighbours
LONG = 9  # letters of a word that may have two errors
NEGATIONS = ("o", "in", "im", "ir", "il", "ex", "un", "dis", "mis", "miss", "non", "icke", "anti")
DOTS = str.maketrans("åäöé", "aaoe")


class Suggestion(NamedTuple):
    """`word` may be joined with `into`, whose label both would have."""

    word: str
    into: str
    reason: Reason


def suggest(new: Collection[str], words: Mapping[str, int]) -> list[Suggestion]:
    """Return what may be joined of the keys `new` with any of `words`, counts by key.

    Of words that are joined already one is enough; a suggestion is made for each that is given.
    The order is the alphabet's, and the same pairs are found whichever word came first.
    """
    found: dict[tuple[str, str], Reason] = {}
    pairs = chain(kindred(new, words), undotted(new, words), misspelt(new, words))
    for word, other, reason in pairs:
        if base_of(word) != base_of(other):
            found.setdefault(ordered(word, other, words), reason)
    return sorted(Suggestion(*pair, reason) for pair, reason in found.items())


def undotted(new: Collection[str], words: Collection[str]) -> Iterator[tuple[str, str, Reason]]:
    """Yield words that are one but for the dots of å, ä and ö, one of them known."""
    words_of = defaultdict(list)
    for word in words:
        words_of[plain(word)].append(word)
    for word in new:
        for other in words_of[plain(word)]:
            if is_known(word) != is_known(other):
                yield word, other, "dots"


def misspelt(new: Collection[str], words: Collection[str]) -> Iterator[tuple[str, str, Reason]]:
    """Yield words that are one but for a typing error, one of them known."""
    alike = defaultdict(list)
    for word in words:
        alike[is_known(word), plain(word)[:1], len(word)].append(word)
    for word in new:
        # Few people err in the first letter, but they may swap it with the second.
        for first, length in product({*plain(word)[:2]}, range(len(word) - 2, len(word) + 3)):
            others = alike.get((not is_known(word), first, length), ())
            for other, errors, _ in extract_iter(word, others, scorer=OSA.distance, score_cutoff=2):
                if is_error(word, other, errors):
                    yield word, other, "typo"


def is_error(word: str, other: str, errors: int) -> bool:
    """Return whether one word may be a slip for the other, with so many errors."""
    start, other_start = plain(word)[:2], plain(other)[:2]
    return (
        errors <= min(errors_in(word), errors_in(other))
        and (start[0] == other_start[0] or start == other_start[::-1])
        and digits(word) == digits(other)
        and not negates(word, other)
    )


def errors_in(word: str) -> int:
    """Return how many errors a word may have and still be seen to be another."""
    if len(word) < SHORTEST:
        return 0
    return 1 if len(word) < LONG or (not is_known(word) and compound_base(word)) else 2


@lru_cache(maxsize=65536)
def plain(word: str) -> str:
    return word.translate(DOTS)


def digits(word: str) -> list[str]:
    return [character for character in word if character.isdigit()]


def negates(word: str, other: str) -> bool:
    """Return whether the words are more alike when one of them loses a negation."""
    errors = OSA.distance(word, other)
    return any(
        negation.startswith(prefix) and OSA.distance(negation[len(prefix) :], positive) < errors
        for negation, positive in ((word, other), (other, word))
        for prefix in NEGATIONS
    )


def kindred(new: Collection[str], words: Collection[str]) -> Iterator[tuple[str, str, Reason]]:
    """Yield words that are forms of one, but not of a kind that is joined by itself."""
    roots: dict[Reason, Callable[[str], str]] = {"plural": singular, "form": lemma_of}
    for reason, root in roots.items():
        words_of = defaultdict(list)
        for word in words:
            words_of[root(word)].append(word)
        for word in new:
            for other in words_of[root(word)]:
                yield word, other, reason


@lru_cache(maxsize=65536)
def lemma_of(key: str) -> str:
    """Return the lemma of this word if it is one of its forms, and else its base."""
    lemma = SWEDISH.get(key)
    if lemma is None or key in LISTED or has_forms(key):
        return base_of(key)
    is_form = is_of_verb(key, lemma) or is_of_noun(key, lemma) or is_compared(key, lemma)
    return base_of(lemma) if is_form else base_of(key)


def is_of_verb(key: str, lemma: str) -> bool:
    """Return whether the word is a verb's: "skapar", "gör", "förstår"; not "bygg", "byggd"."""
    if lemma.endswith("a"):
        stem = lemma[:-1]
        endings = ("ar", "er", "r", "ade", "at", "as", "te", "de")
        present = key == stem and key.endswith("r")
        return present or key in {stem + ending for ending in endings}
    return key == lemma + "r" and len(lemma) > 3  # "bo" and "tro" are nouns as well


def is_of_noun(key: str, lemma: str) -> bool:
    """Return whether the word is a noun's that changes its vowel, "böcker", or a genitive."""
    if key.endswith("s"):
        return SWEDISH.get(key[:-1]) == lemma
    return key.endswith("er") and SWEDISH.get(key + "na") == lemma


def is_compared(key: str, lemma: str) -> bool:
    """Return whether the word is "tydligare" or "tydligast" of an adjective "tydlig"."""
    return key in {stem + ending for stem in stems(lemma) for ending in ("are", "ast")}


@lru_cache(maxsize=65536)
def is_known(key: str) -> bool:
    """Return whether a dictionary has this word, if only as a name."""
    spellings = (key, key.capitalize())
    return any(
        words.get(spelling) for words in (LISTED, SWEDISH, ENGLISH) for spelling in spellings
    )


def ordered(word: str, other: str, counts: Mapping[str, int]) -> tuple[str, str]:
    """Return the two words, last the one whose label suits both: the known, or the commoner."""

    def preference(word: str) -> tuple[bool, int, int, str]:
        return is_known(word), counts[word], -len(word), word

    first, second = sorted((word, other), key=preference)
    return first, second
