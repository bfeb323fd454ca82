"""What a label looks like in the cloud's typeface: its advance and its ink, at any size.

The file measured here is the one the browser draws with, and HarfBuzz, which browsers shape text
with, sets its glyphs: so both agree, on every machine.
"""

import string
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

import numpy as np
import regex
from numpy.typing import NDArray
from uharfbuzz import Blob, Buffer, DrawFuncs, Face, Font, GlyphInfo, GlyphPosition, shape

from display.cloud.shapes import Box, simplify

FILE = Path(__file__).parents[2] / "static" / "fonts" / "barlow-600-1.408.ttf"

Floats = NDArray[np.float64]

WIDEST = 40.0  # em
_RESERVED = (-1.0, 0.35)  # em above and below the baseline, for scripts that another font draws
_BEARING = 0.1  # em kept free at both ends, so that neighbours in a row do not read as one word,
_ROW = (-0.5, 0.0)  # em below the baseline: as high as small letters are
_STRIP = 1 / 64  # em: the width of the strips that a glyph is scanned in,
_POINTS = 256  # at so many of each line and curve
_GLYPH_BOXES = 4
_LABEL_BOXES = 12

_ALONG = np.linspace(0, 1, _POINTS)
_BEZIER = np.column_stack(((1 - _ALONG) ** 2, 2 * (1 - _ALONG) * _ALONG, _ALONG**2))
_FONT = Font(Face(Blob.from_file_path(FILE)))
_EM = _FONT.face.upem


class Shape(NamedTuple):
    """A label at size 1, seen from the middle of its baseline: y grows downwards."""

    advance: float
    boxes: Floats  # (boxes, 4), of equal number in all shapes; together they hold all the ink,
    # and what is kept free beside it


def covers(label: str) -> bool:
    """Whether the typeface draws all of label itself, with no fallback font."""
    return all(_is_drawn(grapheme) for grapheme in _graphemes(label))


@lru_cache(maxsize=4096)
def measure(label: str, widest: float = WIDEST) -> Shape:
    """The shape of label, squeezed to widest em; one reserved box where a fallback font will draw,
    squeezed to it."""
    end, ink = _set(label)
    advance = max(end, 0.5)
    if not ink or not covers(label):
        ink = [Box(0.0, _RESERVED[0], advance, _RESERVED[1])]
    squeeze = min(1.0, widest / advance)
    middle = advance / 2
    few = simplify(ink, _LABEL_BOXES)
    few += few[-1:] * (_LABEL_BOXES - len(few))
    boxes = np.array([*few, *_bearings(few[0].x0, few[-1].x1)])
    boxes[:, [0, 2]] = (boxes[:, [0, 2]] - middle) * squeeze
    boxes.setflags(write=False)
    return Shape(advance * squeeze, boxes)


def _bearings(left: float, right: float) -> tuple[Box, Box]:
    """What is kept free beside ink that ends at left and right."""
    top, bottom = _ROW
    return Box(left - _BEARING, top, left, bottom), Box(right, top, right + _BEARING, bottom)


def _graphemes(label: str) -> list[str]:
    return list(regex.findall(r"\X", label))


def _is_drawn(grapheme: str) -> bool:
    return all(_FONT.get_nominal_glyph(ord(character)) for character in grapheme)


def _set(label: str) -> tuple[float, list[Box]]:
    """The advance of label, and the ink that the typeface draws of it, from left to right."""
    ink: list[Box] = []
    end = 0.0
    for drawn, run in groupby(_graphemes(label), _is_drawn):
        if not drawn:
            end += sum(map(_reserved, run))
            continue
        for glyph, at in _shaped("".join(run)):
            x, y = end + at.x_offset / _EM, -at.y_offset / _EM
            ink += (box.shifted(x, y) for box in _glyph(glyph.codepoint))
            end += at.x_advance / _EM
    return end, sorted(ink)  # a mark is set after the letter that it stands above


def _reserved(grapheme: str) -> float:
    """The advance that is kept for a grapheme of another font."""
    letter = unicodedata.category(grapheme[0]).startswith("L")
    wide = unicodedata.east_asian_width(grapheme[0]) in "WF"
    return 0.8 if letter and not wide else 1.2


def _shaped(text: str) -> Iterator[tuple[GlyphInfo, GlyphPosition]]:
    """The glyphs that text is set with, and where."""
    buffer = Buffer()
    buffer.add_str(text)
    buffer.direction, buffer.script, buffer.language = "ltr", "Latn", "sv"
    shape(_FONT, buffer)
    return zip(buffer.glyph_infos, buffer.glyph_positions, strict=True)


@lru_cache(maxsize=1024)
def _glyph(glyph: int) -> tuple[Box, ...]:
    """The ink of a glyph as a few boxes, seen from where it starts on the baseline."""
    curves = _Outline(glyph).curves
    if not curves:
        return ()
    x, y = (_BEZIER @ (np.reshape(curves, (-1, 3, 2)) / (_EM, -_EM))).reshape(-1, 2).T
    left, right = x.min(), x.max()
    strip = ((x - left) / _STRIP).astype(int)
    top, bottom = np.full((2, strip.max() + 1), ((np.inf,), (-np.inf,)))
    np.minimum.at(top, strip, y)
    np.maximum.at(bottom, strip, y)
    edges = np.minimum(left + _STRIP * np.arange(len(top) + 1), right)
    strips = np.column_stack((edges[:-1], top, edges[1:], bottom))[top < np.inf]
    return tuple(simplify(map(Box._make, strips.tolist()), _GLYPH_BOXES))


class _Outline:
    """The lines and curves of a glyph, in order: of each x and y of its start, its control point
    and its end."""

    def __init__(self, glyph: int) -> None:
        self.curves: list[float] = []
        self._at = (0.0, 0.0)
        pen = DrawFuncs()
        pen.set_move_to_func(self._move)
        pen.set_line_to_func(self._line)
        pen.set_quadratic_to_func(self._curve)
        _FONT.draw_glyph(glyph, pen)

    def _move(self, x: float, y: float, _: None) -> None:
        self._at = (x, y)

    def _line(self, x: float, y: float, _: None) -> None:
        self._curve((self._at[0] + x) / 2, (self._at[1] + y) / 2, x, y, _)

    def _curve(self, control_x: float, control_y: float, x: float, y: float, _: None) -> None:
        self.curves += (*self._at, control_x, control_y, x, y)
        self._at = (x, y)


_USUAL = string.ascii_letters + string.digits + "ÅÄÖåäö" + "ÁČĐŊŠŦŽáčđŋšŧž" + " -"
for _letter in _USUAL:  # now, rather than while a hall waits
    _set(_letter)
