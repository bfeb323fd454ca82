"""A phone that is shut, loaded anew, doubled or taken back in the middle of sending: one answer."""

import pytest
from conftest import Server, shared_server
from pages import RETRY_MS, OpenPage, send
from playwright.sync_api import Page, Route, expect

server = shared_server


@pytest.fixture(autouse=True)
def question(server: Server) -> None:
    """Each test has a question of its own, whatever the one before it did."""
    if not server.running:
        server.start()
    server.coach().act("step", question="Vad behövs?", answers_each=3).raise_for_status()


def expect_one(server: Server, phone: Page, label: str) -> None:
    """Fail if the answer is not in, or is not listed as the phone's own, or is there twice."""
    expect(phone.locator("#own li:not(.pending) .label")).to_have_text([label], timeout=RETRY_MS)
    assert server.counts() == {label: 1}


def test_a_word_sent_offline_goes_out_once_when_the_page_is_opened_again(
    server: Server, open_page: OpenPage
) -> None:
    phone = open_page(server.room_url)
    browser = phone.context
    browser.set_offline(True)
    send(phone, "tålamod")
    expect(phone.locator("#receipt")).to_contain_text("«tålamod» är sparat här")
    phone.close()
    browser.set_offline(False)
    later = browser.new_page()
    later.goto(server.room_url)
    expect_one(server, later, "Tålamod")
    later.reload()
    expect_one(server, later, "Tålamod")


def test_a_page_loaded_anew_before_the_thanks_came_sends_once(
    server: Server, open_page: OpenPage
) -> None:
    phone = open_page(server.room_url)
    swallowed: list[int] = []

    def swallow_thanks(route: Route) -> None:
        if route.request.method == "POST":
            swallowed.append(route.fetch().status)
        else:
            route.continue_()

    phone.route(server.room_url, swallow_thanks)
    with phone.expect_request(lambda request: request.method == "POST"):
        send(phone, "tålamod")
    while not swallowed:
        phone.wait_for_timeout(20)
    assert swallowed == [201]
    phone.unroute(server.room_url)
    phone.reload()
    expect_one(server, phone, "Tålamod")


def test_the_way_back_to_a_page_that_was_sent_sends_nothing_again(
    server: Server, open_page: OpenPage
) -> None:
    phone = open_page(server.room_url)
    send(phone, "tålamod")
    expect_one(server, phone, "Tålamod")
    phone.goto("about:blank")
    phone.go_back()
    expect_one(server, phone, "Tålamod")


def test_the_way_back_and_a_reload_send_no_form_again(server: Server, open_page: OpenPage) -> None:
    phone = open_page(server.room_url, java_script_enabled=False)
    send(phone, "tålamod")
    expect(phone.locator("#receipt")).to_have_text("Tack! «Tålamod» är med.")
    phone.reload()
    expect_one(server, phone, "Tålamod")
    phone.go_back()
    expect(phone.locator("#field")).to_be_empty()
    expect_one(server, phone, "Tålamod")


def test_two_tabs_that_wait_with_the_same_word_send_it_once(
    server: Server, open_page: OpenPage
) -> None:
    first = open_page(server.room_url)
    first.context.set_offline(True)
    send(first, "tålamod")
    expect(first.locator("#own li.pending")).to_have_count(1)
    first.context.set_offline(False)
    second = first.context.new_page()
    second.goto(server.room_url)
    expect_one(server, first, "Tålamod")
    second.reload()  # its page may be older than the answer, and its script younger than the wait
    expect_one(server, second, "Tålamod")


def test_every_tap_on_a_slow_network_is_one_word(server: Server, open_page: OpenPage) -> None:
    phone = open_page(server.room_url)
    phone.route(server.room_url, lambda route: (phone.wait_for_timeout(300), route.continue_()))
    phone.locator("#field").fill("tålamod")
    button = phone.locator("#answer button")
    for _ in range(4):
        button.click(no_wait_after=True)
    expect_one(server, phone, "Tålamod")
    expect(phone.locator("#problem")).to_be_empty()
