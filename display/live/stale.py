"""Rooms that nobody has answered for long are erased."""

import logging
from collections.abc import Callable

from display.live.clock import now
from display.live.rooms import Rooms
from display.log.base import LogUnavailable

HOUR = 3600.0  # seconds

logger = logging.getLogger(__name__)


def erase_stale_rooms(rooms: Rooms, keep_seconds: float, sleep: Callable[[float], object]) -> None:
    """Erase, for ever, each room whose last answer is older than that."""
    while True:
        sleep(HOUR)
        try:
            for code in rooms.erase_stale(now() - keep_seconds):
                logger.warning("room %s was erased: its last answer is too old to be kept", code)
        except LogUnavailable as error:
            logger.warning("rooms that are too old could not be erased now: %s", error)
