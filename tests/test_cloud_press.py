"""Words that press on each other: who gets the room, and who waits for whom."""

import numpy as np

from display.cloud.grid import GAP, Floats
from display.cloud.press import Crowd, laggards, neighbours, swell

ROOM = 30.0  # units that words of these tests may shift


def swollen(
    middles: list[float], goals: list[float], counts: list[int], walls: float
) -> tuple[Floats, Floats]:
    """Return the middles, along a line between two walls, and the sizes of square words of size
    10 that would grow to their goals."""
    many = len(middles)
    middle = np.column_stack([middles, np.zeros(many)])
    size, goal = np.full(many, 10.0), np.array(goals, float)
    half = np.full((many, 2), 0.5)
    boxes = np.tile([-0.5, -0.5, 0.5, 0.5], (many, 1, 1))
    pairs = neighbours(half, middle, goal, np.full(many, ROOM))
    low, high = middle.copy(), middle.copy()
    low[:, 0], high[:, 0] = -walls + goal / 2, walls - goal / 2
    first = np.searchsorted(-np.array(counts), -np.array(counts))
    crowd = Crowd(boxes, half, np.zeros((many, 2)), pairs)
    swell(crowd, middle, size, middle, goal, (low, high), first, np.zeros(many, bool))
    return middle[:, 0], size


def test_words_shift_apart_so_that_both_find_room_to_grow() -> None:
    (left, right), sizes = swollen([-8, 8], [20, 18], [2, 1], walls=30)
    assert sizes.tolist() == [20, 18]
    assert right - left >= 19 + GAP - 0.1


def test_where_there_is_room_for_one_the_more_frequent_grows() -> None:
    _, (more, fewer) = swollen([-8, 8], [20, 18], [2, 1], walls=20)
    assert more == 20
    assert 10 <= fewer < 18


def test_words_of_one_count_wait_for_one_that_finds_no_room() -> None:
    middles, counts = [-19.8, -6.6, 6.6, 19.8], [2, 1, 1, 1]
    _, sizes = swollen(middles, [10.5, 10.5, 10.5, 10.5], counts, walls=40)
    assert sizes.tolist() == [10.5, 10.5, 10.5, 10.5]
    _, (_, *peers) = swollen(middles, [12, 12, 12, 12], counts, walls=27)
    assert len(set(peers)) == 1
    assert peers[0] < 12


def test_no_word_outgrows_a_more_frequent_one() -> None:
    _, sizes = swollen([-35, -16, 3, 22], [12, 20, 20, 20], [2, 1, 1, 1], walls=70)
    assert sizes.tolist() == [12, 12, 12, 12]


def test_a_few_of_many_words_may_be_smaller_than_others_with_their_count() -> None:
    assert laggards(20, 40) == 1
    assert laggards(25, 40) == 0
    assert laggards(60, 250) > 20
