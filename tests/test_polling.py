"""Long polling, where no websocket gets through: no more is taken over it than over one."""

import json
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus

import pytest
import requests
from conftest import WAIT_SECONDS, Server, Watcher
from strangers import raw
from test_websocket import KEY

from display.serving.pace import BURST
from display.web.sockets import MOST_WRONG

SEPARATOR = "\x1e"
MOST_AT_ONCE = 4  # packets in a request
PLACEHOLDER = '["watch",{"_placeholder":true,"num":0}]'


class Line:
    """A socket over long polling, which has said hello."""

    def __init__(self, server: Server) -> None:
        self.path = "/socket.io/?EIO=4&transport=polling"
        opened = requests.get(server.url + self.path, timeout=WAIT_SECONDS).text
        self.path += f"&sid={json.loads(opened[1:])['sid']}"
        self._url = server.url + self.path
        assert self.send("40") == HTTPStatus.OK
        assert self.fetch().startswith("40")

    def send(self, *packets: str) -> int:
        body = SEPARATOR.join(packets)
        return requests.post(self._url, data=body, timeout=WAIT_SECONDS).status_code

    def fetch(self, **headers: str) -> str:
        return requests.get(self._url, headers=headers, timeout=WAIT_SECONDS).text


def upgraded(server: Server, line: Line) -> socket.socket:
    """Return a connection that asks to be the line's websocket, and says nothing more."""
    connection = socket.create_connection(("127.0.0.1", server.port), WAIT_SECONDS)
    path = line.path.replace("polling", "websocket")
    connection.sendall(
        f"GET {path} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Version: 13\r\n{KEY}\r\n\r\n".encode()
    )
    return connection


def watching(code: str, role: str = "phone") -> str:
    return f"42{json.dumps(['watch', {'room': code, 'as': role}])}"


def test_a_page_that_polls_gets_what_it_watches(hall: Server) -> None:
    line = Line(hall)
    assert line.send(watching(hall.code, "stage")) == HTTPStatus.OK
    assert '"picture"' in line.fetch()


@pytest.mark.parametrize(
    "packet",
    [
        f"459999999-{PLACEHOLDER}",
        '4"51-[]"',
        f"4５1-{PLACEHOLDER}",
        "461-[]",
        "bQUFB",
        "4",
        "4{}",
        "43[]",
        "44",
    ],
)
def test_nothing_is_kept_that_would_wait_for_attachments(hall: Server, packet: str) -> None:
    line = Line(hall)
    assert line.send(packet) == HTTPStatus.BAD_REQUEST
    assert line.send(watching(hall.code)) == HTTPStatus.BAD_REQUEST


def test_more_packets_in_a_request_than_a_page_sends_end_the_socket(hall: Server) -> None:
    line = Line(hall)
    full = [watching(hall.code)] * (MOST_AT_ONCE + 1)
    assert line.send(*full) == HTTPStatus.BAD_REQUEST
    assert line.send(watching(hall.code)) == HTTPStatus.BAD_REQUEST


@pytest.mark.parametrize("waiting", [2, 20])
@pytest.mark.parametrize("header", [{}, {"Upgrade": "x"}, {"Upgrade": "websocket"}])
def test_who_polls_while_a_poll_waits_ends_the_socket_and_nothing_is_left_waiting(
    hall: Server, waiting: int, header: dict[str, str]
) -> None:
    line = Line(hall)
    with ThreadPoolExecutor(waiting) as pool:
        asked = [pool.submit(line.fetch, **header) for _ in range(waiting)]
        ended = [request.result() for request in asked]
    assert len(ended) == waiting
    assert line.send(watching(hall.code)) == HTTPStatus.BAD_REQUEST


def test_a_socket_becomes_one_websocket_and_no_second(hall: Server) -> None:
    line = Line(hall)
    with upgraded(hall, line) as first:
        assert first.recv(4096).startswith(b"HTTP/1.1 101")
        with upgraded(hall, line) as second:
            assert second.recv(4096).startswith(b"HTTP/1.1 400")
        assert first.recv(4096) == b""
    assert line.send(watching(hall.code)) == HTTPStatus.BAD_REQUEST


def test_a_websocket_that_its_client_never_begins_ends_with_its_socket(hall: Server) -> None:
    line = Line(hall)
    with upgraded(hall, line) as connection:
        assert connection.recv(4096).startswith(b"HTTP/1.1 101")
        assert line.send("4{}") == HTTPStatus.BAD_REQUEST
        assert connection.recv(4096) == b""


def test_a_request_that_is_cut_off_ends_the_socket_and_is_no_fault(hall: Server) -> None:
    line = Line(hall)
    packet, told = watching(hall.code), hall.errors.read_text()
    head = f"POST {line.path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(packet)}\r\n\r\n"
    assert raw(hall, (head + packet[:-1]).encode()).startswith(b"HTTP/1.1 400")
    assert line.send(packet) == HTTPStatus.BAD_REQUEST
    assert hall.errors.read_text() == told


def test_packets_by_the_dozen_end_the_socket(hall: Server) -> None:
    line = Line(hall)
    full = [watching(hall.code)] * MOST_AT_ONCE
    fair = (BURST - 1) // MOST_AT_ONCE  # after the hello
    sent = [line.send(*full) for _ in range(fair + 1)]
    assert sent == [HTTPStatus.OK] * fair + [HTTPStatus.BAD_REQUEST]
    assert line.send(watching(hall.code)) == HTTPStatus.BAD_REQUEST


def test_who_guesses_rooms_is_let_go_over_long_polling(hall: Server) -> None:
    line = Line(hall)
    assert line.send(*[watching("CCCC")] * (MOST_WRONG - 1)) == HTTPStatus.OK
    assert line.fetch().count("no_such_room") == MOST_WRONG - 1
    assert line.send(watching("CCCC"), watching(hall.code)) == HTTPStatus.BAD_REQUEST
    assert line.send(watching(hall.code)) == HTTPStatus.BAD_REQUEST


def test_who_guesses_rooms_is_let_go_over_a_websocket(
    server: Server, watch: Callable[..., Watcher]
) -> None:
    watcher = watch("phone")
    for _ in range(MOST_WRONG):
        watcher.client.emit("watch", {"room": "CCCC", "as": "phone"})
    watcher.client.wait()  # until the server has closed the line
    assert [name for name, _ in watcher.received].count("refused") == MOST_WRONG


def test_too_much_at_once_is_refused_at_once_though_nothing_was_fetched(hall: Server) -> None:
    line = Line(hall)
    assert line.send("4" * 5000) == HTTPStatus.BAD_REQUEST
    assert line.send(watching(hall.code)) == HTTPStatus.BAD_REQUEST
