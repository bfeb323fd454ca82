"""Websockets (RFC 6455) on a plain socket: what Socket.IO needs, and no more than is safe.

A message is limited as a whole, in however many fragments it comes; so is how many frames a client
may send, of whatever kind; nothing is compressed.
"""

import base64
import binascii
import hashlib
import struct
import threading
import time
from contextlib import suppress
from socket import SHUT_RDWR, socket
from typing import NamedTuple

from display.serving.pace import Pace

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
KEY_BYTES = 16

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
OPCODES = {CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG}
FINAL, MASKED = 0x80, 0x80
LARGEST_CONTROL = 125  # bytes

NORMAL, PROTOCOL_ERROR, UNREADABLE = 1000, 1002, 1003  # why a connection is closed
NO_TEXT, TOO_FAST, TOO_LARGE = 1007, 1008, 1009
CLOSE_CODES = {1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, *range(3000, 5000)}

RECEIVE = 4096  # bytes fetched at once
LINGER_SECONDS = 2.0  # for a client that is let go to close its end


class Refused(Exception):
    """The client broke a rule; the status tells it which."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class Gone(Exception):
    """The client closed the connection."""


class Frame(NamedTuple):
    """One frame, its payload as it was before it was masked."""

    final: bool
    opcode: int
    payload: bytes


def accept_key(key: str) -> str | None:
    """Return the answer to a handshake's `Sec-WebSocket-Key`; None if it is not one."""
    try:
        if len(base64.b64decode(key, validate=True)) != KEY_BYTES:
            return None
    except (binascii.Error, ValueError):
        return None
    return base64.b64encode(hashlib.sha1(key.encode() + GUID).digest()).decode()  # noqa: S324


def unmasked(payload: bytes, mask: bytes) -> bytes:
    """Return the payload without its mask of four bytes."""
    size = len(payload)
    whole = (mask * (size // 4 + 1))[:size]
    return (int.from_bytes(payload, "big") ^ int.from_bytes(whole, "big")).to_bytes(size, "big")


def packed(opcode: int, payload: bytes) -> bytes:
    """Return a whole message, or a control frame, as a server sends it."""
    size, first = len(payload), FINAL | opcode
    if size <= LARGEST_CONTROL:
        return bytes((first, size)) + payload
    if size < 1 << 16:
        return struct.pack("!BBH", first, 126, size) + payload
    return struct.pack("!BBQ", first, 127, size) + payload


class WebSocket:
    """The server's end of a connection whose handshake is done.

    One thread, green or real, may wait for messages while others send.
    """

    def __init__(self, connection: socket, largest: int) -> None:
        self.socket = connection  # whose timeout is for its owner to set
        self._largest = largest  # bytes of a message
        self._received = b""
        self._sending = threading.Lock()
        self._closing = False
        self._pace = Pace()

    def wait(self) -> str | bytes | None:
        """Return the next message; None when the connection is over, for whatever reason."""
        try:
            return self._message()
        except Refused as refusal:
            self.refuse(refusal.status)
        except (Gone, OSError):
            pass
        return None

    def send(self, message: str | bytes) -> None:
        """Send a message; OSError if the client is gone, or reads nothing until the timeout."""
        if isinstance(message, str):
            self._send(TEXT, message.encode())
        else:
            self._send(BINARY, bytes(message))

    def close(self) -> None:
        """Say good-bye and close the connection, which also ends a `wait`.

        Whoever has said it already closes the connection in its own time.
        """
        if self._closing:
            return
        self._say_goodbye(NORMAL)
        with suppress(OSError):
            self.socket.shutdown(SHUT_RDWR)

    def refuse(self, status: int) -> None:
        """Tell the client why it is let go, and close the connection when it has closed its end.

        Who does not do that, or goes on sending, is kept waiting, unread, before it can come again.
        """
        held_until = time.monotonic() + LINGER_SECONDS
        with suppress(OSError):
            self.socket.settimeout(LINGER_SECONDS)
            self._say_goodbye(status)
            if self.socket.recv(RECEIVE):
                time.sleep(max(0.0, held_until - time.monotonic()))
        with suppress(OSError):
            self.socket.shutdown(SHUT_RDWR)

    def _message(self) -> str | bytes:
        kind, message = CONTINUATION, b""
        while True:
            frame = self._frame(self._largest - len(message))
            if frame.opcode >= CLOSE:
                self._control(frame)
                continue
            if (frame.opcode == CONTINUATION) == (kind == CONTINUATION):
                raise Refused(PROTOCOL_ERROR)  # continues nothing, or begins amid another
            kind, message = kind or frame.opcode, message + frame.payload
            if frame.final:
                return message if kind == BINARY else text(message)

    def _control(self, frame: Frame) -> None:
        if frame.opcode == PING:
            self._send(PONG, frame.payload)
        if frame.opcode == CLOSE:
            self._say_goodbye(close_status(frame.payload))
            raise Gone

    def _frame(self, most: int) -> Frame:
        """Return the next frame; Refused if its payload has more bytes than `most`."""
        first, second = self._take(2)
        if not self._pace.keeps():
            raise Refused(TOO_FAST)
        final, opcode, size = bool(first & FINAL), first & 0x0F, second & 0x7F
        if first & 0x70 or opcode not in OPCODES or not second & MASKED:
            raise Refused(PROTOCOL_ERROR)
        if opcode >= CLOSE and (size > LARGEST_CONTROL or not final):
            raise Refused(PROTOCOL_ERROR)
        if size == 126:
            (size,) = struct.unpack("!H", self._take(2))
        elif size == 127:
            (size,) = struct.unpack("!Q", self._take(8))
        if opcode < CLOSE and size > most:
            raise Refused(TOO_LARGE)
        mask = self._take(4)
        return Frame(final, opcode, unmasked(self._take(size), mask))

    def _take(self, count: int) -> bytes:
        """Return the next bytes that the client sent; Gone if it sends no more."""
        while len(self._received) < count:
            received = self.socket.recv(RECEIVE)
            if not received:
                raise Gone
            self._received += received
        taken, self._received = self._received[:count], self._received[count:]
        return taken

    def _send(self, opcode: int, payload: bytes) -> None:
        with self._sending:
            if self._closing:
                raise BrokenPipeError
            self.socket.sendall(packed(opcode, payload))

    def _say_goodbye(self, status: int) -> None:
        """Send a close frame, once, unless a message is on its way to a client that sleeps."""
        if self._closing or not self._sending.acquire(blocking=False):
            return
        self._closing = True
        try:
            self.socket.sendall(packed(CLOSE, struct.pack("!H", status)))
        except OSError:
            pass
        finally:
            self._sending.release()


def text(message: bytes) -> str:
    try:
        return message.decode()
    except UnicodeDecodeError as error:
        raise Refused(NO_TEXT) from error


def close_status(payload: bytes) -> int:
    """Return the status with which to answer a client's close frame; Refused if it is malformed."""
    if not payload:
        return NORMAL
    status = int.from_bytes(payload[:2], "big")
    if len(payload) == 1 or status not in CLOSE_CODES:
        raise Refused(PROTOCOL_ERROR)
    text(payload[2:])
    return status
