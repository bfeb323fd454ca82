"""Changes that are not growth: the promises hold after them, and nobody else moves."""

import math
from collections.abc import Callable, Sequence
from itertools import accumulate
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_cloud import ASPECTS, assert_promises, boxes

from display.cloud.font import covers, measure
from display.cloud.layout import Cloud, Placement, Tally
from tests.bench.layout.score import Drawn, gates, violations
from tests.bench.layout.workloads import WORDS

Change = Callable[[Random, Tally], Tally]

UNSEEN = 1.0  # px that a bystander may shift in one picture,
ASIDE = 8.0  # and one that lay so close that it touches when a neighbour changes its size
PICTURES = 8  # in which a cloud has grown
CLOUDS = st.tuples(st.integers(3, 45), st.integers(2, 12), st.integers(0, 2**32))
SHAPES = st.tuples(st.sampled_from(list(ASPECTS)), st.booleans())
ODD = [
    *("a" * 25, "W" * 25, "i" * 25, "W" * 40),
    *("Realisationsvinstbeskattningsexpertgrupp", "Mer tid tillsammans", "Čáhcesuoidni"),
    *("Đorđŋu", "Ŧŧ Šš Žž", "Áŋgiruššan", "مشاركة الجميع", "שיתוף", "参与和信任", "한국어"),
    *("😀", "👩‍👩‍👧‍👦", "🇸🇪 Heja", "e\u0301\u0323\u0331"),
]


def grown(
    words: int, answers: int, seed: int, aspect: str = "16:9", deep: bool = False
) -> tuple[Cloud, Tally]:
    """Return a cloud of so many words, with so many answers each on average, and its tally."""
    chance = Random(seed)
    labels = chance.sample(WORDS, words)
    weights = list(accumulate(1 / rank for rank in range(1, words + 1)))
    cloud, counts = Cloud.empty(aspect, deep), dict.fromkeys(labels, 1)
    for picture in range(1, PICTURES + 1):
        for label in chance.choices(labels, cum_weights=weights, k=words * answers // PICTURES):
            counts[label] += 1
        tally = ranked([(w.lower(), w, counts[w]) for w in labels[: words * picture // PICTURES]])
        cloud = cloud.step(tally)
    return cloud, tally


def ranked(rows: Sequence[tuple[str, str, int]]) -> Tally:
    """Return the rows as a tally: most frequent first, and no word that nobody sent."""
    return sorted((row for row in rows if row[2] > 0), key=lambda row: -row[2])


def hide(chance: Random, tally: Tally) -> Tally:
    gone = chance.choice(tally)
    return [row for row in tally if row != gone]


def take_back(chance: Random, tally: Tally) -> Tally:
    word, label, count = chance.choice(tally)
    return ranked([row for row in tally if row[0] != word] + [(word, label, count - 1)])


def take_back_all(chance: Random, tally: Tally) -> Tally:
    """Take back the only answer of a word, or all of the rarest."""
    gone = chance.choice([row for row in tally if row[2] == tally[-1][2]])
    return [row for row in tally if row != gone]


def split(chance: Random, tally: Tally) -> Tally:
    """Split one answer off a word, under a short name."""
    word, label, count = chance.choice(tally)
    rest = [row for row in tally if row[0] != word]
    return ranked([*rest, (word, label, count - 1), ("nytt", "Nytt", 1)])


def merge(chance: Random, tally: Tally) -> Tally:
    one, other = chance.sample(list(tally), 2)
    rest = [row for row in tally if row not in (one, other)]
    return ranked([*rest, (one[0], one[1], one[2] + other[2])])


def a_hundred_new(chance: Random, tally: Tally) -> Tally:
    known = {label for _, label, _ in tally}
    new = chance.sample([label for label in WORDS if label not in known], 100)
    return ranked([*tally, *((label.lower(), label, 1) for label in new)])


def respell(chance: Random, tally: Tally) -> Tally:
    change = chance.choice([str.upper, str.lower, "{}s".format, "{} …".format])
    return [(w, change(label) if chance.random() < 0.3 else label, n) for w, label, n in tally]


def all_of_one(chance: Random, tally: Tally) -> Tally:
    word, label, count = chance.choice(tally)
    return ranked(
        [(w, other, n) for w, other, n in tally if w != word] + [(word, label, 50 + count)]
    )


def assert_gates(cloud: Cloud, tally: Tally) -> None:
    """Judge the cloud by its boxes, and by ink that was drawn apart from the engine."""
    assert_promises(cloud, tally)
    width, height = round(cloud.camera.width), round(cloud.camera.height)
    shown = [p for p in cloud.placements.values() if covers(p.label)]
    ink = [
        Drawn(p.word, p.label, p.count, p.x, p.y, p.size)
        for p in shown
        if measure(p.label).advance <= width / 40  # else it is squeezed, which Drawn is not
    ]
    assert gates(ink, width, height) == (0, 0, 0)


def test_every_word_that_is_smaller_than_a_rarer_one_breaks_the_order() -> None:
    assert violations(np.array([5, 5, 3]), np.array([10.0, 20.0, 15.0])) == 1
    assert violations(np.array([1, 9, 5, 9]), np.array([12.0, 11.0, 11.0, 20.0])) == 2
    assert violations(np.array([5, 5, 3, 3]), np.array([20.0, 15.0, 15.0, 10.0])) == 0


def shifts(before: Cloud, after: Cloud) -> list[float]:
    """How far, at most first, the words whose count is the same moved, in px.

    A word that got wider or narrower may have kept either end in place.
    """
    pairs = [(before.placements.get(word), new) for word, new in after.placements.items()]
    return sorted(
        (
            math.dist(middle(old), middle(new)) - abs(old.width - new.width) / 2
            for old, new in pairs
            if old and old.count == new.count
        ),
        reverse=True,
    )


def middle(placement: Placement) -> tuple[float, float]:
    low, high = boxes(placement)[:, :2].min(0), boxes(placement)[:, 2:].max(0)
    x, y = (low + high) / 2
    return float(x), float(y)


@pytest.mark.parametrize(
    "change",
    [hide, take_back, take_back_all, split, merge, a_hundred_new, respell, all_of_one],
)
@settings(max_examples=16, derandomize=True)
@given(cloud=CLOUDS, shape=SHAPES, seed=st.integers(0, 2**32))
def test_the_promises_hold_after(
    change: Change, cloud: tuple[int, int, int], shape: tuple[str, bool], seed: int
) -> None:
    before, tally = grown(*cloud, *shape)
    assert_gates(before, tally)
    changed = change(Random(seed), tally)
    assert_gates(before.step(changed), changed)


@pytest.mark.parametrize("change", [hide, take_back, take_back_all, split])
@settings(max_examples=40, derandomize=True)
@given(cloud=CLOUDS, seed=st.integers(0, 2**32))
def test_nobody_else_moves_after(change: Change, cloud: tuple[int, int, int], seed: int) -> None:
    before, tally = grown(*cloud)
    farthest, *others = [*shifts(before, before.step(change(Random(seed), tally))), 0.0]
    assert farthest <= ASIDE
    assert max(others, default=0.0) <= UNSEEN


def test_a_word_that_falls_behind_makes_none_grow_that_has_no_room() -> None:
    above = Placement("mångfald", "MÅNGFALD", 9, 800, 392, 115, 572.4)
    small = Placement("lugn", "Lugn", 6, 800, 450, 60, 132.3)
    below = Placement("medskapande", "MEDSKAPANDE", 9, 800, 553, 115, 790)
    large = Placement("solidaritet", "Solidaritet", 6, 800, 700, 110, 508.4)
    rows = [above, below, small, large]
    before = Cloud({p.word: p for p in rows}, Cloud.empty().camera, 0)
    after = before.step([(p.word, p.label, p.count - (p == large)) for p in rows])
    assert max(shifts(before, after)) <= UNSEEN
    assert after.placements["solidaritet"].size <= after.placements["lugn"].size < 70


@pytest.mark.parametrize("label", ODD)
def test_an_odd_word_is_shown_alone_and_among_others_and_on_top(label: str) -> None:
    tally = [("odd", label, 1)]
    assert_gates(Cloud.empty().step(tally), tally)
    cloud, others = grown(20, 4, 1)
    for count in (1, 2, 5, 60):
        tally = ranked([*others, ("odd", label, count)])
        cloud = cloud.step(tally)
        assert_gates(cloud, tally)
        assert "odd" in cloud.placements


def test_a_hall_of_one_mind_sees_its_word_stand_still() -> None:
    cloud = first = Cloud.empty().step([("tillit", "Tillit", 1)])
    for count in range(2, 200):
        cloud = cloud.step([("tillit", "Tillit", count)])
        now, then = cloud.placements["tillit"], first.placements["tillit"]
        assert math.dist(middle(now), middle(then)) <= UNSEEN
        assert now.size == pytest.approx(then.size, rel=0.03)
