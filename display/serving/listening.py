"""The socket on which connections come in."""

import errno
import socket
from typing import Any

import eventlet
from eventlet import greenio

from display.settings import StartError

BACKLOG = 4096  # connections waiting to be accepted: a hall scans the code in the same second
SEND_BUFFER = 64 * 1024  # bytes that the system keeps for a client that does not read
SILENT_SECONDS = 10  # for the first word of a connection


def listen(host: str, port: int) -> Any:
    """Return the listening socket; StartError if the address cannot be had."""
    try:
        return listen_at(host, port)
    except (socket.gaierror, UnicodeError) as error:
        raise StartError(f"This machine has no address {host!r}.") from error
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise StartError(
                f"Port {port} is taken by another program, perhaps by Ordmoln itself:"
                f" stop that, or choose another with --port."
            ) from error
        raise StartError(f"Cannot listen on {host}, port {port}: {error.strerror}.") from error


def listen_at(host: str, port: int) -> Any:
    # With SO_REUSEPORT a second start would succeed and split the audience between two servers.
    listener = eventlet.listen((host, port), backlog=BACKLOG, reuse_port=False)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)  # connections inherit it
    if hasattr(socket, "TCP_DEFER_ACCEPT"):  # Linux keeps who says nothing, at no cost to this
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, SILENT_SECONDS)
    return ShortMemory(listener.fd.dup())  # which each connection is of the kind of


class ShortMemory(greenio.GreenSocket):  # type: ignore[misc]  # eventlet has no types
    """A socket that forgets where it waited when it waited too long.

    Eventlet's own throws an error that leads back to the place which holds it, and with it all of
    the connection, which only the garbage collector takes apart; and that is kept from it.
    """

    def _trampoline(self, *where: Any, **until: Any) -> None:
        try:
            super()._trampoline(*where, **until)
        except TimeoutError as error:
            error.__traceback__ = None
            raise TimeoutError(str(error)) from None
