"""What is tried, each scenario by itself; a function returns the lines of its table."""

import asyncio
import math
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from pathlib import Path
from statistics import fmean, median
from typing import NamedTuple

import requests

from tests.bench.hall.figures import percentile
from tests.bench.hall.process import memory, peak_memory
from tests.bench.load.desk import say_many, work
from tests.bench.load.hall import Answered, Hall
from tests.bench.load.served import Target, bare, ordmoln
from tests.bench.load.texts import DIFFERENT_WORDS

WAVES = 10
CATCH_UP_SECONDS = 120  # at most, for a server that was sent more than it can do
LEAVE_SECONDS = 2  # until the server has parted with those who left
STEPS = 4  # in the room whose coach is at work
ROUNDS = 3  # of each server in turn, where they are compared


class Size(NamedTuple):
    """How large a scenario is: as promised, or so small that it only shows that all works."""

    phones: int = 10_000
    fewer_phones: int = 2_000
    join_seconds: float = 20
    at_once: int = 400
    rate: float = 1000
    seconds: float = 60
    rush_rate: float = 2000
    rush_seconds: float = 20
    round_seconds: float = 10
    few_answers: int = 1_000
    many_answers: int = 100_000
    many_words: int = 1_500


FULL = Size()
QUICK = Size(300, 100, 2, 100, 300, 5, 500, 3, 2, 300, 3_000, 100)


class Row(NamedTuple):
    """A figure of ours, of the bare handler where it has one, and what was promised."""

    figure: str
    ours: str
    bare: str = ""
    ratio: str = ""
    target: str = ""


async def answers(size: Size, folder: Path) -> list[Row]:
    """The cost of an answer beside the bare handler's, in turn."""
    rows = []
    for kept in (True, False):
        with ExitStack() as stack:
            halls = [
                Hall(stack.enter_context(ordmoln(folder / str(kept)))),
                Hall(stack.enter_context(bare())),
            ]
            for hall in halls:
                await hall.open_stage()
                await hall.load_pages(size.fewer_phones)
                await hall.join(size.at_once, 2)
                await warm(hall, size)
            found: list[list[Answered]] = [[], []]
            for _ in range(ROUNDS):
                for hall, list_ in zip(halls, found, strict=True):
                    list_.append(await hall.answer(size.rate, size.round_seconds, kept))
            rows += compared_rows("kept" if kept else "new", *found)
            rows += await checked(halls[0])
            for hall in halls:
                await hall.close()
    return rows


def compared_rows(lines: str, ours: list[Answered], theirs: list[Answered]) -> list[Row]:
    """Return what an answer costs here and there, over kept or new connections."""
    cost, bare_cost = (median(one.cpu for one in found) for found in (ours, theirs))
    thanks, bare_thanks = ([t for one in found for t in one.thanks] for found in (ours, theirs))
    return [
        Row(
            f"CPU per answer, {lines} connections",
            ms(cost),
            ms(bare_cost),
            f"{cost / bare_cost:.2f}",
            "ratio ≤ 1.6",
        ),
        Row("thanks p50 / p99", spread(thanks), spread(bare_thanks)),
        Row("stage p50 / p99", spread([d for one in ours for d in one.stage_delays()])),
        strain(ours + theirs),
    ]


async def hall(size: Size, folder: Path) -> list[Row]:
    """All phones are there, and answer for a minute."""
    return await crowd(
        size, folder, size.rate, size.seconds, "p50 ≤ 15, p99 ≤ 250 ms", "p99 ≤ 400 ms"
    )


async def rush(size: Size, folder: Path) -> list[Row]:
    """All phones are there, and answer twice as fast, over connections that are kept."""
    return await crowd(size, folder, size.rush_rate, size.rush_seconds, "", "", kept=True)


async def crowd(
    size: Size,
    folder: Path,
    rate: float,
    seconds: float,
    thanks: str,
    stage: str,
    kept: bool = False,
) -> list[Row]:
    with ordmoln(folder) as target:
        full = Hall(target)
        await full.open_stage()
        await full.load_pages(size.phones)
        await warm(full, size)
        joins = await full.join(size.phones, size.join_seconds)
        answered = await full.answer(rate, seconds, kept)
        await full.settle()
        rows = [
            Row("phones joined", f"{sum(t < math.inf for t in joins)} of {size.phones}"),
            Row("join p50 / p99", spread(joins)),
            Row("answers a second, for seconds", f"{rate:.0f}, {seconds:.0f} s"),
            Row("refused", f"{answered.refused}", target="0"),
            Row("thanks p50 / p99 / longest", spread(answered.thanks, 0.5, 0.99, 1), target=thanks),
            Row("stage p50 / p99", spread(answered.stage_delays()), target=stage),
            Row("CPU per answer", ms(answered.cpu)),
            Row("memory, peak", f"{peak_memory(target.pid) / 1e6:.0f} MB", target="≤ 1000 MB"),
            Row("connections lost", f"{sum(phone.closed for phone in full.phones)}", target="0"),
            strain([answered]),
            *await checked(full),
        ]
        rows += lag_rows(target)
        await full.close()
    return rows


async def joins(size: Size, folder: Path) -> list[Row]:
    """Many join at once, and all within twenty seconds, here and at the bare handler."""
    with ExitStack() as stack:
        halls = [Hall(stack.enter_context(ordmoln(folder))), Hall(stack.enter_context(bare()))]
        at_once, spread_out, costs, pages = [], [], [], []
        for full in halls:
            await full.open_stage()
            at_once.append(await full.join(size.at_once, 0))
        for full in halls:
            before = full.meters()
            spread_out.append(await full.join(size.phones - size.at_once, size.join_seconds))
            costs.append(full.meters().since(before).server_cpu / (size.phones - size.at_once))
            await full.close()
        for full in halls:
            before = full.meters()
            await full.load_pages(size.at_once)
            pages.append(full.meters().since(before).server_cpu / size.at_once)
    return [
        Row(
            f"{size.at_once} joins at once p50 / p99", *map(spread, at_once), target="p99 ≤ 300 ms"
        ),
        Row(
            f"{len(spread_out[0])} joins in {size.join_seconds:.0f} s p50 / p99",
            *map(spread, spread_out),
            target="all",
        ),
        Row(
            "failed", *(str(sum(t == math.inf for t in found)) for found in spread_out), target="0"
        ),
        Row("CPU per join", *map(ms, costs), f"{costs[0] / costs[1]:.2f}"),
        Row("CPU per page", ms(pages[0])),
    ]


async def growth(size: Size, folder: Path) -> list[Row]:
    """The same rate before few phones and many, and after few answers and many, in turn."""
    phones = await grown(size, folder / "phones", (0, 0), (size.fewer_phones, size.phones))
    given = await grown(
        size, folder / "given", (size.few_answers, size.many_answers), (size.at_once, size.at_once)
    )
    return [
        growth_row("phones", size.fewer_phones, size.phones, *phones),
        growth_row("answers given", size.few_answers, size.many_answers, *given),
    ]


def growth_row(what: str, few: int, many: int, cost: float, cost_grown: float) -> Row:
    grown = f"{cost_grown / cost - 1:+.0%}"
    figure = f"CPU per answer, {few} → {many} {what} (idle CPU taken off)"
    return Row(figure, f"{ms(cost)} → {ms(cost_grown)}", ratio=grown, target="≤ +15 %")


async def grown(
    size: Size, folder: Path, given: tuple[int, int], phones: tuple[int, int]
) -> list[float]:
    """Return what an answer costs before the first number of phones and answers, and the second."""
    with ExitStack() as stack:
        halls = []
        for place in (0, 1):
            full = Hall(stack.enter_context(ordmoln(folder / str(place), given[place])))
            await full.open_stage()
            await full.load_pages(size.fewer_phones)
            await full.join(phones[place], size.join_seconds * phones[place] / size.phones)
            await warm(full, size)
            halls.append(full)
        costs: list[list[float]] = [[], []]
        for _ in range(ROUNDS):
            for full, found in zip(halls, costs, strict=True):
                idle = await full.rest(size.round_seconds / 2)
                answered = await full.answer(size.rate, size.round_seconds, kept=True)
                used = answered.used.server_cpu - idle * answered.used.seconds
                found.append(used / len(answered.answers))
        for full in halls:
            await full.close()
    return [median(found) for found in costs]


async def start(size: Size, folder: Path) -> list[Row]:
    """The start with a long log, until a phone's page comes."""
    with ordmoln(folder, size.many_answers) as target:
        assert target.ours is not None
        took = []
        for _ in range(ROUNDS):
            target.ours.stop()
            began = time.monotonic()
            target.ours.start()
            requests.get(target.ours.room_url, timeout=10).raise_for_status()
            took.append(time.monotonic() - began)
        given = target.ours.words()["answers"]
        assert given == size.many_answers, given
    figure = f"start with {size.many_answers} answers, until a page comes"
    return [Row(figure, f"{median(took):.2f} s", target="≤ 3 s")]


async def soak(size: Size, folder: Path) -> list[Row]:
    """Phones come and go by the thousand, while so many stay that the collector is tamed."""
    with ordmoln(folder) as target:
        staying, passing = Hall(target), Hall(target)
        await staying.open_stage()
        await staying.join(size.fewer_phones, size.join_seconds / 4)
        held = []
        for _ in range(WAVES):
            await passing.join(size.fewer_phones, size.join_seconds / 4)
            await passing.close()
            passing.phones.clear()
            await asyncio.sleep(LEAVE_SECONDS)
            held.append(memory(target.pid))
        await staying.close()
    first, last = (f"{found / 1e6:.0f} MB" for found in (held[1], held[-1]))
    figure = f"memory after 2 and {WAVES} times {size.fewer_phones} phones that came and went"
    return [Row(figure, f"{first}, {last}", target="the same")]


async def desk(size: Size, folder: Path) -> list[Row]:
    """A coach opens page after page and does act after act in a room of very many words."""
    with ordmoln(folder) as target:
        assert target.ours is not None
        await asyncio.to_thread(say_many, target.ours, STEPS, size.many_words)
        done = await asyncio.to_thread(work, target.ours, size.seconds)
        late = lag_rows(target)
    figure = f"pages and acts of a coach, {STEPS} steps of {size.many_words} words"
    return [Row(figure, str(done)), *late]


async def warm(hall: Hall, size: Size) -> None:
    """Let every word be said, so that the cloud is full before anything is measured."""
    await hall.answer(size.rate, max(2, 8 * DIFFERENT_WORDS / size.rate), kept=True)
    await hall.settle()


async def checked(full: Hall) -> list[Row]:
    """Return how many thanked answers the log or the stage lacks, or has twice."""
    await full.settle()
    thanked = Counter(sent.word for sent in full.answers if sent.thanked)
    assert full.target.ours is not None
    words = await asyncio.to_thread(full.target.ours.words, CATCH_UP_SECONDS)
    tallied = Counter({word["word"]: word["count"] for word in words["words"]})
    keys, in_log = {sent.key for sent in full.answers if sent.thanked}, full.target.in_log()
    left_out = full.stage.message["left_out"]
    shown = Counter(full.stage.words)
    unseen = {word for word in thanked if word not in shown}
    lost = len(keys - set(in_log)) + (thanked - tallied).total()
    if len(unseen) <= left_out:
        thanked = Counter({word: n for word, n in thanked.items() if word in shown})
    lost += (thanked - shown).total()
    doubled = len(in_log) - len(set(in_log)) + (shown - tallied).total()
    return [
        Row("lost: thanked, but not in the log, counted or on stage", str(lost), target="0"),
        Row("doubled", str(doubled), target="0"),
        Row("words on stage", f"{len(shown)}, {left_out} left out"),
    ]


def lag_rows(target: Target) -> list[Row]:
    assert target.ours is not None
    text = requests.get(f"{target.ours.url}/metrics", timeout=10).text
    found = [line.split()[-1] for line in text.splitlines() if line.startswith("ordmoln_loop_lag")]
    return (
        [Row("event loop late, longest", f"{1000 * max(map(float, found)):.0f} ms")]
        if found
        else []
    )


def strain(answered: list[Answered]) -> Row:
    """Return how much of the machine the phones and other programs took meanwhile."""
    own = fmean(one.used.own_cpu / one.used.seconds for one in answered)
    others = fmean(one.used.others_cpu / one.used.seconds for one in answered)
    return Row("taken by the phones / by other programs", f"{own:.2f} / {others:.2f} cores")


def ms(seconds: float) -> str:
    return f"{1000 * seconds:.3f} ms"


def spread(seconds: list[float], *shares: float) -> str:
    """Return these percentiles in milliseconds, the 50th and the 99th if not told."""
    chosen = shares or (0.5, 0.99)
    return " / ".join(f"{1000 * percentile(seconds, share):.3g}" for share in chosen) + " ms"


Scenario = Callable[[Size, Path], Awaitable[list[Row]]]
SCENARIOS: dict[str, Scenario] = {
    "answers": answers,
    "joins": joins,
    "hall": hall,
    "rush": rush,
    "growth": growth,
    "start": start,
    "soak": soak,
    "desk": desk,
}
