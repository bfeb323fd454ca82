"""Attacks a server while a hall answers, and measures the hall: python -m tests.bench.attack

For each attack the hall answers in quiet and under it, in turn; the attacker is a process of its
own, from the hall's own address. It makes way for the hall's phones, which a computer of its own
would not slow down either; what the server does for it is in the column of cores. Prints a table,
with the p95 of the middle one of the rounds; the exit status is 1 if an answer of the hall was
refused or lost.
"""

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

from tests.bench.attack.attacks import ATTACKS
from tests.bench.attack.siege import Outcome, besiege, typical_p95
from tests.conftest import Server


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--phones", type=int, default=400)
    parser.add_argument("--seconds", type=float, default=15, help="in quiet, and under each attack")
    parser.add_argument("attacks", nargs="*", default=list(ATTACKS), help=", ".join(ATTACKS))
    asked = parser.parse_args()
    outcomes = []
    for attack in asked.attacks:
        with tempfile.TemporaryDirectory() as folder:
            server = Server(Path(folder)).start()
            try:
                outcomes.append(asyncio.run(besiege(server, attack, asked.phones, asked.seconds)))
            finally:
                server.kill()
        print(row(outcomes[-1]), file=sys.stderr)
    print(table(outcomes))
    return 1 if any(outcome.refused or outcome.lost for outcome in outcomes) else 0


def table(outcomes: list[Outcome]) -> str:
    head = (
        "| attack | answers | refused | lost | thanks p95, quiet | attacked | ratio |"
        " cores, quiet | attacked | memory |\n"
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n"
    )
    return head + "\n".join(map(row, outcomes))


def row(outcome: Outcome) -> str:
    quiet, under = (1000 * typical_p95(rounds) for rounds in (outcome.quiet, outcome.under))
    return (
        f"| {ATTACKS[outcome.attack].what} | {sum(map(len, outcome.under))} | {outcome.refused} |"
        f" {outcome.lost} | {quiet:.3g} ms | {under:.3g} ms | {under / quiet:.2f} |"
        f" {outcome.cores[0]:.2f} | {outcome.cores[1]:.2f} | {outcome.memory / 1e6:.0f} MB |"
    )


if __name__ == "__main__":
    sys.exit(main())
