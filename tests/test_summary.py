"""What came out: the words of two steps beside each other, and what each table has sent."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from display.cloud.sizes import part
from display.live.messages.phone import MOST_SENT, own_answers
from display.live.messages.stage import drawn_tally, stage_header
from display.live.pictures import difference
from display.live.rooms import LiveRoom
from display.room.direction import Clock
from display.room.events import (
    ActUndone,
    AgendaLoaded,
    AnswerGiven,
    AnswersClosed,
    AnswerWithdrawn,
    ClockChanged,
    ClockPaused,
    ClockStarted,
    Event,
    Plan,
    QuestionAsked,
    ResultsConcealed,
    RoomOpened,
    StepPlanned,
    StepRemoved,
    StepStarted,
    TableChosen,
    TableRemoved,
    TablesAdded,
    WordHidden,
    WordsMerged,
)
from display.room.state import Room
from display.room.steps import Tallied
from display.room.summary import sources

ALONE = Plan("Hur har vi det?", "reflection", 300, 3, concealed=True)
TALK = Plan("Vilka tre?", "tables", 600, 3, phrase=True)
SUMMARY = Plan("Vad kom fram?", "summary")
DAY = AgendaLoaded([ALONE, TALK, SUMMARY], [])
REFLECTION, TABLES, SUMMING_UP = 1, 2, 3


def room_of(*happened: Event) -> Room:
    room = Room()
    for event in (RoomOpened("sv"), DAY, TablesAdded(["Eldkvarn", "Torshälla"]), *happened):
        room.apply(event)
    return room


def alone(who: str, *words: str) -> list[Event]:
    return [AnswerGiven(REFLECTION, who, f"{who}-{word}", word) for word in words]


def at_table(table: int, *words: str, who: str = "") -> list[Event]:
    who = who or f"leader-{table}"
    keyed = [AnswerGiven(TABLES, who, f"{who}-{word}", word, table) for word in words]
    return [TableChosen(who, table), *keyed]


def day() -> list[Event]:
    return [
        *alone("anna", "Tid", "Stress"),
        *alone("bo", "Tid"),
        StepStarted(TABLES),
        *at_table(1, "Tid", "Mod att prova"),
        *at_table(2, "Tid", "Uthållighet"),
        StepStarted(SUMMING_UP),
    ]


def compared(room: Room) -> dict[str, tuple[int, int, str]]:
    assert room.summary is not None
    return {word.label: (word.before, word.after, word.change) for word in room.summary.compared}


def test_words_of_both_steps_are_compared() -> None:
    assert compared(room_of(*day())) == {
        "Tid": (2, 2, "same"),
        "Stress": (1, 0, "gone"),
        "Mod att prova": (0, 1, "new"),
        "Uthållighet": (0, 1, "new"),
    }


def test_a_word_grows_by_its_share_of_what_was_said() -> None:
    happened = [
        *alone("anna", "Tid", "Stress", "Oro"),
        *alone("bo", "Stress", "Oro", "Bråk"),
        StepStarted(TABLES),
        *at_table(1, "Tid"),
        StepStarted(SUMMING_UP),
    ]
    assert compared(room_of(*happened))["Tid"] == (1, 1, "grown")


def test_words_hidden_or_merged_in_a_step_stay_so_in_its_summary() -> None:
    hidden = WordHidden(REFLECTION, "stress")
    merged = WordsMerged(TABLES, "modattprova", "uthållighet")
    assert compared(room_of(*day(), hidden, merged)) == {
        "Tid": (2, 2, "same"),
        "Mod att prova": (0, 2, "new"),
    }


def test_words_are_hidden_and_merged_in_the_summary_alone() -> None:
    hidden = WordHidden(SUMMING_UP, "tid")
    merged = WordsMerged(SUMMING_UP, "stress", "uthållighet", "Uthållighet")
    room = room_of(*day(), hidden, merged)
    assert compared(room) == {"Mod att prova": (0, 1, "new"), "Uthållighet": (1, 1, "same")}
    room.apply(ActUndone())
    assert "Stress" in compared(room)
    room.apply(StepStarted(REFLECTION))
    assert {tallied.label for tallied in room.tally()} == {"Tid", "Stress"}


def test_a_summary_takes_no_answers() -> None:
    room = room_of(*day(), AnswerGiven(SUMMING_UP, "anna", "late", "Sent"))
    assert "late" not in room.answers


@pytest.mark.parametrize(
    ("kinds", "found"),
    [
        (["reflection", "tables", "summary"], (1, 2)),
        (["question", "reflection", "question", "tables", "question", "summary"], (2, 4)),
        (["question", "question", "summary"], (1, 2)),
        (["question", "tables", "summary"], (1, 2)),
        (["tables", "summary"], (None, 1)),
        (["summary"], (None, None)),
        (["reflection", "tables", "summary", "tables", "summary"], (1, 2)),
    ],
)
def test_a_summary_is_of_the_talk_before_it_and_of_what_came_before(
    kinds: list[str], found: tuple[int | None, int | None]
) -> None:
    numbered = dict(enumerate(kinds, 1))
    assert sources(numbered, kinds.index("summary") + 1) == found


def test_without_a_step_before_there_is_one_side() -> None:
    room = Room()
    for event in (
        RoomOpened("sv"),
        AgendaLoaded([TALK, SUMMARY], []),
        AnswerGiven(1, "anna", "a", "Tid"),
        StepStarted(2),
    ):
        room.apply(event)
    assert compared(room) == {"Tid": (0, 1, "new")}
    assert room.summary is not None
    assert room.summary.before is None


def test_behind_a_summary_stand_the_voices_of_both_its_steps_each_once() -> None:
    assert room_of(*day()).voices() == 4  # two participants, two tables
    assert room_of(*day(), WordHidden(REFLECTION, "tid")).voices() == 3
    asked = [QuestionAsked("Före?"), AnswerGiven(4, "anna", "a", "Tid"), QuestionAsked("Efter?")]
    again = [AnswerGiven(5, "anna", "b", "Mod"), AnswerGiven(5, "bo", "c", "Ro")]
    room = room_of(*asked, *again, StepPlanned(SUMMARY, 5), StepStarted(6))
    assert room.voices() == 2


def test_tables_that_said_a_word_and_words_of_a_table() -> None:
    room = room_of(*day())
    assert room.tables_that_said("tid") == [1, 2]
    assert room.tables_that_said("uthållighet") == [2]
    assert room.words_of_table(1) == ["tid", "modattprova"]


def test_a_table_sends_three_and_changes_them_in_place() -> None:
    said = at_table(1, "Tid", "Mod", "Ro")
    fourth = AnswerGiven(TABLES, "leader-1", "fourth", "Lugn", 1)
    changed = AnswerGiven(TABLES, "cia", "changed", "Arbetsro", 1, replaces="leader-1-Mod")
    room = room_of(StepStarted(TABLES), *said, fourth, TableChosen("cia", 1), changed)
    labels = [answer.word.spelling for answer in room.table_answers()[1]]
    assert labels == ["Tid", "Arbetsro", "Ro"]


def test_the_second_of_two_changes_of_one_answer_is_refused_and_loses_nothing() -> None:
    first = AnswerGiven(TABLES, "bo", "b", "Lugn", 1, replaces="leader-1-Mod")
    second = AnswerGiven(TABLES, "cia", "c", "Arbetsro", 1, replaces="leader-1-Mod")
    seats = [TableChosen("bo", 1), TableChosen("cia", 1)]
    room = room_of(StepStarted(TABLES), *at_table(1, "Tid", "Mod"), *seats, first)
    assert room.refusal(second) == "changed"
    room.apply(second)
    assert [answer.word.spelling for answer in room.table_answers()[1]] == ["Tid", "Lugn"]


def test_nobody_writes_or_takes_back_for_another_table() -> None:
    other = AnswerGiven(TABLES, "cia", "c", "Arbetsro", 1)
    back = AnswerWithdrawn("cia", "leader-1-Tid")
    room = room_of(StepStarted(TABLES), *at_table(1, "Tid"), TableChosen("cia", 2), other, back)
    assert room.refusal(other) == "no_such_table"
    assert [answer.word.spelling for answer in room.table_answers()[1]] == ["Tid"]
    room.apply(TableChosen("cia", 1))
    room.apply(back)
    assert room.table_answers()[1] == []


def test_after_the_step_closed_a_table_changes_nothing() -> None:
    late = AnswerGiven(TABLES, "leader-1", "late", "Sent", 1, replaces="leader-1-Tid")
    room = room_of(StepStarted(TABLES), *at_table(1, "Tid"), AnswersClosed(TABLES))
    assert room.refusal(late) == "closed"


def test_what_a_removed_table_sent_stays() -> None:
    room = room_of(StepStarted(TABLES), *at_table(1, "Tid"), TableRemoved(1))
    assert [tallied.label for tallied in room.tally()] == ["Tid"]
    assert room.table_of("leader-1") is None
    room.apply(ActUndone())
    assert room.table_of("leader-1") == 1


def test_a_participant_without_a_table_answers_alone() -> None:
    own = [AnswerGiven(TABLES, "dan", f"d{n}", word) for n, word in enumerate(["Tid", "Mod"])]
    room = room_of(StepStarted(TABLES), *at_table(1, "Tid"), *own)
    assert {tallied.label: tallied.count for tallied in room.tally()} == {"Tid": 2, "Mod": 1}
    assert room.left("dan") == 1


def test_a_step_that_has_answers_can_be_gone_to_when_it_is_off_the_agenda() -> None:
    room = room_of(*alone("anna", "Tid"), StepStarted(TABLES), StepRemoved(REFLECTION))
    assert [step.number for step in room.standing_steps()] == [TABLES, SUMMING_UP, REFLECTION]
    room.apply(StepStarted(REFLECTION))
    assert room.direction.agenda == (TABLES, REFLECTION, SUMMING_UP)


times = st.floats(0, 10_000, allow_nan=False)


def test_of_very_many_own_answers_a_phone_shows_the_latest() -> None:
    words = [f"ord{number}" for number in range(MOST_SENT + 5)]
    plan = Plan("Vad?", answers_each=None)
    room = room_of(AgendaLoaded([plan], []))
    for word in words:
        room.apply(AnswerGiven(room.step.number, "anna", word, word))
    shown = [answer.key for answer in own_answers(room, "anna")]
    assert shown == words[-MOST_SENT:]


def test_a_stage_is_told_how_those_words_changed_that_it_shows_by_the_share_of_all() -> None:
    live = LiveRoom("K7QX")
    for event in (RoomOpened("sv"), DAY, TablesAdded(["Eldkvarn", "Torshälla"]), *day()):
        live.room.apply(event)

    def told(seq: int, tally: list[Tallied]) -> Any:
        before = live.picture.cloud
        drawn = difference(SUMMING_UP, "16:9", live.picture.seq, before, before.step(tally))
        assert drawn is not None
        live.picture.apply(seq, drawn)
        return stage_header(live)["comparison"]["words"]

    tally = drawn_tally(live.room)
    all_words = told(1, tally)
    assert list(all_words) == [tallied.word for tallied in tally]
    rarer = {word: all_words[word] for word in list(all_words)[1:]}
    assert told(2, tally[1:]) == rarer
    live.room.apply(ResultsConcealed(SUMMING_UP))
    assert stage_header(live)["comparison"] is None


@given(times, times, times, st.integers(-600, 600))
def test_a_clock_loses_only_the_time_that_it_goes(
    start: float, going: float, standing: float, more: int
) -> None:
    paused = start + going
    room = room_of(ClockStarted(1, start), ClockPaused(1, paused), ClockChanged(1, more))
    clock = room.clock
    assert clock is not None
    assert clock.left_at(paused + standing) == pytest.approx(300 - going + more)
    room.apply(ClockStarted(1, paused + standing))
    room.apply(ClockStarted(1, paused + standing + 60))  # pressed twice
    assert room.clock is not None
    assert room.clock.left_at(paused + standing + 5) == pytest.approx(300 - going + more - 5)


def test_undo_of_a_pause_lets_the_clock_go_as_if_it_had_never_stood() -> None:
    room = room_of(ClockStarted(1, 100.0), ClockPaused(1, 130.0), ActUndone())
    assert room.clock == Clock(300, 100.0)


shares = st.integers(0, 1000)


@given(shares, shares, st.integers(1, 1000))
def test_the_side_with_the_larger_share_has_the_word_in_its_full_size(
    one: int, other: int, most: int
) -> None:
    largest = max(one, other)
    most = max(most, largest)
    parts = part(one, largest, most), part(other, largest, most)
    assert max(parts) == (1 if largest else 0)
    assert (parts[0] >= parts[1]) if one >= other else (parts[0] <= parts[1])
