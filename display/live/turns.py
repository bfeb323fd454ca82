"""Long work in short pieces, so that a hall's answers never wait for a coach's page."""

import time
from collections.abc import Iterable, Iterator
from typing import TypeVar

PIECE_SECONDS = 0.002

Item = TypeVar("Item")


def give_way() -> None:
    """Let others have their turn."""
    time.sleep(0)


def unhurried(items: Iterable[Item]) -> Iterator[Item]:
    """Yield the items, of which there may be hundreds; now and then others have their turn."""
    since = time.monotonic()
    for item in items:
        yield item
        if time.monotonic() - since > PIECE_SECONDS:
            give_way()
            since = time.monotonic()
