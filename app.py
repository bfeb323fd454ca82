"""Starts Ordmoln: settings, wiring, what it prints."""

from display.first_start import prepare

if __name__ == "__main__":
    prepare()  # before anything that follows imports the layout

# isort: split
from display.serving.green import ASYNC_MODE, Timeout, execute, sleep, spawn

# isort: split
import logging
import os
import signal
import sys
import threading
from contextlib import suppress
from functools import partial
from typing import Any

import qrcode
from flask import Flask

from display.addresses import LOOPBACK, Address, local_addresses
from display.commands import run
from display.live.audience import Audience
from display.live.clock import now
from display.live.rooms import Rooms
from display.live.stale import erase_stale_rooms
from display.live.ticker import Ticker
from display.log import Log, LogError, LogUnavailable, open_log
from display.serving.answering import answer_requests
from display.serving.capacity import most_connections, most_sockets
from display.serving.garbage import collect_all, collect_for_ever
from display.serving.guard import guard, limited
from display.serving.lanes import answers_first
from display.serving.listening import listen
from display.serving.packets import guard_packets
from display.serving.proxies import behind_proxies
from display.settings import Settings, StartError, read_secret, read_settings
from display.web import create_app
from display.web.auth import coach_key, goes_first, operator_key
from display.web.hosts import own_hosts_only
from display.web.languages import DEFAULT, first_question
from display.web.security import FIRST_BURST, FIRST_PER_SECOND, Pace
from display.web.sockets import init_sockets

GRACE_SECONDS = 0.5  # for requests under way when the server stops
CLOSE_SECONDS = 1.5  # for a log that another program holds
ADDRESS_SECONDS = 2.0  # between two looks at which address the machine has
CALM_SECONDS = 60.0  # without an answer, when a pause is noticed by nobody
DAY = 24 * 3600.0  # seconds


def main(arguments: list[str]) -> None:
    """Run the server until it is told to stop; exit with one sentence if it cannot start."""
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    try:
        settings = read_settings(arguments, os.environ)
        if settings.command:
            sys.exit(run(settings.command, settings.log))
        secret = read_secret()
        log = open_log(settings.log, execute)
        serve(settings, secret, log, listen(settings.host, settings.port))
    except (StartError, LogError) as error:
        sys.exit(str(error))
    except LogUnavailable as error:
        sys.exit(f"The log {settings.log} cannot be used: {error}.")


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
        execute,
    )
    most = most_connections()
    socketio = init_sockets(app, ASYNC_MODE)
    guard_packets()
    sockets = socketio.server.eio
    strangers = guard(sockets, partial(is_watching, socketio.server.manager, audience))
    ticker = Ticker(rooms, audience, socketio, execute)
    load_rooms(app, rooms, settings.log, keep_seconds)
    collect_all()
    announce(app, rooms, settings, addresses, most)
    spawn(ticker.run, sleep)
    spawn(app.extensions["lag"].run, sleep)
    spawn(ticker.mind_log, sleep)
    spawn(collect_for_ever, lambda: now() - rooms.answered_at > CALM_SECONDS, sleep)
    spawn(erase_stale_rooms, rooms, keep_seconds, sleep)
    if settings.public_url is None:
        spawn(follow_address, app, rooms, settings)
    few = limited(own_hosts_only(app), sockets, strangers, most_sockets(most))
    pace = Pace(FIRST_BURST, FIRST_PER_SECOND)
    answering = answers_first(
        behind_proxies(few, settings.trusted_proxies), partial(goes_first, secret, pace)
    )
    server = spawn(answer_requests, listener, answering, most)
    sleep()  # lets it begin, since it cannot with a listener that is closed
    while not stopping.is_set() and not server.dead:
        sleep(0.1)
    stop(listener, log, failed=server.dead)


def is_watching(manager: Any, audience: Audience, session: str) -> bool:
    """Return whether the socket of this Engine.IO session watches anything."""
    return audience.is_watching(manager.sid_from_eio_sid(session, "/"))


def stop(listener: Any, log: Log, failed: bool) -> None:
    """Take no more connections, let what is under way end, close the log, exit."""
    listener.close()
    sleep(GRACE_SECONDS)
    with Timeout(CLOSE_SECONDS, False):  # what was thanked for is on disk already
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
            rooms.load(DEFAULT, first_question(DEFAULT))
    except (LogUnavailable, ValueError) as error:
        raise StartError(f"The log {log} cannot be used: {error}.") from error


def announce(
    app: Flask, rooms: Rooms, settings: Settings, addresses: list[Address], most: int
) -> None:
    """Print each room's links, the operator's, other addresses of this machine, the QR code."""
    anywhere = settings.host in ("0.0.0.0", "127.0.0.1", "localhost")  # noqa: S104
    here = web_address("localhost" if anywhere else settings.host, settings.port)
    public_url = app.config["PUBLIC_URL"]
    own_url = settings.public_url or here
    with app.app_context():
        for code in rooms.codes():
            print(f"Coach   {own_url}/{code}/coach?key={coach_key(rooms.get(code))}")
            print(f"Stage   {own_url}/{code}/stage")
            print(f"Phones  {public_url}/{code}")
            for address in addresses[1:] if settings.public_url is None else ():
                print(f"   or   {web_address(address.ip, settings.port)}/{code}  ({address.card})")
        print(f"Rooms   {own_url}/rooms?key={operator_key()}")
    print(f"Room for {most:,} connections; two for a phone that answers.")
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
        sleep(ADDRESS_SECONDS)
        with suppress(OSError, LogUnavailable):
            likeliest = execute(reachable_addresses, settings)[0]
            public_url = web_address(likeliest.ip, settings.port)
            if likeliest == LOOPBACK or public_url == app.config["PUBLIC_URL"]:
                continue
            app.config["PUBLIC_URL"] = public_url
            for code in rooms.codes():
                print(f"Phones  {public_url}/{code}", flush=True)


def web_address(host: str, port: int) -> str:
    return f"http://{host}" if port == 80 else f"http://{host}:{port}"


if __name__ == "__main__":
    main(sys.argv[1:])
