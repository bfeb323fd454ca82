"""Boxes: the few rectangles that stand for a word's ink."""

from collections.abc import Iterable
from itertools import pairwise
from typing import NamedTuple


class Box(NamedTuple):
    """An upright rectangle; y grows downwards."""

    x0: float
    y0: float
    x1: float
    y1: float

    def shifted(self, dx: float, dy: float) -> "Box":
        """The same box elsewhere."""
        return Box(self.x0 + dx, self.y0 + dy, self.x1 + dx, self.y1 + dy)

    @property
    def area(self) -> float:
        """Width times height."""
        return (self.x1 - self.x0) * (self.y1 - self.y0)


def around(boxes: Iterable[Box]) -> Box:
    """The smallest box that holds all of boxes."""
    x0, y0, x1, y1 = zip(*boxes, strict=True)
    return Box(min(x0), min(y0), max(x1), max(y1))


def simplify(boxes: Iterable[Box], at_most: int) -> list[Box]:
    """At most so many boxes that hold all of boxes, which stand from left to right.

    Neighbours are united as long as there are too many, those first that waste least.
    """
    boxes = list(boxes)
    waste = [_waste(*pair) for pair in pairwise(boxes)]
    while len(boxes) > at_most:
        best = waste.index(min(waste))
        boxes[best : best + 2] = [around(boxes[best : best + 2])]
        del waste[best]
        for left in range(max(best - 1, 0), min(best + 1, len(waste))):
            waste[left] = _waste(boxes[left], boxes[left + 1])
    return boxes


def _waste(a: Box, b: Box) -> float:
    return around((a, b)).area - a.area - b.area
