"""A phone's line for news: it comes back whatever the network does, and there is one of it."""

import signal

import pytest
from conftest import Server, shared_server
from pages import RETRY_MS, OpenPage
from playwright.sync_api import Page, Route, WebSocket, expect

MINUTES = 10  # within which a phone finds out that websockets get through no more
PATIENCE = 5000  # ms that a line which was just asked may be silent
# The first websockets of a page lead nowhere; all of them, if `first` is Infinity.
ASTRAY = """
    let left = %(first)s;
    WebSocket = class extends WebSocket {
      constructor(url) { super(left-- > 0 ? `ws://${location.host}/nowhere` : url); }
    };
"""


server = shared_server


@pytest.fixture(autouse=True)
def question(server: Server) -> None:
    server.coach().act("step", question="Vad behövs?").raise_for_status()


def expect_news(server: Server, phone: Page, question: str = "Och nu då?") -> None:
    server.coach().act("step", question=question).raise_for_status()
    expect(phone.locator("#question")).to_have_text(question, timeout=RETRY_MS)


def test_a_phone_that_wakes_while_the_whole_client_is_fetched_has_one_line(
    server: Server, open_page: OpenPage
) -> None:
    phone = open_page("about:blank")
    lines: list[WebSocket] = []
    phone.on("websocket", lambda line: lines.append(line))
    phone.add_init_script(ASTRAY % {"first": 3})

    def wake_first(route: Route) -> None:
        phone.evaluate("dispatchEvent(new Event('online'))")
        route.continue_()

    phone.route("**/lib/socket.js", wake_first)
    with phone.expect_request("**/lib/socket.js", timeout=RETRY_MS) as whole:
        phone.goto(server.room_url)
    phone.evaluate("(url) => import(url).then(() => null)", whole.value.url)  # it is there
    expect_news(server, phone)
    assert len([line for line in lines if not line.is_closed()]) == 1


def test_a_line_that_only_looks_open_is_left_soon_after_the_phone_woke(
    server: Server, open_page: OpenPage
) -> None:
    phone = open_page("about:blank")
    phone.clock.install()
    phone.goto(server.room_url)
    expect_news(server, phone, "Hörs vi?")
    assert server.process is not None
    server.process.send_signal(signal.SIGSTOP)
    try:
        with phone.expect_websocket():
            phone.evaluate("dispatchEvent(new Event('online'))")
            for _ in range(3):  # it is left, and another is tried
                phone.clock.run_for(PATIENCE)
    finally:
        server.process.send_signal(signal.SIGCONT)
    phone.clock.resume()
    expect_news(server, phone)


def test_a_phone_that_comes_to_a_network_without_websockets_hears_news_all_the_same(
    server: Server, open_page: OpenPage
) -> None:
    phone = open_page("about:blank")
    phone.clock.install()
    phone.goto(server.room_url)
    expect_news(server, phone, "Hörs vi?")
    asked: list[str] = []
    phone.on("request", lambda request: asked.append(request.url))
    phone.evaluate("() => {%s}" % (ASTRAY % {"first": "Infinity"}))
    server.kill()
    server.start()
    for _ in range(MINUTES * 60):
        if not any(url.endswith("/socket.js") for url in asked):
            phone.clock.run_for(1000)
    phone.clock.resume()
    expect_news(server, phone)


def test_a_phone_that_could_not_fetch_the_whole_client_asks_for_it_elsewhere(
    server: Server, open_page: OpenPage
) -> None:
    phone = open_page("about:blank")
    phone.add_init_script(ASTRAY % {"first": "Infinity"})
    failed: list[str] = []

    def fail(route: Route) -> None:
        failed.append(route.request.url)
        route.abort()

    def is_first(url: str) -> bool:
        return url.endswith("/socket.js") and (not failed or url in failed)

    phone.route(is_first, fail)
    with phone.expect_event("requestfailed", timeout=RETRY_MS):
        phone.goto(server.room_url)
    expect_news(server, phone)
