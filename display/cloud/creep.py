"""Creeping: words swell and shift, less than anybody sees, from where it is tight to where there is
room."""

import math

import numpy as np

from display.cloud.grid import Floats, Ints
from display.cloud.packing import Packing
from display.cloud.press import pressure, swell
from display.cloud.sizes import tiers

LIVELY_SHIFT, SHIFT = 6.0, 0.25  # units each way that a word may shift in one picture,
LIVELY_GROWTH, GROWTH = 1.3, 1.03  # and its growth, if it gained answers or is new, or did not,
LIVELY_DRIFT, DRIFT = 3.0, 0.5  # and units at most that it would go inwards to its ring,
HURRY = 0.1  # which is such a part of the way
SWOLLEN = 1.06  # words press on each other as if they were so much larger than they should be,
MOST_SWOLLEN = 1.3  # and at most so much larger than they are
NOTCH = 1.02  # times as many answers: then all creep, not only those that gained or are new


def creep(packing: Packing) -> None:
    """Let words grow, and shift away from those that would touch them were all a little larger,
    and towards where the frequent ones are in the middle."""
    plane, targets = packing.plane, packing.targets
    words = np.flatnonzero(plane.here)
    middle, size = plane.middles()[words], plane.size[words]
    lively = (packing.grew | ~packing.known)[words]
    all_creep = _notch(packing.counts[words]) != _notch(packing.counts_before[words])
    shift, growth = (SHIFT, GROWTH) if all_creep else (0.0, 1.0)
    reach = np.where(lively, LIVELY_SHIFT, shift)
    home = packing.homes[words]
    home = np.where((np.abs(middle - home).max(1) < reach)[:, None], home, middle)
    goal = np.minimum(targets[words], size * np.where(lively, LIVELY_GROWTH, growth))
    goal = np.maximum(np.minimum(goal, plane.fitting(words, home, reach)), size)
    swollen = np.clip(targets[words] * SWOLLEN, size * SWOLLEN, size * MOST_SWOLLEN)
    crowd = plane.crowd(words, home, swollen, reach)
    push = pressure(crowd, middle, swollen)
    drift = np.where(lively, LIVELY_DRIFT, DRIFT)
    push += _shortened(HURRY * packing.to_rings(words), drift)
    bounds = plane.bounds(words, home, goal, reach)
    first, _ = tiers(packing.counts[words])
    swell(crowd, middle, size, np.clip(middle + push, *bounds), goal, bounds, first, lively)
    plane.size[words] = size
    plane.lay(words, middle)


def _notch(counts: Ints) -> int:
    """How often answers have become NOTCH times as many: pictures in between, of which a busy hall
    draws ten a second, then change little that a screen must paint and the log must hold."""
    return math.floor(math.log(max(counts.sum(), 1), NOTCH))


def _shortened(ways: Floats, most: Floats) -> Floats:
    far = np.hypot(ways[:, 0], ways[:, 1])
    return np.asarray(ways / np.maximum(far / most, 1.0)[:, None])
