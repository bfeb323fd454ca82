"""Answers first: all else takes turns to begin, so that no flood of it makes an answer wait."""

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import cycle
from socket import MSG_PEEK

from display.serving.guard import TakenOver
from display.serving.wsgi import Environ, StartResponse, WsgiApp

PAGES = ""
OWN_TURNS = ("/static/", "/healthz", "/metrics")  # may take long, or must not wait for pages
SOCKETS = "/socket.io/"
JSON = "application/json"  # what our scripts ask for, and nothing else beside it
SOCKET_TURNS = 2  # at a time: a hall that comes back must not wait for longer than a page does
ANSWERS_SECONDS = 0.003  # at most, that a turn waits for the answers that are under way
QUICK_SECONDS = 0.02  # an answer that takes longer waits for the network or the disk
LOOK_SECONDS = 0.001  # between two looks at whether they are done
RECENT_SECONDS = 0.03  # since an answer began: more are likely


def answers_first(app: WsgiApp, goes_first: Callable[[str], bool]) -> WsgiApp:
    """Return the WSGI app on which everything waits for its turn, but what a known phone sends.

    `goes_first` tells whether a `Cookie` header is of somebody who has been here, and who does not
    send more than a person does.
    """
    turns: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
    answers = Answers()
    numbers = cycle(range(SOCKET_TURNS))

    def wrapped(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if is_answer(environ, goes_first):
            with answers.one():
                return app(environ, start_response)
        turn = turn_of(environ)
        if turn == SOCKETS:
            turn += str(next(numbers))
        with turns[turn]:
            if is_gone(environ):
                return TakenOver()  # there is nobody to respond to
            answers.let_by()
        return app(environ, start_response)

    return wrapped


class Answers:
    """The answers that are under way."""

    def __init__(self) -> None:
        self._begun: dict[object, float] = {}  # when each began, the latest last
        self._latest = float("-inf")  # when one began, of all that there were

    @contextmanager
    def one(self) -> Iterator[None]:
        """Take note of an answer while it is under way."""
        mark = object()
        self._latest = self._begun[mark] = time.monotonic()
        try:
            yield
        finally:
            del self._begun[mark]

    def let_by(self) -> None:
        """Wait until none is under way that may soon be done, or for long enough.

        The log's thread writes them meanwhile; beside a busy server it waits for Python at each
        step. While answers come, it has the processor to itself before each turn.
        """
        now = time.monotonic()
        latest = now + ANSWERS_SECONDS
        time.sleep(LOOK_SECONDS if now - self._latest < RECENT_SECONDS else 0)
        while self._begun:
            now = time.monotonic()
            if now >= latest or now - next(reversed(self._begun.values())) > QUICK_SECONDS:
                return
            time.sleep(LOOK_SECONDS)


def is_answer(environ: Environ, goes_first: Callable[[str], bool]) -> bool:
    """Return whether a request is one that a hall must not wait for.

    A phone has opened its page before it answers, and so has a cookie that this server signed; one
    that keeps none, as in the window of a captive portal, waits as pages do. So does one without
    scripts, whose answer's reply is a page.
    """
    return (
        environ["REQUEST_METHOD"] in ("POST", "DELETE")
        and environ.get("HTTP_ACCEPT") == JSON
        and not environ["PATH_INFO"].startswith(SOCKETS)
        and goes_first(environ.get("HTTP_COOKIE", ""))
    )


def is_gone(environ: Environ) -> bool:
    """Return whether who asks for a websocket has not waited for it: a phone soon asks again."""
    if "HTTP_UPGRADE" not in environ:
        return False
    try:
        return not environ["werkzeug.socket"].fd.recv(1, MSG_PEEK)
    except BlockingIOError:
        return False
    except OSError:
        return True


def turn_of(environ: Environ) -> str:
    """Return which turn a request waits for: `SOCKETS`, one of `OWN_TURNS`, or `PAGES`."""
    path: str = environ["PATH_INFO"]
    if path.startswith(SOCKETS):
        return SOCKETS
    if environ["REQUEST_METHOD"] != "GET":
        return PAGES
    return next((own for own in OWN_TURNS if path.startswith(own)), PAGES)
