"""What phones type: Swedish words, as often as people say them."""

from itertools import accumulate
from random import Random

from tests.bench.layout.workloads import WORDS

DIFFERENT_WORDS = 250
SEED = 1


def texts(number: int, seed: int = SEED) -> list[str]:
    """Return Swedish words, the first of the list the commonest, as Zipf has it."""
    weights = list(accumulate(1 / rank for rank in range(1, DIFFERENT_WORDS + 1)))
    return Random(seed).choices(WORDS[:DIFFERENT_WORDS], cum_weights=weights, k=number)
