"""Answers what comes in, over so many connections and within so much time."""

from collections.abc import Iterable
from typing import Any

import eventlet
from eventlet import wsgi

from display.serving.guard import TakenOver
from display.serving.protocol import HttpProtocol
from display.serving.wsgi import Environ, StartResponse, WsgiApp

NEARLY_FULL = 0.9  # from here on a new connection takes the place of one that owes its request
REQUEST_SECONDS = 30.0  # for a client that drips its request
LARGEST_HEAD = 16 * 1024  # bytes; what a browser sends is a tenth of it
KEEPALIVE_SECONDS = 3  # for an idle connection, which holds a place and 60 kB


def answer_requests(
    listener: Any,
    app: WsgiApp,
    most: int,
    protocol: type[wsgi.HttpProtocol] = HttpProtocol,
) -> None:
    """Answer what comes to the listening socket, over so many connections, until it is closed."""
    wsgi.MAX_TOTAL_HEADER_SIZE = LARGEST_HEAD
    quiet = wsgi.LoggerNull()  # what eventlet says of a connection holds the client's address
    eventlet.spawn(close_late_connections)
    wsgi.server(
        listener,
        hand_over_sockets(app),
        custom_pool=Connections(most),
        environ={"wsgi.errors": quiet, "wsgi.input_terminated": True},  # reads chunked bodies too
        log=quiet,
        protocol=protocol,
        log_output=False,
        debug=False,
        socket_timeout=REQUEST_SECONDS,
        keepalive=KEEPALIVE_SECONDS,
    )


class Connections(eventlet.GreenPool):  # type: ignore[misc]  # eventlet has no types
    """Those of the server; when they are nearly too many, the laziest makes way for the newest."""

    def spawn(self, *called: Any) -> Any:
        if self.running() >= self.size * NEARLY_FULL:
            eventlet.sleep()  # lets those that came just now begin, and those that ended leave
            HttpProtocol.unfinished.close_oldest()
        return super().spawn(*called)


def hand_over_sockets(app: WsgiApp) -> WsgiApp:
    """Let eventlet know when a connection was a websocket, after which there is no response."""

    def wrapped(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        body = app(environ, start_response)
        if isinstance(body, TakenOver):
            wsgi.WSGI_LOCAL.already_handled = True
        return body

    return wrapped


def close_late_connections() -> None:
    """Close connections that take too long over their request, however busily they drip it."""
    while True:
        eventlet.sleep(1)
        HttpProtocol.unfinished.close_older(REQUEST_SECONDS)
