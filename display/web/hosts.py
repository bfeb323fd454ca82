"""By which names this server may be called: a page of another name may be a stranger's.

Whoever owns a name can point it at this server while somebody has a page of it open, and that page
is then of the same origin as the rooms (DNS rebinding).
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from http import HTTPStatus
from ipaddress import ip_address
from typing import Any

from flask import Flask
from flask_babel import gettext as _

from display.web.errors import error_response
from display.web.shortcut import WSGI, Environ

HOST = re.compile(r"(\[[0-9a-f:.]+\]|[^:\[\]]*)(:[0-9]*)?")
OF_THE_NETWORK = re.compile(r"[a-z0-9_-]*|[a-z0-9_.-]+\.local")  # what nobody can own outside of it


def own_hosts_only(app: Flask) -> WSGI:
    """Return the WSGI app that answers 421 to whoever calls this server by a name not its own."""

    def wrapped(environ: Environ, start_response: Any) -> Iterable[bytes]:
        if is_own(environ.get("HTTP_HOST", ""), app.config["PUBLIC_URL"]):
            return app(environ, start_response)
        with app.request_context(environ):
            message = _("This server goes by another name. Open the address that was given to you.")
            answered = app.process_response(error_response(HTTPStatus.MISDIRECTED_REQUEST, message))
            return answered(environ, start_response)

    return wrapped


@lru_cache(1024)
def is_own(host: str, public_url: str) -> bool:
    """Return whether a `Host` header has an address, a name of the network, or the public one."""
    found = HOST.fullmatch(host.lower())
    if found is None:
        return False
    name = found[1].removeprefix("[").removesuffix("]")
    public = HOST.fullmatch(public_url.partition("://")[2])
    if OF_THE_NETWORK.fullmatch(name) or (public is not None and found[1] == public[1]):
        return True
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
