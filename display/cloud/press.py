"""Words that press on each other: which way they part, and how far a crowd of them can swell.

After Lubachevsky and Stillinger, "Geometric properties of random disk packings" (1990): discs that
swell and drift pack far denser than discs that wait for holes. Words part as particles do in
"Position based dynamics" (Müller and others 2007): pair by pair, again and again, light ones most.

Words are seen from their middles. The loops are compiled, and run without Python's lock, as those
of grid.py are.
"""

from typing import NamedTuple

import numpy as np
from numba import njit, types

from display.cloud.grid import GAP, TOUCH, Bools, Floats, Ints

_SWEEPS = 6  # over all pairs, in which words part,
_TURNS = 4  # and so often, each time with less growth where it is too tight
_SLACK = 0.05  # units of overlap that may be left to the last check
_LAG = 0.02  # what the laggards of a count may cost


class Crowd(NamedTuple):
    """Words at size 1, and the pairs of them that may touch."""

    boxes: Floats  # (words, boxes, 4)
    half: Floats  # of their extents: (words, 2)
    offset: Floats  # of their middles from their origins: (words, 2)
    pairs: Ints


_ONES, _TWOS, _BOXES = types.f8[::1], types.f8[:, ::1], types.f8[:, :, ::1]
_BOUNDS = types.UniTuple(_TWOS, 2)
_CROWD = types.NamedTuple((_BOXES, _TWOS, _TWOS, types.i8[:, ::1]), Crowd)


@njit(
    types.Tuple((types.i8, types.f8))(_BOXES, _TWOS, _TWOS, _ONES, types.i8, types.i8, types.f8),
    cache=True,
    nogil=True,
)
def _contact(
    boxes: Floats, half: Floats, middle: Floats, size: Floats, a: int, b: int, gap: float
) -> tuple[int, float]:
    """Which way (right, left, down, up) b has to go least far to be a gap from a, and how far."""
    x, y = middle[a, 0] - middle[b, 0], middle[a, 1] - middle[b, 1]
    wide, high = half[b, 0] * size[b], half[b, 1] * size[b]
    if abs(x) >= half[a, 0] * size[a] + wide + gap or abs(y) >= half[a, 1] * size[a] + high + gap:
        return 0, 0.0
    rights = lefts = downs = ups = 0.0
    for i in range(boxes.shape[1]):
        x0, x1 = boxes[a, i, 0] * size[a] + x - gap, boxes[a, i, 2] * size[a] + x + gap
        y0, y1 = boxes[a, i, 1] * size[a] + y - gap, boxes[a, i, 3] * size[a] + y + gap
        if x0 >= wide or x1 <= -wide or y0 >= high or y1 <= -high:
            continue
        for j in range(boxes.shape[1]):
            right, left = x1 - boxes[b, j, 0] * size[b], boxes[b, j, 2] * size[b] - x0
            if right <= 0 or left <= 0:
                continue
            down, up = y1 - boxes[b, j, 1] * size[b], boxes[b, j, 3] * size[b] - y0
            if down > 0 and up > 0:
                rights, lefts = max(rights, right), max(lefts, left)
                downs, ups = max(downs, down), max(ups, up)
    if min(rights, lefts) <= min(downs, ups):
        return (0, rights) if rights <= lefts else (1, lefts)
    return (2, downs) if downs <= ups else (3, ups)


@njit(types.i8[:, ::1](_TWOS, _TWOS, _ONES, _ONES), cache=True, nogil=True)
def neighbours(half: Floats, middle: Floats, size: Floats, reach: Floats) -> Ints:
    """The pairs of words that may touch when each goes as far as its reach."""
    many = len(middle)
    pairs = np.empty((many * (many - 1) // 2, 2), np.int64)
    found = 0
    for a in range(many):
        for b in range(a + 1, many):
            room = reach[a] + reach[b] + GAP + 1.0
            if (
                abs(middle[a, 0] - middle[b, 0])
                < half[a, 0] * size[a] + half[b, 0] * size[b] + room
            ) and (
                abs(middle[a, 1] - middle[b, 1])
                < half[a, 1] * size[a] + half[b, 1] * size[b] + room
            ):
                pairs[found] = a, b
                found += 1
    return pairs[:found].copy()


@njit(_TWOS(_CROWD, _TWOS, _ONES), cache=True, nogil=True)
def pressure(crowd: Crowd, middle: Floats, size: Floats) -> Floats:
    """How far, and where to, each word is pressed by those that it overlaps: (words, 2)."""
    boxes, half, _, pairs = crowd
    pushes = np.zeros((len(size), 4))  # to the right, left, down, up
    mass = half[:, 0] * half[:, 1] * size * size
    for p in range(len(pairs)):
        a, b = pairs[p]
        way, depth = _contact(boxes, half, middle, size, a, b, GAP)
        if depth > 0:
            share = depth * mass[a] / (mass[a] + mass[b])
            pushes[b, way] = max(pushes[b, way], share)
            pushes[a, way ^ 1] = max(pushes[a, way ^ 1], depth - share)
    return pushes[:, ::2] - pushes[:, 1::2]


@njit(types.void(_CROWD, _TWOS, _ONES, _BOUNDS), cache=True, nogil=True)
def part(crowd: Crowd, middle: Floats, size: Floats, bounds: tuple[Floats, Floats]) -> None:
    """Shift middles, within bounds, until no words overlap, as well as may be."""
    boxes, half, _, pairs = crowd
    low, high = bounds
    mass = half[:, 0] * half[:, 1] * size * size
    for _ in range(_SWEEPS):
        still = True
        for p in range(len(pairs)):
            a, b = pairs[p]
            way, depth = _contact(boxes, half, middle, size, a, b, GAP)
            if depth <= 0.01:
                continue
            still = False
            axis = way // 2
            if way % 2:  # that b goes left is that a goes right
                a, b = b, a
            back, on = middle[a, axis] - low[a, axis], high[b, axis] - middle[b, axis]
            onward = min(max(depth * mass[a] / (mass[a] + mass[b]), depth - back), on)
            middle[b, axis] += onward
            middle[a, axis] -= min(depth - onward, back)
        if still:
            return


@njit(types.i8(types.i8, types.i8), cache=True, nogil=True)
def laggards(peers: int, words: int) -> int:
    """How many of peers, the words with one count, may be set smaller than the others.

    Each costs 3 peers² / words³ of the rank correlation, squared, between sizes and counts.
    """
    return int(_LAG * words**3 / 3 / peers**2)


@njit(types.void(types.i8[::1], _ONES, _ONES), cache=True, nogil=True)
def _level(first: Ints, old: Floats, size: Floats) -> None:
    """Cut growth: no word gets larger than a more frequent one nor, but for a few laggards, than
    others with its count, of which first is the first."""
    many = len(size)
    bound, start = np.inf, 0
    while start < many:
        end = start
        while end < many and first[end] == first[start]:
            size[end] = min(size[end], bound)
            end += 1
        few = laggards(end - start, many)
        if few < end - start - 1:
            level = np.sort(size[start:end])[few]
            for i in range(start, end):
                size[i] = min(size[i], max(level, old[i]))
        bound = min(bound, size[start:end].min())
        start = end


@njit(
    types.b1(_CROWD, _TWOS, _ONES, _ONES, types.b1[::1], types.b1),
    cache=True,
    nogil=True,
)
def _yielded(
    crowd: Crowd, middle: Floats, size: Floats, old: Floats, lively: Bools, wholly: bool
) -> bool:
    """Take growth back, by half or wholly, from one of each two that overlap; whether there were
    any. The rarer yields, but not one that is lively to one that is not."""
    boxes, half, _, pairs = crowd
    some = False
    for p in range(len(pairs)):
        a, b = pairs[p]
        grow_a, grow_b = size[a] > old[a], size[b] > old[b]
        if not (grow_a or grow_b):
            continue
        _, depth = _contact(boxes, half, middle, size, a, b, GAP)
        if depth > _SLACK:
            some = True
            loser = b if grow_b and not (grow_a and lively[b] and not lively[a]) else a
            size[loser] = old[loser] if wholly else (old[loser] + size[loser]) / 2
    return some


@njit(
    types.void(_CROWD, _TWOS, _ONES, _TWOS, _ONES, types.i8[::1]),
    cache=True,
    nogil=True,
)
def _made_sure(
    crowd: Crowd,
    middle: Floats,
    size: Floats,
    home: Floats,
    old: Floats,
    first: Ints,
) -> None:
    """Round origins and sizes to tenths, and take those that then touch back to where they were,
    and those that touch these."""
    boxes, half, offset, pairs = crowd
    size[:] = np.maximum(np.floor(size * 10 + 1e-6) / 10, old)
    back = np.zeros(len(size), np.bool_)
    amiss = True
    while amiss:
        amiss = False
        _level(first, old, size)
        origin = offset * size.reshape(-1, 1)
        middle[:] = np.rint((middle - origin) * 10) / 10 + origin
        for p in range(len(pairs)):
            a, b = pairs[p]
            if not (back[a] and back[b]):
                _, depth = _contact(boxes, half, middle, size, a, b, TOUCH + 1e-6)
                if depth > 0:
                    amiss = back[a] = back[b] = True
                    middle[a], middle[b] = home[a], home[b]
                    size[a], size[b] = old[a], old[b]


@njit(
    types.void(
        *(_CROWD, _TWOS, _ONES, _TWOS, _ONES, _BOUNDS),
        *(types.i8[::1], types.b1[::1]),
    ),
    cache=True,
    nogil=True,
)
def swell(
    crowd: Crowd,
    middle: Floats,
    size: Floats,
    middles: Floats,
    sizes: Floats,
    bounds: tuple[Floats, Floats],
    first: Ints,
    lively: Bools,
) -> None:
    """Let words go to other middles, within bounds, and grow to other sizes, as far as they find
    room beside each other; from where none touch."""
    home, old = middle.copy(), size.copy()
    middle[:], size[:] = middles, sizes
    for turn in range(_TURNS):
        _level(first, old, size)
        part(crowd, middle, size, bounds)
        if not _yielded(crowd, middle, size, old, lively, turn > 0):
            break
    _made_sure(crowd, middle, size, home, old, first)
