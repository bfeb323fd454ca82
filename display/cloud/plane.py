"""Words lying in a picture, by number: where, how big, and which are too near each other."""

from typing import NamedTuple

import numpy as np

from display.cloud.grid import GAP, Bools, Floats, Ints, clear, lines, touching
from display.cloud.press import Crowd, neighbours

_SHORTER = 900.0  # units
_TENTH = 0.1  # to which origins are rounded


class Camera(NamedTuple):
    """What the stage looks at: an SVG viewBox."""

    x: float
    y: float
    width: float
    height: float

    @classmethod
    def of(cls, aspect: str) -> "Camera":
        """What shows a picture of an aspect such as 16:9; its shorter side is always the same."""
        across, down = map(int, aspect.split(":"))
        unit = _SHORTER / min(across, down)
        return cls(0.0, 0.0, unit * across, unit * down)


class State(NamedTuple):
    """Where all words of a plane lie at some moment."""

    here: Bools
    size: Floats
    at: Floats
    boxes: Floats
    outer: Floats
    near: Bools


class Plane:
    """Words by number: which are here, their origins (at), their sizes, and who is near whom.

    A word's origin is the middle of its baseline, to 0.1 units; its middle is that of its ink.
    """

    def __init__(self, shapes: Floats, camera: Camera) -> None:
        """Shapes (words, boxes, 4) are seen from the words' origins, at size 1."""
        many = len(shapes)
        self.shapes = shapes
        self.corners = np.concatenate([shapes[..., :2].min(1), shapes[..., 2:].max(1)], axis=1)
        self.extents = self.corners[:, 2:] - self.corners[:, :2]
        self.offsets = (self.corners[:, :2] + self.corners[:, 2:]) / 2
        self._about = shapes - np.tile(self.offsets, 2)[:, None]
        self.here: Bools = np.zeros(many, bool)
        self.size: Floats = np.zeros(many)
        self.at: Floats = np.zeros((many, 2))
        self.boxes: Floats = np.full_like(shapes, np.nan)
        self.outer: Floats = np.full((many, 4), np.nan)
        self.near: Bools = np.zeros((many, many), bool)
        self._least = np.array([camera.x, camera.y]) + GAP
        self._most = np.array([camera.x + camera.width, camera.y + camera.height]) - GAP

    def middles(self) -> Floats:
        """The middles of all words' ink."""
        return np.asarray(self.at + self.offsets * self.size[:, None])

    def lay(self, words: Ints, middles: Floats) -> None:
        """Put words with their ink about middles, or as near as the picture allows."""
        size = self.size[words, None]
        low, high = self.limits(words)
        at = np.clip(np.round(middles - self.offsets[words] * size, 1), low, high)
        origins = np.concatenate([at, at], axis=1)
        self.at[words] = at
        self.here[words] = True
        self.boxes[words] = self.shapes[words] * size[..., None] + origins[:, None]
        self.outer[words] = self.corners[words] * size + origins
        near = touching(self.boxes, self.outer, words)
        self.near[words] = near
        self.near[:, words] = near.T

    def put(self, word: int, at: Floats) -> None:
        """Put word at its origin."""
        origin = np.concatenate([at, at])
        self.at[word] = at
        self.here[word] = True
        self.boxes[word] = self.shapes[word] * self.size[word] + origin
        self.outer[word] = self.corners[word] * self.size[word] + origin
        near = touching(self.boxes, self.outer, np.array([word]))[0]
        self.near[word] = self.near[:, word] = near

    def take(self, words: Ints) -> None:
        """Take words away."""
        self.here[words] = False
        self.outer[words] = np.nan
        self.near[words] = False
        self.near[:, words] = False

    def state(self) -> State:
        """What restore needs to undo whatever comes after this."""
        return State(
            self.here.copy(),
            self.size.copy(),
            self.at.copy(),
            self.boxes.copy(),
            self.outer.copy(),
            self.near.copy(),
        )

    def restore(self, state: State) -> None:
        """Be again as in state."""
        self.here = state.here.copy()
        self.size = state.size.copy()
        self.at = state.at.copy()
        self.boxes = state.boxes.copy()
        self.outer = state.outer.copy()
        self.near = state.near.copy()

    def limits(self, words: int | Ints) -> tuple[Floats, Floats]:
        """The least and the greatest origins at which words lie inside the picture."""
        corners = self.corners[words] * self.size[words, None]
        low = np.ceil((self._least - corners[..., :2]) * 10) / 10
        high = np.floor((self._most - corners[..., 2:]) * 10) / 10
        return low, np.maximum(low, high)

    def within(self, word: int, goal: Floats, reach: float) -> tuple[Floats, Floats]:
        """The limits of word, and no farther than reach from goal, as well as may be."""
        low, high = self.limits(word)
        return np.minimum(np.maximum(low, goal - reach), high), np.maximum(
            np.minimum(high, goal + reach), low
        )

    def crowd(self, words: Ints, middles: Floats, size: Floats, reach: Floats) -> Crowd:
        """Words as they press on each other, if they have a size and go as far as their reach."""
        half = self.extents[words] / 2
        pairs = neighbours(half, middles, size, reach)
        return Crowd(self._about[words], half, self.offsets[words], pairs)

    def fitting(self, words: Ints, middles: Floats, reach: Floats) -> Floats:
        """The largest sizes with which words lie inside the picture within reach of middles."""
        reach = reach[:, None] - _TENTH
        room = np.minimum(middles + reach - self._least, self._most - middles + reach)
        return np.asarray((room / self.extents[words] * 2).min(1))

    def bounds(
        self, words: Ints, middles: Floats, size: Floats, reach: Floats
    ) -> tuple[Floats, Floats]:
        """The least and greatest middles at which words of a size that fits lie within reach."""
        half = self.extents[words] / 2 * size[:, None] + _TENTH
        return (
            np.maximum(middles - reach[:, None], self._least + half),
            np.minimum(middles + reach[:, None], self._most - half),
        )

    def free(
        self,
        word: int,
        among: Bools,
        bounds: tuple[Floats, Floats],
        step: tuple[float, float],
        whole: bool = False,
    ) -> tuple[Floats, Floats, Bools]:
        """A grid xs, ys within bounds, and [y, x] whether word, with its origin there, clears all
        that is here among the others; whole takes it as one box, which is quicker."""
        low, high = bounds
        xs, ys = lines(low, high, step)
        x0, y0 = low + self.corners[word, :2] * self.size[word] - GAP
        x1, y1 = high + self.corners[word, 2:] * self.size[word] + GAP
        outer = self.outer
        reached = (outer[:, 0] < x1) & (outer[:, 2] > x0) & (outer[:, 1] < y1) & (outer[:, 3] > y0)
        reached &= among
        reached[word] = False
        shape = self.corners[word][None] if whole else self.shapes[word]
        return xs, ys, clear(shape * self.size[word], self.boxes[reached], xs, ys)
