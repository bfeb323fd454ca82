"""What waits for a coach: listed words however they are disguised, and no word besides."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from display.room.unsuitable import LISTED, read_apart, unsuitable
from display.room.words import NotAWord, key_of
from tests.bench.words.score import BAD, CLEAN, SPLITS, false_alarms, let_through, pairs


def test_clean_words_pass() -> None:
    assert len(CLEAN) >= 150
    assert false_alarms() == []
    meant = {word for pair in pairs(*SPLITS) for word in (pair.word, pair.other)}
    assert [word for word in meant if unsuitable(word)] == []


def test_most_disguises_are_seen_through() -> None:
    assert len(BAD) >= 80
    assert 1 - len(let_through()) / len(BAD) >= 0.9, let_through()


@pytest.mark.parametrize(
    "text",
    ["fuck", "Fuck!", "f.u.c.k", "fuuuck", "h0r4", "$h!t", "kυk", "fúck", "din idiot", "🖕🏽"],
)
def test_a_listed_word_is_held_however_it_is_typed(text: str) -> None:
    assert unsuitable(text)


IN_DISGUISE = (
    "din-hora Anna.hora hora/anna hora,anna _hora_ fuck-off fuck-you-all ni99er shıt nıgger bøg"
    " ħora ƒuck ʜᴏʀᴀ ꜰᴜᴄᴋ nɪgger соск fսck b\u0338ög c\u0337unt 卐 anna卍 M࿕od 🇫🇺🇨🇰 din-h0ra"
)
FOREIGN = (
    "Bjørn Jørgensen Ødegård Søren Gjørwell Łukasz Đoković Işık надежда доверие сотрудничество"
    " уважение хорошо сок Ελλάδα σεβασμός συνεργασία 🇸🇪 🇫🇮🇳🇴 e-post B2B R&D 9:30 S.M.A.R.T"
)


@pytest.mark.parametrize("text", [*IN_DISGUISE.split(), "en h o r a", "h.o.r.a du", "fan tastiskt"])
def test_a_listed_word_is_seen_among_others_and_in_other_letters(text: str) -> None:
    assert unsuitable(text)


@pytest.mark.parametrize("text", [*FOREIGN.split(), "a n a l y s", "k l a s s", "vi 9 i 5"])
def test_names_and_words_in_other_letters_pass(text: str) -> None:
    assert not unsuitable(text)


@pytest.mark.parametrize("text", ["höra", "hår", "Наде́жда", "klassiker", "455", "Ja!!!", "", "❤️"])
def test_what_only_resembles_one_is_not(text: str) -> None:
    assert not unsuitable(text)


def test_the_list_holds_keys_and_signs() -> None:
    assert len(LISTED) > 300
    assert [word for word in LISTED if key_of(word) not in (word, "")] == []


@given(st.text())
@example("\ud800")
@example("a\u0301" * 5000)
def test_nothing_typed_breaks_it(text: str) -> None:
    assert unsuitable(text) in (True, False)


@given(st.sampled_from(sorted(LISTED)))
def test_every_listed_word_is_held_also_in_capitals(word: str) -> None:
    assert unsuitable(word)
    assert unsuitable(word.upper())


DISGUISES = "fuckhoran $!@0-🖕😀1\ufe0f\u20e3\u0338."


@given(st.one_of(st.text(), st.text(alphabet=DISGUISES, max_size=12)))
@example("fan1️⃣tastiskt")
def test_a_word_is_held_exactly_when_an_answer_that_counts_as_it_is_unsuitable(text: str) -> None:
    try:
        word = read_apart(text, phrase=True)
    except NotAWord:
        return
    assert unsuitable(word.key) == unsuitable(text)
    assert unsuitable(word.key) or not unsuitable(word.spelling)
