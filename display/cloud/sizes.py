"""How big each word is set: affine in the square root of its share of all answers.

Shares, not counts: a word that keeps its share keeps its size however many answers come, so hardly
anything has to move. Totals, scales and contrasts change in steps, so most pictures change none.
"""

import math

import numpy as np

from display.cloud.grid import Floats, Ints

FEW, MANY = 100, 250  # words; from few to many the smallest size goes down
LARGE, SMALL = 26.0, 20.0  # units: the smallest size with few words and with many,
DEEP = 37.0  # and in a deep hall: 36 px on a stage of 1920x1080, where the cloud has 1560 px
CONTRAST = 12.0  # a word with every answer adds so many times the scale to its size,
STEEPEST = 5.0  # but the most frequent word no more than this
RUNG = 1.03  # from one scale to the next
CALM = 1.06  # from one total, and one top share, to the next
OVERTAKEN = 0.97  # a word this near above one that overtakes it shrinks to let it pass
ALIKE = 0.975  # words of one count and nearly one size get the same


def smallest(words: int, deep: bool) -> float:
    """The least size, in units, in a picture of so many words."""
    if deep:
        return DEEP
    crowd = min(max(words - FEW, 0) / (MANY - FEW), 1.0)
    return LARGE + (SMALL - LARGE) * crowd


def weights(counts: Ints) -> Floats:
    """How many times the scale each of counts, most frequent first, is set."""
    roots = np.sqrt(counts / _stepped(float(counts.sum())))
    return 1.0 + min(CONTRAST, STEEPEST / _stepped(float(roots[0]))) * roots


def part(share: int, largest: int, most: int) -> float:
    """The part of its size that a word has with a share, if its largest share sets its size.

    Of words that are set by the largest of several shares, the biggest of all being `most`.
    """
    if not share:
        return 0.0
    steepness = STEEPEST / math.sqrt(max(most, 1))
    return round((1 + steepness * math.sqrt(share)) / (1 + steepness * math.sqrt(largest)), 3)


def _stepped(value: float) -> float:
    return CALM ** math.ceil(math.log(value, CALM) - 1e-9)


def rung(scale: float) -> int:
    """The number of the rung at scale or just below; higher numbers are smaller scales."""
    return math.ceil(-math.log(scale, RUNG) - 0.3)


def scale(rung: int) -> float:
    """The units of a weight of one."""
    return RUNG**-rung


def ordered(counts: Ints, size: Floats, targets: Floats) -> Floats:
    """Sizes near size (0: none yet), to 0.1 units, where a bigger count is never set smaller.

    A word that was overtaken shrinks a little to let the other pass; one that is far too small is
    lifted. A word without a size gets its target, or what those more frequent leave it.
    """
    first, past = tiers(counts)
    below = np.append(np.maximum.accumulate(size[::-1])[::-1], 0.0)[past]
    size = np.where(size > 0, np.maximum(size, below * OVERTAKEN), targets)
    size = np.floor(np.minimum(size, most(counts, size)) * 10 + 1e-6) / 10
    heads, tier = np.unique(first, return_inverse=True)
    alike = size >= np.maximum.reduceat(size, heads)[tier] * ALIKE
    least = np.minimum.reduceat(np.where(alike, size, np.inf), heads)
    return np.asarray(np.where(alike, least[tier], size))


def most(counts: Ints, size: Floats) -> Floats:
    """For each word the least size of those with a bigger count, which it may not exceed."""
    first, _ = tiers(counts)
    return np.asarray(np.append(np.inf, np.minimum.accumulate(size))[first])


def tiers(counts: Ints) -> tuple[Ints, Ints]:
    """For each word the first number with its count, and the first with a smaller one."""
    return (
        np.searchsorted(-counts, -counts, side="left"),
        np.searchsorted(-counts, -counts, side="right"),
    )
