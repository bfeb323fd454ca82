"""Which places of a grid are clear: the geometry of words that are a few boxes each.

Boxes are (x0, y0, x1, y1), y downwards. A word cannot have its origin in the Minkowski difference
of an obstacle's box and one of its own. Those differences are boxes again; a summed-area table
(Crow 1984), run backwards, adds all of them up on a grid at once.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.intp]

GAP = 3.1  # units kept free around a word when it is put
TOUCH = 2.7  # units; a word that lies is left in peace until another comes nearer


def lines(low: Floats, high: Floats, step: tuple[float, float]) -> tuple[Floats, Floats]:
    """The xs and ys of an even grid, step apart, from low to high at most."""
    across, down = np.floor((high - low) / step + 1e-9)
    return low[0] + step[0] * np.arange(across + 1), low[1] + step[1] * np.arange(down + 1)


def clear(word: Floats, others: Floats, xs: Floats, ys: Floats) -> Bools:
    """Whether word (boxes, 4) with its origin at each of ys, xs clears others (n, boxes, 4)."""
    starts, ends, _, shape = _corners(word, others, xs, ys)
    cells = shape[0] * shape[1]
    edges = np.bincount(starts, minlength=cells) - np.bincount(ends, minlength=cells)
    deep = edges.astype(np.int16).reshape(shape)[:-1, :-1]
    return np.asarray(deep.cumsum(0, np.int16).cumsum(1, np.int16) == 0)


def toll(word: Floats, others: Floats, prices: Floats, xs: Floats, ys: Floats) -> Floats:
    """The prices of all of others (n, boxes, 4) that word would push away at each of ys, xs."""
    starts, ends, seen, shape = _corners(word, others, xs, ys)
    cells = shape[0] * shape[1]
    each = np.repeat(prices, others.shape[1])[:, None]
    due = np.tile(np.broadcast_to(each, seen.shape)[seen], 2)
    edges = np.bincount(starts, due, cells) - np.bincount(ends, due, cells)
    return np.asarray(edges.reshape(shape)[:-1, :-1].cumsum(0).cumsum(1))


def _corners(
    word: Floats, others: Floats, xs: Floats, ys: Floats
) -> tuple[Ints, Ints, Bools, tuple[int, int]]:
    """Where the differences start and end in a table, which pairs reach it, and its shape."""
    boxes = others.reshape(-1, 4).T[..., None]
    left, right = _span(boxes[0] - word[:, 2], boxes[2] - word[:, 0], xs)
    top, bottom = _span(boxes[1] - word[:, 3], boxes[3] - word[:, 1], ys)
    seen = (left < right) & (top < bottom)
    left, right, top, bottom = left[seen], right[seen], top[seen], bottom[seen]
    width, height = len(xs) + 1, len(ys) + 1
    starts = np.concatenate([top * width + left, bottom * width + right])
    ends = np.concatenate([top * width + right, bottom * width + left])
    return starts, ends, seen, (height, width)


def _span(low: Floats, high: Floats, line: Floats) -> tuple[Ints, Ints]:
    """The range of indices on an even line from GAP before low to GAP beyond high."""
    per_step = 1.0 / (line[1] - line[0]) if len(line) > 1 else 1.0
    first = np.ceil((low - (GAP + line[0])) * per_step)
    past = np.floor((high + (GAP - line[0])) * per_step) + 1
    return (
        np.minimum(np.maximum(first, 0), len(line)).astype(np.intp),
        np.minimum(np.maximum(past, 0), len(line)).astype(np.intp),
    )


def touching(boxes: Floats, outer: Floats, some: Ints) -> Bools:
    """Which of some words touch which of all: (some, all).

    Boxes are (all, boxes, 4), outer the one box (all, 4) around each; nan touches nothing.
    """
    x0, y0, x1, y1 = outer.T
    near: Bools = (x0[some, None] < x1 + TOUCH) & (x0 < x1[some, None] + TOUCH)
    near &= (y0[some, None] < y1 + TOUCH) & (y0 < y1[some, None] + TOUCH)
    near[np.arange(len(some)), some] = False
    a, b = np.nonzero(near)
    near[a, b] = _touch(boxes[some[a]], boxes[b])
    return near


def _touch(a: Floats, b: Floats) -> Bools:
    """For each pair of words (n, boxes, 4), whether any of their boxes touch."""
    a, b = a[:, :, None, :], b[:, None, :, :]
    hit = (
        (a[..., 0] < b[..., 2] + TOUCH)
        & (b[..., 0] < a[..., 2] + TOUCH)
        & (a[..., 1] < b[..., 3] + TOUCH)
        & (b[..., 1] < a[..., 3] + TOUCH)
    ).any(axis=(1, 2))
    return np.asarray(hit)
