"""The least that this stack can do: a POST that is answered with as many bytes, nothing behind it.

`python -m tests.bench.load.bare PORT` starts it with the connections, pings and collections
of the server, but with eventlet's own HTTP and Flask-SocketIO's own handlers.
"""

# ruff: noqa: I001
from display.serving.green import spawn, sleep

import sys
from typing import Any

from eventlet import wsgi
from flask import Flask, jsonify, request
from flask.typing import ResponseReturnValue
from flask_socketio import SocketIO, emit, join_room

from display.serving.answering import answer_requests
from display.serving.capacity import most_connections
from display.serving.garbage import collect_all, collect_for_ever
from display.serving.listening import listen_at
from display.serving.packets import guard_packets
from display.web.sockets import SETTINGS

STATUS = {  # as many bytes as a phone is sent
    "seq": 1,
    "step": 2,
    "kind": "question",
    "question": "Vad behövs?",
    "open": True,
    "place": None,
    "clock": None,
    "minute_sign": True,
    "now": 1764075836.123456,
    "answers_each": None,
    "phrase": False,
    "tables": 0,
}

bare = Flask("bare")
socketio = SocketIO(bare, async_mode="eventlet", **SETTINGS)


@bare.get("/<code>")
def page(code: str) -> str:
    return code


@bare.post("/<code>")
def give(code: str) -> ResponseReturnValue:
    sent = request.get_json()
    word = sent["answer"]
    receipt = {"key": sent["key"], "label": word, "left": None, "word": word.lower()}
    return jsonify(status="accepted", **receipt), 201


@socketio.on("watch")
def watch(asked: dict[str, str]) -> None:
    join_room(asked["as"])
    emit("status", STATUS)


def undeflated(environ: Any, start_response: Any) -> Any:
    """Answer as `bare` does, with sockets that compress nothing, as the server's do not."""
    environ["werkzeug.socket"] = environ["eventlet.input"].get_socket()  # for guarded packets
    environ.pop("HTTP_SEC_WEBSOCKET_EXTENSIONS", None)
    return bare(environ, start_response)


if __name__ == "__main__":
    port = int(sys.argv[1])
    guard_packets()
    listener = listen_at("127.0.0.1", port)
    collect_all()
    spawn(collect_for_ever, lambda: True, sleep)
    print("ready", flush=True)
    answer_requests(listener, undeflated, most_connections(), wsgi.HttpProtocol)
