"""Whatever the network sends, each parser answers it, or refuses it in words: none has a fault."""

import hashlib
import json
import re
from collections.abc import Iterator
from contextlib import suppress
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
from conftest import JSON
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from itsdangerous import TimestampSigner

from display.live.audience import Audience
from display.live.rooms import Rooms
from display.log import open_log
from display.room.events import Plan
from display.room.words import NotAWord, read
from display.serving.guard import is_packet
from display.web import create_app
from display.web.auth import PARTICIPANT_COOKIE, admit_coach, unsigned
from display.web.plans import BadAct, read_agenda, with_lines
from display.web.security import Pace
from display.web.sockets import read_watch

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
FIELDS = ("answer", "key", "step", "table", "replaces", "participant", "text", "lang")
ACTS = ("step", "plan", "edit", "move", "tables", "rename-table", "clock", "merge", "hide", "list",
        "light", "agenda", "hold", "split", "view", "erase", "undo")  # fmt: skip
ACT_FIELDS = ("question", "kind", "seconds", "answers_each", "step", "after", "go", "names", "name",
              "number", "table", "do", "word", "into", "label", "agenda", "copy", "subject",
              "decisions", "confirm", "view", "phrase")  # fmt: skip
HEADER = st.text(st.characters(max_codepoint=255, exclude_characters="\r\n\0"), max_size=200)
SECRET = "secret"


def sent(names: tuple[str, ...]) -> st.SearchStrategy[dict[str, Any]]:
    return st.dictionaries(st.sampled_from(names), ANYTHING, max_size=6)


class Site:
    """The app in this process, and the room that is in it."""

    def __init__(self, folder: Path) -> None:
        self.log = open_log(f"sqlite:///{folder}/log.db")
        rooms = Rooms(self.log)
        live = rooms.open("sv", "Vad?")
        self.code = live.code
        self.app: Flask = create_app(rooms, Audience(), SECRET, "http://x", None, None, 1e9)
        for name in ("pace", "act_pace"):
            self.app.extensions[name] = Pace(10**9, 10**9)
        with self.app.test_request_context():
            admitted = admit_coach(self.app.response_class(), live)
        self.coach = admitted.headers["Set-Cookie"].partition(";")[0]

    def ask(self, method: str, path: str, **options: Any) -> int:
        """Return the status; at worst a refusal."""
        client = self.app.test_client(use_cookies=False)
        status = client.open(path.replace("CODE", self.code), method=method, **options).status_code
        assert status < HTTPStatus.INTERNAL_SERVER_ERROR
        return status


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    found = Site(tmp_path_factory.mktemp("site"))
    yield found
    found.log.close()


fuzzed = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)


@given(st.text() | st.text(st.characters(categories=("Cs", "Cf", "Mn", "Cc", "Co")), max_size=60))
def test_any_text_is_a_word_or_a_refusal(text: str) -> None:
    for phrase in (False, True):
        with suppress(NotAWord):
            word = read(text, phrase)
            assert word.key
            assert word.spelling


@fuzzed
@given(sent(FIELDS) | ANYTHING)
def test_any_json_is_answered(site: Site, body: Any) -> None:
    assert site.ask("POST", "/CODE", json=body, headers=JSON)
    assert site.ask("POST", "/CODE/table", json=body, headers=JSON)


@fuzzed
@given(st.binary(max_size=400), st.sampled_from(["json", "x-www-form-urlencoded", "octet-stream"]))
def test_any_bytes_are_answered(site: Site, body: bytes, kind: str) -> None:
    assert site.ask("POST", "/CODE", data=body, content_type=f"application/{kind}")


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # parts cut short
@settings(fuzzed, max_examples=30)  # of twelve requests each
@given(st.binary(max_size=300), st.text("ab-; ='\"", max_size=20))
def test_any_multipart_is_answered(site: Site, body: bytes, boundary: str) -> None:
    part = b'--ab\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n' + body
    for content in (body, part, part + b"\r\n--ab--\r\n"):
        for cut in ("ab", boundary):
            kind = f"multipart/form-data; boundary={cut}"
            site.ask("POST", "/CODE", data=content, content_type=kind)
            headers = {"Cookie": site.coach}
            site.ask("POST", "/CODE/coach/agenda", data=content, content_type=kind, headers=headers)


@fuzzed
@given(st.sampled_from(ACTS), sent(ACT_FIELDS), st.booleans())
def test_any_act_of_a_coach_is_done_or_refused_in_words(
    site: Site, act: str, fields: dict[str, Any], as_form: bool
) -> None:
    headers = {**JSON, "Cookie": site.coach}
    if as_form:
        form = {name: str(value).encode("utf-8", "replace") for name, value in fields.items()}
        site.ask("POST", f"/CODE/coach/{act}", data=form, headers=headers)
    else:
        site.ask("POST", f"/CODE/coach/{act}", json=fields, headers=headers)


@fuzzed
@given(HEADER, st.sampled_from(["/CODE", "/CODE/coach", "/rooms", "/"]))
def test_any_cookie_is_nobodys_or_ones_own(site: Site, value: str, path: str) -> None:
    names = (PARTICIPANT_COOKIE, f"coach_{site.code}", "operator", "language")
    for cookie in (value, *(f"{name}={value}" for name in names)):
        assert site.ask("GET", path, headers={"Cookie": cookie}) != HTTPStatus.FOUND or path == "/"


@fuzzed
@given(st.text(max_size=40), st.binary(max_size=4))
def test_any_signed_time_is_read_or_refused(site: Site, value: str, time: bytes) -> None:
    class Odd(TimestampSigner):
        def get_timestamp(self) -> int:
            return int.from_bytes(time, "big")

    with site.app.app_context():
        assert unsigned("participant", value) is None
        signed = (
            Odd(
                SECRET,
                salt="ordmoln.participant",
                key_derivation="hmac",
                digest_method=hashlib.sha256,
            )
            .sign("x")
            .decode()
        )
        assert unsigned("participant", signed) in (None, "x")


@fuzzed
@given(HEADER, HEADER, HEADER)
def test_any_header_is_harmless(site: Site, accept: str, language: str, origin: str) -> None:
    headers = {"Accept": accept, "Accept-Language": language, "Origin": origin,
               "Accept-Encoding": accept, "Content-Type": language}  # fmt: skip
    for method, path in (("GET", "/CODE"), ("POST", "/CODE"), ("GET", "/ZZZZ"), ("HEAD", "/")):
        site.ask(method, path, headers=headers)


@fuzzed
@given(st.text(st.characters(exclude_categories=("Cs",)), max_size=60))
def test_any_path_is_answered(site: Site, path: str) -> None:
    for start in ("/", "/CODE/", "/CODE/coach/", "/CODE/answers/", "/rooms/", "/static/"):
        site.ask("GET", re.sub("//+", "/", start + path))


AGENDA = st.text(max_size=300) | ANYTHING.map(json.dumps)


@given(AGENDA | st.lists(sent(ACT_FIELDS)).map(lambda steps: json.dumps({"steps": steps})))
def test_any_agenda_is_read_or_refused(site: Site, text: str) -> None:
    with site.app.test_request_context(), suppress(BadAct):
        assert all(isinstance(plan, Plan) for plan in read_agenda(text))


@pytest.mark.parametrize("text", ["[" * 100_000, '[{"a":' * 20_000, "[" + "9" * 5000 + "]"])
def test_an_agenda_of_endless_brackets_is_refused(site: Site, text: str) -> None:
    with site.app.test_request_context(), pytest.raises(BadAct):
        read_agenda(text)


def test_the_lines_of_all_steps_are_counted_in_one_go() -> None:
    class Text(str):
        counted = 0

        def count(self, found: str, start: int, end: int) -> int:  # type: ignore[override]
            Text.counted += end - start
            return super().count(found, start, end)

    text = Text(json.dumps({"steps": [{}] * 10_000}, indent=0))
    found, lines = with_lines(text)
    assert [lines[id(step)] for step in found["steps"]] == list(range(3, 10_003))
    assert Text.counted <= len(text)


@given(st.text(max_size=200) | st.binary(max_size=200))
def test_any_packet_is_read_or_refused(message: str | bytes) -> None:
    assert is_packet(message) in (True, False)


@pytest.mark.parametrize("message", ["", "x", "²", "4" + "[" * 4000, "b!", "9" * 400])
def test_a_packet_that_the_library_cannot_read_never_reaches_it(message: str) -> None:
    assert is_packet(message) == (message in ("9" * 400, "b!"))


@given(ANYTHING | st.fixed_dictionaries({"room": ANYTHING, "as": ANYTHING, "since": ANYTHING}))
def test_any_watch_is_understood_or_refused(asked: Any) -> None:
    try:
        code, role, since = read_watch(asked)
    except ValueError:
        return
    assert role in ("stage", "phone", "coach")
    assert isinstance(code, str)
    assert isinstance(since, int)
