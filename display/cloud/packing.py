"""Setting words: each stays where it lies if it can, else it goes as near as it can."""

from collections.abc import Sequence

import numpy as np

from display.cloud.grid import Bools, Floats, Ints, lines, toll
from display.cloud.plane import Camera, Plane
from display.cloud.press import laggards, part
from display.cloud.sizes import most, ordered, tiers

ASIDE = (16.0, 60.0, 120.0)  # units from home, to be tried in turn
AWAY = (4.0, 40.0, 160.0, np.inf)
GLIDE = 48.0  # how far a word may shift in order to grow

_ROUND = 1.2  # a 16:9 cloud is this much wider than high while it has room
_DENSE = 0.7  # of the cloud is boxes
_OUTWARD = 3.0  # it is so much worse to lie too far out than too far in
_PRICELESS = 1e9
_NARROWER = 0.8  # a word gives way to one that is so much wider
_RUSH = 8  # new words at once that are placed in haste
_SMALLER = (0.92, 0.85, 0.78, 0.7)  # parts of its size at which a new word is tried in turn
_LOOSE, _LOOSER = 0.25, 6.0  # units each way that words shift when others shrank, or they grew
_WAYS, _TRIES = 3, 3  # how often, and at how many places, others give way at a scale


class Packing:
    """A tally's words, numbered from the most frequent, on their way into a picture."""

    def __init__(
        self,
        shapes: Floats,
        counts: Ints,
        before: Sequence[Sequence[float]],
        camera: Camera,
        least: float,
    ) -> None:
        """Before holds each word's last origin x, y, size and count, or zeros; least is the
        smallest size of any."""
        x_y_size_count = np.array(before)
        self.plane = plane = Plane(shapes, camera)
        plane.at, plane.size = x_y_size_count[:, :2].copy(), x_y_size_count[:, 2].copy()
        self.counts = counts
        self.counts_before = x_y_size_count[:, 3].astype(int)
        self.targets = plane.size
        self.homes = plane.middles()
        self.known = plane.size > 0
        self.grew = counts > self.counts_before
        self.fell = counts < self.counts_before
        self._centre = np.array([camera.x + camera.width / 2, camera.y + camera.height / 2])
        self._round = _ROUND * (camera.width * 9) / (camera.height * 16)
        self._least = least
        self._ways = 0
        self._haste = int((~self.known).sum()) > _RUSH

    def aim(self, targets: Floats) -> None:
        """Shrink in place what is larger than its target; new words get as near to it as may be."""
        plane = self.plane
        first = not plane.here.any()
        self._ways = _WAYS
        self.targets = targets
        kept = np.where(plane.here | (first & self.known), np.minimum(targets, plane.size), 0.0)
        # Else those that it no longer passes would have to grow at once, room or not.
        unfallen = np.where(self.fell | (kept == 0), np.inf, kept)
        kept = np.where(self.fell, np.minimum(kept, most(self.counts, unfallen)), kept)
        size = ordered(self.counts, kept, targets)
        changed = np.flatnonzero(self.known if first else plane.here & (size != plane.size))
        plane.size = size
        plane.lay(changed, self.homes[changed])
        area = plane.extents.prod(1) * targets**2
        self._loosen()
        self._rings = np.sqrt((area.cumsum() - area / 2) * self._round / np.pi / _DENSE)

    def _loosen(self) -> None:
        """Shift words that touch since they shrank, and those beside them, a little apart."""
        plane = self.plane
        if plane.near.any():
            words = np.flatnonzero(plane.here)
            middle, size = plane.middles()[words], plane.size[words]
            reach = np.where(self.grew[words], _LOOSER, _LOOSE)
            crowd = plane.crowd(words, middle, size, reach)
            part(crowd, middle, size, plane.bounds(words, middle, size, reach))
            plane.lay(words, middle)

    def settle(self, leave_out: bool) -> bool:
        """Put every word where it clears the others; whether all found room.

        If some may be left out, so are all that are rarer than the first that finds none.
        """
        plane = self.plane
        _, past = tiers(self.counts)
        word, end = -1, len(self.counts)
        while True:
            todo = np.flatnonzero((~plane.here | plane.near.any(1))[word + 1 : end])
            if not len(todo):
                return end == len(self.counts)
            word += 1 + int(todo[0])
            if not self._settled(word):
                if not leave_out:
                    return False
                end = int(past[word])
                plane.take(np.append(np.arange(end, len(self.counts)), word))

    def _settled(self, word: int) -> bool:
        plane = self.plane
        more_frequent = np.arange(len(plane.here)) < word
        reaches = AWAY if plane.here[word] else (np.inf,)
        if plane.here[word] and not (plane.near[word] & more_frequent).any():
            if not self.fell[plane.near[word]].all():
                self.moved(
                    word, (4.0, GLIDE if self.grew[word] else 8.0)
                )  # or else its rivals will
            return True
        return (
            self.moved(word, reaches)
            or self._made_way(word)
            or self._squeezed_in(word)
            or self.moved(word, reaches, more_frequent)
        )

    def _squeezed_in(self, word: int) -> bool:
        """Put a new word where it finds room if it is smaller than others with its count."""
        size = self.plane.size
        first, past = (int(bound[word]) for bound in tiers(self.counts))
        behind = int((size[first:past] < size[first:past].max()).sum())
        if self.known[word] or behind >= laggards(past - first, len(size)):
            return False
        whole, least = size[word], max(self._least, *size[past:], 0.0)
        for smaller in _SMALLER:
            size[word] = np.floor(whole * smaller * 10) / 10
            if size[word] >= least and self.moved(word, (np.inf,)):
                return True
        size[word] = whole
        return False

    def moved(self, word: int, reaches: Sequence[float], among: Bools | None = None) -> bool:
        """Put word on the best place that clears all (or all among some), if there is one.

        That is the nearest to its home within the first of reaches that has any.
        """
        plane = self.plane
        goal = self.homes[word] - plane.offsets[word] * plane.size[word]
        for reach in reaches:
            bounds = plane.within(word, goal, reach)
            for whole in (True, False) if self._haste and reach == np.inf else (False,):
                others = plane.here if among is None else among
                xs, ys, free = plane.free(word, others, bounds, _step(reach, self._haste), whole)
                if free.any():
                    best = np.where(free, self._astray(word, xs, ys), np.inf).argmin()
                    self._put(word, xs[best % len(xs)], ys[best // len(xs)])
                    return True
        return False

    def _put(self, word: int, x: float, y: float) -> None:
        plane = self.plane
        plane.put(word, np.round((x, y), 1))
        if not self.known[word]:
            self.homes[word] = plane.at[word] + plane.offsets[word] * plane.size[word]

    def _astray(self, word: int, xs: Floats, ys: Floats) -> Floats:
        """How far from where it belongs word is at each of ys, xs.

        That is its home; a new word belongs on a ring that leaves room inside for all that are
        more frequent.
        """
        plane = self.plane
        x, y = plane.offsets[word] * plane.size[word]
        if self.known[word] or plane.here[word]:
            x, y = xs + (x - self.homes[word, 0]), ys + (y - self.homes[word, 1])
            return np.asarray(x * x + (y * y)[:, None])
        wide, high = plane.extents[word] * (plane.size[word] * 0.3)
        x = np.abs(xs + (x - self._centre[0])) + wide
        y = (np.abs(ys + (y - self._centre[1])) + high) * self._round
        out = np.sqrt(x * x + (y * y)[:, None]) - self._rings[word]
        return np.asarray(np.maximum(out * _OUTWARD, -out))

    def to_rings(self, words: Ints) -> Floats:
        """How far, and which way, it is from the middles of words in to their rings: (n, 2) units.

        Words inside their rings stay: else the only word of a hall would leave the middle.
        """
        away = (self.plane.middles()[words] - self._centre) * (1.0, self._round)
        far = np.hypot(away[:, 0], away[:, 1]) + 1e-9
        return np.asarray(away * np.minimum(self._rings[words] / far - 1, 0.0)[:, None])

    def _made_way(self, word: int) -> bool:
        """Put word where a few narrower ones lie that find room near by, if there is such a place.

        Width is what makes a word hard to place, so it is what others are priced by.
        """
        plane = self.plane
        width = plane.extents[:, 0] * plane.size
        here = plane.here.copy()
        here[word] = False
        weaker = here & (width < _NARROWER * width[word]) & (plane.size <= plane.size[word] * 1.3)
        if not self._ways or not weaker.any():
            return False
        self._ways -= 1
        xs, ys = lines(*plane.limits(word), (6.0, 6.0))
        prices = np.where(weaker, width**2, _PRICELESS)[here]
        outline = plane.corners[word][None] * plane.size[word]
        cost = toll(outline, plane.outer[here][:, None], prices, xs, ys)
        cost += self._astray(word, xs, ys) * (0.01 if self.known[word] else 0.02 * width[word])
        state, homes = plane.state(), self.homes.copy()
        for _ in range(_TRIES):
            y, x = divmod(int(cost.argmin()), len(xs))
            if cost[y, x] >= _PRICELESS:
                break
            self._put(word, xs[x], ys[y])
            if self.stepped_aside(word, ASIDE):
                return True
            plane.restore(state)
            self.homes = homes.copy()
            cost[max(y - 3, 0) : y + 4, max(x - 6, 0) : x + 7] = _PRICELESS
        return False

    def stepped_aside(self, word: int, reaches: Sequence[float]) -> bool:
        """Move all that touch word; whether they found room. If not, the plane is left amiss."""
        plane = self.plane
        gone = np.flatnonzero(plane.near[word])
        plane.take(gone)
        widest = gone[np.argsort(-plane.extents[gone, 0] * plane.size[gone], kind="stable")]
        return all(self.moved(int(other), reaches) for other in widest)


def _step(reach: float, haste: bool) -> tuple[float, float]:
    """How far apart, in units, places are tried within reach."""
    if reach <= 4:
        return 0.5, 0.5
    if haste:
        return (2.0, 2.0) if reach <= GLIDE else (6.0, 4.0)
    return (1.0, 1.0) if reach <= GLIDE else (4.0, 3.0)
