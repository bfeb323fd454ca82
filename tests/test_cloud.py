"""What the cloud promises, whatever people send: nothing overlaps, jumps or gets lost."""

import json
from collections import Counter
from dataclasses import replace
from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from display.cloud.font import measure
from display.cloud.grid import Floats
from display.cloud.layout import Camera, Cloud, Placement, Tally

LABELS = st.one_of(
    st.sampled_from(
        ["Delaktighet", "Mod", "Tillit", "Självledarskap", "Öppenhet", "Vi", "Återkoppling"]
    ),
    st.sampled_from(
        ["Čáppa vuođđu", "😀", "👨‍👩‍👧‍👦 familj", "שלום", "مرحبا بالعالم", "学习共同体", "ﷺ", "Z͑ͫ̓a"]
    ),
    st.sampled_from(["W" * 25, "i" * 30, "W" * 30, "Å" * 30, "Självförverkligandeprocesser", "."]),
    st.text(min_size=1, max_size=30),
)
ACTS = st.lists(
    st.one_of(
        st.tuples(st.just("answer"), st.integers(0, 12), st.integers(1, 40)),
        st.tuples(st.just("take back"), st.integers(0, 12), st.integers(1, 10)),
        st.tuples(st.just("hide"), st.integers(0, 12), st.just(0)),
        st.tuples(st.just("relabel"), st.integers(0, 12), LABELS),
        st.tuples(st.just("flood"), st.integers(1, 60), LABELS),
    ),
    min_size=1,
    max_size=8,
)


ASPECTS = {
    "16:9": (1600, 900),
    "4:3": (1200, 900),
    "21:9": (2100, 900),
    "32:9": (3200, 900),
    "9:16": (900, 1600),
}


def tally_of(counts: Counter[str], labels: dict[str, str]) -> Tally:
    return [(word, labels[word], count) for word, count in counts.most_common() if count > 0]


def boxes(placement: Placement, widest: float = 40.0) -> Floats:
    return measure(placement.label, widest).boxes * placement.size + np.tile(placement[3:5], 2)


def too_near(words: Floats, other: Floats) -> bool:
    """Whether boxes (k, 4) of other come nearer than 2 units to any of words (n, k, 4)."""
    a, b = words[:, :, None, :], other[None, None, :, :]
    apart = (a[..., :2] >= b[..., 2:] + 1.99) | (b[..., :2] >= a[..., 2:] + 1.99)
    return not bool(apart.any(-1).all())


def assert_promises(cloud: Cloud, tally: Tally) -> None:
    shown, camera = list(cloud.placements.values()), cloud.camera
    widest = camera.width / 40
    drawn = np.array([boxes(placement, widest) for placement in shown]).reshape(
        -1, *measure("a").boxes.shape
    )
    assert (drawn[..., :2] >= camera[:2]).all()
    assert (drawn[..., 2:] <= np.add(camera[:2], camera[2:])).all()
    assert not any(too_near(drawn[:i], drawn[i]) for i in range(1, len(drawn)))

    rows = {word: (word, label, count) for word, label, count in tally}
    assert all(placement[:3] == rows[word] for word, placement in cloud.placements.items())
    assert len(shown) + cloud.left_out == len(tally)
    assert len(shown) <= 250
    rest = [count for word, _, count in tally if word not in cloud.placements]
    assert not rest or max(rest) <= min(p.count for p in shown)

    assert not tally or tally[0][0] in cloud.placements
    by_count = sorted(shown, key=lambda p: (p.count, p.size))
    biggest = 0.0
    for less, more in pairwise(by_count):
        biggest = max(biggest, less.size)
        assert less.count == more.count or biggest <= more.size
    for placement in shown:
        assert placement.size >= (36 if cloud.deep else 26 if len(shown) <= 100 else 20)
        advance = measure(placement.label, widest).advance * placement.size
        assert placement.width == pytest.approx(advance, abs=0.06)


@settings(max_examples=50, deadline=None)
@given(ACTS, st.just("16:9") | st.sampled_from(list(ASPECTS)), st.booleans())
@example([("answer", 0, 1), ("relabel", 0, "\x85")], "16:9", False)
@example([("answer", 0, 1), ("flood", 20, "😀" * 28)], "9:16", True)
def test_whatever_happens_the_promises_hold_and_a_replay_gives_the_same(
    acts: list, aspect: str, deep: bool
) -> None:
    cloud, counts, labels = Cloud.empty(aspect, deep), Counter[str](), dict[str, str]()
    for act, which, what in acts:
        word = f"word{which}"
        if act == "answer":
            counts[word] += what
            labels.setdefault(word, f"Ord {which}" * (1 + which % 3))
        elif act == "take back":
            counts[word] -= min(what, counts[word])
        elif act == "hide":
            del counts[word]
        elif act == "relabel":
            labels[word] = what
        else:
            for i in range(which):
                counts[f"{what}{i}"] += 1
                labels[f"{what}{i}"] = (what + str(i))[-30:]
        tally = tally_of(counts, labels)
        stored = json.loads(json.dumps([list(p) for p in cloud.placements.values()]))
        rebuilt = replace(
            cloud,
            placements={row[0]: Placement(*row) for row in stored},
            camera=Camera(*json.loads(json.dumps(cloud.camera))),
        )
        cloud = cloud.step(tally)
        assert_promises(cloud, tally)
        assert rebuilt.step(tally) == cloud
        assert cloud.step(tally) is cloud


@pytest.mark.parametrize(("aspect", "deep"), list(product(ASPECTS, [False, True])))
def test_promises_hold_in_every_shape_of_the_picture(aspect: str, deep: bool) -> None:
    cloud = Cloud.empty(aspect, deep)
    assert cloud.camera == (0, 0, *ASPECTS[aspect])
    counts, labels = Counter[str](), dict[str, str]()
    for i in range(90):
        counts[f"w{i * i % 37}"] += 1 + i % 3
        labels[f"w{i * i % 37}"] = "Medarbetarskap"[: 2 + i * i % 37 % 12].capitalize()
        if i % 6 == 0:
            cloud = cloud.step(tally_of(counts, labels))
            assert_promises(cloud, tally_of(counts, labels))


def test_a_picture_may_lie_anywhere_in_the_plane() -> None:
    tally = [(f"ord{i}", f"Ord {i}", 40 // (i + 1) + 1) for i in range(30)]
    camera = Camera(-100.0, 50.0, 1600.0, 900.0)
    cloud = Cloud({}, camera, 0).step(tally)
    assert_promises(cloud, tally)
    assert len(cloud.placements) == 30


def crowd(words: int) -> Tally:
    return [(f"ord{i}", f"Ordet {i}", 300 // (i + 1) + 1) for i in range(words)]


def test_a_deep_hall_is_shown_fewer_words_and_the_others_are_counted() -> None:
    tally = crowd(200)
    plain, deep = (Cloud.empty(deep=deep).step(tally) for deep in (False, True))
    assert plain.left_out == 0
    assert_promises(deep, tally)
    assert 0 < len(deep.placements) == 200 - deep.left_out


@pytest.mark.parametrize("aspect", ASPECTS)
def test_a_cloud_has_the_shape_of_its_picture(aspect: str) -> None:
    cloud = Cloud.empty(aspect).step(crowd(60))
    widest = cloud.camera.width / 40
    drawn = np.array([boxes(placement, widest) for placement in cloud.placements.values()])
    width, height = drawn[..., 2:].max((0, 1)) - drawn[..., :2].min((0, 1))
    across, down = ASPECTS[aspect]
    assert 0.6 < (width / height) / (across / down) < 1.7


def test_the_first_word_stands_big_in_the_middle() -> None:
    cloud = Cloud.empty().step([("tillit", "Tillit", 1)])
    word = boxes(cloud.placements["tillit"])
    (x0, y0), (x1, y1) = word[:, :2].min(0), word[:, 2:].max(0)
    assert abs((x0 + x1) / 2 - 800) < 10
    assert abs((y0 + y1) / 2 - 450) < 10
    assert 300 < x1 - x0 < 600


def test_a_word_keeps_its_place_while_it_grows() -> None:
    tally = [(f"ord{i}", f"Ord {i}", 40 // (i + 1) + 1) for i in range(30)]
    before = Cloud.empty().step(tally)
    word, label, count = tally[0]
    after = before.step([(word, label, count + 1), *tally[1:]])
    for name, placement in after.placements.items():
        old = before.placements[name]
        assert abs(placement.x - old.x) + abs(placement.y - old.y) < 60
    assert after.placements[word].size >= before.placements[word].size * 0.97


def test_hiding_a_word_moves_no_other() -> None:
    tally = [(f"ord{i}", f"Ord {i}", 60 // (i + 1) + 1) for i in range(40)]
    before = Cloud.empty().step(tally)
    after = before.step([row for row in tally if row[0] != "ord7"])
    for name, placement in after.placements.items():
        old = before.placements[name]
        assert abs(placement.x - old.x) + abs(placement.y - old.y) < 8


def test_more_words_than_fit_leave_out_the_rarest_and_latest() -> None:
    tally = [(f"ord{i}", "Ord", 2 if i < 200 else 1) for i in range(400)]
    cloud = Cloud.empty().step(tally)
    assert_promises(cloud, tally)
    assert cloud.left_out >= 150
    assert all(f"ord{i}" in cloud.placements for i in range(200))


def test_a_hundred_wide_words_at_once_still_show_the_most_frequent() -> None:
    tally = [(f"ord{i}", "W" * 25 + f"{i:03}", 200 - i) for i in range(120)]
    cloud = Cloud.empty().step(tally)
    assert_promises(cloud, tally)
    assert list(cloud.placements) == [f"ord{i}" for i in range(len(cloud.placements))]


def test_an_empty_tally_is_an_empty_picture() -> None:
    full = Cloud.empty().step([("mod", "Mod", 3)])
    assert full.step([]) == Cloud.empty()
