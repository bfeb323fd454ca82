"""A coach who opens page after page and does act after act."""

import json
import time
from http import HTTPStatus
from itertools import product

from tests.conftest import Coach, Server, Watcher

QUESTION = "Vad?"
FIRST = (
    "arbets", "avdelnings", "barn", "chefs", "digital", "enhets", "fritids", "förvaltnings",
    "grupp", "hälso", "kommun", "kund", "kvalitets", "ledar", "lednings", "medarbetar", "miljö",
    "mål", "område", "personal", "process", "projekt", "samhälls", "skol", "team", "trafik", "tids",
    "utbildnings", "vardags", "verksamhets",
)  # fmt: skip
LAST = (
    "ansvar/et", "behov/et", "beslut/et", "bild/en", "data/n", "dialog/en", "form/en", "fråga/n",
    "förslag/et", "grupp/en", "idé/n", "kraft/en", "kultur/en", "ledning/en", "metod/en", "möte/t",
    "plan/en", "process/en", "roll/en", "rum/met", "stöd/et", "tanke/n", "tid/en", "utbildning/en",
    "värde/t",
)  # fmt: skip
PAGES = (
    "/coach", "/coach?search=ba", "/coach/words.json?search=ba", "/coach/cards", "/coach/plan",
    "/coach/agenda.json", "/stage", "", "/leader", "/words.json",
)  # fmt: skip
TABLES = 60
STEPS = [
    {
        "kind": "question",
        "question": f"Fråga {number}",
        "note": "\n".join(["  en   rad "] * 80),
        "advice": "\n".join(["en rad till"] * 80),
    }
    for number in range(80)
]
AGENDA = json.dumps({"steps": STEPS}, indent=1)


def say_many(server: Server, steps: int, number: int) -> None:
    """Send so many different words in each of so many steps; every other is an inflection."""
    said = [
        first + form
        for first, last in product(FIRST, LAST)
        for form in (last.split("/")[0], last.replace("/", ""))
    ]
    for _ in range(steps):
        asked = server.coach().act("step", question=QUESTION, answers_each="unlimited")
        asked.raise_for_status()
        for word in said[:number]:
            server.send(word).raise_for_status()


def work(server: Server, seconds: float) -> int:
    """Work for so long, while a stage, a phone and the coach's own page look on; return how many
    pages were opened and acts done."""
    coach = server.coach()
    cookies = "; ".join(f"{name}={value}" for name, value in coach.session.cookies.items())
    watchers = [Watcher(server, "stage"), Watcher(server, "phone")]
    watchers.append(Watcher(server, "coach", cookies=cookies))
    for name, fields in (
        ("tables", {"number": TABLES}),
        ("agenda", {"agenda": AGENDA}),
        ("undo", {}),
    ):
        do(coach, name, fields)
    done, end = 0, time.monotonic() + seconds
    try:
        while time.monotonic() < end:
            done += open_pages(coach) + do_acts(coach)
    finally:
        for watcher in watchers:
            watcher.close()
    return done


def open_pages(coach: Coach) -> int:
    for path in PAGES:
        page = coach.session.get(
            f"{coach.server.room_url}{path}", headers={"Accept": "text/html"}, timeout=10
        )
        page.raise_for_status()
    return len(PAGES)


def do_acts(coach: Coach) -> int:
    """Do acts after which the stage shows what it did before."""
    one, other = (word["word"] for word in coach.server.words()["words"][:2])
    acts: list[tuple[str, dict[str, object]]] = [
        ("hide", {"word": one}),
        ("show", {"word": one}),
        ("light", {"word": one}),
        ("light", {"word": ""}),
        ("merge", {"word": [one, other]}),
        ("undo", {}),
        ("list", {"word": one, "held": "on"}),
        ("undo", {}),
        *((name, {"on": on}) for name in ("review", "joining") for on in ("on", "")),
        ("joining", {"on": "on"}),
        *(("view", {"view": view}) for view in ("ranking", "roll", "lobby", "cloud")),
        *(("aspect", {"aspect": aspect}) for aspect in ("4:3", "16:9")),
    ]
    for name, fields in acts:
        do(coach, name, fields)
    return len(acts)


def do(coach: Coach, name: str, fields: dict[str, object]) -> None:
    """Do an act, when its turn comes where the machine is too fast for the pace of a room."""
    while (reply := coach.act(name, **fields)).status_code == HTTPStatus.TOO_MANY_REQUESTS:
        time.sleep(float(reply.headers["Retry-After"]))
    reply.raise_for_status()
