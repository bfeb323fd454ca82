"""Whom to believe when a proxy says over which scheme, and to which host, a browser came."""

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import TypeAlias

from display.serving.wsgi import Environ, StartResponse, WsgiApp

Network: TypeAlias = IPv4Network | IPv6Network


def behind_proxies(app: WsgiApp, trusted: Sequence[Network]) -> WsgiApp:
    """Return the WSGI app that takes scheme and host from proxies in these networks, from no other.

    Where the browser itself is, the app is never told: nothing here goes by that.
    """

    def wrapped(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        scheme = nearest(environ.pop("HTTP_X_FORWARDED_PROTO", ""))
        host = nearest(environ.pop("HTTP_X_FORWARDED_HOST", ""))
        environ.pop("HTTP_X_FORWARDED_FOR", None)
        if (scheme or host) and is_among(environ["REMOTE_ADDR"], trusted):
            environ["HTTP_HOST"] = host or environ.get("HTTP_HOST", "")
            if scheme in ("http", "https"):
                environ["wsgi.url_scheme"] = scheme
        return app(environ, start_response)

    return wrapped


def nearest(values: str) -> str:
    """Return what the proxy before this server added; those before it are hearsay."""
    return values.rpartition(",")[2].strip()


def is_among(address: str, networks: Sequence[Network]) -> bool:
    try:
        found = ip_address(address)
    except ValueError:
        return False
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    return any(found in network for network in networks)
