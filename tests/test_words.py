"""Typed answers become words: what counts together, what is kept apart, what is no word."""

import unicodedata

import pytest
import regex
from hypothesis import example, given
from hypothesis import strategies as st

from display.room.words import MAX_GRAPHEMES, NotAWord, Word, clean, read

UNSEEN = regex.compile(r"[\p{Cc}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{Bidi_Control}\u200b\u2060\ufeff]")
INVISIBLE = "\u200b\u200c\u2060\ufeff\u00ad\u202e\u2066\u0000\u001b\u034f\U000e0101\u180b\ufe0f"
HOSTILE = (
    "\u200b\u200d\u202e\ufe0f\u034f\u0301\u20e3\u115f\u3164\u2800\ufdfa\u0130\u0131\u00df\U0001f468"
    "\U0001f3fd\U0001f1f8\ud800\u0000\r\n\u2028 .1#aå🎉❤"
)
texts = st.one_of(
    st.text(alphabet=st.characters(), max_size=80),
    st.text(alphabet=HOSTILE, max_size=80),
    st.text(alphabet="aåäöÅÄÖ -!.1🎉\u0308\u030a", max_size=80),
)
swedish = st.text(alphabet="abcdefghijklmnopqrstuvwxyzåäöéü0123456789", min_size=1, max_size=24)


def word_of(text: str, phrase: bool = True) -> Word | None:
    try:
        return read(text, phrase)
    except NotAWord:
        return None


def key(text: str, phrase: bool = False) -> str:
    return read(text, phrase).key


@given(texts)
def test_cleaning_what_is_clean_changes_nothing(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@given(texts)
@example("a" * 1_000_000)
@example("\ufdfa" * 1000)
@example("e" + "\u0301" * 5000)
@example("👨‍👩‍👧‍👦" * 500)
def test_what_is_left_can_be_seen_fits_and_stays_on_its_line(text: str) -> None:
    cleaned = clean(text)
    assert len(regex.findall(r"\X", cleaned)) <= MAX_GRAPHEMES
    assert not UNSEEN.search(cleaned)
    assert cleaned == cleaned.strip()
    assert "  " not in cleaned
    assert not regex.search(r"\p{M}{3}", cleaned)
    assert cleaned.encode().decode() == cleaned


@given(texts)
def test_a_word_has_a_key_and_a_spelling_that_are_clean(text: str) -> None:
    word = word_of(text)
    if word is not None:
        assert word.key
        assert clean(word.spelling) == word.spelling != ""
        assert not UNSEEN.search(word.key)


@given(texts)
@example("ılık")
@example("ǆ")
@example("1\ufe0f")
@example("0:🌀\u1071")
@example("\u00df\u0301")
@example("a0=\u20e3")
@example("a-=-=-=-b")
def test_the_label_typed_again_is_the_same_word(text: str) -> None:
    word = word_of(text)
    if word is not None:
        assert read(word.spelling, phrase=True) == word


@given(texts, st.booleans())
def test_one_answer_always_reads_the_same_however_it_is_composed(text: str, phrase: bool) -> None:
    encodable = text.encode("utf-8", "replace").decode()[:100]
    assert word_of(encodable, phrase) == word_of(unicodedata.normalize("NFC", encodable), phrase)


@given(swedish)
def test_composed_and_decomposed_letters_are_one_word(text: str) -> None:
    assert key(unicodedata.normalize("NFD", text)) == key(text)


@given(swedish, st.sampled_from([str.upper, str.lower, str.title, str.capitalize]))
def test_capitals_make_no_other_word(text: str, change: object) -> None:
    assert callable(change)
    assert key(change(text)) == key(text)


@given(swedish, st.sampled_from(["{}!", " {} ", "«{}»", "{}...", "\t{}\n", "#{}", "”{}”", "({})"]))
def test_punctuation_and_space_around_make_no_other_word(text: str, around: str) -> None:
    assert key(around.format(text)) == key(text)


@given(swedish, st.text(alphabet=INVISIBLE, max_size=5), st.integers(0, 30))
def test_what_cannot_be_seen_makes_no_other_word(text: str, unseen: str, at: int) -> None:
    assert key(text[:at] + unseen + text[at:]) == key(text)


@pytest.mark.parametrize(
    "variants",
    [
        ("delaktighet", "DELAKTIGHET!", " Delaktighet ", "delaktighet."),
        ("ärlighet", "Ärlighet", "ÄRLIGHET", "a\u0308rlighet"),
        ("e-post", "E-post", "epost", "E\u2010post"),
        ("straße", "STRASSE", "Strasse"),
        ("café", "CAFÉ", "cafe\u0301"),
        ("hållbar", "ha\u030allbar", "HÅLLBAR", "hå\u00adllbar"),
        ("ﬁn", "fin", "ＦＩＮ"),
        ("glädje", "glädje 🎉", "🎉glädje🎉"),
    ],
)
def test_variants_of_a_word_are_one_word(variants: tuple[str, ...]) -> None:
    assert len({key(variant) for variant in variants}) == 1


@pytest.mark.parametrize(
    "pair",
    [
        ("får", "far"),
        ("mål", "mal"),
        ("råd", "rad"),
        ("hälsa", "halsa"),
        ("vård", "värd"),
        ("för", "for"),
        ("öl", "ol"),
        ("å", "ä"),
        ("a", "å"),
        ("ide", "idé"),
        ("trygg", "otrygg"),
        ("10", "1"),
    ],
)
def test_different_words_are_kept_apart(pair: tuple[str, str]) -> None:
    assert len({key(word) for word in pair}) == 2


@pytest.mark.parametrize(
    ("typed", "word"),
    [
        ("vi", Word("vi", "Vi")),
        ("AI", Word("ai", "AI")),
        ("å", Word("å", "Å")),
        ("7", Word("7", "7")),
        ("iPhone", Word("iphone", "IPhone")),
        ("ılık", Word("ılık", "ılık")),
        ("  mod!!", Word("mod", "Mod")),
        ("❤️", Word("❤", "❤️")),
        ("🎉🎉", Word("🎉🎉", "🎉🎉")),
        ("👩🏽‍🚀", Word("👩🏽‍🚀", "👩🏽‍🚀")),
        ("🇸🇪", Word("🇸🇪", "🇸🇪")),
        ("1️⃣", Word("1⃣", "1️⃣")),
        ("mod 💪", Word("mod", "Mod")),
        ("💪mod", Word("mod", "Mod")),
        ("信頼", Word("信頼", "信頼")),
        ("ثقة", Word("ثقة", "ثقة")),
    ],
)
def test_short_words_emoji_and_other_scripts_count_as_themselves(typed: str, word: Word) -> None:
    assert read(typed, phrase=False) == word


@pytest.mark.parametrize("variants", [("❤", "❤️"), ("☀", "☀\ufe0e", "☀️")])
def test_an_emoji_is_one_word_whether_drawn_in_colour_or_not(variants: tuple[str, ...]) -> None:
    assert len({key(variant) for variant in variants}) == 1


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("", "empty"),
        (" ", "empty"),
        ("\n\t\u00a0\u3000", "empty"),
        ("\u200b\u202e\ufeff", "empty"),
        ("\u3164\u2800\u115f", "empty"),
        ("\u0301\u0301", "empty"),
        ("...", "not_a_word"),
        ("?!", "not_a_word"),
        ("---", "not_a_word"),
        ("#", "not_a_word"),
        ("två ord", "one_word"),
        ("a\nb", "one_word"),
        ("a\u2028b", "one_word"),
    ],
)
def test_what_is_no_word_is_refused_with_its_reason(typed: str, reason: str) -> None:
    with pytest.raises(NotAWord) as refused:
        read(typed, phrase=False)
    assert refused.value.reason == reason


@pytest.mark.parametrize(
    ("typed", "spelling"),
    [
        ("M\u0fd5od", "Mod"),
        ("T" + "█" * 20 + "illit", "Tillit"),
        ("T" + "-" * 20 + "illit", "T---illit"),
        ("M×o|d^", "Mod"),
        ("24/7", "24/7"),
        ("R&D", "R&D"),
        ("e-post", "E-post"),
        ("t’ex", "T’ex"),
        ("C++11", "C++11"),
        ("vi@jobbet", "Vi@jobbet"),
    ],
)
def test_a_word_is_spelled_with_what_words_are_written_with(typed: str, spelling: str) -> None:
    assert read(typed, phrase=False).spelling == spelling


def test_a_phrase_may_have_several_words_and_one_space_between_them() -> None:
    assert read("  mer   tid\ttillsammans! ", phrase=True) == Word(
        "mertidtillsammans", "Mer tid tillsammans"
    )


def test_a_long_answer_is_cut_between_graphemes() -> None:
    assert read("👨‍👩‍👧‍👦" * 20, phrase=False).spelling.endswith("👨‍👩‍👧‍👦")
    assert len(read("å" * 1000, phrase=False).spelling) == MAX_GRAPHEMES
