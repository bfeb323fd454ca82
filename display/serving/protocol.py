"""HTTP for strangers: quick, in time or not at all; nobody's address is printed."""

from http import HTTPStatus
from io import BytesIO
from typing import Any

import eventlet
from eventlet import wsgi

from display.serving.bodies import Body, CutOff
from display.serving.heads import Headers, is_clear, ordinary
from display.serving.unfinished import Unfinished

BUFFER = 2048  # bytes of each connection's own, both ways
MOST_RESTING = 200  # connections without a request; above it, a phone's is closed after its answer
HOLD_SECONDS = 2  # for who sends a body without end
LEADING_BACK = ("wsgi.input", "eventlet.input", "eventlet.set_idle", "werkzeug.socket")
PREFERENCES = ("HTTP_ACCEPT", "HTTP_ACCEPT_LANGUAGE", "HTTP_ACCEPT_ENCODING")
MOST_PREFERRED = 500  # characters of each; thousands of languages take long to choose from
MOST_DISCARDED = 64 * 1024  # bytes of a body that nobody wanted, read so that its sender may go on


class HttpProtocol(wsgi.HttpProtocol):  # type: ignore[misc]  # eventlet has no types
    """What becomes of a connection, request by request."""

    rbufsize = wbufsize = BUFFER
    rfile: Any
    environ: Any = None
    unfinished = Unfinished()
    resting = 0  # connections without a request

    def parse_request(self) -> bool:
        lines: list[bytes] = []
        while not lines or lines[-1] not in (b"\r\n", b"\n", b""):
            lines.append(self.rfile.readline())
        if not lines[-1]:  # the connection ended before the head
            self.close_connection = True
            return False
        head = ordinary(self.raw_requestline, lines)
        if head is None:
            self.rfile = BytesIO(b"".join(lines))
            return self._parse_unusual(lines)
        self.requestline = ""
        self.command, self.path, self.headers = head
        self.request_version = "HTTP/1.1"
        crowded = self.command == "POST" and HttpProtocol.resting > MOST_RESTING
        self.close_connection = crowded or (self.headers.get("Connection") or "").lower() == "close"
        return True

    def _parse_unusual(self, lines: list[bytes]) -> bool:
        if not super().parse_request():
            return False
        if not is_clear(lines):
            self.send_error(HTTPStatus.BAD_REQUEST)
            return False
        return True

    def _read_request_line(self) -> Any:
        HttpProtocol.resting += 1
        try:
            return super()._read_request_line()
        finally:
            HttpProtocol.resting -= 1

    def handle_one_request(self) -> None:
        self.unfinished.begin(self.connection)
        self.connection.begin_request()
        try:
            super().handle_one_request()
        finally:
            self.unfinished.end(self.connection)
            self._let_go_of_environ()

    def _let_go_of_environ(self) -> None:
        """Undo what leads back here, and to the descriptor: pages leave it to the collector, from
        which much is kept."""
        for name in LEADING_BACK if self.environ else ():
            self.environ.pop(name, None)
        self.environ = None

    def get_environ(self) -> dict[str, Any]:
        environ: dict[str, Any] = super().get_environ()
        environ["werkzeug.socket"] = self.connection
        if isinstance(self.headers, Headers):
            environ.update(self.headers.environ)
        for name in PREFERENCES:
            if name in environ:
                environ[name] = environ[name][:MOST_PREFERRED]
        body = environ["eventlet.input"]
        if body.chunked_input or body.content_length:
            body.rfile = Body(body.rfile)
            body.discard = self.discard
        else:
            self.unfinished.end(self.connection)
        return environ

    def discard(self) -> None:
        """Read what is left of a body that nobody wanted; if that has no end, hang up, later.

        Who sends without end is thus kept waiting before it can come again.
        """
        body = self.environ["eventlet.input"]
        left = MOST_DISCARDED
        try:
            while left > 0:
                read = body.read(wsgi.MINIMUM_CHUNK_SIZE)
                if not read:
                    return
                left -= len(read)
        except CutOff:
            self.close_connection = True
            return
        except (OSError, wsgi.ChunkReadError):
            pass  # what comes is no body
        self.close_connection = True
        eventlet.sleep(HOLD_SECONDS)

    def finish(self) -> None:
        try:
            super().finish()
        finally:
            self.rfile.close()  # is left open if what was to be sent could not be

    def log_message(self, *_: object) -> None:
        pass
