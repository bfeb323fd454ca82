"""Answers first: pages take turns to begin, so that no flood of them makes an answer wait."""

import threading
import time
from collections.abc import Callable, Iterable

from display.serving.wsgi import Environ, StartResponse, WsgiApp

# What is cheap, or may take long without using the processor, needs no turn.
WITHOUT_TURN = ("/static/", "/socket.io/", "/healthz", "/metrics")


def answers_first(app: WsgiApp, is_known: Callable[[str], bool]) -> WsgiApp:
    """Return the WSGI app on which everything waits for its turn, but what a known phone sends.

    `is_known` tells whether a `Cookie` header is of somebody who has been here.
    """
    turn = threading.Lock()

    def wrapped(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if not needs_no_turn(environ, is_known):
            with turn:
                time.sleep(0)  # lets in the answers that came while the last page was made
        return app(environ, start_response)

    return wrapped


def needs_no_turn(environ: Environ, is_known: Callable[[str], bool]) -> bool:
    """Return whether a request is one that a hall must not wait for.

    A phone has opened its page before it answers, and so has a cookie that this server signed; one
    that keeps none, as in the window of a captive portal, waits as pages do.
    """
    method: str = environ["REQUEST_METHOD"]
    if method in ("POST", "DELETE"):
        return is_known(environ.get("HTTP_COOKIE", ""))
    path: str = environ["PATH_INFO"]
    return method == "GET" and path.startswith(WITHOUT_TURN)
