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


def simplify(boxes: Iterable[Box], at_most: int) -> list[Box]:
    """At most so many boxes that hold all of boxes, which stand from left to right.

    Neighbours are united as long as there are too many, those first that waste least.
    """
    boxes = list(boxes)
    waste = [_waste(a, b) for a, b in pairwise(boxes)]
    while len(boxes) > at_most:
        best = waste.index(min(waste))
        boxes[best : best + 2] = [_union(boxes[best], boxes[best + 1])]
        del waste[best]
        for left in range(max(best - 1, 0), min(best + 1, len(waste))):
            waste[left] = _waste(boxes[left], boxes[left + 1])
    return boxes


def _union(a: Box, b: Box) -> Box:
    return Box(min(a[0], b[0]), min(a[1], b[1]), max(a[2], b[2]), max(a[3], b[3]))


def _waste(a: Box, b: Box) -> float:
    ax0, ay0, ax1, ay1 = a
    bx0, by0, bx1, by1 = b
    wide = (ax1 if ax1 > bx1 else bx1) - (ax0 if ax0 < bx0 else bx0)
    high = (ay1 if ay1 > by1 else by1) - (ay0 if ay0 < by0 else by0)
    return wide * high - (ax1 - ax0) * (ay1 - ay0) - (bx1 - bx0) * (by1 - by0)
