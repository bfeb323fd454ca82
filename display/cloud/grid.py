"""Which places of a grid are clear, and what touches what: words that are a few boxes each.

Boxes are (x0, y0, x1, y1), y downwards. A word cannot have its origin in the Minkowski difference
of an obstacle's box and one of its own. Those differences are boxes again; a summed-area table
(Crow 1984), run backwards, adds all of them up on a grid at once.

These loops are compiled, and run without Python's lock: the rest of the server goes on meanwhile.
"""

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.intp]

GAP = 3.1  # units kept free around a word when it is put
TOUCH = 3.0  # units; a word that lies is left in peace until another comes nearer


def lines(low: Floats, high: Floats, step: tuple[float, float]) -> tuple[Floats, Floats]:
    """The xs and ys of an even grid, step apart, from low to high at most."""
    across, down = np.floor((high - low) / step + 1e-9)
    return low[0] + step[0] * np.arange(across + 1), low[1] + step[1] * np.arange(down + 1)


@njit("i8(f8,f8,i8)", cache=True, nogil=True)
def _first(low: float, step: float, size: int) -> int:
    return min(max(math.ceil(low / step), 0), size)


@njit("i8(f8,f8,i8)", cache=True, nogil=True)
def _past(high: float, step: float, size: int) -> int:
    return min(max(math.floor(high / step) + 1, 0), size)


def clear(word: Floats, others: Floats, xs: Floats, ys: Floats) -> Bools:
    """Whether word (boxes, 4) with its origin at each of ys, xs clears others (n, boxes, 4)."""
    return np.asarray(toll(word, others, np.ones(len(others)), xs, ys) == 0)


@njit("f8[:,:](f8[:,:],f8[:,:,:],f8[:],f8[:],f8[:])", cache=True, nogil=True)
def toll(word: Floats, others: Floats, prices: Floats, xs: Floats, ys: Floats) -> Floats:
    """The prices of all of others (n, boxes, 4) that word (boxes, 4) with its origin at each of
    ys, xs would push away."""
    table = np.zeros((len(ys) + 1, len(xs) + 1))
    across = (xs[1] - xs[0]) if len(xs) > 1 else 1.0
    down = (ys[1] - ys[0]) if len(ys) > 1 else 1.0
    for n in range(len(others)):
        for i in range(others.shape[1]):
            for j in range(len(word)):
                left = _first(others[n, i, 0] - word[j, 2] - GAP - xs[0], across, len(xs))
                right = _past(others[n, i, 2] - word[j, 0] + GAP - xs[0], across, len(xs))
                top = _first(others[n, i, 1] - word[j, 3] - GAP - ys[0], down, len(ys))
                bottom = _past(others[n, i, 3] - word[j, 1] + GAP - ys[0], down, len(ys))
                if left < right and top < bottom:
                    table[top, left] += prices[n]
                    table[bottom, right] += prices[n]
                    table[top, right] -= prices[n]
                    table[bottom, left] -= prices[n]
    for y in range(len(ys)):
        along = 0.0
        for x in range(len(xs)):
            along += table[y, x]
            table[y, x] = along + (table[y - 1, x] if y else 0.0)
    return table[:-1, :-1].copy()


@njit("b1(f8[:,:,::1],f8[:,::1],i8,i8)", cache=True, nogil=True)
def _touch(boxes: Floats, outer: Floats, word: int, other: int) -> bool:
    for i in range(boxes.shape[1]):
        x0, y0 = boxes[word, i, 0] - TOUCH, boxes[word, i, 1] - TOUCH
        x1, y1 = boxes[word, i, 2] + TOUCH, boxes[word, i, 3] + TOUCH
        if (
            x0 >= outer[other, 2]
            or outer[other, 0] >= x1
            or y0 >= outer[other, 3]
            or outer[other, 1] >= y1
        ):
            continue
        for j in range(boxes.shape[1]):
            if (
                x0 < boxes[other, j, 2]
                and boxes[other, j, 0] < x1
                and y0 < boxes[other, j, 3]
                and boxes[other, j, 1] < y1
            ):
                return True
    return False


@njit("b1[:,:](f8[:,:,::1],f8[:,::1],i8[:])", cache=True, nogil=True)
def touching(boxes: Floats, outer: Floats, some: Ints) -> Bools:
    """Which of some words touch which of all: (some, all).

    Boxes are (all, boxes, 4), outer the one box (all, 4) around each; nan touches nothing.
    """
    touch = np.zeros((len(some), len(boxes)), np.bool_)
    for row in range(len(some)):
        word = some[row]
        x0, y0 = outer[word, 0] - TOUCH, outer[word, 1] - TOUCH
        x1, y1 = outer[word, 2] + TOUCH, outer[word, 3] + TOUCH
        for other in range(len(boxes)):
            if (
                x0 < outer[other, 2]
                and outer[other, 0] < x1
                and y0 < outer[other, 3]
                and outer[other, 1] < y1
                and other != word
            ):
                touch[row, other] = _touch(boxes, outer, word, other)
    return touch
