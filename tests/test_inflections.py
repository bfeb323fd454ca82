"""Forms of one noun or adjective have one base; opposites, derivations and look-alikes have not."""

import subprocess
import sys

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from display.room.inflections import LISTED, SWEDISH, base_of
from display.room.words import NotAWord, key_of, read
from tests.bench.words.score import SPLITS, joins

swedish = st.text(alphabet="aåäöeiounrtdslmkgp", min_size=1, max_size=14)


@pytest.mark.parametrize("split", SPLITS)
def test_nearly_all_that_is_joined_is_right_and_most_of_it_is_found(split: str) -> None:
    score = joins(split)
    assert score.wanted > 50
    assert score.precision >= 0.99, score.wrong
    assert score.recall >= 0.9, score.missed


@given(st.text(max_size=40))
@example("")
@example("🎉")
@example("24")
@example("a\ud800")
def test_the_base_of_a_base_is_itself_whatever_is_typed(text: str) -> None:
    try:
        key = read(text, phrase=True).key
    except NotAWord:
        return
    assert base_of(base_of(key)) == base_of(key)


@given(swedish)
def test_the_base_of_a_base_is_itself_for_what_looks_swedish(key: str) -> None:
    assert base_of(base_of(key)) == base_of(key)


def test_the_base_of_a_base_is_itself_throughout_the_dictionary() -> None:
    keys = [key for at, key in enumerate(SWEDISH) if at % 200 == 0 and key == key_of(key)]
    assert len(keys) > 4000
    assert [key for key in keys if base_of(base_of(key)) != base_of(key)] == []


@pytest.mark.parametrize(
    "forms",
    [
        ("delaktighet", "delaktigheten", "delaktigheter", "delaktigheterna"),
        ("tydlig", "tydligt", "tydliga"),
        ("öppen", "öppet", "öppna"),
        ("nyckel", "nyckeln", "nycklar", "nycklarna"),
        ("tillitsbaserad", "tillitsbaserat", "tillitsbaserade"),
        ("medarbetarskap", "medarbetarskapet"),
        ("kommunmedarbetarskap", "kommunmedarbetarskapet"),  # a compound that no one has listed
        ("challenge", "challenges"),
    ],
)
def test_forms_of_a_word_have_one_base(forms: tuple[str, ...]) -> None:
    assert len({base_of(form) for form in forms}) == 1


@pytest.mark.parametrize(
    "words",
    [
        ("tydlighet", "otydlighet", "tydlig", "otydlig"),
        ("makt", "mat"),
        ("ord", "order", "ordning"),
        ("plan", "planet"),
        ("styrka", "styrke", "styra"),
        ("var", "vara"),
        ("hopp", "hoppa", "hoppfull", "hopplös"),
        ("förakt", "föraktar"),
        ("politik", "politiker"),
        ("moder", "modern"),
        ("hälsa", "halsa"),
        ("ledare", "ledarskap", "leda"),
        ("good", "goods"),
    ],
)
def test_different_words_have_bases_of_their_own(words: tuple[str, ...]) -> None:
    assert len({base_of(word) for word in words}) == len(words)


def test_the_words_of_the_trade_are_keys_and_their_own_bases() -> None:
    assert len(set(LISTED.values())) > 100
    assert [word for word in LISTED if key_of(word) != word] == []
    assert [word for word in LISTED.values() if LISTED[word] != word] == []


def test_a_new_process_finds_the_same_bases() -> None:
    words = ["tankar", "engagerade", "samarbetena", "förbundet", "goals", "medborgarlöften", "xyz"]
    code = f"from display.room.inflections import base_of; print(*map(base_of, {words}))"
    for seed in ("1", "2"):
        found = subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": seed, "PYTHONIOENCODING": "utf-8"},
            capture_output=True,
            check=True,
            encoding="utf-8",
        )
        assert found.stdout.split() == [base_of(word) for word in words]
