"""For operators: whether answers can be kept, and figures for Prometheus."""

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, Generic, TypeVar

from flask import Blueprint, Response, current_app, jsonify
from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector

from display.live.audience import ROLES, Audience
from display.live.lag import Lag
from display.live.rooms import Rooms
from display.log.base import LogUnavailable, Offload

health = Blueprint("health", __name__)

LATELY_SECONDS = 1.0  # between two tries whether answers can be kept, and two looks at figures

Found = TypeVar("Found")


class Figures(Collector):
    """Rooms, answers and sockets of this worker in all; a code would let a stranger in."""

    def __init__(self, rooms: Rooms, audience: Audience, lag: Lag) -> None:
        self._rooms = rooms
        self._audience = audience
        self._lag = lag

    def collect(self) -> Iterator[Metric]:
        codes = self._rooms.codes()
        answers = sum(len(self._rooms.get(code).room.answers) for code in codes)
        sockets = GaugeMetricFamily("ordmoln_sockets", "Connected pages", labels=["as"])
        for role in ROLES:
            sockets.add_metric([role], self._audience.total(role))
        yield GaugeMetricFamily("ordmoln_rooms", "Rooms in the log", value=len(codes))
        yield GaugeMetricFamily(
            "ordmoln_answers", "Answers that were accepted, also those taken back", value=answers
        )
        yield sockets
        lag = GaugeMetricFamily(
            "ordmoln_loop_lag_seconds",
            "How late the event loop was when it was looked at last, and at most in a minute",
            labels=["when"],
        )
        lag.add_metric(["last"], self._lag.last)
        lag.add_metric(["max"], self._lag.longest)
        yield lag


class Lately(Generic[Found]):
    """What a function that costs much found, looked for so many `seconds` apart."""

    def __init__(self, find: Callable[[], Found], seconds: float) -> None:
        self._find = find
        self._seconds = seconds
        self._turn = threading.Lock()
        self._found: Found | None = None
        self._until = 0.0

    def tell(self) -> Found:
        """Return what was found just now; who comes while it is looked for waits for that."""
        with self._turn:
            if self._found is None or time.monotonic() >= self._until:
                self._found = self._find()
                self._until = time.monotonic() + self._seconds
            return self._found


def pulse(rooms: Rooms) -> tuple[dict[str, Any], int]:
    """Return whether answers can be kept, and the status code; it costs as much as an answer."""
    try:
        rooms.log.probe()
        return {"status": "ok", "rooms": len(rooms.codes())}, 200
    except LogUnavailable as error:
        return {"status": "unavailable", "trouble": error.trouble, "log": str(error)}, 503


def figures(rooms: Rooms, audience: Audience, lag: Lag, offload: Offload) -> bytes:
    """Return this worker's figures as Prometheus text."""
    registry = CollectorRegistry()
    registry.register(Figures(rooms, audience, lag))
    return generate_latest(registry) + offload(figures_of_process)


def figures_of_process() -> bytes:
    """Return what the system tells of the process; to list its descriptors, one for each
    connection, may take long."""
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    return generate_latest(registry)


@health.get("/healthz")
def healthz() -> tuple[Response, int]:
    """Return 200 when an answer could be kept a moment ago, else 503 and why."""
    found: Lately[tuple[dict[str, Any], int]] = current_app.extensions["pulse"]
    told, status_code = found.tell()
    return jsonify(told), status_code


@health.get("/metrics")
def metrics() -> Response:
    """Return the figures of a moment ago."""
    found: Lately[bytes] = current_app.extensions["figures"]
    return Response(found.tell(), content_type=CONTENT_TYPE_PLAIN_0_0_4)
