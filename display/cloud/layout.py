"""Cloud.step: words keep their place while they and others grow."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from display.cloud import sizes
from display.cloud.font import measure
from display.cloud.packing import pack
from display.cloud.plane import Floats

Tally = Sequence[tuple[str, str, int]]

MOST = 250  # words in a picture
_BIGGEST = 170.0  # units; no word is set larger
_WIDEST = 0.36  # of the picture's width; a word alone on stage stays below it
_LOWEST = sizes.rung(10.0)


class Placement(NamedTuple):
    """A word in the plane; lengths are in plane units."""

    word: str
    label: str
    count: int
    x: float  # middle of the advance width
    y: float  # baseline
    size: float  # of the font
    width: float  # advance that the drawn label must have


class Camera(NamedTuple):
    """What the stage looks at: an SVG viewBox."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Cloud:
    """A picture of a tally, and all that is remembered for the next one."""

    placements: Mapping[str, Placement]
    camera: Camera
    left_out: int  # words of the tally that are not in the picture

    @classmethod
    def empty(cls) -> "Cloud":
        """The picture before the first word: 16:9, 1 unit is 1 pixel of a 1920x1080 stage."""
        return cls({}, Camera(0.0, 0.0, 1600.0, 900.0), 0)

    def step(self, tally: Tally) -> "Cloud":
        """The next picture: that of tally (most frequent first), as like this one as can be."""
        if self._shows(tally):
            return self
        shown = tally[:MOST]
        placements = self._arranged(shown)
        if len(placements) <= sizes.FEW < len(shown):
            placements = self._arranged(tally[: sizes.FEW])
        return Cloud(placements, self.camera, len(tally) - len(placements))

    def _shows(self, tally: Tally) -> bool:
        drawn = [(p.word, p.label, p.count) for p in self.placements.values()]
        return len(drawn) + self.left_out == len(tally) and drawn == list(tally[: len(drawn)])

    def _arranged(self, tally: Tally) -> dict[str, Placement]:
        """Placements of tally, at the largest scale that leaves nothing out if there is one."""
        counts = [count for _, _, count in tally]
        floor = sizes.smallest(len(tally))
        roots = sizes.roots(counts)
        shapes = [measure(label) for _, label, _ in tally]
        boxes = _padded([shape.boxes for shape in shapes])
        before = [self.placements.get(word) for word, _, _ in tally]
        ideal = sizes.rung(_ideal_scale(boxes, floor, roots, self.camera))
        for rung in range(max(ideal, self._rung() - 1), _LOWEST + 1):
            scale = sizes.scale(rung)
            font = np.round(floor + scale * np.array(roots), 1)
            places = pack(boxes, font, _homes(before, boxes, font), self.camera)
            if len(places) == len(tally):
                break
        return {
            word: Placement(
                word, label, count, *places[i], float(font[i]), round(font[i] * shapes[i].advance, 1)
            )
            for i, (word, label, count) in enumerate(tally)
            if i in places
        }

    def _rung(self) -> int:
        """The rung of the scale that this picture is set at."""
        if not self.placements:
            return -1000
        top = next(iter(self.placements.values()))
        counts = [p.count for p in self.placements.values()]
        return sizes.rung((top.size - sizes.smallest(len(counts))) / sizes.roots(counts)[0])


def _padded(shapes: list[tuple[tuple[float, float, float, float], ...]]) -> Floats:
    """All shapes as one array (words, boxes, 4); short ones repeat a box."""
    most = max((len(boxes) for boxes in shapes), default=1)
    padded = [boxes + boxes[:1] * (most - len(boxes)) for boxes in shapes]
    return np.array(padded, float).reshape(-1, most, 4)


def _homes(before: list[Placement | None], boxes: Floats, font: Floats) -> list[tuple[float, float] | None]:
    """Where each word should stand so that the middle of its ink stays put."""
    middles = (boxes[..., :2].min(1) + boxes[..., 2:].max(1)) / 2
    return [
        (
            round(float(old.x + middle[0] * (old.size - size)), 1),
            round(float(old.y + middle[1] * (old.size - size)), 1),
        )
        if old
        else None
        for old, middle, size in zip(before, middles, font, strict=True)
    ]


def _ideal_scale(boxes: Floats, floor: float, roots: list[float], camera: Camera) -> float:
    """The scale at which the words would fill as much of the picture as so many words should."""
    root = np.array(roots)
    extent = boxes[..., 2:].max(1) - boxes[..., :2].min(1)
    area = extent.prod(1)
    few = len(roots)
    fill = 0.70 * few / (few + 12) * camera.width * camera.height
    a, b, c = (area * root**2).sum(), 2 * floor * (area * root).sum(), floor**2 * area.sum() - fill
    by_area = (max(b * b - 4 * a * c, 0.0) ** 0.5 - b) / (2 * a)
    limit = np.minimum(_BIGGEST, 0.98 * np.array([camera.width, camera.height]) / extent)
    limit[0, 0] = min(limit[0, 0], max(_WIDEST * camera.width / extent[0, 0], 1.5 * floor))
    return float(max(min(by_area, ((limit.min(1) - floor) / root).min()), 0.0))
