"""What people do on pages in a browser, and how long they may have to wait."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

OpenPage = Callable[..., Page]

PHONE = (390, 844)
WALL = (1920, 1080)
RETRY_MS = 30_000  # the longest wait of a phone that tries again, with its jitter, and a start
WITH_SCRIPTS = pytest.mark.parametrize("scripts", [True, False])


def send(phone: Page, answer: str) -> None:
    """Type an answer and send it."""
    phone.locator("#field").fill(answer)
    phone.locator("#send").click()


def press(page: Page, name: str) -> None:
    """Press the button of this name."""
    page.get_by_role("button", name=name, exact=True).click()


def unfold(page: Page, fold: str) -> None:
    """Open the part of a page with this id, if it is not open."""
    if page.locator(f"#{fold}").get_attribute("open") is None:
        page.locator(f"#{fold} > summary").click()
