"""The phone: every word gets there, once, and whoever sent it is told what became of it."""

import re
import sqlite3
from pathlib import Path
from typing import Any

import pytest
import requests
from conftest import JSON, Server, shared_server
from pages import RETRY_MS, WITH_SCRIPTS, OpenPage, send
from playwright.sync_api import Page, Route, expect

FIRST_REQUESTS = 4
NEWS = "/vendor/|/lib/(socket|line|where|clock)"  # fetched when the page is usable
FIRST_BYTES = 25_000
ALL_BYTES = 40_000
HOSTILE = ["<img/src=x/onerror=alert(1)>", "<b>fet</b>", "\u202egnälv\u2069", "{{7*7}}"]
NO_STORAGE = "Object.defineProperty(window, 'localStorage', { get() { throw new Error('no') } })"


server = shared_server


@pytest.fixture(autouse=True)
def question(server: Server) -> None:
    """Each test has a question of its own, whatever the one before it did."""
    if not server.running:
        server.start()
    ask(server)


def ask(server: Server, question: str = "Vad är viktigast?", **fields: Any) -> None:
    server.coach().act("step", question=question, **fields).raise_for_status()


def expect_thanks(phone: Page, label: str) -> None:
    thanks = f"Tack! «{label}» är med."
    expect(phone.locator("#receipt")).to_have_text(thanks, timeout=RETRY_MS)


def expect_waiting(phone: Page, answer: str) -> None:
    expect(phone.locator("#receipt")).to_contain_text(f"«{answer}» är sparat här")


def form(server: Server, session: requests.Session, **fields: str) -> requests.Response:
    return session.post(server.room_url, data=fields, timeout=10)


@WITH_SCRIPTS
def test_own_answers_are_listed_and_can_be_taken_back(
    server: Server, open_page: OpenPage, scripts: bool
) -> None:
    phone = open_page(server.room_url, java_script_enabled=scripts)
    send(phone, "mod")
    expect(phone.locator("#own .label")).to_have_text(["Mod"])
    expect(phone.locator("#answer")).to_be_hidden()
    phone.get_by_role("button", name="Ta tillbaka «Mod»").click()
    expect(phone.locator("#own")).to_be_hidden()
    expect(phone.locator("#answer")).to_be_visible()
    assert server.counts() == {}


def test_only_its_sender_can_delete_an_answer(server: Server) -> None:
    sender = requests.Session()
    key = sender.post(server.room_url, json={"answer": "tid"}, headers=JSON).json()["key"]
    url = f"{server.room_url}/answers/{key}"
    assert requests.delete(url, headers=JSON, timeout=10).status_code == 404
    assert server.counts() == {"Tid": 1}
    reply = sender.delete(url, headers=JSON)
    assert (reply.status_code, reply.json()["left"]) == (200, 1)
    assert server.counts() == {}


@WITH_SCRIPTS
def test_the_phone_says_how_many_answers_are_left(
    server: Server, open_page: OpenPage, scripts: bool
) -> None:
    ask(server, answers_each=3)
    phone = open_page(server.room_url, java_script_enabled=scripts)
    for answer, left in (("Mod", "2 kvar"), ("Tid", "1 kvar")):
        send(phone, answer)
        expect_thanks(phone, answer)
        expect(phone.locator("#left")).to_have_text(left)
    send(phone, "Ro")
    expect(phone.locator("#answer")).to_be_hidden()
    expect(phone.locator("#spent")).to_be_visible()
    expect(phone.locator("#own li")).to_have_count(3)


def test_unlimited_answers_have_no_end(server: Server, open_page: OpenPage) -> None:
    ask(server, answers_each="unlimited")
    phone = open_page(server.room_url)
    for answer in ("Ett", "Två", "Tre"):
        send(phone, answer)
        expect_thanks(phone, answer)
    expect(phone.locator("#left")).to_be_hidden()
    expect(phone.locator("#answer")).to_be_visible()


def test_a_phrase_counts_where_the_question_takes_one(server: Server, open_page: OpenPage) -> None:
    ask(server, phrase=True)
    phone = open_page(server.room_url)
    expect(phone.locator("#prompt")).to_have_text("Ditt svar, ett eller några ord")
    send(phone, "tid att tänka")
    expect_thanks(phone, "Tid att tänka")


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ("en hel mening här", "Ett ord, tack. Välj det viktigaste."),
        ("...", "Skriv minst en bokstav, siffra eller emoji."),
    ],
)
@WITH_SCRIPTS
def test_a_refused_answer_stays_in_its_field(
    server: Server, open_page: OpenPage, answer: str, why: str, scripts: bool
) -> None:
    phone = open_page(server.room_url, java_script_enabled=scripts)
    send(phone, answer)
    expect(phone.get_by_role("alert")).to_have_text(why)
    expect(phone.locator("#field")).to_have_value(answer)
    expect(phone.locator("#own")).to_be_hidden()


def test_a_refused_form_is_the_page_with_status_422(server: Server) -> None:
    reply = form(server, requests.Session(), answer="en hel mening här")
    assert reply.status_code == 422
    assert 'value="en hel mening här"' in reply.text


def test_an_answer_after_closing_is_refused_as_page_and_as_json(server: Server) -> None:
    server.coach().act("close")
    page = form(server, requests.Session(), answer="sen")
    reply = server.send("sen")
    assert (page.status_code, reply.status_code) == (409, 409)
    assert "Frågan är stängd" in page.text
    assert reply.json()["error"] == "closed"
    assert server.counts() == {}


def test_an_answer_sent_while_the_question_closes_stays_on_the_phone(
    server: Server, open_page: OpenPage
) -> None:
    phone = open_page(server.room_url)
    phone.locator("#field").fill("sen")
    server.coach().act("close")
    expect(phone.locator("#closed")).to_be_visible()
    server.coach().act("open")
    expect(phone.locator("#field")).to_have_value("sen")


def test_advice_on_a_refused_word_goes_when_the_question_closes(
    server: Server, open_page: OpenPage
) -> None:
    phone = open_page(server.room_url)
    send(phone, "en hel mening")
    expect(phone.locator("#problem")).not_to_be_empty()
    server.coach().act("close")
    expect(phone.locator("#closed")).to_be_visible()
    expect(phone.locator("#problem")).to_be_empty()


def test_the_same_key_gives_the_same_receipt_and_counts_once(server: Server) -> None:
    sender = requests.Session()
    sent = {"answer": "tillit", "key": "abc-123"}
    first, again = (sender.post(server.room_url, json=sent, headers=JSON) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    assert server.counts() == {"Tillit": 1}


def test_a_form_sent_twice_counts_once(server: Server) -> None:
    ask(server, answers_each=3)
    sender = requests.Session()
    for _ in range(2):
        assert form(server, sender, answer="fika", key="form-1").status_code == 200
    assert server.counts() == {"Fika": 1}


def test_a_double_tap_counts_once_and_is_thanked(server: Server, open_page: OpenPage) -> None:
    ask(server, answers_each=3)
    phone = open_page(server.room_url)
    phone.locator("#field").fill("fika")
    phone.locator("#answer button").dblclick(delay=100)
    expect_thanks(phone, "Fika")
    expect(phone.locator("#problem")).to_be_empty()
    assert server.counts() == {"Fika": 1}


def test_a_word_sent_without_a_network_goes_by_itself_when_it_is_back(
    server: Server, open_page: OpenPage
) -> None:
    phone = open_page(server.room_url)
    phone.context.set_offline(True)
    send(phone, "uthållighet")
    expect_waiting(phone, "uthållighet")
    phone.context.set_offline(False)
    expect_thanks(phone, "Uthållighet")
    assert server.counts() == {"Uthållighet": 1}


def test_a_word_sent_to_a_killed_server_goes_by_itself_when_it_is_back(
    server: Server, open_page: OpenPage
) -> None:
    phone = open_page(server.room_url)
    server.kill()
    send(phone, "uthållighet")
    expect_waiting(phone, "uthållighet")
    server.start()
    expect_thanks(phone, "Uthållighet")
    assert server.counts() == {"Uthållighet": 1}


def test_a_waiting_word_outlives_its_page(server: Server, open_page: OpenPage) -> None:
    phone = open_page(server.room_url)
    server.kill()
    send(phone, "tålamod")
    expect_waiting(phone, "tålamod")
    phone.goto("about:blank")
    server.start()
    phone.goto(server.room_url)
    expect_thanks(phone, "Tålamod")
    assert server.counts() == {"Tålamod": 1}


def test_a_phone_that_loaded_without_the_news_gets_them_later(
    server: Server, open_page: OpenPage
) -> None:
    phone = open_page("about:blank")
    # To many a browser, what failed once has failed for ever.
    phone.route(re.compile(r"/static/\w+/lib/line\.js"), lambda route: route.abort())
    with phone.expect_event("requestfailed"):
        phone.goto(server.room_url)
    ask(server, "Och nu då?")
    expect(phone.locator("#question")).to_have_text("Och nu då?", timeout=RETRY_MS)


@pytest.mark.parametrize("script", ["", NO_STORAGE])
def test_plain_http_and_forbidden_storage_do_not_stop_a_word(
    server: Server, open_page: OpenPage, script: str
) -> None:
    phone = open_page("about:blank")
    phone.add_init_script(script)
    phone.goto(f"http://hall.local:{server.port}/{server.code}")
    assert phone.evaluate("crypto.randomUUID") is None
    send(phone, "enkelhet")
    expect_thanks(phone, "Enkelhet")
    assert server.counts() == {"Enkelhet": 1}


def test_a_phone_that_refuses_cookies_gets_its_receipt_and_is_known_again(server: Server) -> None:
    page = requests.get(server.room_url, timeout=10).text
    token = re.findall(r'name="participant" value="([^"]+)"', page)[0]
    sent = {"answer": "stöd", "participant": token}
    reply = requests.post(server.room_url, data=sent, timeout=10, allow_redirects=False)
    shown = requests.get(server.url + reply.headers["Location"], timeout=10).text
    assert "Tack! «Stöd» är med." in shown
    again = requests.post(server.room_url, data={**sent, "key": "again"}, timeout=10)
    assert again.status_code == 422
    assert server.counts() == {"Stöd": 1}


def test_the_links_on_a_first_page_do_not_tell_whose_it_is(
    server: Server, open_page: OpenPage
) -> None:
    phone = open_page(server.room_url)
    links = phone.locator("nav a, #leader").evaluate_all("links => links.map(a => a.href)")
    assert links == [f"{server.room_url}?lang=en", f"{server.room_url}/leader"]


def test_an_address_that_is_passed_on_makes_nobody_another(server: Server) -> None:
    page = requests.get(server.room_url, timeout=10).text
    token = re.findall(r'name="participant" value="([^"]+)"', page)[0]
    sent = {"answer": "stöd", "participant": token}
    own = requests.post(server.room_url, data=sent, timeout=10, allow_redirects=False)
    who, _, _ = token.split(".")  # and when it was signed, which may be a second ago by now
    assert f"participant={who}." in own.headers["Location"]
    other = requests.Session()
    other.get(server.url + own.headers["Location"], timeout=10)
    assert form(server, other, **sent, key="other").status_code == 200
    assert server.counts() == {"Stöd": 2}


def test_a_script_leaves_nothing_in_the_address_that_tells_who_it_is(
    server: Server, open_page: OpenPage
) -> None:
    phone = open_page(f"{server.room_url}?sent=x&participant=y")
    expect(phone).to_have_url(server.room_url)


def test_a_script_sends_without_cookies_as_well(server: Server, open_page: OpenPage) -> None:
    phone = open_page(server.room_url)
    phone.context.clear_cookies()
    send(phone, "stöd")
    expect_thanks(phone, "Stöd")
    phone.context.clear_cookies()
    phone.get_by_role("button", name="Ta tillbaka").click()
    expect(phone.locator("#own")).to_be_hidden()
    assert server.counts() == {}


def test_an_unknown_code_gives_a_page_with_a_way_on(server: Server, open_page: OpenPage) -> None:
    assert requests.get(f"{server.url}/XXXX", timeout=10).status_code == 404
    phone = open_page(f"{server.url}/XXXX")
    phone.get_by_label("Koden på storbilden").fill(server.code.lower())
    phone.get_by_role("button", name="Gå vidare").click()
    expect(phone.locator("#field")).to_be_visible()


def test_a_code_works_in_lower_case(server: Server) -> None:
    reply = requests.get(f"{server.url}/{server.code.lower()}", timeout=10)
    assert reply.status_code == 200


def test_the_root_goes_straight_to_the_only_room(server: Server, open_page: OpenPage) -> None:
    expect(open_page(server.url).locator("#field")).to_be_visible()


def test_an_erased_room_says_so_to_open_and_to_new_phones(
    tmp_path_factory: pytest.TempPathFactory, open_page: OpenPage
) -> None:
    server = Server(tmp_path_factory.mktemp("erased")).start()
    try:
        phone = open_page(server.room_url)
        server.coach().act("erase", confirm=server.code).raise_for_status()
        expect(phone.locator("h1")).to_have_text("Rummet är raderat")
        assert requests.get(server.room_url, timeout=10).status_code == 410
        assert server.send("mod").status_code == 410
    finally:
        server.kill()


@pytest.mark.parametrize("path", ["", "/leader"])
def test_a_phone_whose_room_the_server_does_not_know_says_so(
    tmp_path: Path, open_page: OpenPage, path: str
) -> None:
    server = Server(tmp_path).start()
    phone = open_page("about:blank")
    with phone.expect_websocket():
        phone.goto(server.room_url + path)
    server.kill()
    server.log = tmp_path / "another.db"
    server.start()
    expect(phone.get_by_label("Koden på storbilden")).to_be_visible(timeout=RETRY_MS)
    server.kill()


@pytest.mark.parametrize(
    ("locale", "label", "switch", "other_label"),
    [("sv-SE", "Ditt ord", "English", "Your word"), ("en-US", "Your word", "Svenska", "Ditt ord")],
)
@WITH_SCRIPTS
def test_the_phone_speaks_the_browsers_language_or_the_chosen(
    server: Server,
    open_page: OpenPage,
    locale: str,
    label: str,
    switch: str,
    other_label: str,
    scripts: bool,
) -> None:
    phone = open_page(server.room_url, locale=locale, java_script_enabled=scripts)
    expect(phone.locator("#prompt")).to_have_text(label)
    phone.get_by_role("link", name=switch).click()
    expect(phone.locator("#prompt")).to_have_text(other_label)
    phone.goto(server.room_url)
    expect(phone.locator("#prompt")).to_have_text(other_label)


def test_a_new_question_reaches_an_open_phone(server: Server, open_page: OpenPage) -> None:
    phone = open_page(server.room_url)
    send(phone, "mod")
    expect_thanks(phone, "Mod")
    ask(server, "Och nu då?", answers_each=2)
    expect(phone.locator("#question")).to_have_text("Och nu då?")
    expect(phone.locator("#own")).to_be_hidden()
    expect(phone.locator("#left")).to_have_text("2 kvar")


def test_what_was_typed_for_the_question_before_is_kept_and_pointed_out(
    server: Server, open_page: OpenPage
) -> None:
    phone = open_page(server.room_url)
    phone.locator("#field").fill("nästan klar")
    ask(server, "Och nu då?")
    expect(phone.locator("#question")).to_have_text("Och nu då?")
    expect(phone.locator("#field")).to_have_value("nästan klar")
    expect(phone.get_by_role("alert")).to_have_text("Ny fråga. Det du skrev står kvar.")


def test_own_answers_come_back_with_their_question(server: Server, open_page: OpenPage) -> None:
    phone = open_page(server.room_url)
    send(phone, "mod")
    expect_thanks(phone, "Mod")
    ask(server, "Och nu då?")
    expect(phone.locator("#own")).to_be_hidden()
    server.coach().act("undo")
    expect(phone.locator("#own .label")).to_have_text(["Mod"])
    expect(phone.locator("#answer")).to_be_hidden()


def test_own_answers_come_back_though_the_server_was_too_busy_to_tell_them_at_once(
    server: Server, open_page: OpenPage
) -> None:
    phone = open_page(server.room_url)
    send(phone, "mod")
    expect_thanks(phone, "Mod")
    ask(server, "Och nu då?")
    expect(phone.locator("#own")).to_be_hidden()
    with phone.expect_websocket():
        phone.reload()  # what it sent to the question before, it no longer knows
    phone.route(re.compile(r"/\w+\?"), lambda route: route.fulfill(status=503), times=1)
    server.coach().act("undo").raise_for_status()
    expect(phone.locator("#own .label")).to_have_text(["Mod"], timeout=RETRY_MS)


def test_a_word_thanked_while_older_ones_are_recalled_is_not_forgotten(
    server: Server, open_page: OpenPage
) -> None:
    ask(server, answers_each=3)
    phone = open_page(server.room_url)
    send(phone, "mod")
    expect_thanks(phone, "Mod")
    ask(server, "Och nu då?")
    expect(phone.locator("#own")).to_be_hidden()
    with phone.expect_websocket():
        phone.reload()

    def send_meanwhile(route: Route) -> None:
        older = route.fetch()
        send(phone, "tid")
        expect_thanks(phone, "Tid")
        route.fulfill(response=older)

    phone.route(re.compile(r"/\w+\?"), send_meanwhile, times=1)
    server.coach().act("undo").raise_for_status()
    expect(phone.locator("#own .label")).to_have_text(["Mod", "Tid"])
    expect(phone.locator("#left")).to_have_text("1 kvar")


def test_the_page_is_small(server: Server, open_page: OpenPage) -> None:
    phone = open_page("about:blank")
    with phone.expect_websocket():
        phone.goto(server.room_url)
    loaded: list[tuple[str, int]] = phone.evaluate(
        "['navigation', 'resource'].flatMap((type) => performance.getEntriesByType(type))"
        ".filter(({ name }) => !name.startsWith('data:'))"
        ".map(({ name, encodedBodySize }) => [name, encodedBodySize])"
    )
    first = [size for name, size in loaded if not re.search(NEWS, name)]
    assert len(first) <= FIRST_REQUESTS
    assert sum(first) <= FIRST_BYTES
    assert sum(size for _, size in loaded) <= ALL_BYTES


def test_hostile_answers_are_text_and_nothing_else(server: Server, open_page: OpenPage) -> None:
    stage = open_page(f"{server.room_url}/stage", (1920, 1080))
    coach = open_page(server.coach_url)
    labels = [server.send(answer).json()["label"] for answer in HOSTILE]
    for page, words in ((stage, "#cloud text"), (coach, "#word-list .label")):
        expect(page.locator(words)).to_have_count(len(HOSTILE))
        assert sorted(page.locator(words).all_text_contents()) == sorted(labels)
        expect(page.locator("[onerror], #cloud img, #tally img, #word-list img, b")).to_have_count(
            0
        )
    assert not any("\u202e" in label for label in labels)


def test_a_megabyte_is_refused(server: Server) -> None:
    assert server.send("å" * 1_000_000).status_code == 413
    assert server.counts() == {}


def test_a_form_sent_again_when_the_server_could_not_say_counts_once(server: Server) -> None:
    session = requests.Session()
    other = sqlite3.connect(server.log, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    refused = form(server, session, answer="mod", key="surely")
    other.execute("ROLLBACK")
    other.close()
    assert refused.status_code == 503
    assert 'name="key" value="surely"' in refused.text


def test_words_waiting_in_two_tabs_all_go_out_once(server: Server, open_page: OpenPage) -> None:
    ask(server, answers_each=3)
    first = open_page(server.room_url)
    second = first.context.new_page()
    second.goto(server.room_url)
    server.kill()
    for tab, word, waiting in ((first, "mod", 1), (second, "tid", 1), (first, "ro", 2)):
        send(tab, word)
        expect(tab.locator("#own li.pending")).to_have_count(waiting)
    for tab in (first, second):
        tab.goto("about:blank")
    server.start()
    first.goto(server.room_url)
    expect(first.locator("#own li:not(.pending)")).to_have_count(3, timeout=RETRY_MS)
    assert server.counts() == {"Mod": 1, "Tid": 1, "Ro": 1}
