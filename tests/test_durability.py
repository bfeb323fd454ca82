"""What the stage showed is there after a kill, and only what is on disk is thanked for."""

import sqlite3
import threading
import uuid
from collections.abc import Callable
from typing import Any

import pytest
import requests
from conftest import JSON, WAIT_SECONDS, Server, Watcher

PHONES = 16
ANSWERS_EACH = 15  # below the pace that a phone is held to
WORDS = ("delaktighet", "mod", "glädje", "tid", "trygghet", "ro", "samarbete", "ledarskap")

Watch = Callable[..., Watcher]


class Hall:
    """Phones that send answers, all at once."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.thanked: dict[str, str] = {}  # label by key
        self._turn = threading.Lock()
        self._phones = [threading.Thread(target=self._send_all, args=(n,)) for n in range(PHONES)]
        self._failed: list[str] = []

    def start(self) -> None:
        for phone in self._phones:
            phone.start()

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
        reply = session.post(self.server.room_url, json=sent, timeout=WAIT_SECONDS)
        with self._turn:
            if reply.status_code == 201:
                self.thanked[sent["key"]] = reply.json()["label"]
            else:
                self._failed.append(reply.text)


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
