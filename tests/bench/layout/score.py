"""What a run of pictures is worth; see README.md for the measures. Ink is drawn here, at 2x."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import ImageFont

from display.cloud.font import FILE

WIDTH, HEIGHT = 1600, 900
DIAGONAL = 2203.0  # of 1920x1080
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


class Drawn(NamedTuple):
    """A word as an engine drew it: label centred on x, baseline y, in pixels of the picture."""

    word: str
    label: str
    count: int
    x: float
    y: float
    size: float


class Frame(NamedTuple):
    """A picture, the time it took, and the words that it should have shown."""

    words: Sequence[Drawn]
    milliseconds: float
    tally: Sequence[tuple[str, str, int]]


class Ink(NamedTuple):
    """The ink of a label at 2x, from the middle of its baseline."""

    left: int
    top: int
    mask: Bools
    halo: Bools  # the mask grown by 1 px of the picture on all sides


@lru_cache(maxsize=512)
def font_at(pixels: float) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(FILE, pixels, layout_engine=ImageFont.Layout.RAQM)  # it kerns


@lru_cache(maxsize=4096)
def ink(label: str, size: float) -> Ink:
    """What label leaves on the ground at size, drawn apart from any engine."""
    mask, (left, top) = font_at(size * 2).getmask2(label, mode="L", anchor="ms")
    width, height = mask.size
    solid = np.pad(np.frombuffer(bytes(mask), np.uint8).reshape(height, width) >= 128, 2)
    rows, columns = np.flatnonzero(solid.any(1)), np.flatnonzero(solid.any(0))
    tight = solid[rows[0] - 2 : rows[-1] + 3, columns[0] - 2 : columns[-1] + 3]
    return Ink(left - 2 + int(columns[0]), top - 2 + int(rows[0]), tight[2:-2, 2:-2], _grown(tight))


def _grown(mask: Bools) -> Bools:
    grown = mask.copy()
    for dy, dx in [(0, 1), (0, 2), (1, 0), (2, 0), (1, 1)]:
        for sy, sx in {(dy, dx), (-dy, dx), (dy, -dx), (-dy, -dx)}:
            grown |= np.roll(mask, (sy, sx), (0, 1))
    return grown


def boxes(words: Sequence[Drawn]) -> Floats:
    """The ink boxes (n, 4) of words, in pixels of the picture."""
    found = []
    for word in words:
        drawn = ink(word.label, word.size)
        x0, y0 = word.x + drawn.left / 2, word.y + drawn.top / 2
        height, width = drawn.mask.shape
        found.append((x0, y0, x0 + width / 2, y0 + height / 2))
    return np.array(found).reshape(-1, 4)


def gates(words: Sequence[Drawn], width: int = WIDTH, height: int = HEIGHT) -> tuple[int, int, int]:
    """Pixels (at 2x) under two words, pixels nearer than 2 px to two words, and ink outside."""
    margin = 400
    ground = np.zeros((height * 2 + 2 * margin, width * 2 + 2 * margin), np.uint8)
    near = np.zeros_like(ground)
    for word in words:
        drawn = ink(word.label, word.size)
        x, y = round(word.x * 2) + drawn.left + margin, round(word.y * 2) + drawn.top + margin
        down, across = drawn.mask.shape
        ground[y : y + down, x : x + across] += drawn.mask
        near[y - 2 : y + down + 2, x - 2 : x + across + 2] += drawn.halo
    inside = ground[margin:-margin, margin:-margin]
    outside = int(np.count_nonzero(ground)) - int(np.count_nonzero(inside))
    return int((ground > 1).sum()), int((near > 1).sum()), outside


def violations(counts: Ints, sizes: Floats) -> int:
    """How many words are set smaller than one that is rarer."""
    order = np.argsort(-counts)
    counts, sizes = counts[order], sizes[order]
    largest_from = np.append(np.maximum.accumulate(sizes[::-1])[::-1], 0.0)
    rarer = np.searchsorted(-counts, -counts, side="right")
    return int((sizes < largest_from[rarer]).sum())


def hull_area(boxes: Floats) -> float:
    """The area of the convex hull (Andrew's monotone chain)."""
    corners = sorted({(x, y) for x0, y0, x1, y1 in boxes for x in (x0, x1) for y in (y0, y1)})

    def chain(points: Iterable[tuple[float, float]]) -> list[tuple[float, float]]:
        hull: list[tuple[float, float]] = []
        for x, y in points:
            while len(hull) > 1:
                (ax, ay), (bx, by) = hull[-2:]
                if (bx - ax) * (y - ay) - (by - ay) * (x - ax) > 0:
                    break
                hull.pop()
            hull.append((x, y))
        return hull[:-1]

    ring = np.array(chain(corners) + chain(reversed(corners)))
    x, y = ring.T
    return abs(float(x @ np.roll(y, 1) - y @ np.roll(x, 1))) / 2


def ranks(values: Floats) -> Floats:
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    return (np.cumsum(counts) - (counts - 1) / 2)[inverse]


def correlation(a: Floats, b: Floats) -> float:
    if len(a) < 3 or np.ptp(a) == 0 or np.ptp(b) == 0:
        return float("nan")
    return float(np.corrcoef(a, b)[0, 1])


def flips(before: Floats, after: Floats) -> float:
    """The share of pairs whose left/right or above/below order turned by more than 1 px."""
    turned = np.zeros((len(before), len(before)), bool)
    for axis in (0, 1):
        old = np.subtract.outer(before[:, axis], before[:, axis])
        new = np.subtract.outer(after[:, axis], after[:, axis])
        turned |= (np.sign(old) != np.sign(new)) & (np.abs(old) > 1) & (np.abs(new) > 1)
    pairs = np.triu_indices(len(before), 1)
    return float(turned[pairs].mean()) if len(before) > 1 else 0.0


def score(run: Sequence[Frame]) -> dict[str, float]:
    """All measures of a run by name."""
    rows: dict[str, list[float]] = {}
    paths: dict[str, float] = {}
    old: dict[str, tuple[int, Floats, float]] = {}

    def note(**values: float) -> None:
        for name, value in values.items():
            rows.setdefault(name, []).append(value)

    for frame in run:
        words = frame.words
        box = boxes(words)
        middle = (box[:, :2] + box[:, 2:]) / 2
        size = np.array([w.size for w in words])
        count = np.array([w.count for w in words])
        overlap, tight, outside = gates(words)
        area = float((box[:, 2:] - box[:, :2]).prod(1).sum())
        note(
            overlap=overlap,
            tight=tight,
            outside=outside,
            violations=violations(count, size),
            dropped=len(frame.tally) - len(words),
            top=float(frame.tally[0][0] in {w.word for w in words}),
            hull=area / hull_area(box),
            cover=area / WIDTH / HEIGHT,
            spearman=correlation(ranks(size), ranks(count)),
            pearson=correlation(size, np.sqrt(count)),
            centrality=correlation(
                ranks(size), -ranks(np.hypot(*(middle - (WIDTH / 2, HEIGHT / 2)).T))
            ),
            smallest=float(size.min()),
            largest=float(size.max()),
            ms=frame.milliseconds,
        )
        both = [i for i, w in enumerate(words) if w.word in old]
        if both:
            before = np.array([old[words[i].word][1] for i in both])
            moved = np.hypot(*(middle[both] - before).T) / DIAGONAL * 100
            same = np.array([old[words[i].word][0] == words[i].count for i in both])
            note(
                move=float(moved.mean()),
                moved=float((moved > 1).mean() * 100),
                unchanged=float((moved[same] > 0.05).mean() * 100) if same.any() else 0.0,
                flips=flips(before, middle[both]) * 100,
                still=float((moved <= 0.05).all()),
                font=float(
                    np.mean([abs(np.log(size[i] / old[words[i].word][2])) for i in both]) * 100
                ),
            )
            for i, distance in zip(both, moved, strict=True):
                paths[words[i].word] = paths.get(words[i].word, 0.0) + float(distance)
        old = {w.word: (w.count, middle[i], w.size) for i, w in enumerate(words)}

    def mean(name: str) -> float:
        return float(np.nanmean(rows[name]))

    times = np.array(rows["ms"])
    return {
        "frames": float(len(run)),
        "move %": mean("move"),
        "moved >1 % %": mean("moved"),
        "unchanged moved %": mean("unchanged"),
        "path %": float(np.mean([*paths.values(), 0.0])),
        "flips %": mean("flips"),
        "box/hull": mean("hull"),
        "box/hull end": rows["hull"][-1],
        "cover": mean("cover"),
        "cover end": rows["cover"][-1],
        "spearman": mean("spearman"),
        "pearson": mean("pearson"),
        "pearson min": float(np.nanmin(rows["pearson"])),
        "centrality": mean("centrality"),
        "centrality end": rows["centrality"][-1],
        "ms p50": float(np.percentile(times, 50)),
        "ms p95": float(np.percentile(times, 95)),
        "ms max": float(times.max()),
        "still frames": float(np.sum(rows["still"])),
        "font step %": mean("font"),
        "smallest px": float(np.min(rows["smallest"])),
        "largest px end": rows["largest"][-1],
        "left out, most": float(np.max(rows["dropped"])),
        "GATE overlap px": float(np.max(rows["overlap"])),
        "GATE tight px": float(np.max(rows["tight"])),
        "GATE outside px": float(np.max(rows["outside"])),
        "GATE violations": float(np.sum(rows["violations"])),
        "GATE top missing": float(len(run) - np.sum(rows["top"])),
    }
