"""For operators: whether answers can be kept, and figures for Prometheus."""

import threading
import time
from collections.abc import Iterator
from typing import Any

from flask import Blueprint, Response, current_app, jsonify
from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector

from display.live.audience import ROLES, Audience
from display.live.lag import Lag
from display.live.rooms import Rooms
from display.log.base import LogUnavailable

health = Blueprint("health", __name__)

PULSE_SECONDS = 1.0  # between two tries whether answers can be kept


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


class Pulse:
    """Whether answers can be kept, tried so many `seconds` apart: it costs as much as an answer."""

    def __init__(self, rooms: Rooms, seconds: float) -> None:
        self._rooms = rooms
        self._seconds = seconds
        self._turn = threading.Lock()
        self._told: tuple[dict[str, Any], int] = ({}, 503)
        self._until = 0.0

    def tell(self) -> tuple[dict[str, Any], int]:
        """Return what was found just now, and its status code."""
        with self._turn:
            if time.monotonic() >= self._until:
                self._told = self._try()
                self._until = time.monotonic() + self._seconds
        return self._told

    def _try(self) -> tuple[dict[str, Any], int]:
        try:
            self._rooms.log.probe()
            return {"status": "ok", "rooms": len(self._rooms.codes())}, 200
        except LogUnavailable as error:
            return {"status": "unavailable", "trouble": error.trouble, "log": str(error)}, 503


@health.get("/healthz")
def healthz() -> tuple[Response, int]:
    """Return 200 when an answer could be kept a moment ago, else 503 and why."""
    pulse: Pulse = current_app.extensions["pulse"]
    told, status_code = pulse.tell()
    return jsonify(told), status_code


@health.get("/metrics")
def metrics() -> Response:
    """Return this worker's figures as Prometheus text."""
    registry = CollectorRegistry()
    found = current_app.extensions
    registry.register(Figures(found["rooms"], found["audience"], found["lag"]))
    ProcessCollector(registry=registry)
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_PLAIN_0_0_4)
