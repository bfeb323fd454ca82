"""Starts Ordmoln: settings, wiring, listening. The only file that knows eventlet."""

# ruff: noqa: E402
import gc
import os
import warnings

gc.disable()  # until all is loaded, which would be looked through a dozen times meanwhile
os.environ.setdefault("EVENTLET_NO_GREENDNS", "yes")  # its resolver knows no .local names
warnings.filterwarnings("ignore", r"(?s).*Eventlet is deprecated")

import eventlet

eventlet.monkey_patch()

import errno
import logging
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from io import BytesIO
from typing import Any

import engineio.socket
import qrcode
from engineio.packet import PING, Packet
from eventlet import greenio, tpool, wsgi
from flask import Flask

from display.addresses import LOOPBACK, Address, local_addresses
from display.commands import run
from display.live.audience import Audience
from display.live.clock import now
from display.live.rooms import Rooms
from display.live.ticker import Ticker
from display.log import Log, LogError, LogUnavailable, open_log
from display.settings import Settings, StartError, read_secret, read_settings
from display.web import create_app
from display.web.auth import coach_key, operator_key
from display.web.connections import Lines, Unfinished
from display.web.guard import TakenOver
from display.web.heads import Headers, ordinary
from display.web.lanes import answers_first
from display.web.languages import LANGUAGES, first_question
from display.web.proxies import behind_proxies
from display.web.sockets import init_sockets

BACKLOG = 4096  # connections waiting to be accepted: a hall scans the code in the same second
SPARE_FILES = 200  # descriptors kept for all that is no connection; without one, accept() fails
MOST_FILES = 65536  # descriptors that are asked for where the system sets no limit
SEND_BUFFER = 64 * 1024  # bytes that the system keeps for a client that does not read
HTTP_BUFFER = 2048  # bytes of each connection's own, both ways
MOST_SELECTED = 500  # connections that Windows can look at, beside what else is open
MOST_CONNECTIONS = 30_000  # ten thousand phones, twice, and then some
SPARE_CONNECTIONS = 0.2  # of them are never sockets, so that answers always get in
NEARLY_FULL = 0.9  # from here on a new connection takes the place of one that owes its request
MOST_RESTING = 200  # connections without a request; above it, a phone's is closed after its answer
REQUEST_SECONDS = 30.0  # for a client that drips its request
SILENT_SECONDS = 10  # for the first word of a connection
KEEPALIVE_SECONDS = 3  # for an idle connection, which holds a place and 60 kB
HOLD_SECONDS = 2  # for who sends a body without end
MOST_DISCARDED = 64 * 1024  # bytes of a body that nobody wanted, read so that its sender may go on
WORK_THREADS = 4  # for the log and the layout; each keeps memory of its own
TURN_SECONDS = (
    0.0003  # of Python's threads; with its own 5 ms a commit waits long at each of its steps
)
GRACE_SECONDS = 0.5  # for requests under way when the server stops
CLOSE_SECONDS = 1.5  # for a log that another program holds
ADDRESS_SECONDS = 2.0  # between two looks at which address the machine has
SWEEP_SECONDS = 0.5
THAW_SWEEPS = 7200  # an hour of them
CALM = 1000  # sockets
DAY = 24 * 3600.0  # seconds
HOUR = 3600.0

logger = logging.getLogger("ordmoln")


class HttpProtocol(wsgi.HttpProtocol):  # type: ignore[misc]  # eventlet has no types
    """HTTP for strangers: quick, in time or not at all; nobody's address is printed."""

    rbufsize = wbufsize = HTTP_BUFFER
    rfile: Any
    unfinished = Unfinished()
    resting = 0  # connections without a request

    def parse_request(self) -> bool:
        lines: list[bytes] = []
        while not lines or lines[-1] not in (b"\r\n", b"\n", b""):
            lines.append(self.rfile.readline())
        head = ordinary(self.raw_requestline, lines)
        if head is None:
            self.rfile = BytesIO(b"".join(lines))
            return bool(super().parse_request())
        self.requestline = ""
        self.command, self.path, self.headers = head
        self.request_version = "HTTP/1.1"
        crowded = self.command == "POST" and HttpProtocol.resting > MOST_RESTING
        self.close_connection = crowded or (self.headers.get("Connection") or "").lower() == "close"
        return True

    def _read_request_line(self) -> Any:
        HttpProtocol.resting += 1
        try:
            return super()._read_request_line()
        finally:
            HttpProtocol.resting -= 1

    def handle_one_request(self) -> None:
        self.unfinished.begin(self.connection)
        try:
            super().handle_one_request()
        finally:
            self.unfinished.end(self.connection)
            self.environ = None  # it leads back here, and what is frozen no collector takes apart

    def get_environ(self) -> dict[str, Any]:
        environ: dict[str, Any] = super().get_environ()
        environ["werkzeug.socket"] = self.connection
        if isinstance(self.headers, Headers):
            environ.update(self.headers.environ)
        body = environ["eventlet.input"]
        if body.chunked_input or body.content_length:
            body.rfile = Lines(body.rfile)
            body.discard = partial(self.discard, body)
        else:
            self.unfinished.end(self.connection)
        return environ

    def discard(self, body: Any) -> None:
        """Read what is left of a body that nobody wanted; if that has no end, hang up, later.

        Who sends without end is thus kept waiting before it can come again.
        """
        left = MOST_DISCARDED
        with suppress(OSError, wsgi.ChunkReadError):
            while left > 0:
                read = body.read(wsgi.MINIMUM_CHUNK_SIZE)
                if not read:
                    return
                left -= len(read)
        self.close_connection = True
        eventlet.sleep(HOLD_SECONDS)

    def log_message(self, *_: object) -> None:
        pass


class ShortMemory(greenio.GreenSocket):  # type: ignore[misc]
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


class TimedSocket(engineio.socket.Socket):  # type: ignore[misc]
    """A socket whose pings come from a timer: the library has a green thread sleep until each,
    and ten thousand of them take 70 MB."""

    last_ping: float | None

    def schedule_ping(self) -> None:
        if self.last_ping:  # None while one is on its way
            self.last_ping = None
            eventlet.hubs.get_hub().schedule_call_global(self.server.ping_interval, self._ping)

    def _ping(self) -> None:
        if not self.closing and not self.closed:
            self.last_ping = time.time()
            self.send(Packet(PING))


class Connections(eventlet.GreenPool):  # type: ignore[misc]
    """Those of the server; when they are nearly too many, the laziest makes way for the newest."""

    def spawn(self, *called: Any) -> Any:
        if self.running() >= self.size * NEARLY_FULL:
            eventlet.sleep()  # lets those that came just now begin, and those that ended leave
            HttpProtocol.unfinished.close_oldest()
        return super().spawn(*called)


def main(arguments: list[str]) -> None:
    """Run the server until it is told to stop; exit with one sentence if it cannot start."""
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    try:
        settings = read_settings(arguments, os.environ)
        if settings.command:
            sys.exit(run(settings.command, settings.log))
        secret = read_secret()
        tpool.set_num_threads(WORK_THREADS)
        sys.setswitchinterval(TURN_SECONDS)
        log = open_log(settings.log, tpool.execute)
        serve(settings, secret, log, listen(settings))
    except (StartError, LogError) as error:
        sys.exit(str(error))
    except LogUnavailable as error:
        sys.exit(f"The log {settings.log} cannot be used: {error}.")


def listen(settings: Settings) -> Any:
    """Return the listening socket; StartError if the address cannot be had."""
    try:
        return listen_at(settings.host, settings.port)
    except (socket.gaierror, UnicodeError) as error:
        raise StartError(f"This machine has no address {settings.host!r}.") from error
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise StartError(
                f"Port {settings.port} is taken by another program, perhaps by Ordmoln itself:"
                f" stop that, or choose another with --port."
            ) from error
        raise StartError(
            f"Cannot listen on {settings.host}, port {settings.port}: {error.strerror}."
        ) from error


def listen_at(host: str, port: int) -> Any:
    # With SO_REUSEPORT a second start would succeed and split the audience between two servers.
    listener = eventlet.listen((host, port), backlog=BACKLOG, reuse_port=False)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)  # connections inherit it
    if hasattr(socket, "TCP_DEFER_ACCEPT"):  # Linux keeps who says nothing, at no cost to this
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, SILENT_SECONDS)
    return ShortMemory(listener.fd.dup())  # which each connection is of the kind of


def serve(settings: Settings, secret: str, log: Log, listener: Any) -> None:
    stopping = threading.Event()
    for signal_number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signal_number, lambda *_: stopping.set())
    addresses = reachable_addresses(settings)
    public_url = settings.public_url or web_address(addresses[0].ip, settings.port)
    rooms, audience = Rooms(log), Audience()
    keep_seconds = settings.keep_days * DAY
    app = create_app(
        rooms,
        audience,
        secret,
        public_url,
        settings.logo,
        settings.accent,
        keep_seconds,
        tpool.execute,
    )
    most = most_connections()
    socketio = init_sockets(app, "eventlet", int(most * (1 - SPARE_CONNECTIONS)))
    engineio.socket.Socket = TimedSocket
    ticker = Ticker(rooms, audience, socketio, tpool.execute)
    load_rooms(app, rooms, settings.log, keep_seconds)
    announce(app, rooms, settings, addresses)
    eventlet.spawn(ticker.run, eventlet.sleep)
    eventlet.spawn(app.extensions["lag"].run, eventlet.sleep)
    eventlet.spawn(ticker.mind_log, eventlet.sleep)
    eventlet.spawn(sweep, audience)
    eventlet.spawn(close_late_connections)
    eventlet.spawn(erase_stale_rooms, rooms, keep_seconds)
    if settings.public_url is None:
        eventlet.spawn(follow_address, app, rooms, settings)
    answering = answers_first(behind_proxies(app, settings.trusted_proxies))
    server = eventlet.spawn(answer_requests, listener, answering, most)
    eventlet.sleep()  # lets it begin, since it cannot with a listener that is closed
    while not stopping.is_set() and not server.dead:
        eventlet.sleep(0.1)
    stop(listener, log, failed=server.dead)


def answer_requests(
    listener: Any,
    app: Callable[..., Iterable[bytes]],
    most: int,
    protocol: type[wsgi.HttpProtocol] = HttpProtocol,
) -> None:
    """Answer what comes to the listening socket, over so many connections, until it is closed."""
    quiet = wsgi.LoggerNull()  # what eventlet says of a connection holds the client's address
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


def stop(listener: Any, log: Log, failed: bool) -> None:
    """Take no more connections, let what is under way end, close the log, exit."""
    listener.close()
    eventlet.sleep(GRACE_SECONDS)
    with eventlet.Timeout(CLOSE_SECONDS, False):  # what was thanked for is on disk already
        log.close()
    sys.stdout.flush()
    os._exit(1 if failed else 0)  # a plain exit would wait for every open websocket


def load_rooms(app: Flask, rooms: Rooms, log: str, keep_seconds: float) -> None:
    """Make all rooms ready that are to be kept; if there is none, open one.

    Errors: StartError if the log does not give them; half a truth is never served.
    """
    try:
        rooms.erase_stale(now() - keep_seconds)
        with app.app_context():
            rooms.load(LANGUAGES[0], first_question(LANGUAGES[0]))
    except (LogUnavailable, ValueError) as error:
        raise StartError(f"The log {log} cannot be used: {error}.") from error


def announce(app: Flask, rooms: Rooms, settings: Settings, addresses: list[Address]) -> None:
    """Print each room's links, the operator's, other addresses of this machine, the QR code."""
    anywhere = settings.host in ("0.0.0.0", "127.0.0.1", "localhost")  # noqa: S104
    local = web_address("localhost" if anywhere else settings.host, settings.port)
    public_url = app.config["PUBLIC_URL"]
    with app.app_context():
        for code in rooms.codes():
            print(f"Coach   {local}/{code}/coach?key={coach_key(rooms.get(code))}")
            print(f"Stage   {local}/{code}/stage")
            print(f"Phones  {public_url}/{code}")
            for address in addresses[1:] if settings.public_url is None else ():
                print(f"   or   {web_address(address.ip, settings.port)}/{code}  ({address.card})")
        print(f"Rooms   {local}/rooms?key={operator_key()}")
    print(f"Room for {most_connections():,} connections; two for a phone that answers.")
    if sys.stdout.isatty():
        code = qrcode.QRCode(border=2)
        code.add_data(f"{public_url}/{rooms.codes()[-1]}")
        code.print_ascii(invert=True)
    sys.stdout.flush()


def reachable_addresses(settings: Settings) -> list[Address]:
    """Return the addresses at which the server listens, the likeliest for phones first."""
    if settings.host == "0.0.0.0":  # noqa: S104
        return local_addresses()
    return [Address(settings.host, "--host")]


def follow_address(app: Flask, rooms: Rooms, settings: Settings) -> None:
    """Tell the machine's new address when it gets another; links and codes on pages are of that.

    While it has none, as when the Wi-Fi blinks, those are of the last.
    """
    while True:
        eventlet.sleep(ADDRESS_SECONDS)
        with suppress(OSError, LogUnavailable):
            likeliest = tpool.execute(reachable_addresses, settings)[0]
            public_url = web_address(likeliest.ip, settings.port)
            if likeliest == LOOPBACK or public_url == app.config["PUBLIC_URL"]:
                continue
            app.config["PUBLIC_URL"] = public_url
            for code in rooms.codes():
                print(f"Phones  {public_url}/{code}", flush=True)


def web_address(host: str, port: int) -> str:
    return f"http://{host}" if port == 80 else f"http://{host}:{port}"


def most_connections() -> int:
    """Open as many files and sockets as this process may; return how many can be clients'."""
    try:
        import resource
    except ImportError:  # Windows has no such limit to raise, but another
        return MOST_SELECTED
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    allowed = MOST_FILES if most == resource.RLIM_INFINITY else most
    resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, most))
    return min(MOST_CONNECTIONS, allowed - SPARE_FILES)


def hand_over_sockets(app: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
    """Let eventlet know when a connection was a websocket, after which there is no response."""

    def wrapped(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
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


def sweep(audience: Audience) -> None:
    """Keep garbage collection short: what lives on is not looked at again, except while it is calm.

    A full one takes a tenth of a second at the start, and a whole one with thousands of sockets.
    """
    gc.collect()
    gc.enable()
    while True:
        gc.freeze()
        for _ in range(THAW_SWEEPS):
            eventlet.sleep(SWEEP_SECONDS)
            gc.collect(1)
            gc.freeze()
        if audience.size < CALM:
            gc.unfreeze()
            gc.collect()


def erase_stale_rooms(rooms: Rooms, keep_seconds: float) -> None:
    """Erase, for ever, each room whose last answer is older than that."""
    while True:
        eventlet.sleep(HOUR)
        try:
            for code in rooms.erase_stale(now() - keep_seconds):
                logger.warning("room %s was erased: its last answer is too old to be kept", code)
        except LogUnavailable as error:
            logger.warning("rooms that are too old could not be erased now: %s", error)


if __name__ == "__main__":
    main(sys.argv[1:])
