"""Long work in short pieces, so that a hall's answers never wait for a coach's page."""

import time
from collections.abc import Iterable, Iterator
from typing import TypeVar

Item = TypeVar("Item")


def unhurried(items: Iterable[Item]) -> Iterator[Item]:
    """Yield the items, of which there may be hundreds; others have their turn after each."""
    for item in items:
        yield item
        time.sleep(0)
