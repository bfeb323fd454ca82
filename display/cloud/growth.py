"""Growing by a small move, where swelling is not enough."""

import numpy as np

from display.cloud.grid import Floats
from display.cloud.packing import GLIDE, Packing
from display.cloud.plane import Plane
from display.cloud.sizes import most

NUDGE = (4.0, 16.0, 40.0)  # units that rivals may move, to be tried in turn
FAR_BEHIND, FARTHER = 1.15, 160.0  # a word with so much to grow may go so far for it
WORTH = 1.1  # growth below this is not worth anybody's moving


def grow(packing: Packing) -> None:
    """Let words that gained answers, and are well behind their targets, grow by a small move of
    themselves or of their rivals."""
    plane, targets = packing.plane, packing.targets
    behind = plane.here & packing.grew & (targets > plane.size * WORTH)
    bounds = most(packing.counts, _here_or_infinite(plane))
    for word in np.flatnonzero(behind):
        goal = min(targets[word], bounds[word])
        if goal > plane.size[word] * WORTH:
            _grow_one(packing, int(word), goal)
            bounds = most(packing.counts, _here_or_infinite(plane))


def _here_or_infinite(plane: Plane) -> Floats:
    return np.asarray(np.where(plane.here, plane.size, np.inf))


def _grow_one(packing: Packing, word: int, goal: float) -> None:
    """Grow word by moving it or its rivals a little, else by half, else not."""
    plane = packing.plane
    size, middle, state = plane.size[word], plane.middles()[word], plane.state()
    reaches = (GLIDE, FARTHER) if goal > size * FAR_BEHIND else (GLIDE,)
    for part in (1.0, 0.5):
        plane.size[word] = round(size + (goal - size) * part, 1)
        plane.lay(np.array([word]), middle[None])
        rivals = plane.near[word]
        if not rivals.any() or packing.moved(word, reaches):
            return
        area = plane.extents.prod(1) * plane.size**2
        weaker = area[rivals].sum() <= 3 * area[word] and bool((plane.size[rivals] <= size).all())
        if weaker and packing.stepped_aside(word, NUDGE):
            return
        plane.restore(state)
