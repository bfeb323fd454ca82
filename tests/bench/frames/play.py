"""A room with a full picture, answers that keep coming, and pages that are watched meanwhile."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from random import Random

import aiohttp
import socketio
from playwright.async_api import Browser, async_playwright

from tests.bench.hall.process import others_cpu_seconds
from tests.bench.hall.stage import launch
from tests.bench.layout.workloads import WORDS
from tests.conftest import JSON, Server

FOLDER = Path(__file__).parent
RECORDER = (FOLDER / "recorder.js").read_text(encoding="utf-8")
EMPTY_PAGE = (FOLDER / "empty.html").as_uri()
WORDS_SHOWN = 250
FILL_SECONDS = 12
FILL_RATE = 100  # answers per second
WARM_UP_SECONDS = 3
SEED = 1


@dataclass
class Watched:
    """How a page moved while answers came."""

    name: str
    slower: float  # times that its processor was slowed down
    intervals: list[float]  # ms between frames
    words: int  # that it showed in the end
    heap: int  # bytes of JavaScript in the end
    others: float  # cores that other programs took meanwhile


async def play(
    server: Server, rate: float, seconds: float, slowdowns: list[float]
) -> list[Watched]:
    """Fill the room, then watch both pages at each slowdown while answers come at this rate."""
    room_url = f"http://127.0.0.1:{server.port}/{server.code}"
    pages = {"empty": EMPTY_PAGE, "stage": f"{room_url}/stage"}
    answers = texts(Random(SEED))
    watched = []
    async with (
        aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(force_close=True),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers=JSON,
        ) as phones,
        async_playwright() as playwright,
        await launch(playwright) as browser,
        socketio.AsyncSimpleClient() as screen,
    ):
        # A stage of no consequence: the server draws, whatever the page beside it.
        await screen.connect(room_url, transports=["websocket"])
        await screen.emit("watch", {"room": server.code, "as": "stage", "since": 0})
        await send(phones, room_url, answers, FILL_RATE, FILL_SECONDS)
        for slower in slowdowns:
            for name, url in pages.items():
                sending = asyncio.create_task(
                    send(phones, room_url, answers, rate, WARM_UP_SECONDS + seconds)
                )
                watched.append(await watch(browser, name, url, slower, seconds))
                await sending
    return watched


def texts(chance: Random) -> Iterator[str]:
    """Yield each word once, then on and on, the first of the list the commonest, as Zipf has it."""
    words = WORDS[:WORDS_SHOWN]
    yield from words
    weights = list(accumulate(1 / rank for rank in range(1, len(words) + 1)))
    while True:
        yield from chance.choices(words, cum_weights=weights)


async def send(
    phones: aiohttp.ClientSession,
    room_url: str,
    answers: Iterator[str],
    rate: float,
    seconds: float,
) -> None:
    """Send so many answers per second, each from a participant of its own."""
    clock = asyncio.get_running_loop().time
    start = clock()
    async with asyncio.TaskGroup() as sending:
        for number in range(round(rate * seconds)):
            await asyncio.sleep(start + number / rate - clock())
            sending.create_task(send_one(phones, room_url, next(answers)))


async def send_one(phones: aiohttp.ClientSession, room_url: str, answer: str) -> None:
    async with phones.post(room_url, json={"answer": answer}) as response:
        response.raise_for_status()


async def watch(browser: Browser, name: str, url: str, slower: float, seconds: float) -> Watched:
    """Return how the page at the address moved for so many seconds."""
    page = await browser.new_page(viewport={"width": 1920, "height": 1080})
    try:
        tools = await page.context.new_cdp_session(page)
        await page.goto(url)
        await tools.send("Emulation.setCPUThrottlingRate", {"rate": slower})
        await asyncio.sleep(WARM_UP_SECONDS)
        others = others_cpu_seconds()
        intervals = await page.evaluate(RECORDER, seconds)
        others = others_cpu_seconds() - others
        words = await page.locator("#cloud text[data-word]").count()
        await tools.send("HeapProfiler.collectGarbage")
        heap = (await tools.send("Runtime.getHeapUsage"))["usedSize"]
    finally:
        await page.close()
    return Watched(name, slower, intervals, words, int(heap), others / seconds)
