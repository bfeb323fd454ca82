"""The dictionaries of simplemma, in a form that is read from the disk in a millisecond.

As they come they take more than half a second at each start, and some 60 MB.
"""

import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from simplemma import __version__
from simplemma.strategies.dictionaries.trie_dictionary_factory import TrieDictionaryFactory

LANGUAGES = ("sv", "en")
KEPT = Path(__file__).parent / "__pycache__" / f"simplemma-{__version__}"


def dictionary(language: str) -> Mapping[str, str]:
    """Return the lemma of each form that the dictionary of a language has."""
    if not KEPT.exists():
        _keep()
    factory = TrieDictionaryFactory(use_disk_cache=KEPT.exists(), disk_cache_dir=str(KEPT))
    return factory.get_dictionary(language)


def _keep() -> None:
    """Write the dictionaries to the disk, all or none; where that is forbidden, leave it."""
    try:
        KEPT.parent.mkdir(exist_ok=True)
        folder = tempfile.mkdtemp(dir=KEPT.parent)
    except OSError:
        return
    try:
        factory = TrieDictionaryFactory(disk_cache_dir=folder)
        for language in LANGUAGES:
            factory.get_dictionary(language)
        Path(folder).rename(KEPT)
    except OSError:  # another process was quicker, or the disk is full
        shutil.rmtree(folder, ignore_errors=True)
