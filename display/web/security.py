"""What every response and every unsafe request must meet: headers, same origin, a human pace."""

import time
from http import HTTPStatus

from flask import Response, abort, current_app, request
from flask_babel import gettext as _

FILE_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
}
HEADERS = {
    **FILE_HEADERS,
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none';"
        " form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Frame-Options": "DENY",
    # With no referrer at all browsers also send `Origin: null`, which same_origin must refuse.
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
NOT_CACHED = {"Cache-Control": "no-store"}
# For an SVG that somebody opens by itself: it may look as it should, but run and fetch nothing.
PICTURE_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; sandbox;"
    " frame-ancestors 'none'"
)
SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}

PARTICIPANT_BURST = 40  # sends a participant may make at once,
PARTICIPANT_PER_SECOND = 1.0  # and then as many a second
FIRST_BURST = 10  # requests that go before all pages, of one participant or of a room's coaches,
FIRST_PER_SECOND = 1.0  # and then as many a second; what is beyond takes turns with pages
HOLD_SECONDS = 1.0  # that one who sends too fast waits for the refusal
ROOM_BURST = 6000  # answers and seats that a room takes at once: more than a hall has people,
ROOM_PER_SECOND = 2500.0  # and then as many a second
ACT_BURST = 100  # acts of a room's coaches at once: a key that is held down does but one,
ACTS_PER_SECOND = 20.0  # and then as many a second: more than hands do, and no burden


def add_headers(response: Response) -> Response:
    """Add the security headers, and that what a room shows is never to be cached.

    Scripts and styles carry only those that mean something on them: they come by the hundred.
    """
    is_file = request.endpoint == "static_file" and response.status_code == HTTPStatus.OK
    for name, value in (FILE_HEADERS if is_file else HEADERS).items():
        response.headers.setdefault(name, value)
    for name, value in NOT_CACHED.items():
        response.headers.setdefault(name, value)
    return response


def same_origin(origin: str, host: str, public_url: str) -> bool:
    """Return whether `origin` is this server, as `Host` names it or as its public address."""
    return origin in (f"http://{host}", f"https://{host}", public_url)


def refuse_other_origins(public_url: str) -> None:
    """Abort 403 if a browser says that another site made this unsafe request.

    Browsers send `Sec-Fetch-Site` or at least `Origin`; what sends neither is no browser and holds
    no one's cookies (https://words.filippo.io/csrf/).
    """
    if request.method in SAFE_METHODS:
        return
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if is_from_elsewhere(site, origin, request.host, public_url):
        abort(403, _("That came from another site than this, so nothing was done."))


def is_from_elsewhere(site: str | None, origin: str | None, host: str, public_url: str) -> bool:
    """Return whether a request with these headers was made by another site's page."""
    if site is not None:
        return site not in ("same-origin", "none")
    return origin is not None and not same_origin(origin, host, public_url)


class Pace:
    """Token buckets, one for each name: `burst` tokens at once, and then `per_second`."""

    def __init__(self, burst: int, per_second: float) -> None:
        self._burst = float(burst)
        self._per_second = per_second
        self._buckets: dict[str, tuple[float, float]] = {}  # tokens left, at what time

    def wait_seconds(self, name: str) -> float:
        """Take one token; return 0, or how long until there is one."""
        now = time.monotonic()
        tokens, at = self._buckets.pop(name, (self._burst, now))
        tokens = min(self._burst, tokens + (now - at) * self._per_second)
        wait = max(0.0, (1 - tokens) / self._per_second)
        self._buckets[name] = (tokens if wait else tokens - 1, now)
        self._forget(now)
        return wait

    def _forget(self, now: float) -> None:
        """Forget the bucket that was used least lately, if it is full again by now."""
        oldest = next(iter(self._buckets))
        if now - self._buckets[oldest][1] > self._burst / self._per_second:
            del self._buckets[oldest]


def pace() -> Pace:
    """Return the pace that participants keep to on this app."""
    found: Pace = current_app.extensions["pace"]
    return found


def room_pace() -> Pace:
    """Return the pace that rooms keep to on this app."""
    found: Pace = current_app.extensions["room_pace"]
    return found


def act_pace() -> Pace:
    """Return the pace that the coaches of a room keep to on this app."""
    found: Pace = current_app.extensions["act_pace"]
    return found


def hold_back() -> None:
    """Keep one who sends too fast waiting: who sends without end then does so once a second."""
    time.sleep(HOLD_SECONDS)
