"""What a coach is asked: slips, missing dots and other forms, never opposites or look-alikes."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from display.room.suggestions import Suggestion, suggest
from display.room.words import clean, key_of, read
from tests.bench.words.score import CLEAN, SPLITS, pairs, suggestions

VOCABULARY = sorted({key for pair in pairs(*SPLITS) for key in pair.keys})
words = st.one_of(
    st.sampled_from(VOCABULARY),
    st.sampled_from(VOCABULARY).map(lambda word: word[:2] + word[3:]),
    st.text(min_size=1, max_size=12),
)
keys = words.map(lambda text: key_of(clean(text))).filter(bool)


def suggested(*words: str) -> list[Suggestion]:
    return suggest(words, dict.fromkeys(words, 1))


@pytest.mark.parametrize("split", SPLITS)
def test_nearly_all_that_is_suggested_is_right_and_most_of_it_is_found(split: str) -> None:
    score = suggestions(split)
    assert score.wanted > 20
    assert score.precision >= 0.95, score.wrong
    assert score.recall >= 0.85, score.missed


def test_among_words_that_were_meant_no_slip_is_seen() -> None:
    meant = {key for pair in pairs(*SPLITS) if pair.label == "join" for key in pair.keys}
    meant |= {read(word, phrase=True).key for word in CLEAN}
    slips = [found for found in suggested(*meant) if found.reason in ("typo", "dots")]
    assert len(meant) > 600
    assert len(slips) <= 2, slips


@given(st.lists(keys, min_size=2, max_size=12, unique=True), st.data())
@example(["tydlighet", "tydlihget", "otydlighet"], None)
def test_the_same_is_suggested_whichever_word_came_first(
    given: list[str], data: st.DataObject | None
) -> None:
    counts = dict.fromkeys(given, 1)
    together = suggest(given, counts)
    order = data.draw(st.permutations(given)) if data else given[::-1]
    one_by_one: set[Suggestion] = set()
    for at, word in enumerate(order):
        one_by_one |= set(suggest([word], dict.fromkeys(order[: at + 1], 1)))
    assert one_by_one == set(together)
    assert together == sorted(together)
    assert all(found.word != found.into for found in together)


@pytest.mark.parametrize(
    ("word", "into", "reason"),
    [
        ("samarebte", "samarbete", "typo"),
        ("kommunkation", "kommunikation", "typo"),
        ("medarbetaskap", "medarbetarskap", "typo"),
        ("delakitghten", "delaktigheten", "typo"),
        ("gladje", "glädje", "dots"),
        ("aterhamtning", "återhämtning", "dots"),
        ("böcker", "bok", "form"),
        ("lyssnar", "lyssna", "form"),
        ("teams", "team", "plural"),
    ],
)
def test_a_slip_or_another_form_is_suggested(word: str, into: str, reason: str) -> None:
    assert suggested(word, into) == [Suggestion(word, into, reason)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("word", "other"),
    [
        ("tydlighet", "otydlighet"),
        ("tydlihget", "otydlighet"),  # a slip, but for the other one
        ("ordning", "oordnig"),
        ("tydlig", "tydlighet"),
        ("makt", "mat"),
        ("styrka", "styrke"),
        ("hopp", "hoppa"),
        ("agenda2030", "agenda2031"),
        ("utmaning", "utmaningar"),  # is joined by itself
    ],
)
def test_other_words_are_not_suggested(word: str, other: str) -> None:
    assert suggested(word, other) == []


def test_words_written_apart_are_one_word_already() -> None:
    assert read("Arbets glädje", phrase=True).key == read("arbetsglädje", phrase=False).key


def test_the_label_is_the_known_word_or_the_commoner() -> None:
    assert suggest(["glädje"], {"glädje": 1, "gladje": 9})[0].into == "glädje"
    assert suggest(["lyssna"], {"lyssna": 1, "lyssnar": 9})[0].into == "lyssnar"
    assert suggest(["lyssna"], {"lyssna": 9, "lyssnar": 1})[0].into == "lyssna"
