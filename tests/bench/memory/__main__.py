"""Measures what a stage's browser holds through hours of answers: python -m tests.bench.memory

Answers come at a steady rate, in 250 words, while a stage in Chromium shows the cloud. Prints a
table, a line for every tenth of the time: the memory of the page's process and that of all of the
browser's, what processes share counted once; the page's own data; how many answers there are.
"""

import argparse
import asyncio
import tempfile
from pathlib import Path
from random import Random

import aiohttp
from playwright.async_api import Browser, async_playwright

from tests.bench.frames.play import SEED, send, texts
from tests.bench.hall.process import proportional_memory
from tests.bench.hall.stage import launch
from tests.conftest import JSON, Server

LINES = 10


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=float, default=40, help="answers per second")
    parser.add_argument("--minutes", type=float, default=60)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder)).start()
        try:
            asyncio.run(watch(server, asked.rate, asked.minutes))
        finally:
            server.stop()


async def watch(server: Server, rate: float, minutes: float) -> None:
    """Send so many answers per second to a room whose stage is open, and print the table."""
    room_url = f"http://127.0.0.1:{server.port}/{server.code}"
    answers = texts(Random(SEED))
    print("| minutes | answers | words | page | whole browser | heap |")
    print("| ---: | ---: | ---: | ---: | ---: | ---: |", flush=True)
    async with (
        aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(force_close=True),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers=JSON,
        ) as phones,
        async_playwright() as playwright,
        await launch(playwright) as browser,
    ):
        page = await browser.new_page(viewport={"width": 1920, "height": 1080})
        tools = await page.context.new_cdp_session(page)
        await page.goto(f"{room_url}/stage")
        for line in range(LINES + 1):
            if line:
                await send(phones, room_url, answers, rate, minutes * 60 / LINES)
            words = page.locator("#cloud text[data-word]")
            counts = await words.evaluate_all("all => all.map(({dataset}) => +dataset.count)")
            heap = (await tools.send("Runtime.getHeapUsage"))["usedSize"]
            page_held, held = await browser_memory(browser)
            cells = [
                f"{minutes * line / LINES:g}",
                f"{sum(counts)}",
                f"{len(counts)}",
                *(f"{size / 1e6:.0f} MB" for size in (page_held, held, heap)),
            ]
            print(f"| {' | '.join(cells)} |", flush=True)


async def browser_memory(browser: Browser) -> tuple[int, int]:
    """Return the memory that the page's process holds, and that of all the browser's, in bytes."""
    tools = await browser.new_browser_cdp_session()
    processes = (await tools.send("SystemInfo.getProcessInfo"))["processInfo"]
    await tools.detach()
    held = [(process["type"], proportional_memory(process["id"])) for process in processes]
    return max(size for kind, size in held if kind == "renderer"), sum(size for _, size in held)


if __name__ == "__main__":
    main()
