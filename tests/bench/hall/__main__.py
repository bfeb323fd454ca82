"""Plays a hall against a real server and measures it: python -m tests.bench.hall

All participants join from one address, then each sends a word, one in ten of them twice, as after
a lost receipt. The stage is a real Chromium. Prints a table; the exit status is 1 if an answer was
lost or doubled.
"""

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

from tests.bench.hall.play import play
from tests.bench.hall.report import report
from tests.conftest import Server


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--participants", type=int, default=400)
    parser.add_argument("--seconds", type=float, default=10, help="to join, and then to answer")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder)).start()
        try:
            played = asyncio.run(play(server, asked.participants, asked.seconds))
        finally:
            server.stop()
    print(report(played))
    return 1 if played.lost or played.doubled else 0


if __name__ == "__main__":
    sys.exit(main())
