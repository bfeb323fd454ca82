"""The dictionaries of simplemma, in a form that is read from the disk in a millisecond.

As they come they take more than half a second at each start.
"""

import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from simplemma import __version__
from simplemma.strategies.dictionaries import LOW_MEMORY_DICTIONARY_FACTORY
from simplemma.strategies.dictionaries.trie_dictionary_factory import TrieDictionaryFactory

LANGUAGES = ("sv", "en")
KEPT = Path(__file__).parent / "__pycache__" / f"simplemma-{__version__}"


def dictionary(language: str) -> Mapping[str, str]:
    """Return the lemma of each form that the dictionary of a language has."""
    with suppress(OSError):  # a forbidden folder, a full disk, another process that was quicker
        if not KEPT.exists():
            keep()
        return TrieDictionaryFactory(disk_cache_dir=str(KEPT)).get_dictionary(language)
    return LOW_MEMORY_DICTIONARY_FACTORY.get_dictionary(language)


def keep() -> None:
    """Write the dictionaries to the disk, all or none; OSError if that cannot be done."""
    KEPT.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=KEPT.parent) as folder:
        made = Path(folder) / KEPT.name
        factory = TrieDictionaryFactory(disk_cache_dir=str(made))
        for language in LANGUAGES:
            factory.get_dictionary(language)
            (made / f"{language}.dic").stat()  # the factory only warns where it could not write
        made.rename(KEPT)
