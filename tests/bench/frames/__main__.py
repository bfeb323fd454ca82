"""Measures how smoothly a full stage moves: python -m tests.bench.frames

A room is filled until its picture has 250 words. Then answers come at a steady rate while a stage
in Chromium, its processor slowed down, records when it draws its frames. An empty page, watched in
the same way while the server draws as much, tells what this machine can do. Prints a table.
"""

import argparse
import asyncio
import tempfile
from pathlib import Path
from statistics import fmean

from tests.bench.frames.play import Watched, play
from tests.bench.hall.figures import percentile
from tests.conftest import Server

SHARES = (0.5, 0.95, 0.99, 1.0)
LIMITS = (33.4, 50.1)  # ms: two and three frames of a screen of 60 Hz, with a clock's rounding


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=float, default=40, help="answers per second")
    parser.add_argument("--seconds", type=float, default=30, help="to watch each page")
    parser.add_argument("--slower", type=float, nargs="+", default=[4, 6], metavar="TIMES")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder)).start()
        try:
            watched = asyncio.run(play(server, asked.rate, asked.seconds, asked.slower))
        finally:
            server.stop()
    print(report(watched))


def report(watched: list[Watched]) -> str:
    """Return a table, a line for each slowdown and page."""
    head = ("slower", "page", "frames p50 / p95 / p99 / longest", "≤ 33 ms", "≤ 50 ms")
    rows = [(*head, "words", "heap", "other programs"), ("---",) * 8, *map(row, watched)]
    pairs = zip(watched[::2], watched[1::2], strict=True)
    return "\n".join(
        [*(f"| {' | '.join(cells)} |" for cells in rows), *(ratio(*pair) for pair in pairs)]
    )


def row(page: Watched) -> tuple[str, ...]:
    shown = [percentile(page.intervals, share) for share in SHARES]
    within = [sum(i <= limit for i in page.intervals) / len(page.intervals) for limit in LIMITS]
    return (
        f"{page.slower:g}×",
        page.name,
        " / ".join(f"{milliseconds:.0f}" for milliseconds in shown) + " ms",
        *(f"{share:.1%}" for share in within),
        f"{page.words}",
        f"{page.heap / 1e6:.1f} MB",
        f"{page.others:.1f} cores",
    )


def ratio(empty: Watched, stage: Watched) -> str:
    mean = fmean(stage.intervals) / fmean(empty.intervals)
    p95 = percentile(stage.intervals, 0.95) / percentile(empty.intervals, 0.95)
    return f"{stage.slower:g}×: stage to empty page, time per frame {mean:.2f}, p95 {p95:.2f}"


if __name__ == "__main__":
    main()
