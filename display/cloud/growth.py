"""Growing: in place where there is room, else by a small move, else not yet."""

import numpy as np

from display.cloud.grid import Bools, Floats, Ints
from display.cloud.packing import GLIDE, Packing
from display.cloud.plane import Plane
from display.cloud.sizes import most, ordered

NUDGE = (4.0, 16.0, 40.0, 100.0)  # units that rivals may move, to be tried in turn
WORTH = 1.02  # growth below this is not worth anybody's moving


def grow(packing: Packing) -> None:
    """Let words grow towards their targets: in place if there is room, else by a small move.

    Only a word that gained answers may move, itself or its rivals; others wait for room.
    """
    _grow_together(packing)
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


def _grow_together(packing: Packing) -> None:
    """Grow in place, at once, all words that have room for it; of two rivals the more frequent.

    One that would get only a little ahead of those with the same count stays with them.
    """
    plane = packing.plane
    state, middles = plane.state(), plane.middles()
    words = np.flatnonzero(plane.here & (packing.targets > plane.size))
    while len(words):
        plane.restore(state)
        plane.size[words] = packing.targets[words]
        plane.size = np.minimum(plane.size, most(packing.counts, _here_or_infinite(plane)))
        plane.lay(words, middles[words])
        shifted = np.abs(plane.middles()[words] - middles[words]).max(1) > 0.5
        blocked = _blocked(words, plane.near[words], shifted)
        if not blocked.any():
            _keep_step(packing, state.size)
            changed = words[plane.size[words] < packing.targets[words]]
            plane.lay(changed, middles[changed])
            if not plane.near[changed].any():
                return
            break
        words = words[~blocked]
    plane.restore(state)


def _keep_step(packing: Packing, before: Floats) -> None:
    """Give words their size before back that got only a little ahead of those with the same count,
    and those that then would pass a more frequent one."""
    plane = packing.plane
    back = ordered(packing.counts, plane.size, packing.targets) < plane.size
    while back.any():
        plane.size = np.where(back, before, plane.size)
        back = (plane.size > most(packing.counts, _here_or_infinite(plane))) & plane.here
        back &= plane.size > before


def _blocked(words: Ints, near: Bools, shifted: Bools) -> Bools:
    """Which of words, most frequent first, cannot grow: shifted, or near one that stays put."""
    blocked = shifted.copy()
    growing = set(words[~shifted].tolist())
    for i in np.flatnonzero(near.any(1) & ~shifted):
        rivals = np.flatnonzero(near[i]).tolist()
        if any(rival not in growing or rival < words[i] for rival in rivals):
            blocked[i] = True
            growing.remove(int(words[i]))
    return blocked


def _grow_one(packing: Packing, word: int, goal: float) -> None:
    """Grow word by moving it or its rivals a little, else by half, else not."""
    plane = packing.plane
    size, middle, state = plane.size[word], plane.middles()[word], plane.state()
    for part in (1.0, 0.5):
        plane.size[word] = round(size + (goal - size) * part, 1)
        plane.lay(np.array([word]), middle[None])
        rivals = plane.near[word]
        if not rivals.any() or packing.moved(word, (GLIDE,)):
            return
        area = plane.extents.prod(1) * plane.size**2
        weaker = area[rivals].sum() <= 3 * area[word] and bool((plane.size[rivals] <= size).all())
        if weaker and packing.stepped_aside(word, NUDGE):
            return
        plane.restore(state)
