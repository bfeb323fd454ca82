"""Words that a coach might want as one: found off the event loop, each new word looked at once."""

from typing import NamedTuple

from display.log.base import Offload
from display.room.state import Room
from display.room.suggestions import Suggestion, suggest

MOST = 12  # shown at a time


class Pair(NamedTuple):
    """Two words that are perhaps one: `word` would count as `into`."""

    word: str
    label: str
    into: str
    into_label: str
    reason: str


class Suggested:
    """The suggestions of a room, by step."""

    def __init__(self) -> None:
        self._seen: dict[int, set[str]] = {}
        self._found: dict[int, list[Suggestion]] = {}

    def look(self, room: Room, offload: Offload) -> None:
        """Look at the words that are new in the present step."""
        seen = self._seen.setdefault(room.step.number, set())
        counts = {group.word: group.count for group in room.groups()}
        new = [word for word in counts if word not in seen]
        if new:
            seen.update(new)
            found = offload(suggest, new, counts)
            self._found.setdefault(room.step.number, []).extend(found)

    def pairs(self, room: Room) -> list[Pair]:
        """Return the suggestions that still mean something, those of the commonest words first."""
        groups = {group.word: group for group in room.groups() if group.standing == "shown"}
        pairs = []
        for found in self._found.get(room.step.number, []):
            word, into = groups.get(found.word), groups.get(found.into)
            pair = (min(found.word, found.into), max(found.word, found.into))
            if word is None or into is None or pair in room.direction.dismissed:
                continue
            pairs.append(
                (
                    word.count + into.count,
                    Pair(word.word, word.label, into.word, into.label, found.reason),
                )
            )
        pairs.sort(key=lambda counted: -counted[0])
        return [pair for _, pair in pairs[:MOST]]
