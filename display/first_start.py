"""Before the first start: the layout's inner loops are compiled, in a process of its own.

Compiling takes a minute, and memory that a process never gives back. The server, which imports the
layout after this, finds them on disk.
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
TAG = f"{sys.version_info.major}{sys.version_info.minor}"  # as numba names its files
COMPILED = [ROOT / "display" / "cloud" / name for name in ("grid.py", "press.py")]


def prepare() -> None:
    """Compile what the layout needs, unless that was done since it was written."""
    if all(is_compiled(module) for module in COMPILED):
        return
    print("Preparing the first start; this takes a minute.", flush=True)
    compile_layout = [sys.executable, "-c", "import display.cloud.layout"]
    try:  # what is wrong there is seen when the server imports it
        subprocess.run(compile_layout, cwd=ROOT, stderr=subprocess.DEVNULL, check=False)  # noqa: S603
    except KeyboardInterrupt:
        sys.exit(130)


def is_compiled(module: Path) -> bool:
    """Return whether numba has kept a module's compiled functions, as this Python reads them."""
    kept = (module.parent / "__pycache__").glob(f"{module.stem}.*py{TAG}.nbi")
    return max((file.stat().st_mtime for file in kept), default=0) > module.stat().st_mtime
