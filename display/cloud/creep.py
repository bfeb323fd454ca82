"""Creeping: words shift, less than anybody sees, from where it is tight to where there is room."""

import numpy as np

from display.cloud.grid import GAP, Bools, Floats
from display.cloud.packing import Packing

SHIFT = 0.5  # units that a word may shift along an axis in one picture: less than a pixel in all
SWOLLEN = 1.06  # words press on each other as if they were so much larger than they should be,
MOST_SWOLLEN = 1.3  # and at most so much larger than they are


def creep(packing: Packing) -> None:
    """Shift words away from those that would touch them were all a little larger.

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
    pressed = _pressure(boxes, plane.extents[words].prod(1) * size**2)
    shift = np.round(np.clip(pressed, -SHIFT, SHIFT), 1)
    moving = np.flatnonzero(shift.any(1))
    while len(moving):
        plane.lay(words[moving], before[moving] + shift[moving])
        stuck = plane.near[words[moving]].any(1)
        if not stuck.any():
            return
        plane.lay(words[moving], before[moving])
        moving = moving[~stuck]


def _pressure(boxes: Floats, mass: Floats) -> Floats:
    """How far, and where to, each word (n, boxes, 4) is pressed by those that it overlaps: (n, 2).

    A pair parts along the axis on which it overlaps least, the lighter word more than the heavier.
    """
    x0, y0 = boxes[..., :2].min(1).T
    x1, y1 = boxes[..., 2:].max(1).T
    near: Bools = (x0[:, None] < x1 + GAP) & (x0 < x1[:, None] + GAP)
    near &= (y0[:, None] < y1 + GAP) & (y0 < y1[:, None] + GAP)
    a, b = np.nonzero(np.triu(near, 1))
    mine, other = boxes[a][:, :, None, :], boxes[b][:, None, :, :]
    overlaps = np.stack(
        [
            mine[..., 2] - other[..., 0],
            other[..., 2] - mine[..., 0],
            mine[..., 3] - other[..., 1],
            other[..., 3] - mine[..., 1],
        ]
    )
    overlaps += GAP
    overlaps *= (overlaps > 0).all(0)
    depths = overlaps.max((2, 3))
    way = depths.argmin(0)
    depth = depths.min(0)
    part = depth * mass[a] / (mass[a] + mass[b])
    pushes = np.zeros((4, len(boxes)))
    np.maximum.at(pushes, (way, b), part)
    np.maximum.at(pushes, (way ^ 1, a), depth - part)
    return np.stack([pushes[0] - pushes[1], pushes[2] - pushes[3]], axis=1)
