"""Scores the cloud on four halls: python -m tests.bench.layout [--seeds N] [--anchors] [hall ...]

With `--anchors` the layouts that others use are scored beside it, on the first of the seeds.
"""

import argparse
import time

import numpy as np

from display.cloud.layout import Cloud
from tests.bench.layout import anchors
from tests.bench.layout.score import Drawn, Frame, score
from tests.bench.layout.workloads import HALLS, Hall, frames


def run(hall: Hall, seed: int) -> list[Frame]:
    """Every picture of a hall, drawn by our own engine, timed by what it takes of a processor."""
    cloud = Cloud.empty()
    pictures = []
    for tally in frames(hall, seed):
        start = time.process_time()
        cloud = cloud.step(tally)
        spent = (time.process_time() - start) * 1000
        words = [
            Drawn(p.word, p.label, p.count, p.x - cloud.camera.x, p.y - cloud.camera.y, p.size)
            for p in cloud.placements.values()
        ]
        pictures.append(Frame(words, spent, tally))
    return pictures


PUBLISHED = (
    "move %",
    "moved >1 % %",
    "unchanged moved %",
    "path %",
    "flips %",
    "box/hull",
    "cover",
    "spearman",
    "pearson",
    "centrality",
    "ms p50",
    "ms p95",
    "ms max",
    "smallest px",
    "left out, most",
    "frames",
    "GATE overlap px",
    "GATE tight px",
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("halls", nargs="*", default=list(HALLS))
    parser.add_argument("--seeds", type=int, default=1, help="runs of each hall, averaged")
    parser.add_argument("--anchors", action="store_true", help="and the layouts that others use")
    asked = parser.parse_args()
    Cloud.empty().step([("", "Ordmoln", 1)])  # as a server does when it starts
    if asked.anchors:
        compare(asked.halls)
        return
    table = {}
    for name in asked.halls:
        scores = [score(run(HALLS[name], seed)) for seed in range(1, asked.seeds + 1)]
        table[name] = {row: float(np.mean([s[row] for s in scores])) for row in scores[0]}
    print(f"{'':20}" + "".join(f"{name:>10}" for name in table))
    for row in next(iter(table.values())):
        print(f"{row:20}" + "".join(f"{table[name][row]:>10.3f}" for name in table))


def compare(halls: list[str]) -> None:
    """Print a Markdown table for each hall: ours, then the others."""
    with anchors.page() as page:
        for name in halls:
            tallies = list(frames(HALLS[name], 1))
            table = {"Ordmoln": score(run(HALLS[name], 1))}
            for engine, make in anchors.engines(page).items():
                table[engine] = score(anchors.drawn_by(make(), tallies))
            print(f"\n| {name} | {' | '.join(table)} |\n|---|{'---:|' * len(table)}")
            for row in PUBLISHED:
                print(f"| {row} | {' | '.join(f'{table[engine][row]:.3g}' for engine in table)} |")


if __name__ == "__main__":
    main()
