"""Templates, compiled before the first request: the coach's page alone takes half a second."""

from contextlib import suppress
from pathlib import Path

from flask import Flask
from jinja2 import __version__
from jinja2.bccache import Bucket, FileSystemBytecodeCache

from display.live.turns import give_way, unhurried

KEPT = Path(__file__).parent / "__pycache__"


class KeptTemplates(FileSystemBytecodeCache):
    """Compiled templates on the disk for the next start, where that may be written."""

    def load_bytecode(self, bucket: Bucket) -> None:
        try:
            super().load_bytecode(bucket)
        except Exception:  # whatever a file that is damaged makes of itself
            bucket.reset()

    def dump_bytecode(self, bucket: Bucket) -> None:
        with suppress(OSError):
            Path(self.directory).mkdir(exist_ok=True)
            super().dump_bytecode(bucket)


def init_templates(app: Flask) -> None:
    """Load all templates, of which those that have changed since the last start are compiled."""
    app.jinja_env.filters["unhurried"] = unhurried
    app.jinja_env.globals["give_way"] = give_way
    app.jinja_env.bytecode_cache = KeptTemplates(str(KEPT), f"jinja-{__version__}-%s")
    for name in app.jinja_env.list_templates(["html"]):
        app.jinja_env.get_template(name)
