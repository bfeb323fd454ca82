"""Tables: where a phone sits, what its table sends, and the clock of the talk."""

import json
import math
import re
from itertools import pairwise
from typing import Any

import pytest
import requests
import socketio
from conftest import JSON, WAIT_SECONDS, Coach, Server, shared_server
from pages import RETRY_MS, WITH_SCRIPTS, OpenPage, send
from playwright.sync_api import Page, Route, expect
from test_accessibility import violations

from display.live.messages.phone import MOST_SENT
from display.web.security import PARTICIPANT_BURST

NAMES = ["Eldkvarn", "Norrskenet", "Björken"]
HOURS_WRONG = """
    const Right = Date;
    Date = class extends Right {
      constructor(...given) { super(...(given.length ? given : [Right.now() - 5 * 3600e3])); }
      static now() { return Right.now() - 5 * 3600e3; }
    };
"""
THUMB = 44  # CSS pixels


server = shared_server


@pytest.fixture(scope="module")
def coach(server: Server) -> Coach:
    return server.coach()


@pytest.fixture(autouse=True)
def tables(server: Server, coach: Coach) -> dict[str, int]:
    """Each test has three tables and a talk of its own; returns the tables' numbers by name."""
    if not server.running:
        server.start()
    for table in act(coach, "view", view="cloud")["table_list"]:
        act(coach, "remove-table", table=table["table"])
    status = act(coach, "tables", names="\n".join(NAMES))
    start(coach, "tables")
    return {table["name"]: table["table"] for table in status["table_list"]}


def act(coach: Coach, name: str, /, **fields: Any) -> dict[str, Any]:
    reply = coach.act(name, **fields)
    assert reply.ok, reply.text
    status: dict[str, Any] = reply.json()
    return status


def start(coach: Coach, kind: str, **plan: Any) -> dict[str, Any]:
    """Plan a step of this kind as the last, and go to it."""
    plan = {
        "question": f"Hur går det ({kind})?",
        "seconds": 600,
        "answers_each": 3,
        "phrase": True,
        "concealed": True,
        **plan,
    }
    steps = act(coach, "plan", kind=kind, **plan)["steps"]
    return act(coach, "step", step=max(step["step"] for step in steps))


def sit(server: Server, open_page: OpenPage, table: int, scripts: bool = True) -> Page:
    """Open a phone with the card of a table."""
    return open_page(f"{server.room_url}/{table}", java_script_enabled=scripts)


def expect_sent(phone: Page, *answers: str) -> None:
    labels = phone.locator("#together li:not(.pending) .label")
    expect(labels).to_have_text(list(answers), timeout=RETRY_MS)


def change(phone: Page, answer: str) -> None:
    phone.get_by_role("link", name=f"Ändra «{answer}»").click()


def choose(phone: Page, table: str) -> None:
    if not phone.get_by_label("Bord", exact=True).is_visible():
        phone.locator("#seat summary").click()
    phone.get_by_label("Bord", exact=True).select_option(label=table)
    phone.get_by_role("button", name="Välj").click()


def expect_seat(phone: Page, text: str) -> None:
    expect(phone.locator("#seat summary")).to_have_text(text)


def counts(coach: Coach) -> dict[str, int]:
    """Return the counts by label as the coach sees them, though they are concealed."""
    words = act(coach, "view", view="cloud")["words"]
    return {word["label"]: word["count"] for word in words}


def participant() -> requests.Session:
    session = requests.Session()
    session.headers.update(JSON)
    return session


def post(server: Server, session: requests.Session, **fields: Any) -> requests.Response:
    return session.post(server.room_url, json=fields, timeout=WAIT_SECONDS)


@WITH_SCRIPTS
def test_a_card_takes_a_phone_straight_to_its_table(
    server: Server, open_page: OpenPage, tables: dict[str, int], scripts: bool
) -> None:
    phone = sit(server, open_page, tables["Eldkvarn"], scripts)
    expect_seat(phone, "Ditt bord: Eldkvarn")
    assert "participant=" not in phone.url
    send(phone, "Förberedelse och reflektion")
    expect_sent(phone, "Förberedelse och reflektion")
    expect(phone.locator("#together-title")).to_have_text("Skickat från Eldkvarn")
    expect(phone.locator("#left")).to_have_text("2 kvar")


def test_a_card_moves_a_phone_and_a_foreign_link_only_asks_it(
    server: Server, tables: dict[str, int]
) -> None:
    phone, first, second = participant(), tables["Eldkvarn"], tables["Björken"]
    phone.headers["Accept"] = "text/html"

    def ask(method: str, table: int, **headers: str) -> requests.Response:
        url = f"{server.room_url}/{table}"
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        return phone.request(method, url, headers=headers, timeout=WAIT_SECONDS)

    def seat() -> int:
        page = phone.get(server.room_url, timeout=WAIT_SECONDS).text
        return int(re.findall('data-table="([0-9]*)"', page)[0] or 0)

    assert ask("HEAD", first).status_code == 200
    assert ask("GET", first, Sec_Purpose="prefetch;prerender").status_code == 503
    assert ask("GET", first, Purpose="prefetch").status_code == 503
    assert seat() == 0
    assert f'data-table="{first}"' in ask("GET", first, Sec_Fetch_Site="cross-site").text
    for site in ({"Sec_Fetch_Site": "cross-site"}, {}):  # none over plain HTTP
        asked = ask("GET", second, **site).text
        assert "<details open>" in asked
        assert f'<option value="{second}" selected>' in asked
        assert seat() == first
    assert f'data-table="{first}"' in ask("GET", first).text
    assert ask("HEAD", second).status_code == 200
    assert seat() == first
    assert f'data-table="{second}"' in ask("GET", second, Sec_Fetch_Site="none").text
    assert seat() == second


def test_who_changes_tables_too_fast_is_held_back_until_it_may(
    server: Server, tables: dict[str, int]
) -> None:
    phone = participant()
    codes = [
        phone.post(f"{server.room_url}/table", json={}, timeout=WAIT_SECONDS).status_code
        for _ in range(PARTICIPANT_BURST + 6)
    ]
    after = [then for code, then in pairwise(codes) if code == 429]
    assert after
    assert 429 not in after


def test_a_card_of_no_table_here_says_so_and_offers_those_that_are(
    server: Server, open_page: OpenPage
) -> None:
    phone = open_page(f"{server.room_url}/9999")
    expect(phone.get_by_role("alert")).to_have_text(
        "Det bordet finns inte i det här rummet. Välj ditt bord här."
    )
    choose(phone, "Björken")
    expect_seat(phone, "Ditt bord: Björken")
    assert requests.get(f"{server.room_url}/9999", timeout=WAIT_SECONDS).status_code == 404


@WITH_SCRIPTS
def test_a_table_is_chosen_changed_and_left(
    server: Server, open_page: OpenPage, scripts: bool
) -> None:
    phone = open_page(server.room_url, java_script_enabled=scripts)
    expect(phone.locator("#task")).to_contain_text("Välj ditt bord, så svarar ni tillsammans.")
    for table, seat in (
        ("Eldkvarn", "Ditt bord: Eldkvarn"),
        ("Björken", "Ditt bord: Björken"),
        ("Inget bord", "Välj ditt bord"),
    ):
        choose(phone, table)
        expect_seat(phone, seat)
    phone.reload()
    expect_seat(phone, "Välj ditt bord")


def test_a_table_that_is_picked_stays_picked_when_the_page_comes_late(
    server: Server, open_page: OpenPage, tables: dict[str, int]
) -> None:
    phone = open_page(server.room_url)
    late: list[Route] = []
    phone.route(re.compile(r"\?"), lambda route: late.append(route))
    with phone.expect_request(re.compile(r"\?")):
        choose(phone, "Eldkvarn")
    expect_seat(phone, "Ditt bord: Eldkvarn")
    phone.locator("#seat summary").click()
    offered = phone.get_by_label("Bord", exact=True)
    offered.select_option(label="Björken")
    phone.get_by_role("button", name="Välj").focus()
    phone.evaluate("document.querySelector('#table').title = 'before'")
    for route in late:
        route.continue_()
    expect(offered).not_to_have_attribute("title", "before")
    expect(offered).to_have_value(str(tables["Björken"]))
    phone.get_by_role("button", name="Välj").click()
    expect_seat(phone, "Ditt bord: Björken")


def test_a_phone_answers_for_the_table_it_chose_though_it_cannot_load_the_page_anew(
    server: Server, coach: Coach, open_page: OpenPage, tables: dict[str, int]
) -> None:
    phone = sit(server, open_page, tables["Eldkvarn"])
    phone.route(re.compile(r"\?"), lambda route: route.abort())
    choose(phone, "Björken")
    expect_seat(phone, "Ditt bord: Björken")
    send(phone, "Tid")
    expect_sent(phone, "Tid")
    given = {
        table["name"]: table["answers"] for table in act(coach, "view", view="cloud")["table_list"]
    }
    assert given == {"Eldkvarn": [], "Norrskenet": [], "Björken": ["Tid"]}


@WITH_SCRIPTS
def test_a_participant_without_a_table_answers_in_the_own_name(
    server: Server, coach: Coach, open_page: OpenPage, scripts: bool
) -> None:
    phone = open_page(server.room_url, java_script_enabled=scripts)
    send(phone, "Lugn och ro")
    expect(phone.locator("#own .label")).to_have_text(["Lugn och ro"])
    expect(phone.locator("#together")).to_be_hidden()
    choose(phone, "Eldkvarn")
    expect_seat(phone, "Ditt bord: Eldkvarn")
    expect(phone.locator("#own .label")).to_have_text(["Lugn och ro"])
    phone.get_by_role("button", name="Ta tillbaka «Lugn och ro»").click()
    expect(phone.locator("#own")).to_be_hidden()
    assert counts(coach) == {}


def test_nobody_is_asked_for_a_table_where_there_are_none(
    server: Server, coach: Coach, open_page: OpenPage, tables: dict[str, int]
) -> None:
    for table in tables.values():
        act(coach, "remove-table", table=table)
    phone = open_page(server.room_url)
    expect(phone.locator("#seat")).to_be_hidden()
    expect(phone.locator("#task")).to_contain_text("Prata med varandra")
    act(coach, "undo")
    expect(phone.locator("#seat")).to_be_visible()
    choose(phone, "Björken")
    expect_seat(phone, "Ditt bord: Björken")


def test_phones_at_a_table_see_at_once_what_any_of_them_sends_changes_or_takes_back(
    server: Server, coach: Coach, open_page: OpenPage, tables: dict[str, int]
) -> None:
    one, other = (sit(server, open_page, tables["Eldkvarn"]) for _ in range(2))
    elsewhere = sit(server, open_page, tables["Björken"])
    send(one, "Tid")
    expect_sent(other, "Tid")
    send(other, "Uthållighet")
    expect_sent(one, "Tid", "Uthållighet")
    change(other, "Tid")
    send(other, "Tid att tänka")
    expect_sent(one, "Tid att tänka", "Uthållighet")
    one.get_by_role("button", name="Ta tillbaka «Uthållighet»").click()
    expect_sent(other, "Tid att tänka")
    expect(other.locator("#left")).to_have_text("2 kvar")
    expect(elsewhere.locator("#together")).to_be_hidden()
    assert counts(coach) == {"Tid att tänka": 1}


@WITH_SCRIPTS
def test_of_very_many_answers_a_phone_shows_the_latest_and_says_so(
    server: Server, coach: Coach, open_page: OpenPage, tables: dict[str, int], scripts: bool
) -> None:
    start(coach, "tables", answers_each="unlimited", phrase=False)
    said = [f"Ord{number}" for number in range(MOST_SENT + 5)]
    writers = [participant() for _ in range(len(said) // 30 + 1)]
    for number, word in enumerate(said[:-6]):
        fields = {"answer": word, "table": tables["Eldkvarn"]}
        assert post(server, writers[number // 30], **fields).status_code == 201
    phone = sit(server, open_page, tables["Eldkvarn"], scripts)
    expect_sent(phone, *said[:-6])
    expect(phone.locator("#together .latest")).to_be_hidden()
    for word in said[-6:]:
        send(phone, word)
        expect(phone.locator("#together li:not(.pending) .label").last).to_have_text(word)
    expect_sent(phone, *said[-MOST_SENT:])
    expect(phone.locator("#together .latest")).to_have_text("De senaste 100 visas.")
    phone.goto(server.room_url)
    expect_sent(phone, *said[-MOST_SENT:])
    expect(phone.locator("#together .latest")).to_be_visible()


@WITH_SCRIPTS
def test_two_who_change_the_same_answer_lose_nothing_and_are_told(
    server: Server, coach: Coach, open_page: OpenPage, tables: dict[str, int], scripts: bool
) -> None:
    one, other = (sit(server, open_page, tables["Eldkvarn"], scripts) for _ in range(2))
    send(one, "Tid")
    if not scripts:
        other.reload()
    for phone in (one, other):
        change(phone, "Tid")
    send(one, "Tid till reflektion")
    expect_sent(one, "Tid till reflektion")
    send(other, "Mer tid")
    expect(other.get_by_role("alert")).to_contain_text("Någon vid ert bord ändrade det svaret")
    expect(other.locator("#field")).to_have_value("Mer tid")
    expect(other.locator("#prompt")).to_have_text("Ändra «Tid till reflektion»")
    expect_sent(other, "Tid till reflektion")
    other.locator("#send").click()
    expect_sent(other, "Mer tid")
    assert counts(coach) == {"Mer tid": 1}


@WITH_SCRIPTS
def test_a_change_can_be_called_off(
    server: Server, open_page: OpenPage, tables: dict[str, int], scripts: bool
) -> None:
    phone = sit(server, open_page, tables["Eldkvarn"], scripts)
    send(phone, "Tid")
    expect_sent(phone, "Tid")
    change(phone, "Tid")
    expect(phone.locator("#field")).to_have_value("Tid")
    expect(phone.locator("#send")).to_have_text("Spara")
    phone.get_by_role("link", name="Avbryt").click()
    expect(phone.locator("#field")).to_have_value("")
    expect(phone.locator("#send")).to_have_text("Skicka")
    expect_sent(phone, "Tid")


def test_what_was_being_written_comes_back_after_a_change(
    server: Server, open_page: OpenPage, tables: dict[str, int]
) -> None:
    phone = sit(server, open_page, tables["Eldkvarn"])
    send(phone, "Tid")
    expect_sent(phone, "Tid")
    phone.locator("#field").fill("Mod att")
    change(phone, "Tid")
    send(phone, "Mer tid")
    expect_sent(phone, "Mer tid")
    expect(phone.locator("#field")).to_have_value("Mod att")


def test_who_writes_while_another_sends_the_last_answer_keeps_it(
    server: Server, open_page: OpenPage, tables: dict[str, int]
) -> None:
    one, other = (sit(server, open_page, tables["Eldkvarn"]) for _ in range(2))
    other.locator("#field").fill("Mod")
    for answer in ("Tid", "Ro", "Samarbete"):
        send(one, answer)
    expect_sent(other, "Tid", "Ro", "Samarbete")
    expect(other.locator("#field")).to_be_visible()
    expect(other.locator("#send")).to_be_disabled()
    expect(other.locator("#spent")).to_be_visible()
    other.get_by_role("button", name="Ta tillbaka «Ro»").click()
    other.locator("#send").click()
    expect_sent(one, "Tid", "Samarbete", "Mod")


def test_phones_of_a_table_that_is_removed_choose_again_and_lose_nothing(
    server: Server, coach: Coach, open_page: OpenPage, tables: dict[str, int]
) -> None:
    phone = sit(server, open_page, tables["Eldkvarn"])
    send(phone, "Tid")
    expect_sent(phone, "Tid")
    phone.locator("#field").fill("Uthållighet")
    act(coach, "remove-table", table=tables["Eldkvarn"])
    expect(phone.get_by_role("alert")).to_contain_text("Eldkvarn finns inte längre.")
    expect(phone.locator("#field")).to_have_value("Uthållighet")
    act(coach, "undo")
    expect_seat(phone, "Ditt bord: Eldkvarn")
    expect_sent(phone, "Tid")
    act(coach, "remove-table", table=tables["Eldkvarn"])
    expect_seat(phone, "Välj ditt bord")
    choose(phone, "Björken")
    expect_seat(phone, "Ditt bord: Björken")
    phone.locator("#send").click()
    expect_sent(phone, "Uthållighet")
    assert counts(coach) == {"Tid": 1, "Uthållighet": 1}


@WITH_SCRIPTS
def test_an_answer_to_a_removed_table_is_refused_with_its_text_kept(
    server: Server, coach: Coach, open_page: OpenPage, tables: dict[str, int], scripts: bool
) -> None:
    phone = open_page("about:blank", java_script_enabled=scripts)
    phone.route("**/lib/line.js", lambda route: route.abort())  # it hears of nothing
    phone.goto(f"{server.room_url}/{tables['Eldkvarn']}")
    act(coach, "remove-table", table=tables["Eldkvarn"])
    send(phone, "Uthållighet")
    expect(phone.get_by_role("alert")).to_contain_text("Välj ditt bord igen.")
    expect(phone.locator("#field")).to_have_value("Uthållighet")
    assert counts(coach) == {}


def test_a_renamed_table_has_its_new_name_on_its_phones(
    server: Server, coach: Coach, open_page: OpenPage, tables: dict[str, int]
) -> None:
    phone = sit(server, open_page, tables["Eldkvarn"])
    expect_seat(phone, "Ditt bord: Eldkvarn")
    act(coach, "rename-table", table=tables["Eldkvarn"], name="Gnistan")
    expect_seat(phone, "Ditt bord: Gnistan")


@WITH_SCRIPTS
def test_a_change_after_the_step_closed_is_refused_with_its_text_kept(
    server: Server, coach: Coach, open_page: OpenPage, tables: dict[str, int], scripts: bool
) -> None:
    phone = open_page("about:blank", java_script_enabled=scripts)
    phone.route("**/lib/line.js", lambda route: route.abort())
    phone.goto(f"{server.room_url}/{tables['Eldkvarn']}")
    send(phone, "Tid")
    expect_sent(phone, "Tid")
    change(phone, "Tid")
    act(coach, "close")
    with phone.expect_response(lambda response: response.status == 409):
        send(phone, "Mer tid")
    expect(phone.get_by_role("alert")).to_have_text("Frågan är stängd, så ditt svar kom inte med.")
    expect(phone.locator("#field")).to_have_value("Mer tid")
    expect(phone.locator("#field")).to_be_visible()
    assert counts(coach) == {"Tid": 1}


def test_what_a_table_has_sent_stays_when_its_step_is_closed(
    server: Server, coach: Coach, tables: dict[str, int]
) -> None:
    sender = participant()
    key = post(server, sender, answer="Tid", table=tables["Eldkvarn"]).json()["key"]
    url = f"{server.room_url}/answers/{key}"
    act(coach, "close")
    reply = sender.delete(url, timeout=WAIT_SECONDS)
    assert (reply.status_code, reply.json()["error"]) == (409, "final")
    act(coach, "open")
    start(coach, "summary")
    assert sender.delete(url, timeout=WAIT_SECONDS).status_code == 409
    act(coach, "undo")
    assert sender.delete(url, timeout=WAIT_SECONDS).status_code == 200


def news(server: Server, table: object, cookies: str = "", **asked: str) -> set[str]:
    """Return what a socket is sent that asks for news of a table, and asks for the room again."""
    client = socketio.SimpleClient()
    headers = {"Cookie": cookies} if cookies else {}
    client.connect(server.url, headers=headers, transports=["websocket"])
    client.emit("watch", {"room": server.code, "as": "phone", "table": table, **asked})
    received = [client.receive(WAIT_SECONDS)[0]]
    client.emit("watch", {"room": server.code, "as": "stage"})
    while received[-1] != "picture":
        received.append(client.receive(WAIT_SECONDS)[0])
    client.disconnect()
    return set(received)


def test_news_of_a_table_are_for_those_who_sit_there(
    server: Server, coach: Coach, tables: dict[str, int]
) -> None:
    here, elsewhere = participant(), participant()
    post(server, here, answer="Tid", table=tables["Eldkvarn"])
    post(server, elsewhere, answer="Mod", table=tables["Björken"])
    me, other = here.cookies["participant"], elsewhere.cookies["participant"]
    table = tables["Eldkvarn"]
    assert "table" in news(server, table, f"participant={me}")
    assert "table" in news(server, table, participant=me)  # of a phone that keeps no cookies
    assert "table" not in news(server, table)
    assert "table" not in news(server, table, participant=me[:-2] + "xx")
    assert "table" not in news(server, table, f"participant={other}")
    assert "table" not in news(server, table, f"participant={other}", participant=me)
    assert "table" not in news(server, True, f"participant={other}")


def test_another_table_can_neither_change_nor_take_back(
    server: Server, coach: Coach, tables: dict[str, int]
) -> None:
    key = post(server, participant(), answer="Tid", table=tables["Eldkvarn"]).json()["key"]
    other = participant()
    reply = post(server, other, answer="Mod", table=tables["Björken"], replaces=key)
    assert (reply.status_code, reply.json()["error"]) == (409, "changed")
    assert "instead" not in reply.json()
    assert other.delete(f"{server.room_url}/answers/{key}", timeout=10).status_code == 404
    assert counts(coach) == {"Tid": 1}


@pytest.mark.parametrize("sent", ["Bord i andra rum", "   ", "å" * 300, {"a": 1}, [1], True, -1])
def test_a_table_that_is_none_is_refused(
    server: Server, coach: Coach, tables: dict[str, int], sent: object
) -> None:
    sender = participant()
    reply = post(server, sender, answer="Tid", table=sent)
    assert (reply.status_code, reply.json()["error"]) == (422, "no_such_table")
    chosen = sender.post(f"{server.room_url}/table", json={"table": sent}, timeout=WAIT_SECONDS)
    assert (chosen.status_code, chosen.json()["error"]) == (404, "not_in_room")
    assert counts(coach) == {}


@pytest.mark.parametrize("sent", ["nothing-like-it", "å" * 300, {"a": 1}, 7])
def test_a_change_of_what_is_not_there_is_refused(
    server: Server, coach: Coach, tables: dict[str, int], sent: object
) -> None:
    reply = post(server, participant(), answer="Tid", table=tables["Eldkvarn"], replaces=sent)
    assert (reply.status_code, reply.json()["error"]) == (409, "changed")
    assert counts(coach) == {}


def test_a_tables_number_goes_before_a_name_that_looks_like_one(
    server: Server, coach: Coach, tables: dict[str, int]
) -> None:
    number = tables["Björken"]
    act(coach, "rename-table", table=tables["Eldkvarn"], name=str(number))
    reply = participant().post(f"{server.room_url}/table", json={"table": number}, timeout=10)
    assert reply.json()["table"] == number


def test_an_answer_sent_again_is_thanked_though_its_table_is_gone_by_then(
    server: Server, coach: Coach, tables: dict[str, int]
) -> None:
    sender, sent = participant(), {"answer": "Tid", "table": tables["Eldkvarn"], "key": "again-1"}
    assert post(server, sender, **sent).status_code == 201
    act(coach, "remove-table", table=tables["Eldkvarn"])
    assert post(server, sender, **sent).status_code == 200
    assert counts(coach) == {"Tid": 1}


def test_answers_and_changes_wait_for_the_server_and_count_once(
    server: Server, coach: Coach, open_page: OpenPage, tables: dict[str, int]
) -> None:
    phone = sit(server, open_page, tables["Eldkvarn"])
    send(phone, "Tid")
    expect_sent(phone, "Tid")
    server.kill()
    change(phone, "Tid")
    send(phone, "Mer tid")
    send(phone, "Mod")
    expect(phone.locator("#together li.pending .label")).to_have_text(["Mer tid", "Mod"])
    phone.goto("about:blank")
    server.start()
    phone.goto(server.room_url)
    expect_sent(phone, "Mer tid", "Mod")
    expect_seat(phone, "Ditt bord: Eldkvarn")
    assert counts(coach) == {"Mer tid": 1, "Mod": 1}


def test_an_answer_that_waited_since_an_earlier_version_is_sent(
    server: Server, coach: Coach, open_page: OpenPage
) -> None:
    step = start(coach, "reflection")["step"]
    phone = open_page(server.room_url)
    waiting = {"key": "old-1", "answer": "Tålamod", "step": step, "at": 1}
    phone.evaluate(
        "([name, item]) => localStorage.setItem(name, item)",
        [f"ordmoln:/{server.code}:old-1", json.dumps(waiting)],
    )
    phone.reload()
    expect(phone.locator("#own li:not(.pending) .label")).to_have_text(["Tålamod"])
    assert counts(coach) == {"Tålamod": 1}


def test_the_phone_says_at_each_step_where_the_room_is_and_what_to_do(
    server: Server, coach: Coach, open_page: OpenPage, tables: dict[str, int]
) -> None:
    phone = sit(server, open_page, tables["Eldkvarn"])
    where, task = phone.locator("#where"), phone.locator("#task")
    n, of = start(coach, "reflection")["place"]
    expect(where).to_contain_text(f"Steg {n} av {of} · egen reflektion · 10:00, inte startad än")
    expect(task).to_contain_text("Ingen annan deltagare ser det här än.")
    send(phone, "Stress")
    expect(phone.locator("#own .label")).to_have_text(["Stress"])
    n, of = start(coach, "tables")["place"]
    expect(where).to_contain_text(f"Steg {n} av {of} · samtal i grupp")
    expect(task).to_contain_text("Kom överens vid bordet.")
    send(phone, "Tid")
    expect_sent(phone, "Tid")
    act(coach, "close")
    expect(phone.locator("#closed")).to_contain_text("Ha sidan öppen: nästa steg kommer hit.")
    expect(phone.get_by_role("link", name="Ändra «Tid»")).to_have_count(0)
    expect_sent(phone, "Tid")
    start(coach, "summary", seconds=None)
    expect(where).to_contain_text("summering")
    expect(task).to_have_text("Titta på storbilden: snart visas där vad som kom fram.")
    act(coach, "reveal")
    expect(task).to_have_text("Titta på storbilden: där visas vad som kom fram.")
    for _ in range(2):
        expect_sent(phone, "Tid")
        expect(phone.locator("#own .label")).to_have_text(["Stress"])
        phone.reload()
    expect(phone.locator("#answer")).to_be_hidden()


def test_the_phone_without_scripts_says_as_much(
    server: Server, coach: Coach, open_page: OpenPage
) -> None:
    n, of = start(coach, "reflection")["place"]
    phone = open_page(server.room_url, java_script_enabled=False, locale="en-GB")
    step = f"Step {n} of {of} · own reflection"
    expect(phone.locator("#where")).to_contain_text(f"{step} · 10:00, not started yet")
    expect(phone.locator("#task")).to_contain_text("No other participant sees this yet.")
    act(coach, "clock", do="start")
    phone.reload()
    expect(phone.locator("#where")).to_contain_text(re.compile(r"(10:00|9:\d\d) left"))
    act(coach, "clock", do="change", seconds=-580)
    act(coach, "clock", do="pause")
    phone.reload()
    expect(phone.locator("#where")).to_contain_text(re.compile(r"0:\d\d left, paused"))


def left(coach: Coach) -> float:
    """Return the seconds that the server's clock has left."""
    status = act(coach, "view", view="cloud")
    seconds: float = status["clock"]["left"] - (status["now"] - status["clock"]["since"])
    return seconds


def test_the_clock_is_the_servers_on_a_phone_whose_own_is_hours_wrong(
    server: Server, coach: Coach, open_page: OpenPage
) -> None:
    act(coach, "clock", do="start")
    phone = open_page("about:blank")
    phone.add_init_script(HOURS_WRONG)
    with phone.expect_websocket():
        phone.goto(server.room_url)
    for _ in range(2):
        expect(phone.locator("#where .clock")).to_have_text(re.compile(r"9:5\d kvar"))
        most = left(coach)
        minutes, seconds = phone.locator("#where .clock").inner_text().split()[0].split(":")
        assert left(coach) <= 60 * int(minutes) + int(seconds) <= math.ceil(most) + 1
        phone.reload()


def test_the_clock_pauses_has_a_sign_at_its_last_minute_and_goes_on_calmly_after(
    server: Server, coach: Coach, open_page: OpenPage
) -> None:
    phone = open_page(server.room_url)
    clock = phone.locator("#where .clock")
    expect(clock).to_have_text("10:00, inte startad än")
    act(coach, "clock", do="start")
    act(coach, "clock", do="pause")
    expect(clock).to_have_text(re.compile(r"(10:00|9:5\d) kvar, paus"))
    act(coach, "clock", do="start")
    expect(clock).to_have_text(re.compile(r"9:5\d kvar"))
    expect(clock).not_to_have_class(re.compile("last-minute"))
    act(coach, "clock", do="change", seconds=-560)
    expect(clock).to_have_class(re.compile("last-minute"))
    act(coach, "sign", on="")
    expect(clock).not_to_have_class(re.compile("last-minute"))
    act(coach, "clock", do="change", seconds=-60)
    expect(clock).to_have_text(re.compile(r"\+0:0\d över tiden"))
    refused = coach.act("clock", do="change", seconds=-30)
    assert refused.json()["message"] == "Det finns ingen tid kvar att dra av."
    expect(phone.locator("#field")).to_be_visible()


def test_the_stage_says_how_to_work_at_each_step_though_none_has_a_clock(
    server: Server, coach: Coach, open_page: OpenPage
) -> None:
    stage = open_page(f"{server.room_url}/stage", (1280, 720))
    for kind, note in (
        ("reflection", "I tystnad, var och en för sig"),
        ("tables", "Samtala vid borden"),
    ):
        start(coach, kind, seconds=None)
        expect(stage.locator("#work .clock-note")).to_have_text(note)


def test_the_leaders_card_has_what_is_planned_and_follows_the_room(
    server: Server, coach: Coach, open_page: OpenPage, tables: dict[str, int]
) -> None:
    start(coach, "tables", purpose="Vi delar. Vi enas.", advice="Alla talar.\nSkriv ner det.")
    phone = sit(server, open_page, tables["Eldkvarn"])
    phone.get_by_role("link", name="För bordsledaren").click()
    expect(phone.locator(".purpose")).to_have_text("Vi delar. Vi enas.")
    expect(phone.locator(".advice li")).to_have_text(["Alla talar.", "Skriv ner det."])
    start(coach, "reflection", question="Hur har vi det?")
    expect(phone.locator("h1")).to_have_text("Hur har vi det?")
    expect(phone.locator(".purpose")).to_contain_text("Var och en tänker själv först.")
    phone.get_by_role("link", name="Tillbaka till svaren").click()
    expect_seat(phone, "Ditt bord: Eldkvarn")


@WITH_SCRIPTS
@pytest.mark.parametrize("kind", ["question", "reflection", "tables", "summary"])
def test_the_leaders_card_is_of_use_where_nothing_is_planned(
    server: Server, coach: Coach, open_page: OpenPage, kind: str, scripts: bool
) -> None:
    start(coach, kind)
    card = open_page(f"{server.room_url}/leader", java_script_enabled=scripts, locale="en-GB")
    expect(card.locator(".purpose")).to_have_text(re.compile(r"^[^.]+\. [^.]+\.$"))
    assert card.locator(".advice li").count() >= 2


@pytest.mark.parametrize("size", [(390, 844), (320, 640)])
def test_no_moment_at_a_table_violates_wcag_or_is_too_small_to_hit(
    server: Server, coach: Coach, open_page: OpenPage, tables: dict[str, int], size: tuple[int, int]
) -> None:
    act(coach, "clock", do="start")
    phone = open_page(server.room_url, size)
    expect_usable(phone)
    choose(phone, "Eldkvarn")
    expect_seat(phone, "Ditt bord: Eldkvarn")
    send(phone, "Förberedelse och reflektion")
    expect_sent(phone, "Förberedelse och reflektion")
    expect_usable(phone)
    change(phone, "Förberedelse och reflektion")
    expect_usable(phone)
    phone.goto(f"{server.room_url}/leader")
    expect_usable(phone)
    question = phone.locator("h1").inner_text()
    start(coach, "summary")
    expect(phone.locator("h1")).not_to_have_text(question)  # it is on its way to the next step
    phone.goto(server.room_url)
    expect_usable(phone)


def expect_usable(phone: Page) -> None:
    """Nothing against WCAG, nothing wider than the screen, everything large enough for a thumb."""
    assert violations(phone) == []
    assert phone.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    small = phone.evaluate(
        """(least) => [...document.querySelectorAll("a, button, input, select, summary")]
          .filter((target) => target.checkVisibility())
          .filter((target) => target.getBoundingClientRect().height < least)
          .map((target) => target.outerHTML)""",
        THUMB,
    )
    assert small == []


def test_the_keyboard_alone_chooses_a_table_and_changes_what_it_sent(
    server: Server, open_page: OpenPage
) -> None:
    phone = open_page(server.room_url)
    tab_to(phone, "#table")
    phone.keyboard.type("Eld")
    tab_to(phone, "#seat button")
    phone.keyboard.press("Enter")
    expect(phone.locator("#seat summary")).to_be_focused()
    tab_to(phone, "#field")
    phone.keyboard.type("Tid")
    phone.keyboard.press("Enter")
    expect_sent(phone, "Tid")
    tab_to(phone, "#together .change")
    phone.keyboard.press("Enter")
    expect(phone.locator("#field")).to_be_focused()
    phone.keyboard.press("End")
    phone.keyboard.type(" och ro")
    phone.keyboard.press("Enter")
    expect_sent(phone, "Tid och ro")


def tab_to(phone: Page, selector: str) -> None:
    for _ in range(20):
        if phone.locator(selector).evaluate("(element) => element === document.activeElement"):
            return
        phone.keyboard.press("Tab")
    raise AssertionError(f"the keyboard does not reach {selector}")
