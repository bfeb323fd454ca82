"""What strangers do: they ask as they please, forge, and send bytes that are no request."""

import socket
from collections.abc import Callable
from contextlib import suppress
from http import HTTPStatus
from typing import Any

import requests
from conftest import JSON, WAIT_SECONDS, Server, Watcher

Watch = Callable[..., Watcher]


class Phone(requests.Session):
    """A participant's browser, which keeps its cookie."""

    def __init__(self, server: Server) -> None:
        super().__init__()
        self.headers.update(JSON)
        self.server = server
        self.get(server.room_url, timeout=WAIT_SECONDS)

    def answer(self, answer: str, **fields: Any) -> requests.Response:
        sent = {"answer": answer, **fields}
        return self.post(self.server.room_url, json=sent, timeout=WAIT_SECONDS)

    def take_back(self, key: str) -> requests.Response:
        return self.delete(f"{self.server.room_url}/answers/{key}", timeout=WAIT_SECONDS)


def fetch(server: Server, path: str, **options: Any) -> requests.Response:
    url = server.url + path.format(code=server.code)
    options = {"timeout": WAIT_SECONDS, "allow_redirects": False, **options}
    return requests.request(options.pop("method", "GET"), url, **options)


def raw(server: Server, request: bytes) -> bytes:
    """Send bytes as they are, and no more; return all that comes back."""
    received = b""
    # A server that has read enough hangs up, even before all is sent.
    with (
        socket.create_connection(("127.0.0.1", server.port), WAIT_SECONDS) as connection,
        suppress(ConnectionError),
    ):
        with suppress(OSError):
            connection.sendall(request)
            connection.shutdown(socket.SHUT_WR)
        while part := connection.recv(65536):
            received += part
    return received


def still_serves(server: Server) -> bool:
    return server.send("ro").status_code == HTTPStatus.CREATED


def tampered(token: str) -> list[str]:
    """Return tokens that a forger makes of a true one."""
    value, _, signature = token.rpartition(".")
    turned = value[:-1] + ("A" if value[-1] != "A" else "B")
    return [f"{turned}.{signature}", f"{value}.{signature[:-2]}xx", value, f".{signature}", "", "."]
