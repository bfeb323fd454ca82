"""The cards for the tables, as they leave the printer."""

import io
from collections.abc import Iterator

import pypdfium2
import pytest
import zxingcpp
from conftest import WAIT_SECONDS, Server
from pages import OpenPage
from PIL import Image
from playwright.sync_api import Page, expect

DESK = (1440, 900)
TABLES = 60
A4 = (595, 842)  # points
PIXELS_A_POINT = 2  # 144 dots an inch: less than any printer has
LONGEST = "Utvecklingsgruppen för lärmiljöer i väst"  # 40 characters, as many as a name may have
UNBROKEN = "W" * 40


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server with sixty tables for all tests of this module."""
    started = Server(tmp_path_factory.mktemp("hall")).start()
    names = [LONGEST, UNBROKEN, *(f"Bord {number}" for number in range(3, TABLES + 1))]
    started.coach().act("tables", names="\n".join(names)).raise_for_status()
    yield started
    started.kill()


def cards(server: Server, open_page: OpenPage) -> Page:
    """Return the page of the cards, gone to from the coach's page."""
    coach = open_page(server.coach_url, DESK)
    coach.locator("#all-tables > summary").click()
    with coach.expect_popup() as popup:
        coach.get_by_role("link", name="Kort att skriva ut").click()
    popup.value.wait_for_load_state("load")
    return popup.value


def test_sixty_cards_fill_thirty_sheets_and_every_code_leads_to_its_table(
    server: Server, open_page: OpenPage
) -> None:
    page = cards(server, open_page)
    expect(page.locator("#about")).to_contain_text("60 kort, 30 A4-ark")
    phones = page.request.get(f"{server.room_url}/coach").text()
    address = phones.partition('<figcaption>Telefoner<br><a href="')[2].partition('"')[0]
    printed = pypdfium2.PdfDocument(io.BytesIO(page.pdf(prefer_css_page_size=True)))
    sheets = [sheet.render(scale=PIXELS_A_POINT).to_pil() for sheet in printed]
    assert len(sheets) == TABLES / 2
    assert {tuple(map(round, sheet.get_size())) for sheet in printed} == {A4}
    found = [codes(sheet) for sheet in sheets]
    assert found == [
        [f"{address}/{table}", f"{address}/{table + 1}"] for table in range(1, TABLES, 2)
    ]
    printed.close()


def codes(sheet: Image.Image) -> list[str]:
    """Return what the QR codes on a sheet say, from above."""
    read = zxingcpp.read_barcodes(sheet, formats=zxingcpp.BarcodeFormat.QRCode)
    return [code.text for code in sorted(read, key=lambda code: code.position.top_left.y)]


def test_the_address_of_a_code_seats_a_phone_at_its_table(
    server: Server, open_page: OpenPage
) -> None:
    open_page(f"{server.room_url}/2")
    tables = server.coach().act("pace", pace="slow").json()["table_list"]
    assert [table["table"] for table in tables if table["seated"]] == [2]


@pytest.mark.parametrize("name", [LONGEST, UNBROKEN, "Bord 60"])
def test_a_name_of_any_length_stays_on_its_card(
    server: Server, open_page: OpenPage, name: str
) -> None:
    page = cards(server, open_page)
    page.emulate_media(media="print")
    card = page.locator(".card").filter(has_text=name)
    title, code = card.locator("h2"), card.locator("img")
    assert title.evaluate("(title) => title.scrollWidth <= title.clientWidth")
    inside, above, outside = title.bounding_box(), code.bounding_box(), card.bounding_box()
    assert inside
    assert above
    assert outside
    assert inside["y"] >= outside["y"]
    assert inside["y"] + inside["height"] <= above["y"]
    assert above["y"] + above["height"] <= outside["y"] + outside["height"]


def test_the_sheets_alone_are_printed_and_a_button_prints_them(
    server: Server, open_page: OpenPage
) -> None:
    page = cards(server, open_page)
    page.evaluate("window.print = () => (document.title = 'printed')")
    page.get_by_role("button", name="Skriv ut").click()
    expect(page).to_have_title("printed")
    page.emulate_media(media="print")
    expect(page.locator("#about")).to_be_hidden()
    expect(page.locator(".top")).to_be_hidden()


def test_cards_are_for_coaches_alone(server: Server, open_page: OpenPage) -> None:
    page = open_page(f"{server.room_url}/coach/cards")
    expect(page.locator("h1")).to_have_text("Sidan kräver en nyckel")
    assert page.request.get(f"{server.room_url}/coach/1/qr.svg").status == 403


def test_there_is_no_code_for_a_table_that_is_not_there(server: Server) -> None:
    coach = server.coach().session
    for table in (61, "8" * 2900, "9" * 4000):
        url = f"{server.room_url}/coach/{table}/qr.svg"
        assert coach.get(url, timeout=WAIT_SECONDS).status_code == 404
