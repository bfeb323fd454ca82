"""The socket on which connections come in."""

import errno
import logging
import random
import socket
import time
from typing import Any

import eventlet
from eventlet import greenio

from display.settings import StartError

BACKLOG = 4096  # connections waiting to be accepted: a hall scans the code in the same second
SEND_BUFFER = 64 * 1024  # bytes that the system keeps for a client that does not read
SILENT_SECONDS = 10  # for the first word of a connection
NOT_LISTENING = {errno.EBADF, errno.EINVAL, errno.ENOTSOCK, errno.EOPNOTSUPP}
AGAIN_SECONDS = 0.1  # after a connection could not be taken in
DROP_BYTES = 256  # what comes in smaller pieces,
DROP_SECONDS = 0.5  # each after so long,
MOST_DROPS = 2  # and in more of them, is a request that drips,
DRIP_SECONDS = 4.0, 8.0  # of which the next is read so much later, not of all at the same time

logger = logging.getLogger(__name__)


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
    return Connection(listener.fd.dup())  # whose kind each connection is of


class Connection(greenio.GreenSocket):  # type: ignore[misc]  # eventlet has no types
    """A client's connection, on which a request that drips is read seldom: a thousand of those
    would wake the server for each of their bytes."""

    _drops = 0

    def accept(self) -> tuple["Connection", Any]:
        """Return the next connection and its address; OSError when this is closed.

        What goes wrong with one connection is no end: eventlet's server would take in no other.
        """
        told = False
        while True:
            try:
                accepted: tuple[Connection, Any] = super().accept()
                return accepted
            except OSError as error:
                if self._closed or error.errno in NOT_LISTENING:
                    raise
                if error.errno == errno.ECONNABORTED:  # its client left before
                    continue
                if not told:
                    logger.warning("no connection can be taken in: %s", error.strerror)
                told = True
            eventlet.sleep(AGAIN_SECONDS)

    def begin_request(self) -> None:
        """Take what comes next as the beginning of a request."""
        self._drops = 0

    def recv_into(self, *into: Any) -> int:
        if self._drops > MOST_DROPS:
            eventlet.sleep(random.uniform(*DRIP_SECONDS))  # noqa: S311
        began = time.monotonic()
        read: int = super().recv_into(*into)
        self._drops += read < DROP_BYTES and time.monotonic() - began > DROP_SECONDS
        return read

    def _trampoline(self, *where: Any, **until: Any) -> None:
        """Wait, and forget where, if it was too long.

        Eventlet's own throws an error that leads back to the place which holds it, and with it all
        of the connection, which only the garbage collector takes apart; and that is kept from it.
        """
        try:
            super()._trampoline(*where, **until)
        except TimeoutError as error:
            error.__traceback__ = None
            raise TimeoutError(str(error)) from None
