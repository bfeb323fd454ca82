"""Which words wait for a coach before they are shown.

The list is of whole words, never of parts of words: "klassiker" and "assistans" pass. What was
typed is read as it stands, as the words that signs part ("din-hora"), with digits and signs as
letters ("h0r4", "$h!t"), with other letters as the plain ones they look like, with letters that are
drawn out ("fuuuck") as one, and with letters that stand alone ("h o r a") as a word.
"""

import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import regex

from display.room.inflections import listed
from display.room.words import (
    EMOJI,
    NOT_COUNTED,
    REMEMBERED,
    Word,
    capitalised,
    caseless,
    clean,
    key_of,
    read,
)

LISTED = frozenset(listed(Path(__file__).with_name("unsuitable.txt").read_text(encoding="utf-8")))
SIGNS = str.maketrans("0134579@$!", "oieastgasi")
END = "!?.,;: "  # where "!" is no letter
LOOK_ALIKES = str.maketrans(
    "авекмнорстухіјѕԁһԛԝӏαβεηικμνορτυχζγսոօհցøħıƒđłᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ",
    "abekmhopctyxijsdhqwlabenikmvoptuxzyunohgohifdlabcdefghijklmnoprstuvwyz",
)
NORDIC = str.maketrans("øæ", "öä")
FLAGS = {ord("🇦") + n: letter for n, letter in enumerate("abcdefghijklmnopqrstuvwxyz")}
OVERLAYS = regex.compile("[\u0335-\u0338]")
ALONE = regex.compile(r"(?<!\S)\p{L}(?: \p{L})+(?!\S)")
SWEDISH = "åäö"
DRAWN_OUT = regex.compile(r"(.)\1\1")
REPEATED = regex.compile(r"(.)\1+")


def read_apart(text: str, phrase: bool) -> Word:
    """Return the word that `text` counts as, as `read` does; NotAWord likewise.

    What is unsuitable counts for no word that others said, however it is typed: if only the way it
    is typed makes it so ("fan tastiskt"), it is a word of its own, spelled as it was typed.
    """
    word = read(text, phrase)
    if unsuitable(word.key) or not unsuitable(text):
        return word
    typed = capitalised(clean(text))
    return Word(caseless(typed), typed)


@lru_cache(REMEMBERED)
def unsuitable(text: str) -> bool:
    """Return whether what was typed, or one of the words in it, is on the list."""
    return any(is_listed(reading) for reading in readings(text))


def is_listed(reading: str) -> bool:
    return reading in LISTED or (bool(DRAWN_OUT.search(reading)) and once(reading) in ONCE)


def once(word: str) -> str:
    """Return the word without repeated letters."""
    return str(REPEATED.sub(r"\1", word))


ONCE = frozenset(map(once, LISTED))


def readings(text: str) -> set[str]:
    """Return the keys that a reader may see in what was typed, and each character by itself."""
    typed = OVERLAYS.sub("", clean(text).casefold())
    parts = {typed, *typed.split(), *EMOJI.sub(" ", typed).split(), typed.translate(FLAGS)}
    seen = {look for part in parts for look in looks(part)}
    words = {word for look in seen for word in words_in(look)}
    return {*typed, *words, *map(key_of, seen)} - {""}


def looks(typed: str) -> Iterator[str]:
    """Yield a word or a phrase as it looks, with signs as themselves and as letters."""
    yield typed
    for plain in {latin(typed), latin(typed.translate(NORDIC))}:
        yield plain
        if any(character.isalpha() for character in plain):
            yield plain.translate(SIGNS)
            yield plain.rstrip(END).translate(SIGNS)


def words_in(look: str) -> list[str]:
    """Return the words that signs part, and those of letters that stand alone."""
    words = NOT_COUNTED.sub(" ", look)
    return [*words.split(), *(run.replace(" ", "") for run in ALONE.findall(words))]


def latin(text: str) -> str:
    """Return `text` with plain Latin letters for those that look alike; å, ä and ö are plain."""
    plain = (
        letter if letter in SWEDISH else unicodedata.normalize("NFD", letter)[0] for letter in text
    )
    return "".join(plain).translate(LOOK_ALIKES)
