"""The shapes that the cloud is laid out with hold the ink that is drawn."""

import numpy as np
import pytest

from display.cloud.font import covers, measure
from tests.bench.layout.score import font_at

SWEDISH_AND_SAMI = [
    "Självledarskap",
    "Öppenhet",
    "vuođđu",
    "gáŋŋá",
    "Ŧŧ",
    "Šš",
    "Čč",
    "Łódź Ğ – “hej” Ä&Ö",
]


def test_the_font_covers_swedish_and_sami_and_not_what_it_lacks() -> None:
    assert all(covers(label) for label in SWEDISH_AND_SAMI)
    assert not any(covers(label) for label in ["😀", "Glädje 😊", "مرحبا", "你好", "a\u200db", "ʬ"])


@pytest.mark.parametrize("label", [*SWEDISH_AND_SAMI, "AVATAR Tå Yta", "n̈ā́"])
def test_boxes_hold_the_ink_and_the_advance_is_the_drawn_one(label: str) -> None:
    size = 200
    font = font_at(size)
    shape = measure(label)
    assert shape.advance * size == pytest.approx(font.getlength(label), abs=1)
    mask, (left, top) = font.getmask2(label, mode="L", anchor="ms")
    width, height = mask.size
    ink = np.argwhere(np.frombuffer(bytes(mask), np.uint8).reshape(height, width) > 127)
    y, x = ((ink + 0.5 + (top, left)) / size).T
    inside = np.zeros(len(ink), bool)
    for x0, y0, x1, y1 in shape.boxes.tolist():
        inside |= (x > x0 - 0.005) & (x < x1 + 0.005) & (y > y0 - 0.005) & (y < y1 + 0.005)
    assert inside.all()


def test_a_label_of_another_script_reserves_one_box_for_the_browsers_font() -> None:
    shape = measure("你好吗")
    *reserved, left, right = shape.boxes.tolist()
    x0, y0, x1, y1 = reserved[0]
    assert reserved == [reserved[0]] * len(reserved)
    assert (left[2], right[0]) == (x0, x1)
    assert shape.advance == pytest.approx(3.6)
    assert (x0, x1) == pytest.approx((-1.8, 1.8))
    assert y1 - y0 >= 1.25


def test_as_high_as_small_letters_a_label_keeps_both_its_sides_free() -> None:
    *ink, left, right = measure("pp").boxes.tolist()
    x0, x1 = min(box[0] for box in ink), max(box[2] for box in ink)
    assert left == pytest.approx([x0 - 0.1, -0.5, x0, 0.0])
    assert right == pytest.approx([x1, -0.5, x1 + 0.1, 0.0])
    assert max(box[3] for box in ink) > 0.1  # what hangs below has nothing beside it


def test_a_very_long_label_is_squeezed() -> None:
    shape = measure("W" * 100)
    assert shape.advance == 40
    assert shape.boxes[:, 0].min() >= -20.05
    assert shape.boxes[:, 2].max() <= 20.05
