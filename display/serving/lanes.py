"""Answers first: all else takes turns to begin, so that no flood of it makes an answer wait."""

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable

from display.serving.wsgi import Environ, StartResponse, WsgiApp

PAGES = ""
OWN_TURNS = ("/static/", "/healthz", "/metrics")  # may take long, or must not wait for pages
SOCKETS = "/socket.io/"
ANSWERS_SECONDS = 0.003  # at most, that a turn waits for the answers that are under way
QUICK_SECONDS = 0.02  # an answer that takes longer waits for the network or the disk
LOOK_SECONDS = 0.001  # between two looks at whether they are done


def answers_first(app: WsgiApp, is_known: Callable[[str], bool]) -> WsgiApp:
    """Return the WSGI app on which everything waits for its turn, but what a known phone sends.

    `is_known` tells whether a `Cookie` header is of somebody who has been here.
    """
    turns: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
    answers: dict[object, float] = {}  # that are under way: when each began, the latest last

    def wrapped(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if is_answer(environ, is_known):
            mark = object()
            answers[mark] = time.monotonic()
            try:
                return app(environ, start_response)
            finally:
                del answers[mark]
        with turns[turn_of(environ)]:
            time.sleep(0)  # lets in the answers that came while the last page was made
            let_by(answers)
        return app(environ, start_response)

    return wrapped


def let_by(answers: dict[object, float]) -> None:
    """Wait until none of these is under way that may soon be done, or for long enough.

    The log's thread writes them meanwhile; beside a busy server it waits for Python at each step.
    """
    latest = time.monotonic() + ANSWERS_SECONDS
    while answers:
        now = time.monotonic()
        if now >= latest or now - next(reversed(answers.values())) > QUICK_SECONDS:
            return
        time.sleep(LOOK_SECONDS)


def is_answer(environ: Environ, is_known: Callable[[str], bool]) -> bool:
    """Return whether a request is one that a hall must not wait for.

    A phone has opened its page before it answers, and so has a cookie that this server signed; one
    that keeps none, as in the window of a captive portal, waits as pages do.
    """
    return (
        environ["REQUEST_METHOD"] in ("POST", "DELETE")
        and not environ["PATH_INFO"].startswith(SOCKETS)
        and is_known(environ.get("HTTP_COOKIE", ""))
    )


def turn_of(environ: Environ) -> str:
    """Return which turn a request waits for: `SOCKETS`, one of `OWN_TURNS`, or `PAGES`."""
    path: str = environ["PATH_INFO"]
    if path.startswith(SOCKETS):
        return SOCKETS
    if environ["REQUEST_METHOD"] != "GET":
        return PAGES
    return next((own for own in OWN_TURNS if path.startswith(own)), PAGES)
