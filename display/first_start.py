"""Before the first start: what takes a minute is made, and kept on disk for all that follow.

The layout's inner loops are compiled and the dictionaries indexed, in a process of its own: it
takes memory that a process never gives back.
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
TAG = f"{sys.version_info.major}{sys.version_info.minor}"  # as numba names its files
ROOM = ROOT / "display" / "room"
COMPILED = [ROOT / "display" / "cloud" / name for name in ("grid.py", "press.py")]


def prepare() -> None:
    """Make what is kept on disk, unless that was done since it was written."""
    if all(is_compiled(module) for module in COMPILED) and is_indexed():
        return
    print("Preparing the first start; this takes a minute.", flush=True)
    make = [sys.executable, "-c", "import display.cloud.layout, display.room.inflections"]
    try:  # what is wrong there is seen when the server imports it
        subprocess.run(make, cwd=ROOT, stderr=subprocess.DEVNULL, check=False)  # noqa: S603
    except KeyboardInterrupt:
        sys.exit(130)


def is_compiled(module: Path) -> bool:
    """Return whether numba has kept a module's compiled functions, as this Python reads them."""
    kept = (module.parent / "__pycache__").glob(f"{module.stem}.*py{TAG}.nbi")
    return max((file.stat().st_mtime for file in kept), default=0) > module.stat().st_mtime


def is_indexed() -> bool:
    """Return whether dictionaries are kept; of an earlier version, the server makes them anew."""
    return any((ROOM / "__pycache__").glob("simplemma-*"))
