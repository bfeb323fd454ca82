"""Measures the server under the load of a great hall: python -m tests.bench.load [SCENARIO …]

Phones are played on raw sockets on this machine, a stage reads every picture. What an answer costs
is compared, in turn, with a bare handler on the same stack that has nothing behind it. Prints a
table; with --quick a small one, which shows that all works and no more.
"""

import argparse
import asyncio
import gc
import resource
import sys
import tempfile
from pathlib import Path

from tests.bench.load.scenarios import FULL, QUICK, SCENARIOS, Row


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "scenario", nargs="*", choices=[*SCENARIOS, []], help="all if none is given"
    )
    parser.add_argument("--quick", action="store_true")
    asked = parser.parse_args()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    gc.disable()  # its pauses, with ten thousand phones here, would be told as the server's
    show(Row("figure", "Ordmoln", "bare", "ratio", "target"))
    show(Row("---", "---", "---", "---", "---"))
    for name in asked.scenario or SCENARIOS:
        with tempfile.TemporaryDirectory() as folder:
            rows = asyncio.run(SCENARIOS[name](QUICK if asked.quick else FULL, Path(folder)))
        show(Row(f"**{name}**: {SCENARIOS[name].__doc__}", ""))
        for row in rows:
            show(row)


def show(row: Row) -> None:
    print(f"| {' | '.join(row)} |", flush=True)


if __name__ == "__main__":
    sys.exit(main())
