"""The dictionaries are those that simplemma ships, however they are kept."""

from pathlib import Path

import pytest
from simplemma.strategies.dictionaries import LOW_MEMORY_DICTIONARY_FACTORY

from display.room import dictionaries
from display.room.dictionaries import KEPT, LANGUAGES, dictionary


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_kept_is_what_is_shipped(language: str) -> None:
    shipped, kept = LOW_MEMORY_DICTIONARY_FACTORY.get_dictionary(language), dictionary(language)
    assert (KEPT / f"{language}.dic").exists()
    assert len(kept) == len(shipped)
    assert all(kept[form] == lemma for form, lemma in shipped.items())


def test_where_nothing_can_be_kept_words_have_the_same_lemmas(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setattr(dictionaries, "KEPT", tmp_path / "file" / "kept")
    assert dictionary("sv")["delaktigheten"] == "delaktighet"


def test_dictionaries_are_kept_for_all_users_of_the_machine_and_nothing_else_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dictionaries, "KEPT", tmp_path / "kept")
    assert dictionary("en")["words"] == "word"
    assert list(tmp_path.iterdir()) == [tmp_path / "kept"]
    assert (tmp_path / "kept").stat().st_mode & 0o055 == 0o055
    assert {path.name for path in (tmp_path / "kept").iterdir()} == {"sv.dic", "en.dic"}
    with pytest.raises(OSError, match="not empty"):
        dictionaries.keep()  # as where another process was quicker
    assert list(tmp_path.iterdir()) == [tmp_path / "kept"]
