"""The coach's hand: words come together and go apart, wait and are let through, and all is undone.

Real pages throughout: a coach's phone, a stage, and what participants send.
"""

from collections.abc import Iterator

import pytest
from conftest import Server, Watcher, shared_server
from pages import PHONE, WITH_SCRIPTS, OpenPage, press, unfold
from playwright.sync_api import Page, Route, expect

from display.live.bursts import Bursts
from display.live.rooms import LiveRoom
from display.log.base import Entry
from display.room.events import (
    AnswerGiven,
    AnswerWithdrawn,
    Event,
    QuestionAsked,
    RoomOpened,
    encode,
)
from display.room.state import Room

SAID = ["Delaktighet"] * 3 + ["Tydlighet"] * 2 + [["Delaktig", "kultur"][0], "Mod"]
MANY = [f"ord{number}" for number in range(310)]  # more than a coach's page is sent


server = shared_server


@pytest.fixture(autouse=True)
def question(server: Server) -> Iterator[None]:
    """Each test has a question of its own, and leaves no decision behind that outlives it."""
    server.coach().act("step", question="Vad är viktigast?", answers_each=None).raise_for_status()
    say(server, *SAID)
    yield
    coach = server.coach()
    for name, fields in (("review", {}), ("calm", {"on": ""}), ("view", {"view": "cloud"})):
        coach.act(name, **fields).raise_for_status()


def say(server: Server, *answers: str) -> None:
    for answer in answers:
        server.send(answer).raise_for_status()


def labels(page: Page, rows: str = "#word-list > li .label > span") -> list[str]:
    return page.locator(rows).all_inner_texts()


def choose(coach: Page, *words: str) -> None:
    for word in words:
        coach.get_by_label(f"Välj {word}", exact=True).check()


def test_two_words_are_merged_by_two_taps_and_split_again(
    server: Server, open_page: OpenPage
) -> None:
    coach = open_page(server.coach_url, PHONE)
    choose(coach, "Mod", "Tydlighet")
    coach.get_by_label("Heter på storbilden (eller lämna tomt)").fill("Modig tydlighet")
    press(coach, "Slå ihop")
    expect(coach.locator("#word-list")).to_contain_text("Modig tydlighet")
    assert server.counts() == {"Delaktighet": 3, "Modig tydlighet": 3, "Delaktig": 1}
    coach.locator("#word-list li", has_text="Modig tydlighet").locator("summary").click()
    press(coach, "Skilj ut Mod")
    expect(coach.get_by_label("Välj Mod", exact=True)).to_be_visible()
    assert server.counts()["Mod"] == 1


@pytest.mark.parametrize("scripts", [True, False])
def test_without_a_name_the_commoner_word_gives_it(
    server: Server, open_page: OpenPage, scripts: bool
) -> None:
    coach = open_page(server.coach_url, PHONE, java_script_enabled=scripts)
    choose(coach, "Mod", "Delaktighet")
    press(coach, "Slå ihop")
    expect(coach.get_by_label("Välj Mod", exact=True)).to_have_count(0)
    assert server.counts()["Delaktighet"] == 4


def test_inflections_are_one_word_that_can_be_split_and_stays_split(
    server: Server, open_page: OpenPage
) -> None:
    say(server, "Delaktigheten", "delaktigheten")
    assert server.counts()["Delaktighet"] == 5
    coach = open_page(server.coach_url, PHONE)
    coach.locator("#word-list li[data-word=delaktighet] summary").click()
    press(coach, "Skilj ut Delaktigheten")
    expect(coach.get_by_label("Välj Delaktigheten", exact=True)).to_be_visible()
    say(server, "Delaktigheten")
    assert (server.counts()["Delaktighet"], server.counts()["Delaktigheten"]) == (3, 3)


def test_without_joining_every_spelling_counts_for_itself(server: Server) -> None:
    say(server, "Delaktigheten")
    coach = server.coach()
    coach.act("joining", on="").raise_for_status()
    assert server.counts()["Delaktigheten"] == 1
    coach.act("joining", on="on").raise_for_status()
    assert "Delaktigheten" not in server.counts()


def test_a_suggestion_is_taken_or_dismissed_for_good(server: Server, open_page: OpenPage) -> None:
    say(server, "Tydlihget", "Delaktgihet")
    coach = open_page(server.coach_url, PHONE)
    rows = coach.locator("#suggestion-list > li")
    expect(rows).to_have_count(2)
    rows.filter(has_text="Tydlihget").get_by_role("button", name="Slå ihop").click()
    expect(rows).to_have_count(1)
    assert server.counts()["Tydlighet"] == 3
    rows.get_by_role("button", name="Nej").click()
    expect(rows).to_have_count(0)
    coach.reload()
    expect(coach.locator("#now")).to_be_visible()
    expect(rows).to_have_count(0)


def test_suggestions_need_one_key(server: Server, open_page: OpenPage) -> None:
    say(server, "Tydlihget")
    coach = open_page(server.coach_url, (1440, 900))
    coach.locator("#suggestion-list button").first.focus()
    coach.keyboard.press("+")
    expect(coach.locator("#suggestion-list > li")).to_have_count(0)
    assert server.counts()["Tydlighet"] == 3


def test_what_does_not_belong_is_thanked_for_held_and_let_through(
    server: Server, open_page: OpenPage
) -> None:
    assert server.send("Idiot").json()["status"] == "accepted"
    assert "Idiot" not in server.counts()
    coach = open_page(server.coach_url, PHONE)
    press(coach, "Släpp fram Idiot")
    expect(coach.locator("#word-list")).to_contain_text("Idiot")
    assert server.counts()["Idiot"] == 1


def test_a_room_has_words_of_its_own_that_are_held(server: Server, open_page: OpenPage) -> None:
    coach = open_page(server.coach_url, PHONE)
    coach.locator("#settings summary").first.click()
    coach.get_by_role("textbox", name="Ord").fill("Mod")
    press(coach, "Håll inne")
    expect(coach.locator("#listed-list")).to_contain_text("mod")
    assert "Mod" not in server.counts()
    press(coach, "Ta bort mod")
    expect(coach.locator("#listed-list li")).to_have_count(0)
    assert "Mod" in server.counts()


@WITH_SCRIPTS
def test_a_word_off_the_rooms_list_is_held_if_it_is_on_ordmolns_own(
    server: Server, open_page: OpenPage, scripts: bool
) -> None:
    say(server, "Idiot")
    coach = open_page(server.coach_url, PHONE, java_script_enabled=scripts)
    unfold(coach, "settings")
    coach.get_by_role("textbox", name="Ord").fill("Idiot")
    press(coach, "Håll inne")
    unfold(coach, "settings")
    press(coach, "Ta bort idiot")
    expect(coach.locator("#listed-list li")).to_have_count(0)
    assert "Idiot" not in server.counts()
    unfold(coach, "settings")
    coach.get_by_role("textbox", name="Ord").fill("Idiot")
    press(coach, "Släpp alltid fram")
    expect(coach.locator("#word-list")).to_contain_text("Idiot")
    assert "Idiot" in server.counts()
    server.coach().act("undo").raise_for_status()


def test_new_words_wait_and_are_let_through_one_by_one_or_all(
    server: Server, open_page: OpenPage
) -> None:
    coach = open_page(server.coach_url, PHONE)
    coach.locator("#settings summary").first.click()
    coach.get_by_label("Se varje nytt ord först").check()
    expect(coach.locator("#problem")).to_be_empty()
    expect(coach.locator("#done")).to_have_text("Klart")
    say(server, "Tid", "Lugn", "Stöd", "Mod")
    assert {"Tid", "Lugn", "Stöd"}.isdisjoint(server.counts())
    assert server.counts()["Mod"] == 2
    press(coach, "Släpp fram Tid")
    expect(coach.locator("#held-list > li")).to_have_count(2)
    assert "Tid" in server.counts()
    press(coach, "Släpp fram alla som väntar")
    expect(coach.locator("#held")).to_be_hidden()
    assert {"Tid", "Lugn", "Stöd"} <= server.counts().keys()


def test_undo_says_what_it_undid_any_number_of_times(server: Server, open_page: OpenPage) -> None:
    coach = open_page(server.coach_url, PHONE)
    press(coach, "Dölj Mod")
    press(coach, "Topp 10")
    undo = coach.locator("#undo button")
    expect(undo).to_contain_text("byte av vy")
    undo.click()
    expect(coach.locator("#undone")).to_have_text("Vyn är som den var")
    undo.click()
    expect(coach.locator("#undone")).to_have_text("«Mod» syns igen")
    assert server.counts()["Mod"] == 1


def test_two_coaches_see_each_others_acts(server: Server, open_page: OpenPage) -> None:
    one, other = (open_page(server.coach_url, PHONE) for _ in range(2))
    press(one, "Dölj Mod")
    expect(other.locator("li.hidden-word .label")).to_have_text("Mod", timeout=1000)


def test_the_next_act_is_the_biggest_button(server: Server, open_page: OpenPage) -> None:
    coach = open_page(server.coach_url, PHONE)
    body = coach.locator("body")
    expect(body).to_have_attribute("data-next", "close")
    press(coach, "Stäng för svar")
    expect(body).to_have_attribute("data-next", "question")
    press(coach, "Lugna storbilden")
    expect(body).to_have_attribute("data-next", "resume")
    heights = {
        button.inner_text(): box["height"]
        for button in coach.locator("#now button").all()
        if (box := button.bounding_box())
    }
    assert max(heights, key=lambda name: heights[name]) == "Ta tillbaka molnet"


def test_the_light_walks_by_rank_and_through_what_one_alone_said(server: Server) -> None:
    coach = server.coach()

    def light(**fields: str) -> str | None:
        lit = coach.act("light", **fields).json()["lit"]
        return lit["label"] if lit else None

    assert [light(go="next") for _ in range(3)] == ["Delaktighet", "Tydlighet", "Delaktig"]
    assert light(go="previous") == "Tydlighet"
    assert [light(go="single") for _ in range(3)] == ["Delaktig", "Mod", "Delaktig"]
    assert light(word="tydlighet") == "Tydlighet"
    assert light() is None


def test_search_finds_a_word_under_any_of_its_spellings(
    server: Server, open_page: OpenPage
) -> None:
    server.coach().act("merge", word="mod", into="tydlighet").raise_for_status()
    coach = open_page(server.coach_url, PHONE)
    coach.get_by_label("Sök bland orden").fill("mod")
    expect(coach.locator("#word-list > li")).to_have_count(1)
    assert labels(coach) == ["Tydlighet"]
    coach.get_by_label("Sök bland orden").fill("")
    expect(coach.locator("#word-list > li")).to_have_count(3)


def test_with_more_words_than_a_page_holds_search_asks_the_server(
    server: Server, open_page: OpenPage
) -> None:
    say(server, *MANY)
    status = server.coach().act("figures", counts="on", participants="on").json()
    assert len(status["words"]) + status["more_words"] == 4 + len(MANY)
    page = open_page(server.coach_url, PHONE)
    page.get_by_label("Sök bland orden").fill("ord309")
    expect(page.locator("#word-list > li")).to_have_count(1)


def test_a_rare_word_that_was_searched_for_stays_in_sight_while_answers_pour_in(
    server: Server, open_page: OpenPage
) -> None:
    say(server, *MANY)
    coach = open_page(server.coach_url, PHONE)
    coach.get_by_label("Sök bland orden").fill("ord309")
    expect(coach.locator("#word-list > li")).to_have_count(1)
    for answers in range(8 + len(MANY), 18 + len(MANY)):
        say(server, "Delaktighet")
        expect(coach.locator("#answers")).to_have_text(str(answers))
        assert labels(coach) == ["Ord309"]
    say(server, "ord309")
    expect(coach.locator("#word-list .count").first).to_have_text("2")
    press(coach, "Dölj Ord309")
    expect(coach.locator("li.hidden-word .label")).to_have_text("Ord309")


def test_a_slow_reply_to_an_older_search_does_not_take_the_place_of_a_newer(
    server: Server, open_page: OpenPage
) -> None:
    say(server, *MANY)
    coach = open_page(server.coach_url, PHONE)
    slow: list[Route] = []
    coach.route("**/words.json?search=ord308", lambda route: slow.append(route))
    search = coach.get_by_label("Sök bland orden")
    with coach.expect_request("**/words.json?search=ord308"):
        search.fill("ord308")
    search.fill("ord309")
    expect(coach.locator("#word-list > li")).to_have_count(1)
    slow[0].continue_()
    say(server, "Delaktighet")
    expect(coach.locator("#answers")).to_have_text(str(8 + len(MANY)))
    assert labels(coach) == ["Ord309"]


def test_two_words_that_no_search_finds_together_are_merged(
    server: Server, open_page: OpenPage
) -> None:
    coach = open_page(server.coach_url, PHONE)
    for word in ("Mod", "Tydlighet"):
        coach.get_by_label("Sök bland orden").fill(word)
        choose(coach, word)
    expect(coach.locator("#merge-names")).to_have_text("Mod + Tydlighet")
    press(coach, "Slå ihop")
    expect(coach.locator("#merge")).to_be_hidden()
    assert server.counts()["Tydlighet"] == 3
    coach.get_by_label("Sök bland orden").fill("")
    expect(coach.locator("#word-list input:checked")).to_have_count(0)


def test_a_name_that_is_in_focus_stays_so_while_answers_pour_in(
    server: Server, open_page: OpenPage
) -> None:
    coach = open_page(server.coach_url, PHONE)
    choose(coach, "Mod", "Tydlighet")
    name = coach.locator("#merge-labels").get_by_role("button", name="Mod", exact=True)
    name.focus()
    say(server, "Delaktighet")
    expect(coach.locator("#answers")).to_have_text("8")
    expect(name).to_be_focused()
    coach.keyboard.press("Enter")
    expect(coach.locator("#merge-label")).to_have_value("Mod")


def test_a_word_is_dropped_on_another_to_merge_them(server: Server, open_page: OpenPage) -> None:
    coach = open_page(server.coach_url, (1440, 900))
    rows = coach.locator("#word-list > li")
    rows.filter(has_text="Mod").drag_to(rows.filter(has_text="Tydlighet"))
    expect(coach.locator("#merge-names")).to_have_text("Mod + Tydlighet")
    coach.keyboard.press("Enter")
    expect(coach.get_by_label("Välj Mod", exact=True)).to_have_count(0)
    assert server.counts()["Tydlighet"] == 3


def test_a_stream_of_one_word_is_shown_and_held_by_one_act(
    server: Server, open_page: OpenPage
) -> None:
    say(server, *["Bus"] * 25)
    coach = open_page(server.coach_url, PHONE)
    expect(coach.locator("#burst-list")).to_contain_text("«Bus» från 25 nya telefoner")
    press(coach, "Stoppa allt")
    expect(coach.locator("#burst-list li")).to_have_count(0)
    assert "Bus" not in server.counts()
    coach.locator("#undo button").click()
    expect(coach.locator("#burst-list li")).to_have_count(1)


def test_one_phone_that_sends_very_much_is_held_by_one_act(
    server: Server, open_page: OpenPage
) -> None:
    phone = open_page(server.room_url, PHONE)
    for number in range(12):
        phone.locator("#field").fill(f"skräp{number}")
        phone.locator("#answer button").click()
        expect(phone.get_by_role("status")).to_contain_text(f"kräp{number}")
    coach = open_page(server.coach_url, PHONE)
    expect(coach.locator("#burst-list")).to_contain_text("12 svar från en telefon")
    press(coach, "Stoppa allt")
    expect(coach.locator("#burst-list li")).to_have_count(0)
    assert not [label for label in server.counts() if label.startswith("Skräp")]
    participants = {word["label"] for word in server.words()["words"]}
    assert "Mod" in participants


@pytest.mark.parametrize(
    ("act", "fields", "status"),
    [
        ("merge", {"word": "mod", "into": "mod"}, 422),
        ("merge", {"word": "mod", "into": "finnsinte"}, 422),
        ("merge", {"word": "mod"}, 422),
        ("merge", {"word": ["mod", "tydlighet", "delaktig"]}, 422),
        ("merge", {"word": "mod", "into": "tydlighet", "label": "x" * 1000}, 422),
        ("merge", {"word": "mod", "into": "tydlighet", "label": "x" * 100_000}, 413),
        ("merge", {"word": "mod", "into": "tydlighet", "label": "\u200b"}, 422),
        ("split", {"word": "mod"}, 422),
        ("split", {"word": "finnsinte"}, 422),
        ("hide", {"word": "finnsinte"}, 422),
        ("show", {"word": "finnsinte"}, 422),
        ("show-all", {}, 422),
        ("dismiss", {"word": "mod", "into": "finnsinte"}, 422),
        ("list", {"word": "..."}, 422),
        ("view", {"view": "disco"}, 422),
        ("view", {"view": ["cloud"]}, 422),
        ("pace", {"pace": "100"}, 422),
        ("light", {"word": "finnsinte"}, 422),
        ("light", {"go": "up"}, 422),
        ("hold", {"kind": "participant", "subject": "9999"}, 422),
        ("hold", {"subject": "finnsinte"}, 422),
        ("dance", {}, 404),
    ],
)
def test_what_makes_no_act_is_explained_and_changes_nothing(
    server: Server, act: str, fields: dict[str, object], status: int
) -> None:
    coach = server.coach()
    before = server.words()
    response = coach.act(act, **fields)
    assert response.status_code == status
    assert response.json()["message"]
    assert server.words() == before


def test_merging_in_a_circle_is_refused(server: Server) -> None:
    coach = server.coach()
    coach.act("merge", word="mod", into="tydlighet").raise_for_status()
    assert coach.act("merge", word="tydlighet", into="mod").status_code == 422
    assert server.counts()["Tydlighet"] == 3


def test_a_held_word_never_reaches_a_stage(server: Server) -> None:
    stage = Watcher(server, "stage")
    say(server, "Idiot", "Lugn")
    stage.wait_for(lambda name, message: "lugn" in str(message))
    stage.close()
    assert "idiot" not in str(stage.received).lower()


def test_answers_a_minute_are_those_of_the_minute_before_now() -> None:
    room, bursts = Room(), Bursts()
    for event in (RoomOpened("sv"), QuestionAsked("Vad?", None)):
        room.apply(event)
    for at in (100.0, 150.0):
        event = AnswerGiven(1, "anna", str(at), "mod")
        room.apply(event)
        bursts.note(at, room, event)
    assert [bursts.per_minute(now) for now in (150.0, 165.0, 3750.0)] == [2, 1, 0]


def words_in_bursts(*happened: Event) -> list[str]:
    room, bursts = Room(), Bursts()
    for at, event in enumerate((RoomOpened("sv"), QuestionAsked("Vad?", 3), *happened)):
        room.apply(event)
        if isinstance(event, AnswerGiven | AnswerWithdrawn):
            bursts.note(at / 100, room, event)
    return [burst.subject for burst in bursts.found(room)]


def test_an_answer_taken_back_makes_no_phone_known() -> None:
    phones = [f"p{n}" for n in range(25)]
    thrown = [AnswerGiven(1, phone, f"{phone}-x", f"x{phone}") for phone in phones]
    back = [AnswerWithdrawn(phone, f"{phone}-x") for phone in phones]
    bus = [AnswerGiven(1, phone, phone, "bus") for phone in phones]
    assert words_in_bursts(*thrown, *back, *bus) == ["bus"]
    assert words_in_bursts(*thrown, *back, *thrown, *bus) == ["bus"]  # as two workers may record it
    instead = [AnswerGiven(1, phone, phone, "bus", replaces=f"{phone}-x") for phone in phones]
    assert words_in_bursts(*thrown, *instead) == ["bus"]
    again = [AnswerGiven(2, phone, f"{phone}-2", "bus") for phone in phones]
    assert words_in_bursts(*thrown, QuestionAsked("Och sen?", 3), *again) == []
    assert words_in_bursts(*thrown, *back, QuestionAsked("Och sen?", 3), *again) == ["bus"]


@pytest.mark.parametrize(
    ("pause", "unusual"), [(0.0, []), (5.0, []), (11.0, ["bus"]), (90.0, ["bus"])]
)
def test_what_came_before_a_pause_makes_nothing_usual(pause: float, unusual: list[str]) -> None:
    room, bursts = Room(), Bursts()
    for event in (RoomOpened("sv"), QuestionAsked("Vad?", None)):
        room.apply(event)
    for at, word in [(0.0, f"x{n}") for n in range(50)] + [(pause, "bus")] * 25:
        key = f"{len(room.answers)}"
        event = AnswerGiven(1, key, key, word)
        room.apply(event)
        bursts.note(at, room, event)
    assert [burst.subject for burst in bursts.found(room)] == unusual
    assert bursts.per_minute(pause) == (25 if pause > 60 else 75)


def test_many_answers_of_one_phone_are_not_those_of_many() -> None:
    many = [AnswerGiven(2, "anna", str(n), "mod") for n in range(25)]
    assert "mod" not in words_in_bursts(QuestionAsked("Vad?", None), *many)


def test_a_receipt_does_not_tell_what_coaches_merge_while_only_they_see_the_words(
    server: Server,
) -> None:
    coach = server.coach()
    asked = coach.act("step", question="Vad?", answers_each="unlimited", concealed="on")
    asked.raise_for_status()
    for answer in ("Ledning", "Chef"):
        server.send(answer).raise_for_status()
    coach.act("merge", word="chef", into="ledning").raise_for_status()
    assert server.send("Chef").json()["word"] == "chef"
    coach.act("reveal").raise_for_status()
    assert server.send("Chef").json()["word"] == "ledning"


def test_an_answer_that_is_in_the_log_twice_is_one_of_the_minute() -> None:
    live, said = LiveRoom("CODE"), AnswerGiven(1, "anna", "key", "mod")
    for seq, event in enumerate((RoomOpened("sv"), QuestionAsked("Vad?"), said, said), 1):
        live.apply(Entry(seq, 100.0, encode(event)))
    assert live.bursts.per_minute(100.0) == 1
