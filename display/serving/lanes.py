"""Answers first: pages take turns to begin, so that no flood of them makes an answer wait."""

import threading
import time
from collections.abc import Iterable

from display.serving.wsgi import Environ, StartResponse, WsgiApp

# What is cheap, or may take long without using the processor, needs no turn.
WITHOUT_TURN = ("/static/", "/socket.io/", "/healthz", "/metrics")


def answers_first(app: WsgiApp) -> WsgiApp:
    """Return the WSGI app on which everything waits for its turn, but what a known phone sends."""
    turn = threading.Lock()

    def wrapped(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if not needs_no_turn(environ):
            with turn:
                time.sleep(0)  # lets in the answers that came while the last page was made
        return app(environ, start_response)

    return wrapped


def needs_no_turn(environ: Environ) -> bool:
    """Return whether a request is one that a hall must not wait for.

    A phone has opened its page before it answers, and so has a cookie; one that keeps none, as in
    the window of a captive portal, waits as pages do.
    """
    if environ["REQUEST_METHOD"] != "GET":
        return "HTTP_COOKIE" in environ
    path: str = environ["PATH_INFO"]
    return path.startswith(WITHOUT_TURN)
