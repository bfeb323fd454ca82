"""The whole path: a phone sends a word, the stage shows it, the coach steers."""

import pytest
from conftest import Server
from pages import OpenPage, send
from playwright.sync_api import expect


@pytest.mark.parametrize(
    ("locale", "receipt"),
    [("sv-SE", "Tack! «Delaktighet» är med."), ("en-GB", "Thank you! “Delaktighet” is in.")],
)
@pytest.mark.parametrize("scripts", [True, False])
def test_a_word_goes_from_phone_to_stage(
    server: Server, open_page: OpenPage, locale: str, receipt: str, scripts: bool
) -> None:
    stage = open_page(f"{server.room_url}/stage", (1920, 1080))
    phone = open_page(server.url, locale=locale, java_script_enabled=scripts)
    send(phone, "delaktighet")
    expect(phone.get_by_role("status")).to_have_text(receipt)
    expect(stage.locator("#cloud text[data-word=delaktighet]")).to_have_text("Delaktighet")
    expect(stage.locator("#tally tbody tr")).to_have_text(["Delaktighet1"])
    expect(stage.locator("#answers")).to_have_text("1 svar från 1 telefon")
