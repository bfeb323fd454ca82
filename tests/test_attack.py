"""A hall goes on unharmed while it is attacked; `tests.bench.attack` measures how well."""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from random import Random

import pytest
from conftest import Server
from playwright.sync_api import Page

from tests.bench.attack.attacks import ATTACKS, BREAKERS
from tests.bench.attack.siege import answers, attacked, gather_hall, lost
from tests.bench.hall.process import peak_memory

HALL = 25  # phones
SECONDS = 2.0
EVERY = 0.7  # seconds from one answer of a phone to its next
SHARE = 0.1  # of the attackers, on a machine that does other things too
OWN_SCRIPT = "script:not([src]):not([type='application/json'])"
MOST_MEMORY = 450e6  # bytes, of which about 250 are there from the start


@pytest.fixture(scope="module")
def besieged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that is attacked in one way after another."""
    started = Server(tmp_path_factory.mktemp("besieged")).start()
    yield started
    started.kill()


@pytest.mark.parametrize("attack", ATTACKS)
def test_every_answer_of_a_hall_is_thanked_for_and_counts(besieged: Server, attack: str) -> None:
    assert besieged.process is not None

    async def play() -> None:
        phones = await gather_hall(besieged, HALL)
        async with attacked(besieged, attack, SHARE):
            thanks = await answers(phones, SECONDS, EVERY, Random(1))
        assert len(thanks) >= HALL
        assert sum(phone.refused for phone in phones) == 0
        assert await lost(besieged, len(thanks)) == 0
        await asyncio.gather(*(phone.close() for phone in phones))

    with ThreadPoolExecutor() as pool:  # the browser of other tests has a loop in this thread
        pool.submit(asyncio.run, play()).result()
    assert besieged.running
    assert besieged.errors.read_text() == ""
    assert peak_memory(besieged.process.pid) < MOST_MEMORY


def test_answers_made_to_break_pages_break_none(
    server: Server, open_page: Callable[..., Page]
) -> None:
    assert server.coach().act("step", question="Vad?", phrase=True, answers_each="unlimited").ok
    taken = [server.send(answer).status_code for answer in BREAKERS]
    assert set(taken) <= {201, 413, 422}
    words = server.words()["words"]
    assert len(words) > 5
    stage = open_page(f"{server.room_url}/stage", (1280, 720))
    stage.wait_for_selector(f"#tally tr >> nth={len(words) - 1}", state="attached")
    for page in (stage, open_page(server.coach_url), open_page(server.room_url)):
        assert page.query_selector_all(f"{OWN_SCRIPT}, img[onerror]") == []
    assert max(len(word["label"]) for word in words) < 200
