"""The files in `static/`, read once, served compressed under a version that changes with them.

`/static/VERSION/phone.js` may be kept for ever by a browser; an `import "./lib/x.js"` inside it
resolves to the same version.
"""

import gzip
import hashlib
from pathlib import Path
from typing import NamedTuple

from flask import Flask, Response, abort, request

FOR_EVER = "public, max-age=31536000, immutable"
# Not from the system's table: on Windows that can call a script text/plain, which no browser runs.
MIMETYPES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".md": "text/plain",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
    ".woff2": "font/woff2",
}
COMPRESSED_ALREADY = {".woff2"}
WORTH_COMPRESSING = 500  # bytes


class Asset(NamedTuple):
    """A file as it is sent."""

    body: bytes
    gzipped: bytes | None
    mimetype: str


def init_assets(app: Flask, folder: Path) -> None:
    """Serve `folder` at `/static/VERSION/`, give templates `asset(name)`, compress pages."""
    assets = {
        str(path.relative_to(folder).as_posix()): read_asset(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    digest = hashlib.sha256()
    for name, asset in assets.items():
        digest.update(name.encode() + asset.body)
    version = digest.hexdigest()[:10]

    @app.get("/static/<version>/<path:name>")
    def static_file(version: str, name: str) -> Response:
        asset = assets.get(name) or abort(404)
        response = Response(asset.body, mimetype=asset.mimetype)
        response.headers["Cache-Control"] = FOR_EVER
        if asset.gzipped is not None and takes_gzip():
            response.data = asset.gzipped
            response.headers["Content-Encoding"] = "gzip"
        return response

    app.jinja_env.globals["asset"] = lambda name: f"/static/{version}/{name}"
    app.after_request(compress_page)


def read_asset(path: Path) -> Asset:
    body = path.read_bytes()
    compressible = path.suffix not in COMPRESSED_ALREADY and len(body) > WORTH_COMPRESSING
    mimetype = MIMETYPES.get(path.suffix, "application/octet-stream")
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
        response.data = gzip.compress(response.data, 6)
        response.headers["Content-Encoding"] = "gzip"
    return response


def takes_gzip() -> bool:
    return bool(request.accept_encodings["gzip"])
