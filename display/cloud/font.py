"""What a label looks like in the cloud's typeface: its advance and its ink, at any size.

The file measured here is the one the browser draws with, so both agree.
"""

import string
import unicodedata
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
import regex
from numpy.typing import NDArray
from PIL import ImageFont

from display.cloud.shapes import Box, simplify

FILE = Path(__file__).parents[2] / "static" / "fonts" / "barlow-600-1.408.woff2"

Floats = NDArray[np.float64]

WIDEST = 40.0  # em
_RESERVED = (-1.0, 0.35)  # em above and below the baseline, for scripts that another font draws
_BEARING = 0.04  # em kept free at both ends, so that neighbours do not read as one word
_PIXELS = 256  # an em when glyphs are scanned,
_STRIP = 4  # so many columns at a time
_GLYPH_BOXES = 4
_LABEL_BOXES = 12


class Shape(NamedTuple):
    """A label at size 1, seen from the middle of its baseline: y grows downwards."""

    advance: float
    boxes: Floats  # (boxes, 4), of equal number in all shapes; together they hold all the ink


def covers(label: str) -> bool:
    """Whether the typeface draws all of label itself, with no fallback font."""
    return all(_is_drawn(grapheme) for grapheme in _graphemes(label))


@lru_cache(maxsize=4096)
def measure(label: str, widest: float = WIDEST) -> Shape:
    """The shape of label, squeezed to widest em; one reserved box where a fallback font will draw,
    squeezed to it."""
    graphemes = _graphemes(label)
    ink: list[Box] = []
    end = 0.0
    for before, grapheme in pairwise(["", *graphemes]):
        end += _kerning(before, grapheme)
        if _is_drawn(grapheme):
            ink += (box.shifted(end, 0.0) for box in _glyph(grapheme))
        end += _advance(grapheme)
    advance = max(end, 0.5)
    if not ink or not covers(label):
        ink = [Box(0.0, _RESERVED[0], advance, _RESERVED[1])]
    squeeze = min(1.0, widest / advance)
    middle = advance / 2
    few = simplify(ink, _LABEL_BOXES)
    few[0] = few[0]._replace(x0=few[0].x0 - _BEARING)
    few[-1] = few[-1]._replace(x1=few[-1].x1 + _BEARING)
    boxes = np.array(few + few[-1:] * (_LABEL_BOXES - len(few)))
    boxes[:, [0, 2]] = (boxes[:, [0, 2]] - middle) * squeeze
    boxes.setflags(write=False)
    return Shape(advance * squeeze, boxes)


def _graphemes(label: str) -> list[str]:
    return list(regex.findall(r"\X", label))


@lru_cache(maxsize=1)
def _font() -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(FILE, _PIXELS)


@lru_cache(maxsize=4096)
def _is_drawn(grapheme: str) -> bool:
    # Pillow shows no character map, but what is missing from this file leaves no ink.
    if grapheme == " " or not grapheme.isprintable():
        return grapheme == " "
    return all(_font().getmask(character).getbbox() for character in grapheme)


@lru_cache(maxsize=4096)
def _advance(grapheme: str) -> float:
    if _is_drawn(grapheme):
        return _font().getlength(grapheme) / _PIXELS
    letter = unicodedata.category(grapheme[0]).startswith("L")
    wide = unicodedata.east_asian_width(grapheme[0]) in "WF"
    return 0.8 if letter and not wide else 1.2


@lru_cache(maxsize=16384)
def _kerning(before: str, grapheme: str) -> float:
    if not before or not (_is_drawn(before) and _is_drawn(grapheme)):
        return 0.0
    pair = _font().getlength(before + grapheme) / _PIXELS
    return pair - _advance(before) - _advance(grapheme)


@lru_cache(maxsize=4096)
def _glyph(grapheme: str) -> tuple[Box, ...]:
    """The ink of a grapheme as a few boxes, seen from where it starts on the baseline."""
    mask, (left, top) = _font().getmask2(grapheme, mode="L", anchor="ls")
    width, height = mask.size
    ink = np.frombuffer(bytes(mask), np.uint8).reshape(height, width) > 0
    strips = [
        Box(x, rows[0], min(x + _STRIP, width), rows[-1] + 1)
        for x in range(0, width, _STRIP)
        if (rows := np.flatnonzero(ink[:, x : x + _STRIP].any(axis=1))).size
    ]
    return tuple(
        Box(*(float(edge) / _PIXELS for edge in box.shifted(left, top)))
        for box in simplify(strips, _GLYPH_BOXES)
    )


for _letter in string.ascii_letters + "ÅÄÖåäö -":  # now, rather than while a hall waits
    _glyph(_letter)
