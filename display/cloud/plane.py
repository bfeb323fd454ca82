"""Room in the plane: which words are too near each other, and where another one fits.

A word is an array of boxes (x0, y0, x1, y1), y downwards. It cannot stand where its origin lies in
the Minkowski difference of one of its boxes and an obstacle's. Those differences are boxes again;
a summed-area table (Crow 1984), run backwards, marks all of them on a grid at once.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

GAP = 3.0  # units kept free around a word when it is set
TOUCH = 2.5  # units; a word that stands is left in peace until another comes nearer


def clashes(boxes: Floats, others: Floats) -> Bools:
    """For each of others (m, k, 4), whether it touches boxes (k, 4)."""
    a, b = boxes[None, :, None, :], others[:, None, :, :]
    touching: Bools = (
        (a[..., 0] < b[..., 2] + TOUCH)
        & (b[..., 0] < a[..., 2] + TOUCH)
        & (a[..., 1] < b[..., 3] + TOUCH)
        & (b[..., 1] < a[..., 3] + TOUCH)
    ).any(axis=(1, 2))
    return touching


def free_spots(boxes: Floats, obstacles: Floats, xs: Floats, ys: Floats) -> Bools:
    """Where, on the even grid xs, ys, the word boxes (k, 4) may have its origin.

    Obstacles are (m, k, 4); the answer is indexed [y, x].
    """
    low = obstacles.reshape(-1, 1, 4)[..., :2] - boxes[..., 2:] - GAP
    high = obstacles.reshape(-1, 1, 4)[..., 2:] - boxes[..., :2] + GAP
    left, right = _span(low[..., 0], high[..., 0], xs)
    top, bottom = _span(low[..., 1], high[..., 1], ys)
    seen = (left < right) & (top < bottom)
    left, right, top, bottom = left[seen], right[seen], top[seen], bottom[seen]
    width, height = len(xs) + 1, len(ys) + 1
    starts = np.concatenate([top * width + left, bottom * width + right])
    ends = np.concatenate([top * width + right, bottom * width + left])
    edges = np.bincount(starts, minlength=width * height)
    edges -= np.bincount(ends, minlength=width * height)
    free: Bools = edges.reshape(height, width).cumsum(0).cumsum(1)[:-1, :-1] == 0
    return free


def _span(low: Floats, high: Floats, grid: Floats) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The range of indices on grid that lie strictly between low and high."""
    step = grid[1] - grid[0]
    first = np.floor((low - grid[0]) / step) + 1
    past = np.ceil((high - grid[0]) / step)
    return (
        np.clip(first, 0, len(grid)).astype(np.intp),
        np.clip(past, 0, len(grid)).astype(np.intp),
    )
