"""The agenda: what its acts make of a room, and how a coach plans and runs a day with it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests
from conftest import JSON, Server, shared_server
from hypothesis import given
from hypothesis import strategies as st
from pages import PHONE, WALL, WITH_SCRIPTS, OpenPage, press, unfold
from playwright.sync_api import Page, expect

from display.live.messages.coach import following, next_act, step_summary, table_list
from display.live.messages.step import place, tables_done
from display.room.direction import Direction
from display.room.events import (
    KINDS_OF_STEP,
    ActUndone,
    AgendaLoaded,
    AnswerGiven,
    AnswersClosed,
    AnswersOpened,
    ClockChanged,
    ClockPaused,
    ClockStarted,
    Event,
    Plan,
    QuestionAsked,
    ResultsRevealed,
    RoomOpened,
    StepEdited,
    StepMoved,
    StepPlanned,
    StepRemoved,
    StepStarted,
    TableChosen,
    TableLit,
    TableRemoved,
    TableRenamed,
    TablesAdded,
    decode,
    encode,
)
from display.room.state import Room

DESK = (1440, 900)
PLANNED = "#step-list > li:has(details:not([hidden])) .label"
DIALOGUE = [
    "Hur har vi det nu?",
    "Vilka tre faktorer gör att vi lyckas?",
    "Vad kom vi fram till?",
]

plans = st.builds(
    Plan,
    st.sampled_from(["Hur har vi det?", "Vad nu?"]),
    st.sampled_from(KINDS_OF_STEP),
    st.sampled_from([None, 10, 600]),
    st.sampled_from([1, 3, None]),
    st.booleans(),
    st.booleans(),
)
steps = st.integers(0, 6)
tables = st.integers(0, 4)
people = st.sampled_from(["anna", "bo"])
times = st.floats(0, 1e4, allow_nan=False)
acts = st.one_of(
    st.builds(QuestionAsked, st.just("Vad?")),
    st.builds(AgendaLoaded, st.lists(plans, max_size=3), st.lists(steps, max_size=3)),
    st.builds(StepPlanned, plans, steps),
    st.builds(StepEdited, steps, plans),
    st.builds(StepMoved, steps, steps),
    st.builds(StepRemoved, steps),
    st.builds(StepStarted, steps),
    st.builds(AnswersOpened, steps),
    st.builds(AnswersClosed, steps),
    st.builds(ResultsRevealed, steps),
    st.builds(ClockStarted, steps, times),
    st.builds(ClockPaused, steps, times),
    st.builds(ClockChanged, steps, st.integers(-600, 600)),
    st.builds(TablesAdded, st.lists(st.sampled_from(["Eldkvarn", "Ro"]), max_size=2)),
    st.builds(TableRenamed, tables, st.just("Torshälla")),
    st.builds(TableRemoved, tables),
    st.builds(TableLit, st.one_of(st.none(), tables)),
)
answers = st.builds(
    AnswerGiven,
    steps,
    people,
    st.sampled_from([f"key-{n}" for n in range(6)]),
    st.sampled_from(["tid", "mod", "två ord", ""]),
    st.one_of(st.none(), tables),
)
seats = st.builds(TableChosen, people, st.one_of(st.none(), tables))
days = st.lists(st.one_of(acts, acts, answers, seats, st.just(ActUndone())), max_size=40)


def room_of(*happened: Event) -> Room:
    room = Room()
    for event in (RoomOpened("sv"), QuestionAsked("Vad?", 3), *happened):
        room.apply(event)
    return room


def everything(room: Room) -> tuple[object, ...]:
    """Return all that can be seen of a room."""
    return (
        room.steps,
        room.answers,
        room.direction,
        room.acts,
        room.tally(),
        room.seats,
        room.table_answers(),
    )


@given(days)
def test_any_order_of_acts_gives_a_room_that_is_somewhere_on_its_agenda(day: list[Event]) -> None:
    room = room_of(*day)
    agenda = room.direction.agenda
    assert len(set(agenda)) == len(agenda)
    assert room.direction.step in agenda
    assert set(agenda) <= {step.number for step in room.steps}
    assert [step.number for step in room.standing_steps()][: len(agenda)] == list(agenda)
    assert room.direction.lit_table in (None, *room.direction.tables)


@given(days)
def test_in_any_room_the_coach_is_told_where_it_is_and_what_comes_next(day: list[Event]) -> None:
    room = room_of(*day)
    here = place(room)
    assert here is not None
    ahead = following(room)
    assert (ahead is None) == (here[0] == here[1])
    assert (next_act(room) == "next") <= (ahead is not None)
    assert tables_done(room) == {
        "done": sum(table["answers"] != [] for table in table_list(room)),
        "of": len(room.direction.tables),
    }
    for step in room.standing_steps():
        if step is room.step and room.summary is None:
            on_stage = sum(tallied.count for tallied in room.tally())
            assert step_summary(room, step)["answers"] == on_stage


@given(days)
def test_a_replay_gives_the_room_that_was_live(day: list[Event]) -> None:
    live = room_of(*day)
    assert everything(room_of(*(decode(encode(event)) for event in day))) == everything(live)


@given(st.lists(acts, max_size=15))
def test_undo_goes_back_through_a_day_act_by_act(day: list[Event]) -> None:
    room, before = room_of(), list[Direction]()
    for act in day:
        was = room.direction
        room.apply(act)
        if room.direction != was:
            before.append(was)
    for was in reversed(before):
        room.apply(ActUndone())
        assert room.direction == was


@given(days)
def test_going_away_from_a_step_and_back_keeps_what_was_said(day: list[Event]) -> None:
    room = room_of(*day)
    there, said = room.direction.step, room.tally()
    room.apply(QuestionAsked("Och sen?"))
    room.apply(StepStarted(there))
    assert room.tally() == said


@given(days, st.lists(plans, min_size=1, max_size=3))
def test_a_loaded_agenda_takes_no_answer_away(day: list[Event], loaded: list[Plan]) -> None:
    room = room_of(*day)
    answered = {step.number for step in room.steps if step.given}
    room.apply(AgendaLoaded(loaded, sorted(answered)))
    assert answered <= {step.number for step in room.standing_steps()}


server = shared_server


@pytest.fixture
def status(server: Server) -> dict[str, Any]:
    """The room with a dialogue on its agenda, at its first step, and without tables."""
    coach = server.coach()
    found: dict[str, Any] = coach.act("agenda", name="dialogue").json()
    for table in found["table_list"]:
        coach.act("remove-table", table=table["table"]).raise_for_status()
    first = next(step["step"] for step in found["steps"] if not step["answers"])
    found = coach.act("step", step=first).json()
    for step in found["steps"]:
        if step["answers"] and step["planned"]:
            coach.act("remove", step=step["step"]).raise_for_status()
    coach.act("view", view="cloud").raise_for_status()
    assert found["step"] == first
    return found


@pytest.fixture
def open_coach(server: Server, status: dict[str, Any], open_page: OpenPage) -> Callable[..., Page]:
    """Opens the coach's page, without scripts if need be."""

    def opened(scripts: bool = True, size: tuple[int, int] = PHONE) -> Page:
        return open_page(server.coach_url, size, java_script_enabled=scripts)

    return opened


def change(coach: Page, question: str, how: str) -> None:
    """Press one of the buttons behind a step's *Change*."""
    row = coach.locator("#step-list > li", has_text=question).first
    if row.locator("details").get_attribute("open") is None:
        row.locator("summary").click()
    row.get_by_role("button", name=how, exact=True).click()


@pytest.mark.parametrize(
    ("button", "kinds"),
    [
        ("Framgångsfaktorer ett moln hela förmiddagen", ["Fråga till alla"]),
        ("Dialog i tre steg 5 + 10 minuter", ["Egen reflektion", "Samtal i grupp", "Summering"]),
        ("APT 2 + 5 minuter", ["Egen reflektion", "Samtal i grupp", "Summering"]),
    ],
)
@WITH_SCRIPTS
def test_a_ready_made_agenda_takes_one_tap_and_one_undo(
    open_coach: Callable[..., Page], button: str, kinds: list[str], scripts: bool
) -> None:
    coach = open_coach(scripts)
    unfold(coach, "agenda")
    press(coach, "Framgångsfaktorer ett moln hela förmiddagen")
    expect(coach.get_by_role("button", name="Ångra: agendan lästes in")).to_be_visible()
    unfold(coach, "agenda")
    press(coach, button)
    found = coach.locator("#step-list > li:has(details:not([hidden])) [data-text=kind_name]")
    expect(found).to_have_text(kinds)
    press(coach, "Ångra: agendan lästes in")
    expect(coach.locator("#undone")).to_have_text("Agendan är som den var")


@WITH_SCRIPTS
def test_steps_are_moved_copied_and_removed(open_coach: Callable[..., Page], scripts: bool) -> None:
    coach = open_coach(scripts)
    one, two, three = DIALOGUE
    unfold(coach, "agenda")
    change(coach, three, "Upp")
    expect(coach.locator(PLANNED)).to_have_text([one, three, two])
    change(coach, three, "Ner")
    expect(coach.locator(PLANNED)).to_have_text([one, two, three])
    change(coach, two, "Kopiera")
    expect(coach.locator(PLANNED)).to_have_text([one, two, two, three])
    change(coach, two, "Ta bort")
    expect(coach.locator(PLANNED)).to_have_text([one, two, three])
    press(coach, f"Ångra: «{two}» togs bort")
    expect(coach.locator(PLANNED)).to_have_text([one, two, two, three])


def test_a_step_is_dragged_to_its_place_on_a_computer(open_coach: Callable[..., Page]) -> None:
    coach = open_coach(size=DESK)
    one, two, three = DIALOGUE
    rows = coach.locator("#step-list > li")
    rows.nth(2).drag_to(rows.nth(0), target_position={"x": 20, "y": 4})
    expect(coach.locator(PLANNED)).to_have_text([three, one, two])


def test_moving_by_keyboard_keeps_the_focus(open_coach: Callable[..., Page]) -> None:
    coach = open_coach(size=DESK)
    one, two, three = DIALOGUE
    row = coach.locator("#step-list > li", has_text=three)
    row.locator("summary").press("Enter")
    up = row.get_by_role("button", name="Upp", exact=True)
    up.focus()
    coach.keyboard.press("Enter")
    expect(coach.locator(PLANNED)).to_have_text([one, three, two])
    expect(up).to_be_focused()
    coach.keyboard.press("Enter")
    expect(coach.locator(PLANNED)).to_have_text([three, one, two])


@WITH_SCRIPTS
def test_a_step_is_edited_before_and_during_the_day(
    server: Server, open_coach: Callable[..., Page], scripts: bool
) -> None:
    coach = open_coach(scripts)
    unfold(coach, "agenda")
    change(coach, DIALOGUE[0], "Redigera")
    coach.get_by_label("Fråga", exact=True).fill("Hur är det?")
    coach.get_by_label("Minuter").fill("2,5")
    coach.get_by_label("Svar per person").select_option("5")
    coach.get_by_label("Anteckning för coacher").fill("Andas.")
    coach.locator("summary", has_text="Till den som leder ett bord").click()
    coach.get_by_label("Råd").fill("Lyssna\n\nFråga")
    press(coach, "Spara")
    expect(coach.locator("#question")).to_have_text("Hur är det?")
    expect(coach.locator("#note")).to_have_text("Andas.")
    expect(coach.locator("#step-list > li").first).to_contain_text("2,5 min")
    saved = server.coach().session.get(f"{server.room_url}/coach/agenda.json", timeout=10).json()
    step = saved["steps"][0]
    assert (step["answers_each"], step["advice"], step["phrase"]) == (5, "Lyssna\nFråga", True)


@WITH_SCRIPTS
def test_a_step_of_each_kind_is_added_with_what_suits_it(
    open_coach: Callable[..., Page], scripts: bool
) -> None:
    coach = open_coach(scripts)
    unfold(coach, "agenda")
    press(coach, "Samtal i grupp")
    expect(coach.get_by_label("Samtal i grupp")).to_be_checked()
    expect(coach.get_by_label("Minuter")).to_have_value("10")
    coach.get_by_label("Fråga", exact=True).fill("Vad gör vi på måndag?")
    press(coach, "Spara")
    expect(coach.locator(PLANNED)).to_have_text([*DIALOGUE, "Vad gör vi på måndag?"])


@pytest.mark.parametrize(
    ("label", "typed", "message"),
    [
        ("Minuter", "0", "Tiden är 10 sekunder till 4 timmar"),
        ("Minuter", "600", "Tiden är 10 sekunder till 4 timmar"),
        ("Minuter", "en kvart", "Tiden är 10 sekunder till 4 timmar"),
        ("Fråga", "å" * 300, "Frågan är för lång"),
        ("Fråga", " ", "Skriv frågan först"),
        ("Anteckning för coacher", "å" * 1001, "Texten är för lång"),
    ],
)
def test_what_cannot_be_planned_is_explained_and_stays_as_it_was_typed(
    open_coach: Callable[..., Page], label: str, typed: str, message: str
) -> None:
    coach = open_coach()
    unfold(coach, "agenda")
    press(coach, "Egen reflektion")
    coach.get_by_label("Fråga", exact=True).fill("Vad nu?")
    coach.get_by_label(label, exact=label != "Minuter").fill(typed)
    with coach.expect_response("**/coach/plan") as reply:
        press(coach, "Spara")
    assert reply.value.status == 422
    expect(coach.get_by_role("alert")).to_contain_text(message)
    field = coach.get_by_label(label, exact=label != "Minuter")
    expect(field).to_have_value(typed)
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_be_focused()


@WITH_SCRIPTS
def test_one_tap_goes_on_and_going_back_keeps_everything(
    server: Server, open_coach: Callable[..., Page], scripts: bool
) -> None:
    coach = open_coach(scripts)
    server.send("lugn").raise_for_status()
    press(coach, "Starta klockan")
    press(coach, f"Nästa: samtal i grupp {DIALOGUE[1]}")
    expect(coach.locator("#state")).to_contain_text("Samtal i grupp")
    press(coach, "Förra steget")
    expect(coach.locator("#question")).to_have_text(DIALOGUE[0])
    expect(coach.locator("#word-list .label")).to_have_text(["Lugn"])
    unfold(coach, "agenda")
    coach.get_by_role("button", name=f"Gå hit {DIALOGUE[2]}").click()
    expect(coach.locator("#question")).to_have_text(DIALOGUE[2])


def test_one_key_goes_on_and_back_but_not_while_one_types(
    open_coach: Callable[..., Page],
) -> None:
    coach = open_coach(size=DESK)
    coach.keyboard.press("n")
    expect(coach.locator("#time").get_by_role("button", name="Paus")).to_be_visible()
    coach.keyboard.press("n")
    expect(coach.locator("#question")).to_have_text(DIALOGUE[1])
    coach.keyboard.press("p")
    expect(coach.locator("#question")).to_have_text(DIALOGUE[0])
    unfold(coach, "ask-now")
    coach.get_by_label("Fråga", exact=True).press_sequentially("n")
    expect(coach.get_by_label("Fråga", exact=True)).to_have_value("n")
    unfold(coach, "settings")
    coach.get_by_label("Snabbtangenter").uncheck()
    coach.keyboard.press("n")
    coach.get_by_label("Snabbtangenter").check()
    coach.keyboard.press("r")
    expect(coach.locator("#is-revealed")).to_be_visible()
    expect(coach.locator("#question")).to_have_text(DIALOGUE[0])


def test_only_the_coachs_key_starts_the_clock_and_all_screens_show_it(
    server: Server, open_coach: Callable[..., Page], open_page: OpenPage
) -> None:
    coach = open_coach()
    stage = open_page(f"{server.room_url}/stage", WALL)
    clocks = [coach.locator("#time .clock"), stage.locator("#work .clock")]
    for clock in clocks:
        expect(clock).to_have_text("5:00")
    expect(coach.locator("#time")).to_contain_text("inte startad")
    press(coach, "+30 s")
    for clock in clocks:
        expect(clock).to_have_text("5:30")
    press(coach, "Starta klockan")
    expect(clocks[0]).not_to_have_text("5:30")
    press(coach, "Paus")
    expect(coach.locator("#time")).to_contain_text("Paus")
    expect(clocks[1]).to_have_text(clocks[0].inner_text())
    coach.reload()
    expect(clocks[0]).to_have_text(clocks[1].inner_text())


def test_the_coachs_page_without_scripts_says_what_the_clock_does(
    server: Server, open_coach: Callable[..., Page]
) -> None:
    coach = open_coach(False)
    note = coach.locator("#time .clock-note")
    expect(note).to_have_text("inte startad")
    press(coach, "Starta klockan")
    expect(note).to_be_empty()
    press(coach, "Paus")
    expect(note).to_have_text("Paus")


@WITH_SCRIPTS
def test_over_time_is_told_calmly(
    server: Server, status: dict[str, Any], open_coach: Callable[..., Page], scripts: bool
) -> None:
    acts = server.coach()
    acts.act("clock", do="change", seconds=-300).raise_for_status()
    acts.act("clock", do="start").raise_for_status()
    coach = open_coach(scripts)
    if not scripts:
        assert coach.locator("#time .clock").inner_text().startswith(("0:", "+0:"))
        return
    expect(coach.locator("#time .clock")).to_contain_text("+0:")
    expect(coach.locator("#time .clock-note")).to_have_text("över tiden")
    expect(coach.get_by_role("alert")).to_be_empty()


@WITH_SCRIPTS
def test_the_sign_at_a_minute_and_the_gradual_reveal_are_switched_off(
    server: Server, open_coach: Callable[..., Page], scripts: bool
) -> None:
    coach = open_coach(scripts)
    for label, undo in (
        ("Tecken vid en minut kvar", "Ångra: tecken vid en minut kvar"),
        ("Låt dolda ord växa fram", "Ångra: hur resultatet visas"),
    ):
        unfold(coach, "settings")
        box = coach.get_by_label(label)
        box.uncheck()
        if not scripts:
            coach.locator("form", has=box).get_by_role("button").click()
        press(coach, undo)
        unfold(coach, "settings")
        expect(coach.get_by_label(label)).to_be_checked()


def test_an_agenda_is_saved_as_a_file_and_loaded_again(
    open_coach: Callable[..., Page], tmp_path: Path
) -> None:
    coach = open_coach()
    unfold(coach, "agenda")
    with coach.expect_download() as download:
        coach.get_by_role("link", name="Spara agendan").click()
    file = tmp_path / "agenda.json"
    download.value.save_as(file)
    own = json.loads(file.read_text("utf-8"))
    own["steps"][0]["question"] = "Vår egen fråga?"
    file.write_text(json.dumps(own, ensure_ascii=False, indent=2), "utf-8")
    coach.get_by_label("Läs in en agenda").set_input_files(file)
    press(coach, "Läs in")
    expect(coach.locator("#question")).to_have_text("Vår egen fråga?")
    expect(coach.locator(PLANNED)).to_have_text(["Vår egen fråga?", *DIALOGUE[1:]])


STEP = '{"question": "Vad?", "kind": "question"}'


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "Välj agendans fil först."),
        (b'{\n"steps": [\n  {"question": "Vad?",,}\n]}', "rad 3 går inte att läsa"),
        (b'{"steps": []}', "ingen lista med steg"),
        (b'{"steps": [\n"Vad?"\n]}', "Rad 1: ett steg skrivs mellan klammerparenteser."),
        (
            b'{"steps": [\n{"question": "Vad?"},\n{"question": "Och?",\n"seconds": 0}]}',
            "Rad 4, «seconds»: Tiden är 10 sekunder till 4 timmar",
        ),
        (b'{"steps": [\n{"question": "Vad?",\n"tempo": 3}]}', "Rad 3, «tempo»: Ett steg har inget"),
        (b'{"steps": [\n\n{"kind": "tables"}]}', "Rad 3, «question»: Skriv frågan först."),
        (
            b'{"steps": [\n{"question": "Vad?",\n"concealed": "yes"}]}',
            "Rad 3, «concealed»: Det är true eller false, utan citattecken.",
        ),
        (b'{"steps": [{"question": "Vad?",\n"phrase": 1}]}', "Rad 2, «phrase»: Det är true eller"),
        (
            b'{"steps": [{"question": ["a"]}]}',
            "Rad 1, «question»: Det är en text, inom",
        ),
        (b'{"steps": [{"question": "Vad?",\n"note": 7}]}', "Rad 2, «note»: Det är en text"),
        ('{\n"steps": [{"question": "Fråga"}]}'.encode("latin-1"), "rad 2 går inte att läsa"),
        (('{"steps": [' + ",\n".join([STEP] * 500) + "]}").encode(), "högst 100 steg"),
        (b"\x89PNG\r\n", "rad 1 går inte att läsa"),
        (b"[" * 100_000, "Filen är ingen agenda"),
        (b" " * 600_000, "Det är för mycket på en gång."),
    ],
)
@WITH_SCRIPTS
def test_a_broken_file_is_told_by_line_and_field_and_changes_nothing(
    server: Server,
    open_coach: Callable[..., Page],
    content: bytes,
    message: str,
    scripts: bool,
) -> None:
    coach = open_coach(scripts)
    before = server.words()["seq"]
    unfold(coach, "agenda")
    file = {"name": "agenda.json", "mimeType": "application/json", "buffer": content}
    coach.get_by_label("Läs in en agenda").set_input_files([file])  # type: ignore[list-item]
    press(coach, "Läs in")
    expect(coach.locator("main")).to_contain_text(message)
    assert server.words()["seq"] == before


@WITH_SCRIPTS
def test_tables_are_added_by_name_or_number_renamed_and_removed(
    open_coach: Callable[..., Page], scripts: bool
) -> None:
    coach = open_coach(scripts)
    names = coach.locator("#named-list .label")
    unfold(coach, "all-tables")
    coach.get_by_label("Bordens namn").fill("Eldkvarn\n\n  Torshälla  \n")
    press(coach, "Lägg till bord")
    expect(names).to_have_text(["Eldkvarn", "Torshälla"])
    unfold(coach, "all-tables")
    coach.get_by_label("eller hur många").fill("2")
    press(coach, "Lägg till bord")
    expect(names).to_have_text(["Eldkvarn", "Torshälla", "Bord 3", "Bord 4"])
    unfold(coach, "all-tables")
    row = coach.locator("#named-list > li", has_text="Bord 3")
    row.locator("summary").click()
    row.get_by_label("Namn").fill("Kvarnen")
    row.get_by_role("button", name="Spara").click()
    expect(names.nth(2)).to_have_text("Kvarnen")
    unfold(coach, "all-tables")
    row = coach.locator("#named-list > li", has_text="Torshälla")
    row.locator("summary").click()
    row.get_by_role("button", name="Ta bort").click()
    expect(names).to_have_text(["Eldkvarn", "Kvarnen", "Bord 4"])
    press(coach, "Ångra: ett bord togs bort")
    expect(names).to_have_text(["Eldkvarn", "Torshälla", "Kvarnen", "Bord 4"])


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("Eldkvarn\n" + "å" * 300, "Ett bords namn har högst 40 tecken."),
        ("   \n \t ", "Skriv bordens namn"),
        ("Lugnet\nLUGNET", "Det finns redan ett bord «LUGNET»."),
        ("Torshälla\n eldkvarn ", "Det finns redan ett bord «eldkvarn»."),
        ("\n".join(f"Bord nr {n}" for n in range(201)), "högst 200 bord"),
    ],
)
@WITH_SCRIPTS
def test_what_makes_no_tables_is_explained_and_stays_as_it_was_typed(
    server: Server,
    status: dict[str, Any],
    open_coach: Callable[..., Page],
    typed: str,
    message: str,
    scripts: bool,
) -> None:
    server.coach().act("tables", names="Eldkvarn").raise_for_status()
    coach = open_coach(scripts)
    unfold(coach, "all-tables")
    coach.get_by_label("Bordens namn").fill(typed)
    with coach.expect_response("**/coach/tables") as reply:
        press(coach, "Lägg till bord")
    assert reply.value.status == 422
    expect(coach.get_by_role("alert")).to_contain_text(message)
    expect(coach.get_by_label("Bordens namn")).to_have_value(typed)
    expect(coach.locator("#named-list .label")).to_have_text(["Eldkvarn"])


@WITH_SCRIPTS
def test_a_name_that_is_taken_stays_typed_in_its_row(
    server: Server, status: dict[str, Any], open_coach: Callable[..., Page], scripts: bool
) -> None:
    server.coach().act("tables", names="Eldkvarn\nTorshälla").raise_for_status()
    coach = open_coach(scripts)
    unfold(coach, "all-tables")
    row = coach.locator("#named-list > li", has_text="Torshälla")
    row.locator("summary").click()
    row.get_by_label("Namn").fill("Eldkvarn")
    row.get_by_role("button", name="Spara").click()
    expect(coach.get_by_role("alert")).to_have_text("Det finns redan ett bord «Eldkvarn».")
    server.send("lugn").raise_for_status()
    expect(row.get_by_label("Namn")).to_have_value("Eldkvarn")


def test_what_is_typed_stays_while_the_room_changes(
    server: Server, status: dict[str, Any], open_coach: Callable[..., Page]
) -> None:
    server.coach().act("tables", names="Eldkvarn\nTorshälla").raise_for_status()
    coach = open_coach()
    unfold(coach, "all-tables")
    row = coach.locator("#named-list > li", has_text="Torshälla")
    row.locator("summary").click()
    row.get_by_label("Namn").fill("Kvarnb")
    server.coach().act("rename-table", table=status_table(server, "Eldkvarn"), name="Elden")
    expect(coach.locator("#named-list .label").first).to_have_text("Elden")
    expect(row.get_by_label("Namn")).to_have_value("Kvarnb")


def status_table(server: Server, name: str) -> int:
    """Return the number of a table."""
    tables = server.coach().act("pace", pace="normal").json()["table_list"]
    (number,) = (table["table"] for table in tables if table["name"] == name)
    found: int = number
    return found


def sent_by(server: Server, table: int, *factors: str) -> None:
    phone = requests.Session()
    for factor in factors:
        sent = {"answer": factor, "table": table}
        phone.post(server.room_url, json=sent, headers=JSON, timeout=10).raise_for_status()


@WITH_SCRIPTS
def test_a_table_is_done_when_it_has_sent_one_and_the_coach_lights_its_factors_up(
    server: Server, status: dict[str, Any], open_coach: Callable[..., Page], scripts: bool
) -> None:
    acts = server.coach()
    acts.act("tables", names="Eldkvarn\nTorshälla\nLugnet").raise_for_status()
    acts.act("step", go="next", step=status["step"]).raise_for_status()
    sent_by(server, status_table(server, "Eldkvarn"), "Tid", "Mod", "Ro")
    sent_by(server, status_table(server, "Lugnet"), "Tid")
    coach = open_coach(scripts)
    expect(coach.locator("#tables-title")).to_have_text("2 av 3 bord klara")
    expect(coach.locator("#missing")).to_have_text("Saknas: Torshälla")
    coach.locator("#sent > summary").click()
    expect(coach.locator("#table-list .sent")).to_have_text(["Tid · Mod · Ro", "–", "Tid"])
    chosen = "1 har valt bordet"
    facts = [f"3 av 3 · {chosen}", "", f"1 av 3 · {chosen}"]
    expect(coach.locator("#table-list .count")).to_have_text(facts)
    press(coach, "Visa resultatet")
    if not scripts:
        coach.locator("#sent > summary").click()
    press(coach, "Eldkvarn")
    press(coach, "Släck Eldkvarn")
    coach.locator("#word-list button.label", has_text="Tid").click()
    expect(coach.locator("#word-list .said:visible")).to_have_text("Från Eldkvarn, Lugnet")
    press(coach, "Ångra: «Tid» lystes upp")


def test_a_summary_counts_the_same_tables_as_done_as_the_talk_before_it(
    server: Server, status: dict[str, Any]
) -> None:
    acts = server.coach()
    acts.act("tables", names="Eldkvarn\nTorshälla\nLugnet").raise_for_status()
    acts.act("step", go="next", step=status["step"]).raise_for_status()
    sent_by(server, status_table(server, "Eldkvarn"), "Tid", "Mod", "Ro")
    sent_by(server, status_table(server, "Lugnet"), "Tid")
    talk = acts.act("close").json()
    summary = acts.act("step", go="next", step=talk["step"]).json()
    assert summary["kind"] == "summary"
    assert talk["tables"] == summary["tables"] == {"done": 2, "of": 3}
    assert talk["table_list"] == summary["table_list"]


@WITH_SCRIPTS
def test_a_lit_word_of_a_summary_says_how_many_before_and_which_tables_after(
    server: Server,
    status: dict[str, Any],
    open_coach: Callable[..., Page],
    open_page: OpenPage,
    scripts: bool,
) -> None:
    acts = server.coach()
    acts.act("tables", names="Eldkvarn\nTorshälla").raise_for_status()
    for _ in range(2):
        server.send("Bra chef").raise_for_status()
    talk = acts.act("step", go="next", step=status["step"]).json()
    sent_by(server, status_table(server, "Eldkvarn"), "Bra chef")
    acts.act("step", go="next", step=talk["step"]).raise_for_status()
    lit = acts.act("reveal").json()["words"][0]["word"]
    acts.act("light", word=lit).raise_for_status()
    stage = open_page(f"{server.room_url}/stage", (1920, 1080))
    expect(stage.locator("#light p").first).to_have_text("Bra chef före 2 · efter 1")
    expect(stage.locator("#light .tables")).to_have_text("Efter: Eldkvarn")
    said = open_coach(scripts).locator("#word-list .said:visible")
    expect(said).to_have_text("före 2 · efter 1 (Eldkvarn)")
    acts.act("figures", participants="on").raise_for_status()
    expect(stage.locator("#light p").first).to_have_text("Bra chef")
    acts.act("figures", counts="on", participants="on").raise_for_status()


@pytest.mark.parametrize(
    ("act", "fields"),
    [
        ("plan", {"question": " "}),
        ("plan", {"question": "Vad?", "kind": "paus"}),
        ("plan", {"question": "Vad?", "seconds": 0}),
        ("plan", {"question": "Vad?", "seconds": 36_000}),
        ("plan", {"question": "Vad?", "seconds": "1e3"}),
        ("plan", {"copy": 999}),
        ("edit", {"step": 999, "question": "Vad?"}),
        ("edit", {"step": "ett", "question": "Vad?"}),
        ("move", {"step": 999}),
        ("move", {"go": "up"}),
        ("remove", {}),
        ("agenda", {"name": "finnsinte"}),
        ("agenda", {"agenda": "{}"}),
        ("clock", {"do": "stanna"}),
        ("clock", {"do": "change", "seconds": "många"}),
        ("clock", {"do": "change", "seconds": 99_999}),
        ("clock", {"do": "change", "seconds": 0}),
        ("tables", {"number": 0}),
        ("tables", {"number": 999}),
        ("tables", {"names": "\n" * 100_000 + "Ro"}),
        ("plan", {"question": "Vad?", "note": "\n" * 100_000 + "Tyst."}),
        ("rename-table", {"table": 999, "name": "Ro"}),
        ("remove-table", {"table": "Ro"}),
        ("light-table", {"table": 999}),
        ("side", {"side": "upp"}),
        ("step", {"go": "previous"}),
    ],
)
@pytest.mark.parametrize("as_form", [True, False])
def test_what_makes_no_act_is_told_with_the_right_status_and_changes_nothing(
    server: Server, status: dict[str, Any], act: str, fields: dict[str, Any], as_form: bool
) -> None:
    coach = server.coach()
    before = coach.act("pace", pace="normal").json()
    if act in ("move", "step"):
        fields = {"step": status["steps"][0]["step"], **fields}
    if as_form:
        url = f"{server.room_url}/coach/{act}"
        page = coach.session.post(url, data=fields, headers={"Accept": "text/html"}, timeout=10)
        assert page.status_code == 422
        assert 'role="alert">' in page.text
        assert 'role="alert"></p>' not in page.text
    else:
        reply = coach.act(act, **fields)
        assert reply.status_code == 422
        assert reply.json()["message"].endswith(".")
    after = coach.act("pace", pace="normal").json()
    assert {**after, "now": 0} == {**before, "now": 0}


def test_going_on_from_a_step_that_was_taken_away_is_explained(
    server: Server, status: dict[str, Any]
) -> None:
    coach = server.coach()
    planned = coach.act("plan", question="Vad?", kind="question").json()
    gone = max(step["step"] for step in planned["steps"])
    coach.act("remove", step=gone).raise_for_status()
    reply = coach.act("step", step=gone, go="next")
    assert reply.status_code == 422
    assert reply.json()["message"] == "Det steget finns inte längre."


def test_the_agenda_counts_a_steps_answers_as_the_stage_does(
    server: Server, status: dict[str, Any]
) -> None:
    for word in ("lugn", "oro", "knulla"):
        server.send(word).raise_for_status()
    told = server.coach().act("hide", word="oro").json()
    (step,) = (step for step in told["steps"] if step["step"] == told["step"])
    assert step["answers"] == told["answers"] == server.words()["answers"] == 1


def test_a_step_that_has_answers_keeps_its_kind(server: Server, status: dict[str, Any]) -> None:
    server.send("lugn").raise_for_status()
    reply = server.coach().act("edit", question="Vad?", kind="tables")
    assert reply.status_code == 422
    assert "sort" in reply.json()["message"]


def test_the_page_of_a_step_is_for_coaches_and_for_steps_of_the_agenda(server: Server) -> None:
    page = f"{server.room_url}/coach/plan"
    assert requests.get(page, timeout=10).status_code == 403
    coach = server.coach().session
    assert coach.get(page, params={"step": 999}, timeout=10).status_code == 404
    assert coach.get(page, params={"kind": "paus"}, timeout=10).status_code == 200


def test_the_question_that_a_room_opens_with_gives_way_to_the_first_that_is_asked() -> None:
    room = Room()
    for event in (RoomOpened("sv"), QuestionAsked("Vad?"), QuestionAsked("Vad är viktigast?")):
        room.apply(event)
    assert room.direction.agenda == (2,)
    room.apply(ActUndone())
    assert room.direction.agenda == (1,)
    room.apply(AnswerGiven(1, "någon", "nyckel", "mod"))
    room.apply(QuestionAsked("Vad är viktigast?"))
    assert room.direction.agenda == (1, 3)


@pytest.mark.parametrize(
    "act",
    [
        QuestionAsked("Vad?", 3, concealed=True),
        StepPlanned(Plan("Vad?", seconds=300, concealed=True), 1),
        AgendaLoaded([Plan("Vad?", seconds=300, concealed=True)], [1]),
    ],
)
def test_a_step_that_was_taken_back_after_answers_is_as_it_was_planned_when_it_is_gone_to(
    act: Event,
) -> None:
    room = room_of(act, StepStarted(2), AnswerGiven(2, "anna", "nyckel", "mod"))
    clock = room.clock
    while room.acts:
        room.apply(ActUndone())
    room.apply(StepStarted(2))
    assert (room.concealed, room.clock) == (True, clock)
    changed = Plan("Vad nu?")
    room.apply(StepEdited(2, changed))
    assert (room.concealed, room.plan) == (False, changed)
