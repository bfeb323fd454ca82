"""From what a person typed to the word it counts as.

A word has a key, which decides what is counted together, and a spelling, from which its label
comes. å, ä and ö are letters of their own: nothing is folded to plain a or o.
"""

import unicodedata
from functools import lru_cache
from typing import Literal, NamedTuple

import regex

MAX_GRAPHEMES = 30
MAX_CODE_POINTS = 120  # a bound for graphemes that are piled up without end
MAX_TYPED = 1000  # what is looked at of a hostile megabyte
REMEMBERED = 4096  # texts that are not read anew: a hall says the same words

BLANK = "\u2800"  # a Braille sign without dots
ZWJ = "\u200d"  # joins emoji into one
VARIATION = "\ufe0e\ufe0f"  # asks for an emoji without colour or with it

UNPRINTABLE = regex.compile(
    r"[[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Default_Ignorable_Code_Point}"
    rf"{BLANK}]--[{ZWJ}{VARIATION}]]",
    regex.V1,
)
LONE_JOINER = regex.compile(
    rf"(?<!\p{{Extended_Pictographic}}[\ufe0f\p{{Emoji_Modifier}}]?){ZWJ}"
    rf"|{ZWJ}(?!\p{{Extended_Pictographic}})"
    rf"|(?<!\p{{Extended_Pictographic}}|[0-9#*](?=.\u20e3))[{VARIATION}]"
)
STACKED_MARKS = regex.compile(r"(\p{M}{2})\p{M}+")
LEADING_MARKS = regex.compile(r"(^|(?<=\s))\p{M}+")
GRAPHEME = regex.compile(r"\X")
SPACES = regex.compile(r"[\s\u2028\u2029]+")
EMOJI = regex.compile(
    r"\p{Regional_Indicator}{2}"
    rf"|[0-9#*][{VARIATION}]?\u20e3"
    r"|\p{Extended_Pictographic}[\ufe0f\p{Emoji_Modifier}]?"
    rf"(?:{ZWJ}\p{{Extended_Pictographic}}[\ufe0f\p{{Emoji_Modifier}}]?)*"
)
NOT_COUNTED = regex.compile(r"[^\p{L}\p{M}\p{N}]+")
LETTER_OR_DIGIT = regex.compile(r"[\p{L}\p{N}]")
EDGES = regex.compile(r"^[^\p{L}\p{N}]+|[^\p{L}\p{M}\p{N}]+$")


class Word(NamedTuple):
    """What an answer counts as, and how this answer spelled it."""

    key: str
    spelling: str


class NotAWord(ValueError):
    """What was typed cannot count; `reason` says why."""

    def __init__(self, reason: Literal["empty", "not_a_word", "one_word"]) -> None:
        super().__init__(reason)
        self.reason = reason


@lru_cache(REMEMBERED)
def read(text: str, phrase: bool) -> Word:
    """Return the word that `text` counts as; NotAWord if it is none, or several where one is asked.

    Emoji beside letters are dropped; an answer of emoji alone counts as itself.
    """
    cleaned = clean(text)
    if not cleaned:
        raise NotAWord("empty")
    if key_of(cleaned):
        spelling = EDGES.sub("", clean(EMOJI.sub(" ", cleaned)))
        if not phrase and " " in spelling:
            raise NotAWord("one_word")
        return Word(key_of(spelling), capitalised(spelling))
    emoji = "".join(EMOJI.findall(cleaned))
    if not emoji:
        raise NotAWord("not_a_word")
    return Word(emoji.translate({ord(mark): None for mark in VARIATION}), emoji)


def clean(text: str) -> str:
    """Return `text` without what cannot be seen or would break a line: at most 30 graphemes."""
    text = text[:MAX_TYPED].encode("utf-8", "replace").decode("utf-8")
    # What one rule removes can bring together what another must see, so until nothing changes.
    while (cleaned := cleaned_once(text)) != text:
        text = cleaned
    return text


def cleaned_once(text: str) -> str:
    text = unicodedata.normalize("NFKC", str(SPACES.sub(" ", text)))
    text = LONE_JOINER.sub("", UNPRINTABLE.sub("", text))
    text = LEADING_MARKS.sub("", STACKED_MARKS.sub(r"\1", text))
    return str(SPACES.sub(" ", shortened(text.strip()))).strip()


def on_one_line(text: str) -> str:
    """Return `text` without what cannot be seen, its spaces and line breaks as single spaces."""
    return str(SPACES.sub(" ", UNPRINTABLE.sub("", text))).strip()


def shortened(text: str) -> str:
    """Return as many whole graphemes from the start of `text` as are allowed."""
    kept = ""
    for grapheme in GRAPHEME.findall(text)[:MAX_GRAPHEMES]:
        if len(kept) + len(grapheme) > MAX_CODE_POINTS:
            break
        kept += grapheme
    return kept


def key_of(cleaned: str) -> str:
    """Return the letters, marks and digits of `cleaned`, caseless; empty without either."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", cleaned).casefold())
    key: str = NOT_COUNTED.sub("", EMOJI.sub("", folded))
    return key if LETTER_OR_DIGIT.search(key) else ""


def capitalised(spelling: str) -> str:
    """Return `spelling` with its first letter a capital, where that is the same one letter."""
    first = spelling[0].upper()
    same = len(first) == 1 and first.casefold() == spelling[0].casefold()
    return first + spelling[1:] if same else spelling
