"""Websockets as RFC 6455 has them, with an end to all that a stranger may send."""

import importlib
import os
import random
import socket
import struct
from collections.abc import Callable, Iterator
from contextlib import closing, suppress

import engineio
import pytest
import socketio
from conftest import WAIT_SECONDS, Server
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import Page

from display.serving import websocket
from display.serving.guard import MOST_WAITING, guard, queue_of
from display.serving.pace import BURST
from display.serving.websocket import (
    BINARY,
    CLOSE,
    CONTINUATION,
    NO_TEXT,
    NORMAL,
    PING,
    PONG,
    PROTOCOL_ERROR,
    TEXT,
    TOO_FAST,
    TOO_LARGE,
    WebSocket,
    accept_key,
    unmasked,
)

LARGEST = 4096
MASK = b"\x0f\xf0\x55\xaa"


def frame(
    opcode: int, payload: bytes = b"", *, final: bool = True, masked: bool = True, rsv: int = 0
) -> bytes:
    """Return a frame as a client sends it."""
    size = len(payload)
    head = bytes([(0x80 if final else 0) | rsv << 4 | opcode])
    mask_bit = 0x80 if masked else 0
    if size < 126:
        head += bytes([mask_bit | size])
    elif size < 1 << 16:
        head += struct.pack("!BH", mask_bit | 126, size)
    else:
        head += struct.pack("!BQ", mask_bit | 127, size)
    if not masked:
        return head + payload
    return head + MASK + bytes(byte ^ MASK[n % 4] for n, byte in enumerate(payload))


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nobody be kept waiting who is let go."""
    monkeypatch.setattr(websocket, "LINGER_SECONDS", 0.01)


class Talk:
    """What a client got for what it sent: the messages that arrived, the frames sent back."""

    def __init__(self, *sent: bytes, piece: int = 0) -> None:
        self.messages: list[str | bytes] = []
        client, server = socket.socketpair()
        with closing(client), closing(server):
            for connection in (client, server):
                connection.settimeout(WAIT_SECONDS)
            line = WebSocket(server, LARGEST)
            client.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 22)
            for part in pieces(b"".join(sent), piece):
                client.sendall(part)
            client.shutdown(socket.SHUT_WR)
            while (message := line.wait()) is not None:
                self.messages.append(message)
            server.close()
            self.frames = list(frames(client))

    @property
    def status(self) -> int | None:
        """The status of the close frame that came back."""
        closed = [payload for opcode, payload in self.frames if opcode == CLOSE]
        return struct.unpack("!H", closed[0][:2])[0] if closed else None


def pieces(sent: bytes, size: int) -> Iterator[bytes]:
    for at in range(0, len(sent), size or max(1, len(sent))):
        yield sent[at : at + (size or len(sent))]


def frames(connection: socket.socket) -> Iterator[tuple[int, bytes]]:
    """Yield opcode and payload of each frame that a server sent until the end."""
    received = b""
    with suppress(ConnectionResetError):
        while part := connection.recv(65536):
            received += part
    while received:
        assert received[0] & 0xF0 == 0x80, "a server sends whole messages, and no reserved bits"
        assert not received[1] & 0x80, "a server does not mask"
        size, at = received[1], 2
        if size == 126:
            size, at = struct.unpack("!H", received[2:4])[0], 4
        elif size == 127:
            size, at = struct.unpack("!Q", received[2:10])[0], 10
        yield received[0] & 0x0F, received[at : at + size]
        received = received[at + size :]


@pytest.mark.parametrize("size", [0, 1, 3, 4, 124, 125, 126, 127, 128, LARGEST - 1, LARGEST])
def test_a_message_arrives_as_it_was_sent_whatever_its_length(size: int) -> None:
    sent = os.urandom(size)
    assert Talk(frame(BINARY, sent)).messages == [sent]
    assert Talk(frame(TEXT, b"a" * size), piece=7).messages == ["a" * size]


@pytest.mark.parametrize("size", [0, 125, 126, 65535, 65536, 100_000])
@pytest.mark.parametrize("opcode", [TEXT, BINARY])
def test_a_server_packs_every_length_so_that_a_client_reads_it(size: int, opcode: int) -> None:
    client, server = socket.socketpair()
    payload = b"x" * size
    with closing(client), closing(server):
        server.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
        WebSocket(server, LARGEST).send(payload.decode() if opcode == TEXT else payload)
        server.close()
        assert list(frames(client)) == [(opcode, payload)]


@given(st.binary(max_size=300), st.binary(min_size=4, max_size=4))
def test_unmasking_is_what_the_standard_says(payload: bytes, mask: bytes) -> None:
    slowly = bytes(byte ^ mask[n % 4] for n, byte in enumerate(payload))
    assert unmasked(payload, mask) == slowly


@given(st.binary(max_size=LARGEST), st.data())
def test_a_message_in_fragments_is_one_message(payload: bytes, data: st.DataObject) -> None:
    cuts = data.draw(st.lists(st.integers(0, len(payload)), max_size=12).map(sorted))
    parts = [payload[a:b] for a, b in zip([0, *cuts], [*cuts, len(payload)], strict=True)]
    sent = [
        frame(CONTINUATION if n else BINARY, part, final=n == len(parts) - 1)
        for n, part in enumerate(parts)
    ]
    between = [frame(PING, b"?")] * (len(sent) - 1)
    woven = [part for pair in zip(sent, [*between, b""], strict=True) for part in pair]
    talk = Talk(*woven, piece=data.draw(st.integers(1, 5000)))
    assert talk.messages == [payload]
    assert talk.frames == [(PONG, b"?")] * len(between)


def test_a_letter_may_be_cut_in_two_by_fragments_but_not_by_the_message() -> None:
    before, after = "å".encode()[:1], "å".encode()[1:]
    whole = Talk(frame(TEXT, before, final=False), frame(CONTINUATION, after))
    assert whole.messages == ["å"]
    assert Talk(frame(TEXT, before)).status == NO_TEXT


@pytest.mark.parametrize(
    "payload", [b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xc0\xaf", b"ok\x80"]
)
def test_text_that_is_no_utf8_ends_the_connection(payload: bytes) -> None:
    talk = Talk(frame(TEXT, payload), frame(TEXT, b"after"))
    assert (talk.messages, talk.status) == ([], NO_TEXT)


@pytest.mark.parametrize("payload", [b"", b"x" * 125])
def test_a_ping_is_answered_with_its_own_payload(payload: bytes) -> None:
    talk = Talk(frame(PING, payload), frame(PONG, b"unasked"), frame(TEXT, b"hej"))
    assert talk.messages == ["hej"]
    assert talk.frames == [(PONG, payload)]


@pytest.mark.parametrize(
    ("payload", "status"),
    [
        (b"", NORMAL),
        (struct.pack("!H", 1000), 1000),
        (struct.pack("!H", 1001) + b"bye", 1001),
        (struct.pack("!H", 3000), 3000),
        (struct.pack("!H", 4999), 4999),
        (b"\x03", PROTOCOL_ERROR),
        (struct.pack("!H", 0), PROTOCOL_ERROR),
        (struct.pack("!H", 999), PROTOCOL_ERROR),
        (struct.pack("!H", 1004), PROTOCOL_ERROR),
        (struct.pack("!H", 1005), PROTOCOL_ERROR),
        (struct.pack("!H", 1006), PROTOCOL_ERROR),
        (struct.pack("!H", 1015), PROTOCOL_ERROR),
        (struct.pack("!H", 2999), PROTOCOL_ERROR),
        (struct.pack("!H", 5000), PROTOCOL_ERROR),
        (struct.pack("!H", 1000) + b"\xff", NO_TEXT),
    ],
)
def test_a_close_is_answered_and_ends_it(payload: bytes, status: int) -> None:
    talk = Talk(frame(TEXT, b"hej"), frame(CLOSE, payload), frame(TEXT, b"after"))
    assert talk.messages == ["hej"]
    assert talk.status == status
    assert len(talk.frames) == 1


@pytest.mark.parametrize(
    "sent",
    [
        [frame(TEXT, b"hej", masked=False)],
        [frame(TEXT, b"hej", rsv=1)],
        [frame(TEXT, b"hej", rsv=4)],  # compressed, which was never agreed on
        *([frame(opcode, b"hej")] for opcode in (3, 7, 11, 15)),
        [frame(CONTINUATION, b"hej")],
        [frame(TEXT, b"hej", final=False), frame(TEXT, b"hej")],
        [frame(BINARY, b"", final=False), frame(BINARY, b"hej")],
        [frame(PING, b"hej", final=False)],
        [frame(PING, b"x" * 126)],
        [frame(CLOSE, b"x" * 200)],
    ],
)
def test_a_breach_of_the_protocol_ends_the_connection(sent: list[bytes]) -> None:
    talk = Talk(*sent, frame(TEXT, b"after"))
    assert (talk.messages, talk.status) == ([], PROTOCOL_ERROR)


@pytest.mark.parametrize(
    "sent",
    [
        [frame(BINARY, b"x" * (LARGEST + 1))],
        [frame(BINARY, b"x" * 1_000_000)],
        [frame(BINARY, b"x" * LARGEST, final=False), frame(CONTINUATION, b"x")],
        [frame(BINARY, final=False), *[frame(CONTINUATION, b"x" * 2000, final=False)] * 3],
        [b"\x82\xff" + b"\xff" * 8 + MASK],
    ],
)
def test_a_message_is_limited_as_a_whole_however_it_is_cut(sent: list[bytes]) -> None:
    talk = Talk(*sent)
    assert (talk.messages, talk.status) == ([], TOO_LARGE)


@pytest.mark.parametrize(
    "one", [frame(PING), frame(PONG), frame(TEXT, b"2"), frame(CONTINUATION, final=False)]
)
def test_frames_by_the_thousand_end_the_connection(one: bytes) -> None:
    talk = Talk(frame(TEXT, b"", final=False) if one[0] == CONTINUATION else b"", one * 5000)
    assert talk.status == TOO_FAST
    assert len(talk.messages) <= BURST


@given(st.lists(st.binary(max_size=60), max_size=8), st.randoms())
def test_no_bytes_whatsoever_are_a_fault(junk: list[bytes], chance: random.Random) -> None:
    true = [frame(chance.choice([0, 1, 2, 8, 9, 10]), part, final=chance.random() < 0.7)
            for part in junk]  # fmt: skip
    sent = bytearray(b"".join(true))
    for _ in range(chance.randrange(3)):
        if sent:
            sent[chance.randrange(len(sent))] = chance.randrange(256)
    talk = Talk(bytes(sent))
    assert all(isinstance(message, str | bytes) for message in talk.messages)
    assert talk.status is None or talk.status in range(1000, 5000)


@pytest.mark.parametrize(
    ("key", "accepted"),
    [
        ("dGhlIHNhbXBsZSBub25jZQ==", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="),  # of the RFC
        ("", None),
        ("x", None),
        ("dGhlIHNhbXBsZSBub25jZQ=", None),
        ("å" * 24, None),
        ("A" * 24, None),
    ],
)
def test_a_handshake_is_accepted_for_a_key_of_sixteen_bytes(key: str, accepted: str | None) -> None:
    assert accept_key(key) == accepted


KEY = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="


def test_only_a_true_handshake_makes_a_websocket(server: Server) -> None:
    for headers, status in (
        (f"Sec-WebSocket-Version: 13\r\n{KEY}", "101"),
        (f"Sec-WebSocket-Version: 8\r\n{KEY}", "426"),
        (KEY, "426"),
        ("Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: x", "400"),
        ("Sec-WebSocket-Version: 13", "400"),
    ):
        request = (
            "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: localhost\r\n"
            f"Upgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n{headers}\r\n"
            "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n"
        )
        with socket.create_connection(("127.0.0.1", server.port), WAIT_SECONDS) as connection:
            connection.sendall(request.encode())
            answered = connection.recv(4096).decode("latin-1")
        assert answered.split()[1] == status
        assert "Sec-WebSocket-Extensions" not in answered  # nothing is compressed


@pytest.mark.filterwarnings("ignore:(?s).*Eventlet is deprecated")
def test_the_library_still_has_the_table_that_our_websockets_are_put_in() -> None:
    server = engineio.Server(async_mode="threading")
    drivers = importlib.import_module("engineio.async_drivers.eventlet")
    for table in (server._async, drivers._async):
        assert {"websocket", "queue", "queue_empty"} <= set(table)
    assert hasattr(engineio.socket.Socket, "_websocket_handler")
    server.on("connect", lambda *_: None)
    guard(server, lambda _: True)
    made = server.create_queue()
    assert type(made).__name__ == "Waiting"
    assert {"queue", "unfinished_tasks"} <= set(vars(made))


def test_what_a_socket_does_not_fetch_is_dropped_and_ends_it() -> None:
    server = engineio.Server(async_mode="threading")
    waiting = queue_of(server)()
    messages = [engineio.packet.Packet(engineio.packet.MESSAGE, "x" * 50_000) for _ in range(50)]
    for message in messages:
        waiting.put(message)
    assert sum(len(kept.data) for kept in waiting.queue if kept) <= MOST_WAITING
    assert waiting.get() is None
    waiting.task_done()
    waiting.join()


def test_a_socket_io_client_talks_over_them_also_after_an_upgrade(server: Server) -> None:
    for transports in (["websocket"], ["polling"], ["polling", "websocket"]):
        client = socketio.SimpleClient()
        client.connect(server.url, transports=transports, wait_timeout=WAIT_SECONDS)
        client.emit("watch", {"room": server.code, "as": "stage", "since": 0})
        assert client.receive(WAIT_SECONDS)[0] == "picture"
        server.send("mod")
        assert client.receive(WAIT_SECONDS)[0] in ("picture", "changes")
        assert client.transport == transports[-1]
        client.disconnect()


def test_a_browser_talks_over_them(server: Server, open_page: Callable[..., Page]) -> None:
    stage = open_page(f"{server.room_url}/stage", (1280, 720))
    server.send("mod")
    stage.wait_for_selector("#cloud [data-word]")
    assert server.errors.read_text() == ""
