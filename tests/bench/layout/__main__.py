"""Scores the cloud on four halls: python -m tests.bench.layout [--seeds N] [hall ...]"""

import argparse
import time

import numpy as np

from display.cloud.layout import Cloud
from tests.bench.layout.score import Drawn, Frame, score
from tests.bench.layout.workloads import HALLS, Hall, frames


def run(hall: Hall, seed: int) -> list[Frame]:
    """Every picture of a hall, drawn by our own engine."""
    cloud = Cloud.empty()
    pictures = []
    for tally in frames(hall, seed):
        start = time.perf_counter()
        cloud = cloud.step(tally)
        spent = (time.perf_counter() - start) * 1000
        words = [
            Drawn(p.word, p.label, p.count, p.x - cloud.camera.x, p.y - cloud.camera.y, p.size)
            for p in cloud.placements.values()
        ]
        pictures.append(Frame(words, spent, tally))
    return pictures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("halls", nargs="*", default=list(HALLS))
    parser.add_argument("--seeds", type=int, default=1, help="runs of each hall, averaged")
    asked = parser.parse_args()
    table = {}
    for name in asked.halls:
        scores = [score(run(HALLS[name], seed)) for seed in range(1, asked.seeds + 1)]
        table[name] = {row: float(np.mean([s[row] for s in scores])) for row in scores[0]}
    print(f"{'':20}" + "".join(f"{name:>10}" for name in table))
    for row in next(iter(table.values())):
        print(f"{row:20}" + "".join(f"{table[name][row]:>10.3f}" for name in table))


if __name__ == "__main__":
    main()
