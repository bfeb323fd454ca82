"""Creeping: words shift, less than anybody sees, from where it is tight to where there is room."""

import numpy as np
from numba import njit

from display.cloud.grid import GAP, Floats
from display.cloud.packing import Packing

SHIFT = 0.5  # units that a word may shift in one picture: less than a pixel,
GLIDE = 2.0  # and one that grows anyway
DRIFT, MOST_DRIFT = 0.01, 0.3  # part of the way to its ring that it would go, and units at most
SWOLLEN = 1.06  # words press on each other as if they were so much larger than they should be,
MOST_SWOLLEN = 1.3  # and at most so much larger than they are


def creep(packing: Packing) -> None:
    """Shift words away from those that would touch them were all a little larger, and towards
    where the frequent ones are in the middle.

    So growth finds room, after Lubachevsky and Stillinger, "Geometric properties of random disk
    packings" (1990): discs that swell and drift pack far denser than discs that wait for holes.
    """
    plane = packing.plane
    words = np.flatnonzero(plane.here)
    before = plane.middles()[words]
    wanted = packing.targets[words] * SWOLLEN
    size = np.clip(wanted, plane.size[words] * SWOLLEN, plane.size[words] * MOST_SWOLLEN)
    origins = before - plane.offsets[words] * size[:, None]
    boxes = plane.shapes[words] * size[:, None, None] + np.tile(origins, 2)[:, None]
    outer = plane.corners[words] * size[:, None] + np.tile(origins, 2)
    pressed = _pressure(boxes, outer, plane.extents[words].prod(1) * size**2)
    pressed += _shortened(DRIFT * packing.to_rings(words), MOST_DRIFT)
    shift = np.trunc(_shortened(pressed, np.where(packing.grew[words], GLIDE, SHIFT)) * 10) / 10
    moving = np.flatnonzero(shift.any(1))
    while len(moving):
        plane.lay(words[moving], before[moving] + shift[moving])
        stuck = plane.near[words[moving]].any(1)
        if not stuck.any():
            return
        plane.lay(words[moving], before[moving])
        moving = moving[~stuck]


def _shortened(ways: Floats, most: float | Floats) -> Floats:
    far = np.hypot(ways[:, 0], ways[:, 1])
    return np.asarray(ways / np.maximum(far / most, 1.0)[:, None])


@njit("Tuple((i8,f8))(f8[:,::1],f8[:,::1])", cache=True, nogil=True)
def _least_overlap(a: Floats, b: Floats) -> tuple[int, float]:
    """Which way (right, left, down, up) b has to go least far to clear a, and how far."""
    depths = np.zeros(4)
    for i in range(len(a)):
        for j in range(len(b)):
            right, left = a[i, 2] - b[j, 0] + GAP, b[j, 2] - a[i, 0] + GAP
            down, up = a[i, 3] - b[j, 1] + GAP, b[j, 3] - a[i, 1] + GAP
            if right > 0 and left > 0 and down > 0 and up > 0:
                depths[0] = max(depths[0], right)
                depths[1] = max(depths[1], left)
                depths[2] = max(depths[2], down)
                depths[3] = max(depths[3], up)
    way = int(depths.argmin())
    return way, float(depths[way])


@njit("f8[:,:](f8[:,:,::1],f8[:,::1],f8[:])", cache=True, nogil=True)
def _pressure(boxes: Floats, outer: Floats, mass: Floats) -> Floats:
    """How far, and where to, each word (n, boxes, 4) is pressed by those that it overlaps: (n, 2).

    A pair parts along the axis on which it overlaps least, the lighter word more than the heavier.
    """
    pushes = np.zeros((len(boxes), 4))  # to the right, left, down, up
    for a in range(len(boxes)):
        x0, y0, x1, y1 = outer[a, 0] - GAP, outer[a, 1] - GAP, outer[a, 2] + GAP, outer[a, 3] + GAP
        for b in range(a + 1, len(boxes)):
            if not (
                x0 < outer[b, 2] and outer[b, 0] < x1 and y0 < outer[b, 3] and outer[b, 1] < y1
            ):
                continue
            way, depth = _least_overlap(boxes[a], boxes[b])
            part = depth * mass[a] / (mass[a] + mass[b])
            pushes[b, way] = max(pushes[b, way], part)
            pushes[a, way ^ 1] = max(pushes[a, way ^ 1], depth - part)
    pressed = np.empty((len(boxes), 2))
    pressed[:, 0] = pushes[:, 0] - pushes[:, 1]
    pressed[:, 1] = pushes[:, 2] - pushes[:, 3]
    return pressed
