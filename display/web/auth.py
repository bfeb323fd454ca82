"""Who asks, and about which room: signed tokens, the coach's key, and the room in the address."""

import base64
import hashlib
import hmac
import re
import secrets
import time
from collections.abc import Callable, Mapping
from functools import lru_cache, wraps
from typing import Any, ParamSpec, TypeVar
from urllib.parse import urlencode

from flask import abort, current_app, g, redirect, request, url_for
from itsdangerous import BadSignature, TimestampSigner
from werkzeug.wrappers import Response

from display.live.rooms import LiveRoom, NoSuchRoom, Rooms
from display.log.base import RoomErased
from display.web.security import Pace

P = ParamSpec("P")
T = TypeVar("T")

PARTICIPANT_COOKIE = "participant"
TOKEN = re.compile(rf"(?:^|;) *{PARTICIPANT_COOKIE}=([^;]*)")  # in a `Cookie` header
OPERATOR = "operator"
SIGNED_COOKIE = re.compile(r"(?:^|;) *(participant|coach)(?:_[A-Z0-9]{4})?=([^;]*)")
COOKIE_SECONDS = 30 * 24 * 3600  # after which a signature is worth nothing, whoever kept it
PARTICIPANT_BYTES = 12
LONGEST_TOKEN = 200  # characters; what is longer is none, and not worth remembering
REMEMBERED = 32768  # tokens that are not verified anew: more than the largest hall has phones


def rooms() -> Rooms:
    """Return the rooms that this app serves."""
    found: Rooms = current_app.extensions["rooms"]
    return found


def room_or_abort(code: str) -> LiveRoom:
    """Return the room of the code in the address, in any case; abort 404, or 410 if erased."""
    try:
        return rooms().get(code.upper())
    except NoSuchRoom:
        abort(404)
    except RoomErased:
        abort(410)


def submitted() -> Mapping[str, Any]:
    """Return the fields that were sent: those of the JSON object, or of the form and query.

    Abort 413 where they are too long, as Werkzeug does only where the length is told beforehand.
    """
    try:
        sent = request.get_json(silent=True) if request.is_json else None
    except RecursionError:  # a thousand brackets in one another
        sent = None
    fields = sent if isinstance(sent, dict) else request.values
    if request.content_length is None:
        request.stream.read(1)  # aborts where the limit cut off what comes in chunks
    return fields


def wants_json() -> bool:
    """Return whether the request asks for JSON rather than a page."""
    if request.is_json:
        return True
    best = request.accept_mimetypes.best_match(["text/html", "application/json"])
    return best == "application/json"


def signer(purpose: str) -> TimestampSigner:
    return signer_with(current_app.config["SECRET_KEY"], purpose)


@lru_cache
def signer_with(secret: str, purpose: str) -> TimestampSigner:
    return TimestampSigner(
        secret,
        salt=f"ordmoln.{purpose}",
        key_derivation="hmac",
        digest_method=hashlib.sha256,
    )


def browser() -> str:
    """Return which browser sends this request, from its cookie or else its form; a new one if none.

    A captive portal's window keeps no cookie, so the form carries the same signed token, and so
    does the address that it is sent back to.
    """
    if "browser" not in g:
        token = request.cookies.get(PARTICIPANT_COOKIE) or submitted().get("participant")
        g.browser = unsigned("participant", str(token)) or new_browser()
    known: str = g.browser
    return known


def new_browser() -> str:
    return secrets.token_urlsafe(PARTICIPANT_BYTES)


def is_known_by_address() -> bool:
    """Return whether nothing but the address tells who sends this request."""
    return PARTICIPANT_COOKIE not in request.cookies and "participant" in request.args


def participant() -> str:
    """Return who sends this request in the room of its address."""
    code = str((request.view_args or {})["code"]).upper()
    return participant_in(current_app.config["SECRET_KEY"], code, browser())


def participant_in(secret: str, code: str, browser: str) -> str:
    """Return who a browser is in a room.

    It is another in every room, so that nothing that is kept tells that two rooms had one guest.
    """
    digest = hmac.digest(secret.encode(), f"{code}:{browser}".encode(), "sha256")
    return base64.urlsafe_b64encode(digest[:PARTICIPANT_BYTES]).decode()


def participant_who_sent(secret: str, code: str, cookies: str, token: object) -> str | None:
    """Return who in a room sent a `Cookie` header, or else a token; None for nobody known."""
    kept = TOKEN.search(cookies)
    browser = unsigned_with(secret, "participant", kept[1] if kept else str(token))
    return browser and participant_in(secret, code, browser)


def participant_token() -> str:
    """Return the signed token by which this browser is known again."""
    return token_of(browser())


def token_of(browser: str) -> str:
    return signer("participant").sign(browser).decode()


def remember_participant(response: Response) -> Response:
    """Set the participant's cookie on the response.

    People pass addresses on: where only that tells who asks, the cookie is that of somebody new.
    """
    kept = new_browser() if is_known_by_address() else browser()
    return with_cookie(response, PARTICIPANT_COOKIE, token_of(kept))


def back_to_page(live: LiveRoom, query: dict[str, str]) -> Response:
    """Return the way back to the phone's page; it carries the token where cookies are not kept."""
    if not request.cookies:
        query = {**query, "participant": participant_token()}
    response = redirect(f"{url_for('phone.page', code=live.code)}?{urlencode(query)}", 303)
    return remember_participant(response)


def coach_key(live: LiveRoom) -> str:
    """Return the secret in the coach's link. It follows from the server's secret, so it stays."""
    return signer("coach-link").get_signature(coach_name(live)).decode()


def coach_link(live: LiveRoom) -> str:
    """Return the coach's link, as other machines reach it."""
    path = url_for("coach.page", code=live.code, key=coach_key(live))
    return f"{current_app.config['PUBLIC_URL']}{path}"


def is_coach(live: LiveRoom) -> bool:
    """Return whether the request carries the cookie of this room's coach."""
    return unsigned("coach", request.cookies.get(coach_cookie(live), "")) == coach_name(live)


def admit_coach(response: Response, live: LiveRoom) -> Response:
    """Set the cookie of this room's coach on the response."""
    token = signer("coach").sign(coach_name(live)).decode()
    return with_cookie(response, coach_cookie(live), token)


def key_fits(live: LiveRoom, key: str) -> bool:
    """Return whether `key` is the secret in the coach's link of this room."""
    return hmac.compare_digest(as_bytes(key), coach_key(live).encode())


def coach_required(view: Callable[P, T]) -> Callable[P, T]:
    """Let a view through only for this room's coach, else abort 403; 404 or 410 without a room."""

    @wraps(view)
    def checked(*args: P.args, **kwargs: P.kwargs) -> T:
        if not is_coach(room_or_abort(str(kwargs["code"]))):
            abort(403)
        return view(*args, **kwargs)

    return checked


def coach_cookie(live: LiveRoom) -> str:
    return f"coach_{live.code}"


def coach_name(live: LiveRoom) -> str:
    """Return what coaches of the room are known by, another each time their link is renewed."""
    renewed = live.room.links_renewed
    return f"{live.code}:{renewed}" if renewed else live.code


def operator_key() -> str:
    """Return the secret in the operator's link. It follows from the server's secret too."""
    return signer("operator-link").get_signature(OPERATOR).decode()


def operator_key_fits(key: str) -> bool:
    """Return whether `key` is the secret in the operator's link."""
    return hmac.compare_digest(as_bytes(key), operator_key().encode())


def admit_operator(response: Response) -> Response:
    """Set the operator's cookie on the response."""
    return with_cookie(response, OPERATOR, signer("operator").sign(OPERATOR).decode())


def operator_required(view: Callable[P, T]) -> Callable[P, T]:
    """Let a view through only for the server's operator, else abort 403."""

    @wraps(view)
    def checked(*args: P.args, **kwargs: P.kwargs) -> T:
        if unsigned("operator", request.cookies.get(OPERATOR, "")) != OPERATOR:
            abort(403)
        return view(*args, **kwargs)

    return checked


def unsigned(purpose: str, token: str) -> str | None:
    return unsigned_with(current_app.config["SECRET_KEY"], purpose, token)


def unsigned_with(secret: str, purpose: str, token: str) -> str | None:
    """Return what was signed for this purpose and is not too old; None for all else.

    What seems to be signed in the future is taken: the clock has been put right since.
    """
    value, at = verified(secret, purpose, token) if len(token) <= LONGEST_TOKEN else (None, 0.0)
    return value if time.time() - at <= COOKIE_SECONDS else None


def goes_first(secret: str, pace: Pace, cookies: str) -> bool:
    """Return whether the first participant or coach in a `Cookie` header is one of this server, who
    keeps the pace; what is asked about counts towards it."""
    found = SIGNED_COOKIE.search(cookies)
    known = None if found is None else unsigned_with(secret, found[1], found[2])
    return known is not None and not pace.wait_seconds(known)


@lru_cache(REMEMBERED)
def verified(secret: str, purpose: str, token: str) -> tuple[str | None, float]:
    """Return what was signed for this purpose, and when; None if this server did not sign it."""
    try:
        value, at = signer_with(secret, purpose).unsign(as_bytes(token), return_timestamp=True)
    except BadSignature:
        return None, 0.0
    return value.decode(), at.timestamp()


def as_bytes(token: str) -> bytes:
    """Return what a stranger sent as bytes, also where it is no text that UTF-8 can hold."""
    return token.encode("utf-8", "replace")


def with_cookie(response: Response, name: str, value: str) -> Response:
    response.set_cookie(
        name,
        value,
        max_age=COOKIE_SECONDS,
        httponly=True,
        samesite="Lax",
        secure=is_secure(),
    )
    return response


def is_secure() -> bool:
    """Return whether the browser came over TLS, be it to a proxy in front of this server."""
    return request.is_secure or current_app.config["PUBLIC_URL"] == f"https://{request.host}"
