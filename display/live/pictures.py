"""The picture of a step as it was drawn, entry by entry, and what changed since any of them."""

from dataclasses import replace
from typing import Any

from display.cloud.layout import Cloud, Placement
from display.cloud.plane import Camera
from display.room.events import PictureDrawn


class Picture:
    """A cloud, the entries that drew it, and for each word the last that did so or took it away."""

    def __init__(self, aspect: str = "16:9", deep: bool = False) -> None:
        self.aspect = aspect
        self.cloud = Cloud.empty(aspect, deep)
        self.seq = 0
        self.drawn: dict[str, int] = {}
        self.gone: dict[str, int] = {}
        self.seqs: set[int] = set()

    def apply(self, seq: int, event: PictureDrawn) -> None:
        """Take over what entry `seq` drew, unless it was drawn from an older picture than this."""
        if event.follows != self.seq:
            return
        placements = dict(self.cloud.placements)
        for word in event.gone:
            del placements[word], self.drawn[word]
            self.gone[word] = seq
        for fields in event.words:
            placement = Placement(*fields)
            placements[placement.word] = placement
            self.drawn[placement.word] = seq
            self.gone.pop(placement.word, None)
        self.cloud = replace(
            self.cloud,
            placements=placements,
            camera=Camera(*event.camera),
            left_out=event.left_out,
        )
        self.seq = seq
        self.seqs.add(seq)

    def words_since(self, seq: int) -> list[Placement]:
        """Return the placements drawn after entry `seq`, all for 0."""
        return [self.cloud.placements[word] for word, at in self.drawn.items() if at > seq]

    def gone_since(self, seq: int) -> list[str]:
        """Return the words that left the picture after entry `seq`."""
        return [word for word, at in self.gone.items() if at > seq]


def difference(
    step: int, aspect: str, follows: int, before: Cloud, after: Cloud
) -> PictureDrawn | None:
    """Return what has to be drawn to get from one cloud to the next, or None if nothing."""
    words: list[list[Any]] = [
        list(placement)
        for word, placement in after.placements.items()
        if before.placements.get(word) != placement
    ]
    gone = [word for word in before.placements if word not in after.placements]
    same_frame = (before.camera, before.left_out) == (after.camera, after.left_out)
    if same_frame and not words and not gone:
        return None
    camera = list(after.camera)
    return PictureDrawn(step, follows, words, gone, camera, after.left_out, aspect, after.deep)
