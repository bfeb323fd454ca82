"""Which words are joined by themselves: the forms of one noun or one adjective.

Each word has a base, which depends on the word alone and on nothing that happens in a room: that of
"tilliten" is "tillit". Two words are joined if their bases are equal. A base is a name for the
group; it need not be a word that anyone gave.

A form is joined with what the dictionary calls its lemma only where its ending is one that nouns
and adjectives take, and where it has no forms of its own: "hoppa" stays beside "hopp", "planet"
beside "plan", "modern" beside "moder". Opposites and derivations ("otydlig", "tydlighet") have
lemmas of their own.

Replay gives the same room only while the same words are joined: the dictionary is part of what a
log means, and its version is pinned.
"""

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from display.room.dictionaries import dictionary

SWEDISH = dictionary("sv")
ENGLISH = dictionary("en")
VOWELS = "aeiouyåäöé"
PART = 3  # letters at least of what a compound begins with, and less than what it ends in


def listed(text: str) -> dict[str, str]:
    """Return the base of each form of the words in `text`, written as `trade.txt` says."""
    bases: dict[str, str] = {}
    for line in text.splitlines():
        if line and not line.startswith("#"):
            endings, words = line.split(":")
            last, others = endings.split(">")
            for word in words.split():
                stem = word.removesuffix(last.strip())
                bases |= {stem + ending: word for ending in others.split()} | {word: word}
    return bases


LISTED = listed(Path(__file__).with_name("trade.txt").read_text(encoding="utf-8"))


@lru_cache(maxsize=65536)
def base_of(key: str) -> str:
    """Return the base of the word with this key; a base is its own base."""
    base = simple_base(key) or english_base(key) or compound_base(key) or key
    return base if base == key or base_of(base) == base else key


def simple_base(key: str) -> str | None:
    """Return the base of a listed word or one in the Swedish dictionary, None for any other."""
    if key in LISTED or not SWEDISH.get(key):
        return LISTED.get(key)
    base = next((base for base in lemmas(key) if is_form(key, base)), key)
    return key if base == key or has_forms(key) else base


def english_base(key: str) -> str | None:
    """Return the base of a word that the English dictionary has: of a plural its singular."""
    lemma = ENGLISH.get(key)
    return singular(key) if lemma and not SWEDISH.get(lemma) else lemma and key


@lru_cache(maxsize=65536)
def singular(key: str) -> str:
    """Return the word of which this is the English plural, and else the word itself."""
    lemma = LISTED.get(key) or ENGLISH.get(key) or key
    if lemma.endswith("y") and lemma[-2:-1] not in VOWELS:
        plural = lemma[:-1] + "ies"
    else:
        plural = lemma + ("es" if lemma.endswith(("s", "x", "z", "ch", "sh")) else "s")
    return lemma if key == plural else key


def compound_base(key: str) -> str | None:
    """Return the base of a Swedish compound that no dictionary has: its last part is inflected."""
    for start in range(PART, len(key) - PART):
        first, last = key[:start], key[start:]
        if (base := simple_base(last)) and links(first):
            return first + base
    return None


def lemmas(key: str) -> Iterator[str]:
    """Yield what may be the lemma of a Swedish noun or adjective, the likeliest first.

    The dictionary knows one lemma of each form, maybe a verb's; then what it knows of others tells.
    """
    lemma = SWEDISH[key]
    for ending in ("ade", "at"):
        participle = key.removesuffix(ending) + "ad"
        if key.endswith(ending) and lemma in (participle, participle[:-1]):
            yield participle
    if key.endswith("r"):  # "tankar" is a plural as there is "tankarna", "föraktar" is none
        definite = SWEDISH.get(key + "na")
        yield from (definite, lemma) if definite else ()
    elif key.endswith("t") and lemma == key and SWEDISH.get(key[:-1] + "a") == key[:-1]:
        yield key[:-1]  # an adverb: "snabbt"
    else:
        yield lemma


def is_form(key: str, base: str) -> bool:
    """Return whether `key` can be a form of the noun or adjective `base`, as its ending tells."""
    if key == base + "e" and is_noun(base):
        return False  # a verb: "parade"
    if key == base + "ar" and SWEDISH.get(base + "et") == base:
        return False  # a verb: neuter nouns have no such plural
    if key == base + "a" and is_noun(base) and SWEDISH.get(key + "de"):
        return False  # a verb: "krama"
    if key == base + "tt" and SWEDISH.get(base + "a") != base:
        return False  # a verb: "bott"; but "nytt" has "nya"
    return key in forms(base)


def forms(base: str) -> set[str]:
    """Return what the forms of a noun or an adjective would be, whichever of the two `base` is."""
    last, cut = base[-1], base[:-1]
    if last == "a":
        return definite(base) | {cut + "or", cut + "orna"}
    if last == "e":
        return definite(base) | {cut + "ar", cut + "arna", base + "n", base + "na", cut + "na"}
    endings = ["er", "erna", "ar", "arna", "a", "en"]
    found = definite(base) | {stem + ending for stem in stems(base) for ending in endings}
    if last in VOWELS:
        return found | {base + "r", base + "rna", base + "tt"}
    if last == "d":
        found |= {cut + "t", cut + "tt", base + "e"}
    if base.endswith(("en", "nn")):
        found.add(cut + "t")
    return found | {base + "t"}


def definite(base: str) -> set[str]:
    """Return what the noun `base` would be with "the"."""
    if base[-1] in "ae":
        return {base + "n"} if base[-1] == "a" else {base + "n", base + "t"}
    return {stem + ending for stem in stems(base) for ending in ("en", "et")} | {base + "n"}


def stems(base: str) -> set[str]:
    """Return what stands before the endings: "dröm" and "drömm", "regel" and "regl"."""
    found = {base}
    if base[-1] in "mn":
        found.add(base + base[-1])
    if base.endswith(("el", "en", "er")):
        found.add(base[:-2] + base[-1])
    if base.endswith("um"):
        found.add(base[:-2])
    return found


def has_forms(key: str) -> bool:
    """Return whether the Swedish dictionary has forms of this word; then it is no form itself."""
    adjective = set() if key[-1] in VOWELS else {key + "t", key + "a"}
    return is_noun(key) or any(SWEDISH.get(form) == key for form in adjective)


@lru_cache(maxsize=65536)
def is_noun(key: str) -> bool:
    """Return whether the Swedish dictionary has the word with "the"."""
    return any(SWEDISH.get(form) == key for form in definite(key))


def links(first: str) -> bool:
    """Return whether a compound can begin so: "team", "arbets", "skol", "medarbetar"."""
    nouns = (first, first.removesuffix("s"), first + "a", first + "e" * first.endswith("ar"))
    return any(is_noun(noun) for noun in nouns if len(noun) >= PART)
