"""The files in `static/`, read once, served compressed under a version that changes with them.

`/static/VERSION/phone.js` may be kept for ever by a browser; an `import "./lib/x.js"` inside it
resolves to the same version.
"""

import gzip
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from flask import Flask, Response, abort, current_app, request

from display.log.base import Offload, call
from display.web.security import PICTURE_POLICY

FOR_EVER = "public, max-age=31536000, immutable"
# Not from the system's table: on Windows that can call a script text/plain, which no browser runs.
MIMETYPES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".md": "text/plain",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".ttf": "font/ttf",
    ".txt": "text/plain",
}
COMPRESSED_ALREADY = {".png"}
WORTH_COMPRESSING = 500  # bytes
LONG = 20_000  # bytes, from which on it takes a millisecond


class Asset(NamedTuple):
    """A file as it is sent."""

    body: bytes
    gzipped: bytes | None
    mimetype: str


def init_assets(app: Flask, folder: Path, own: Mapping[str, Asset]) -> None:
    """Serve `folder` and the organisation's `own` at `/static/VERSION/`, compress pages.

    Templates get `asset(name)`, which is the address, and the names in `own_assets`.
    """
    files = {
        str(path.relative_to(folder).as_posix()): asset(path.read_bytes(), path.suffix)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    assets = {**files, **own}
    digest = hashlib.sha256()
    for name, found in assets.items():
        digest.update(name.encode() + found.body)
    own_version = digest.hexdigest()[:10]

    @app.get("/static/<version>/<path:name>")
    def static_file(version: str, name: str) -> Response:
        found = assets.get(name) or abort(404)
        response = Response(found.body, mimetype=found.mimetype)
        if version == own_version:  # else a proxy could keep it under a version that is yet to come
            response.headers["Cache-Control"] = FOR_EVER
        if found.mimetype == MIMETYPES[".svg"]:
            response.headers["Content-Security-Policy"] = PICTURE_POLICY
        if found.gzipped is not None and takes_gzip():
            response.data = found.gzipped
            response.headers["Content-Encoding"] = "gzip"
        return response

    app.jinja_env.globals["asset"] = lambda name: f"/static/{own_version}/{name}"
    app.jinja_env.globals["own_assets"] = frozenset(own)
    app.after_request(compress_page)


def asset(body: bytes, suffix: str) -> Asset:
    """Return what a file of this content is sent as; its suffix says what it is."""
    compressible = suffix not in COMPRESSED_ALREADY and len(body) > WORTH_COMPRESSING
    mimetype = MIMETYPES.get(suffix, "application/octet-stream")
    return Asset(body, gzip.compress(body, 9, mtime=0) if compressible else None, mimetype)


def compress_page(response: Response) -> Response:
    """Compress a page of HTML for those who take it."""
    response.vary.add("Accept-Encoding")
    if (
        response.mimetype in ("text/html", "image/svg+xml", "application/json")
        and "Content-Encoding" not in response.headers
        and response.content_length is not None
        and response.content_length > WORTH_COMPRESSING
        and takes_gzip()
    ):
        offload: Offload = current_app.extensions["offload"] if len(response.data) > LONG else call
        response.data = offload(gzip.compress, response.data, 6)
        response.headers["Content-Encoding"] = "gzip"
    return response


def takes_gzip() -> bool:
    return bool(request.accept_encodings["gzip"])
