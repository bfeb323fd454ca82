"""The one clock: brings watched rooms up to date, draws their pictures, sends what changed.

It works at a steady pace and always sends the latest: a burst of answers delays nothing.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from display.cloud.layout import Cloud
from display.live.audience import Audience, Watch, table_channel
from display.live.messages import Message, is_news
from display.live.messages.coach import coach_status
from display.live.messages.phone import phone_status, table_messages
from display.live.messages.stage import changes, drawn_tally, picture, stage_header
from display.live.pictures import Picture, difference
from display.live.rooms import LiveRoom, NoSuchRoom, Rooms
from display.log.base import LogUnavailable, Offload, RoomErased, Trouble
from display.room.steps import Tallied

TICK_SECONDS = 0.1
REST = 2  # times as long as a tick took, in which answers have the processor to themselves,
LONGEST_REST = 0.3  # in seconds, at most
PROBE_SECONDS = 2.0
COACH_SECONDS = 0.5  # a tally of hundreds of words, ten times a second, is too much for a phone

logger = logging.getLogger(__name__)


class Sockets(Protocol):
    """What sends to the sockets of a channel, and empties it."""

    def emit(self, event: str, message: Message, *, to: str) -> None: ...

    def close_room(self, room: str) -> None: ...


@dataclass(slots=True)
class Sent:
    """What the audiences of a room have been sent last."""

    stage: Message | None = None
    phone: Message | None = None
    tables: dict[int, Message] = field(default_factory=dict)
    tables_seq: int = 0  # of the log, when the tables were looked at last
    coach: Message | None = None
    coach_of: tuple[object, ...] = ()  # what it tells of
    coach_at: float = 0.0
    drawn: tuple[Picture, list[Tallied]] | None = None  # the last picture, and the tally in it
    trouble: str = ""  # of the log, as it was reported


class Ticker:
    """Sends what changed in every watched room, each time `tick` is called."""

    def __init__(
        self, rooms: Rooms, audience: Audience, sockets: Sockets, offload: Offload
    ) -> None:
        self._rooms = rooms
        self._audience = audience
        self._sockets = sockets
        self._offload = offload
        self._sent: dict[str, Sent] = {}
        self._trouble = ""  # of the log, as the last probe told it

    def run(self, sleep: Callable[[float], object]) -> None:
        """Tick for ever, every 0.1 seconds, or more seldom where a tick takes long."""
        self._offload(Cloud.empty().step, [("", "Ordmoln", 1)])  # a first picture takes the longest
        while True:
            started = time.monotonic()
            self.tick()
            took = time.monotonic() - started
            sleep(max(TICK_SECONDS - took, min(REST * took, LONGEST_REST)))

    def mind_log(self, sleep: Callable[[float], object]) -> None:
        """Try for ever whether the log takes answers, so that coaches know before a phone does.

        While nobody watches, the disk is left in peace, unless it holds what was erased.
        """
        while True:
            if self._audience.size or self._trouble or self._rooms.log.left_over:
                self._probe()
            sleep(PROBE_SECONDS)

    def _probe(self) -> None:
        trouble = ""
        try:
            self._rooms.log.probe()
        except LogUnavailable as error:
            trouble = str(error)
        if trouble != self._trouble:
            now = f"cannot be used: {trouble}" if trouble else "can be used again"
            logger.warning("the log %s", now)
        self._trouble = trouble

    def tick(self) -> None:
        """Serve every watched room once. A room in trouble does not stop the others."""
        codes = self._audience.codes()
        for code in codes:
            try:
                self._serve(code)
            except (RoomErased, NoSuchRoom):
                self._tell_erased(code)
            except LogUnavailable as error:
                self._report(code, str(error))
            except Exception:
                logger.exception("room %s: the tick failed", code)
        for code in self._sent.keys() - set(codes):
            del self._sent[code]

    def _serve(self, code: str) -> None:
        sent = self._sent.setdefault(code, Sent())
        try:
            live = self._rooms.current(code)
        except LogUnavailable as error:
            self._tell_trouble(self._rooms.get(code), sent, error.trouble)
            raise
        live.connected = self._audience.connected(Watch(code, "phone"))
        live.trouble = self._rooms.log.trouble
        live.find_words()
        self._part_with_coaches(live)
        self._send_coaches(live, sent)
        if self._audience.connected(Watch(code, "stage")):
            self._draw(live, sent)
            self._send_stage(live, sent)
        else:
            sent.stage = None  # who comes next is sent the whole, and may be gone before it changes
        self._send_phones(live, sent)  # after the stage, since they can be many
        self._send_tables(live, sent)
        sent.trouble = ""

    def _tell_trouble(self, live: LiveRoom, sent: Sent, trouble: Trouble) -> None:
        """Tell coaches why the room, as they see it, may be old: it cannot be read."""
        live.trouble = trouble
        self._send_coaches(live, sent)

    def _report(self, code: str, trouble: str) -> None:
        """Log why a room could not be served, once for as long as it lasts."""
        sent = self._sent.setdefault(code, Sent())
        if trouble != sent.trouble:
            logger.warning("room %s: the log cannot be used now: %s", code, trouble)
        sent.trouble = trouble

    def _draw(self, live: LiveRoom, sent: Sent) -> None:
        """Draw the room's picture anew if its tally is not what it was drawn from."""
        if live.room.concealed:
            return
        step, drawn_last, tally = live.room.step.number, live.picture, drawn_tally(live.room)
        if sent.drawn == (drawn_last, tally):
            return
        sent.drawn = (drawn_last, tally)  # even if it fails: the same tally would only fail again
        before, follows = drawn_last.cloud, drawn_last.seq
        after = self._offload(before.step, tally)
        drawn = difference(step, drawn_last.aspect, follows, before, after)
        try:
            if drawn is not None:
                self._rooms.record(live.code, drawn)
        except LogUnavailable:
            sent.drawn = None
            raise

    def _send_stage(self, live: LiveRoom, sent: Sent) -> None:
        header = stage_header(live)
        before = sent.stage
        if not is_news(header, before) and header["seq"] == (before or {}).get("seq"):
            return
        channel = Watch(live.code, "stage").channel
        same = ("step", "aspect", "deep", "concealed", "language")
        if before is not None and all(header[name] == before[name] for name in same):
            self._sockets.emit("changes", changes(live, header, before["seq"]), to=channel)
        else:
            self._sockets.emit("picture", picture(live, header), to=channel)
        sent.stage = header

    def _send_phones(self, live: LiveRoom, sent: Sent) -> None:
        status = phone_status(live)
        if is_news(status, sent.phone):
            self._sockets.emit("status", status, to=Watch(live.code, "phone").channel)
            sent.phone = status

    def _send_tables(self, live: LiveRoom, sent: Sent) -> None:
        """Send what tables have sent, if phones know by now of the step that this is about."""
        seq = live.seq  # which may grow while phones are sent to
        if seq == sent.tables_seq or (sent.phone or {}).get("step") != live.room.step.number:
            return
        for table, message in table_messages(live).items():
            if message != sent.tables.get(table):
                self._sockets.emit("table", message, to=table_channel(live.code, table))
                sent.tables[table] = message
        sent.tables_seq = seq

    def _send_coaches(self, live: LiveRoom, sent: Sent) -> None:
        coaches = Watch(live.code, "coach", live.room.links_renewed)
        if not self._audience.connected(coaches):
            sent.coach = None
            return
        now = time.monotonic()
        if now - sent.coach_at < COACH_SECONDS:
            return
        per_minute = live.bursts.per_minute(time.time())
        told_of = (live.seq, live.connected, live.trouble, per_minute)
        if sent.coach is not None and told_of == sent.coach_of:
            return
        sent.coach_of, sent.coach_at = told_of, now
        live.suggested.look(live.room, self._offload)
        status = coach_status(live, live.connected)
        if is_news(status, sent.coach):
            self._sockets.emit("status", status, to=coaches.channel)
            sent.coach = status

    def _part_with_coaches(self, live: LiveRoom) -> None:
        """Let nobody stay who came by a link that another has taken the place of."""
        for link in range(live.room.links_renewed):
            watch = Watch(live.code, "coach", link)
            if self._audience.connected(watch):
                self._part(watch, "refused", {"error": "forbidden"})

    def _tell_erased(self, code: str) -> None:
        for watch in self._audience.watches(code):
            self._part(watch, "erased", {})
        self._sent.pop(code, None)

    def _part(self, watch: Watch, event: str, message: Message) -> None:
        """Send a last message to all who watch this."""
        self._sockets.emit(event, message, to=watch.channel)
        self._sockets.close_room(watch.channel)
        self._audience.forget(watch)
