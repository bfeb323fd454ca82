"""The short way for what phones send by the thousand: an answer as JSON, from who is known.

Whatever is not just that goes on to Flask, as does an answer that is refused: there people are told
why, in their language. A request through Flask takes about three times as long.
"""

import json
import re
from collections.abc import Callable, Iterable
from io import BytesIO
from typing import Any

from display.live.rooms import NoSuchRoom, Rooms
from display.log.base import LogUnavailable, RoomErased
from display.web.answers import Fate, Intake, read_sending, receipt
from display.web.auth import TOKEN, participant_in, unsigned_with
from display.web.security import HEADERS, NOT_CACHED, is_from_elsewhere

DECIDED = "ordmoln.fate"  # where Flask finds what became of the answer, if that is known
LARGEST_REQUEST = 16 * 1024  # bytes; an answer is a word or a phrase
ADDRESS = re.compile("/([A-Za-z0-9]{4})")
STATUS = {True: "201 CREATED", False: "200 OK"}
RESPONSE_HEADERS = [("Content-Type", "application/json"), *HEADERS.items(), *NOT_CACHED.items()]
ENCODER = json.JSONEncoder(separators=(",", ":"))

Environ = dict[str, Any]
WSGI = Callable[[Environ, Any], Iterable[bytes]]


class Shortcut:
    """A WSGI app in front of Flask's: the `long_way`."""

    def __init__(
        self, long_way: WSGI, rooms: Rooms, intake: Intake, secret: str, public_url: str
    ) -> None:
        self._long_way = long_way
        self._rooms = rooms
        self._intake = intake
        self._secret = secret
        self._public_url = public_url

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        address = ADDRESS.fullmatch(environ["PATH_INFO"])
        browser = address and self._browser(environ)
        if not address or not browser:
            return self._long_way(environ, start_response)
        code = address[1].upper()
        participant = participant_in(self._secret, code, browser)
        fate = self._fate(environ, code, participant)
        if fate is None or fate.answer is None:
            environ[DECIDED] = fate
            return self._long_way(environ, start_response)
        body = ENCODER.encode(receipt(fate.live.room, fate.answer, participant)).encode()
        length = ("Content-Length", str(len(body)))
        start_response(STATUS[fate.is_new], [*RESPONSE_HEADERS, length])
        return [body]

    def _browser(self, environ: Environ) -> str | None:
        """Return whose answer it is that may take the short way; None for any other request."""
        if environ["REQUEST_METHOD"] != "POST" or environ.get("QUERY_STRING"):
            return None
        length = environ.get("CONTENT_LENGTH") or ""
        if not (length.isascii() and length.isdigit() and int(length) <= LARGEST_REQUEST):
            return None
        if environ.get("CONTENT_TYPE") != "application/json":
            return None
        site, origin = environ.get("HTTP_SEC_FETCH_SITE"), environ.get("HTTP_ORIGIN")
        if is_from_elsewhere(site, origin, environ.get("HTTP_HOST", ""), self._public_url):
            return None
        token = TOKEN.search(environ.get("HTTP_COOKIE", ""))
        return token and unsigned_with(self._secret, "participant", token[1])

    def _fate(self, environ: Environ, code: str, participant: str) -> Fate | None:
        """Return what becomes of the answer; None where the long way is to find out, and tell."""
        try:
            body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        except OSError:  # it is cut off
            return None
        environ["wsgi.input"] = BytesIO(body)
        try:
            sent = json.loads(body)
            live = self._rooms.get(code)
        except (ValueError, RecursionError, NoSuchRoom, RoomErased, LogUnavailable):
            return None
        if not isinstance(sent, dict):
            return None
        try:
            return self._intake.take(live, participant, read_sending(sent))
        except Exception:  # on the long way, where it is tried again, faults are told and logged
            return None
