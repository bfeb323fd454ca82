"""The server is killed in mid-burst: what was thanked for is there, once, and so is the picture."""

import sqlite3
import threading
import uuid
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
import requests
from conftest import JSON, WAIT_SECONDS, Server, Watcher

from display.room.events import AnswerGiven, decode

ROUNDS = 4
PHONES = 16
ANSWERS_EACH = 15  # below the pace that a phone is held to, retries included
WORDS = ("delaktighet", "mod", "glädje", "tid", "trygghet", "ro", "samarbete", "ledarskap")

Watch = Callable[..., Watcher]


class Hall:
    """Phones that send answers, each again with its key until it is receipted."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.thanked: dict[str, str] = {}  # label by key
        self._changed = threading.Condition()
        self._up = threading.Event()
        self._up.set()
        self._phones = [threading.Thread(target=self._send_all, args=(n,)) for n in range(PHONES)]
        self._failed: list[str] = []

    def start(self) -> None:
        for phone in self._phones:
            phone.start()

    def kill_after(self, count: int) -> None:
        """Kill the server as soon as so many answers are thanked for; start it again."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.thanked) >= count, WAIT_SECONDS)
            self._up.clear()
            self.server.kill()
        self.server.start()
        self._up.set()

    def finish(self) -> None:
        for phone in self._phones:
            phone.join(3 * WAIT_SECONDS)
        assert self._failed == []
        assert len(self.thanked) == PHONES * ANSWERS_EACH

    def _send_all(self, phone: int) -> None:
        session = requests.Session()
        session.headers.update(JSON)
        session.get(self.server.room_url, timeout=WAIT_SECONDS)  # the participant's cookie
        for n in range(ANSWERS_EACH):
            self._send(session, WORDS[(phone + n * n) % len(WORDS)])

    def _send(self, session: requests.Session, word: str) -> None:
        sent = {"answer": word, "key": str(uuid.uuid4())}
        while True:
            self._up.wait()
            try:
                reply = session.post(self.server.room_url, json=sent, timeout=WAIT_SECONDS)
            except requests.RequestException:
                continue
            with self._changed:
                if reply.status_code in (200, 201):
                    self.thanked[sent["key"]] = reply.json()["label"]
                    self._changed.notify_all()
                else:
                    self._failed.append(reply.text)
                return


class Screen:
    """What a stage shows after the messages that it was sent."""

    def __init__(self, watcher: Watcher) -> None:
        self.words: dict[str, dict[str, Any]] = {}
        self.message: dict[str, Any] = {}
        for name, message in list(watcher.received):
            if name == "picture":
                self.words = {}
            for word in message.get("gone", []):
                self.words.pop(word, None)
            self.words.update({word["word"]: word for word in message["words"]})
            self.message = message

    @property
    def complete(self) -> bool:
        counts = sum(word["count"] for word in self.words.values())
        return bool(self.message) and counts == self.message["answers"]

    @property
    def picture(self) -> tuple[object, ...]:
        header = ("seq", "camera", "left_out", "answers", "participants", "question")
        return self.words, *(self.message[name] for name in header)


def screen(watcher: Watcher, answers: int, is_open: bool = True) -> Screen:
    """Return the stage as soon as it shows so many answers."""

    def shows(*_: object) -> bool:
        shown = Screen(watcher)
        return shown.complete and (shown.message["answers"], shown.message["open"]) == (
            answers,
            is_open,
        )

    watcher.wait_for(shows)
    return Screen(watcher)


@pytest.fixture
def unlimited(server: Server) -> Server:
    """A server whose question takes as many answers from each as they like."""
    asked = server.coach().act("step", question="Vad behövs?", answers_each="unlimited")
    assert asked.status_code == 200
    return server


def keys_in_log(server: Server) -> Counter[str]:
    with sqlite3.connect(server.log) as log:
        found = [decode(body) for (body,) in log.execute("SELECT body FROM entry ORDER BY seq")]
    log.close()
    return Counter(event.key for event in found if isinstance(event, AnswerGiven))


def test_killed_again_and_again_it_has_every_thanked_answer_once(
    unlimited: Server, watch: Watch
) -> None:
    hall = Hall(unlimited)
    hall.start()
    for n in range(1, ROUNDS + 1):
        hall.kill_after(n * PHONES * ANSWERS_EACH // (ROUNDS + 1))
    hall.finish()
    assert set(hall.thanked) == set(keys_in_log(unlimited))
    assert unlimited.counts() == Counter(hall.thanked.values())
    assert unlimited.words()["participants"] == PHONES
    shown = screen(watch("stage"), len(hall.thanked))
    assert {word["label"]: word["count"] for word in shown.words.values()} == unlimited.counts()


def test_killed_while_the_stage_draws_it_shows_the_same_picture_again(
    unlimited: Server, watch: Watch
) -> None:
    stage = watch("stage")
    hall = Hall(unlimited)
    hall.start()
    hall.finish()
    screen(stage, len(hall.thanked))
    before = screen(watch("stage"), len(hall.thanked)).picture
    unlimited.kill()
    unlimited.start()
    again = watch("stage")
    assert screen(again, len(hall.thanked)).picture == before
    assert unlimited.coach().act("close").status_code == 200
    # News of the closing has come a tick or more later: by then a picture would be drawn anew.
    assert screen(again, len(hall.thanked), is_open=False).picture == before


def test_a_stage_that_was_away_during_the_kill_is_brought_up_to_date(
    server: Server, watch: Watch
) -> None:
    server.send("mod")
    seq = screen(watch("stage"), 1).message["seq"]
    server.kill()
    server.start()
    server.send("tid")
    back = watch("stage", since=seq)
    back.wait_for(lambda _, message: any(word["word"] == "tid" for word in message["words"]))
    assert back.received[0][0] == "changes"


def test_a_key_sent_by_many_hands_at_once_counts_once(unlimited: Server) -> None:
    session = requests.Session()
    session.get(unlimited.room_url, timeout=WAIT_SECONDS)
    cookies = session.cookies.get_dict()
    codes: list[int] = []

    def send() -> None:
        reply = requests.post(
            unlimited.room_url,
            json={"answer": "mod", "key": "the-same"},
            headers=JSON,
            cookies=cookies,
            timeout=WAIT_SECONDS,
        )
        codes.append(reply.status_code)

    hands = [threading.Thread(target=send) for _ in range(20)]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    assert set(codes) <= {200, 201}
    assert unlimited.counts() == {"Mod": 1}
    unlimited.kill()
    unlimited.start()
    send()
    assert codes[-1] == 200
    assert unlimited.counts() == {"Mod": 1}


def test_a_thank_is_only_for_what_is_on_disk(server: Server) -> None:
    other = sqlite3.connect(server.log, isolation_level=None, timeout=10)
    for n in range(5):
        assert server.send("mod", key=f"key-{n}").status_code == 201
        found = other.execute(
            "SELECT count(*) FROM entry WHERE body LIKE ?", (f'%"key-{n}"%',)
        ).fetchone()
        assert found == (1,)
    other.close()


def test_phones_are_told_to_wait_while_the_log_is_held_and_are_thanked_after(
    server: Server,
) -> None:
    other = sqlite3.connect(server.log, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    held = server.send("mod", key="patient")
    assert (held.status_code, held.json()["error"]) == (503, "unavailable")
    assert int(held.headers["Retry-After"]) >= 1
    assert requests.get(f"{server.url}/healthz", timeout=WAIT_SECONDS).status_code == 503
    other.execute("ROLLBACK")
    other.close()
    assert server.send("mod", key="patient").status_code == 201
    assert requests.get(f"{server.url}/healthz", timeout=WAIT_SECONDS).status_code == 200
    assert server.counts() == {"Mod": 1}
