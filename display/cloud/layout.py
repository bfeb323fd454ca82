"""Cloud.step: words keep their place while they and others grow."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from display.cloud import sizes
from display.cloud.creep import creep
from display.cloud.font import measure
from display.cloud.grid import Floats, Ints
from display.cloud.growth import grow
from display.cloud.packing import Packing
from display.cloud.plane import Camera as Camera

Tally = Sequence[tuple[str, str, int]]

MOST = 250  # words in a picture
_BIGGEST = 190.0  # units; no word is set larger
_FITTING = 40.0  # units; a label too wide for the picture at this size is squeezed
_FULL = 0.97  # of the picture would be boxes, were there words without end,
_SPARE = 12  # and half of that with so many
_RUSH, _UNRUSHED = 8, 0.8  # so many new words at once find less of it used
_PARTS = (0.8, 0.65, 0.5)  # of the words, when not all found room
UP = 1
_CLIMB = 4  # a scale too small by so many rungs comes back in so many pictures


class Placement(NamedTuple):
    """A word in the plane; lengths are in plane units."""

    word: str
    label: str
    count: int  # type: ignore[assignment]  # hides tuple.count, which nobody needs
    x: float  # middle of the advance width
    y: float  # baseline
    size: float  # of the font
    width: float  # advance that the drawn label must have


@dataclass(frozen=True)
class Cloud:
    """A picture of a tally, and all that is remembered for the next one."""

    placements: Mapping[str, Placement]
    camera: Camera
    left_out: int  # words of the tally that are not in the picture
    deep: bool = False  # it is seen from far away: no word is small

    @classmethod
    def empty(cls, aspect: str = "16:9", deep: bool = False) -> "Cloud":
        """The picture before the first word: 1 unit is 1 pixel of a stage with 1080 lines (if
        portrait, columns), where question and code take the rest."""
        return cls({}, Camera.of(aspect), 0, deep)

    def step(self, tally: Tally) -> "Cloud":
        """The next picture: that of tally (most frequent first), as like this one as can be."""
        if self._shows(tally):
            return self
        placements = self._arranged(tally[:MOST])
        if len(placements) <= sizes.FEW < len(tally):
            placements = self._arranged(tally[: sizes.FEW])
        if not self.placements:
            placements = self._with_fewer(tally[:MOST], placements)
        return replace(self, placements=placements, left_out=len(tally) - len(placements))

    def _with_fewer(self, tally: Tally, placements: dict[str, Placement]) -> dict[str, Placement]:
        """Placements of more words, if a first picture was tried with too many: they are in each
        other's way, and one that finds no room takes all that are rarer along."""
        for part in _PARTS:
            fewer = tally[: round(part * len(tally))]
            if len(fewer) <= len(placements):
                break
            found = self._arranged(fewer)
            if len(found) > len(placements):
                placements = found
        return placements

    def _shows(self, tally: Tally) -> bool:
        """Whether this is a picture of tally already."""
        if len(tally) != len(self.placements) + self.left_out:
            return False
        shown = [row for row in tally if row[0] in self.placements]
        rest = [row for row in tally if row[0] not in self.placements]
        if {(p.word, p.label, p.count) for p in self.placements.values()} != set(shown):
            return False
        return not rest or not shown or rest[0][2] <= shown[-1][2]

    def _arranged(self, tally: Tally) -> dict[str, Placement]:
        """Placements of tally, at the largest scale that leaves nothing out if there is one."""
        if not tally:
            return {}
        shapes = [measure(label, self.camera.width / _FITTING) for _, label, _ in tally]
        before = [self.placements.get(word) for word, _, _ in tally]
        packing = Packing(
            np.array([shape.boxes for shape in shapes]),
            np.array([count for _, _, count in tally]),
            [(p.x, p.y, p.size, p.count) if p else (0.0, 0.0, 0.0, 0) for p in before],
            self.camera,
            sizes.smallest(len(tally), self.deep),
        )
        self._fill(packing, before.count(None))
        creep(packing)
        grow(packing)
        plane = packing.plane
        widths = np.round(plane.size * [shape.advance for shape in shapes], 1)
        rows = zip(tally, plane.at.tolist(), plane.size.tolist(), widths.tolist(), strict=True)
        placements = (Placement(*word, x, y, size, width) for word, (x, y), size, width in rows)
        return {p.word: p for p, here in zip(placements, plane.here, strict=True) if here}

    def _fill(self, packing: Packing, new: int) -> None:
        """Settle all words, smaller and smaller until they fit."""
        counts, extents = packing.counts, packing.plane.extents
        weights = sizes.weights(counts)
        limits = self._limits(extents, counts)
        least = sizes.smallest(len(counts), self.deep) / weights[-1]
        lowest = sizes.rung(least)
        ideal = sizes.rung(self._ideal(extents, weights, limits, new))
        now = self._rung()
        rung = min(max(ideal, now - max(UP, (now - ideal) // _CLIMB)), lowest)
        step = 2
        while True:
            scale = max(sizes.scale(rung), least)
            packing.aim(np.floor(np.minimum(scale * weights, limits) * 10 + 1e-6) / 10)
            if packing.settle(leave_out=rung >= lowest) or rung >= lowest:
                return
            rung = min(rung + step // 2, lowest)
            step += 1

    def _rung(self) -> int:
        """The rung of the scale that this picture is set at; far above all if it is empty."""
        if not self.placements:
            return -1000
        counts = np.array([p.count for p in self.placements.values()])
        drawn = np.array([p.size for p in self.placements.values()])
        return sizes.rung(float(np.median(drawn / sizes.weights(counts))))

    def _limits(self, extents: Floats, counts: Ints) -> Floats:
        """The largest size of each word: it and all that are more frequent fit the picture."""
        fitting = (0.98 * np.array([self.camera.width, self.camera.height]) / extents).min(1)
        return np.asarray(np.minimum(np.minimum(fitting, _BIGGEST), sizes.most(counts, fitting)))

    def _ideal(self, extents: Floats, weights: Floats, limits: Floats, new: int) -> float:
        """The scale at which so many words would fill as much of the picture as they should."""
        words = len(weights)
        extents = extents * weights[:, None]
        fill = _FULL * words / (words + _SPARE) * self.camera.width * self.camera.height
        if new > _RUSH:
            fill *= _UNRUSHED
        by_area = float((fill / extents.prod(1).sum()) ** 0.5)
        wide = min(1.4 * self.camera.width, max(self.camera.width, self.camera.height * 16 / 9))
        by_width = (0.66 - 0.3 / words) * wide / float(extents[0, 0])
        return min(by_area, by_width, float((limits / weights).min()))
