"""How big each word is set: affine in the square root of its share of all answers."""

import math
from collections.abc import Sequence

FEW, MANY = 100, 250  # words; from few to many the smallest size goes down
LARGE, SMALL = 26.0, 20.0  # the smallest size with few and with many words, in units
_STEP = 1.03  # one rung of the ladder of scales
_CALM = 1.06  # answers grow by this factor before all shares are taken anew


def smallest(words: int) -> float:
    """The size, in units, of a word that nobody said in a picture of so many words."""
    crowd = min(max(words - FEW, 0) / (MANY - FEW), 1.0)
    return LARGE + (SMALL - LARGE) * round(crowd * 12) / 12


def roots(counts: Sequence[int]) -> list[float]:
    """The square root of each count's share, of a total that moves in calm steps."""
    total = max(sum(counts), 1)
    calm = _CALM ** math.ceil(math.log(total, _CALM) - 1e-9)
    return [math.sqrt(count / calm) for count in counts]


def rung(scale: float) -> int:
    """The number of the rung nearest to scale; a higher number is a smaller scale."""
    return round(-math.log(max(scale, 1.0), _STEP))


def scale(rung: int) -> float:
    """The units that a rung adds to a word which got every answer."""
    return _STEP**-rung
