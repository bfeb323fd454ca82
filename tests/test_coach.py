"""The coach: one hand on the wheel, from a phone, with or without scripts, and nobody else's."""

import json
import re
from pathlib import Path
from typing import Any, get_args

import pytest
import requests
from conftest import JSON, Server, shared_server
from pages import PHONE, WITH_SCRIPTS, OpenPage, press
from playwright.sync_api import Page, Route, expect

from display.room.events import Act

REPLY_MS = 20_000  # longer than a page waits for a reply


server = shared_server


@pytest.fixture(autouse=True)
def question(server: Server) -> None:
    """Each test has a question of its own, with one answer to it."""
    server.coach().act("step", question="Vad är viktigast?").raise_for_status()
    server.send("mod").raise_for_status()


def unfold(coach: Page, title: str) -> None:
    coach.locator("summary", has_text=title).click()


def test_the_coach_needs_the_key(server: Server) -> None:
    page = f"{server.room_url}/coach"
    for url in (page, f"{page}?key=", f"{page}?key=wrong", f"{page}?key=å", f"{page}/qr.svg"):
        assert requests.get(url, timeout=10).status_code == 403
    for act in ("close", "undo", "erase", "step"):
        assert requests.post(f"{page}/{act}", headers=JSON, timeout=10).status_code == 403


def test_the_key_becomes_a_cookie_that_scripts_cannot_read_and_leaves_the_address(
    server: Server, open_page: OpenPage
) -> None:
    page = open_page(server.coach_url)
    assert page.url == f"{server.room_url}/coach"
    cookies = {cookie["name"]: cookie for cookie in page.context.cookies()}
    cookie = cookies[f"coach_{server.code}"]
    assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Lax")


def test_another_rooms_key_does_not_fit(
    server: Server, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = Server(tmp_path_factory.mktemp("other")).start()
    other.kill()
    key = other.coach_url.partition("?key=")[2]
    url = f"{server.room_url}/coach"
    assert requests.get(url, params={"key": key}, timeout=10).status_code == 403
    cookie = {f"coach_{server.code}": server.coach().session.cookies[f"coach_{server.code}"] + "x"}
    assert requests.get(url, cookies=cookie, timeout=10).status_code == 403


@pytest.mark.parametrize(
    ("button", "chip", "back", "chip_after"),
    [
        ("Stäng för svar", "Stängd för svar", "Öppna för svar", "Öppen för svar"),
        ("Dölj resultatet", "Resultatet är dolt", "Visa resultatet", "Resultatet visas"),
    ],
)
@WITH_SCRIPTS
def test_what_is_closed_or_hidden_can_be_opened_again(
    server: Server,
    open_page: OpenPage,
    button: str,
    chip: str,
    back: str,
    chip_after: str,
    scripts: bool,
) -> None:
    coach = open_page(server.coach_url, PHONE, java_script_enabled=scripts)
    press(coach, button)
    expect(coach.locator("#state")).to_contain_text(chip)
    expect(coach.get_by_text(chip, exact=True)).to_be_visible()
    press(coach, back)
    expect(coach.get_by_text(chip_after, exact=True)).to_be_visible()


@WITH_SCRIPTS
def test_a_hidden_word_can_be_shown_again(
    server: Server, open_page: OpenPage, scripts: bool
) -> None:
    coach = open_page(server.coach_url, PHONE, java_script_enabled=scripts)
    press(coach, "Dölj Mod")
    expect(coach.locator("li.hidden-word .label")).to_have_text("Mod")
    assert server.counts() == {}
    press(coach, "Visa Mod")
    expect(coach.locator("li.hidden-word")).to_have_count(0)
    assert server.counts() == {"Mod": 1}


@WITH_SCRIPTS
def test_a_new_question_can_be_undone_and_an_old_one_shown_again(
    server: Server, open_page: OpenPage, scripts: bool
) -> None:
    coach = open_page(server.coach_url, PHONE, java_script_enabled=scripts)
    unfold(coach, "Agenda")
    steps = coach.locator("#step-list li")
    now = steps.filter(has=coach.locator(".now:not([hidden])")).get_attribute("data-step")
    unfold(coach, "Ny fråga")
    coach.get_by_label("Fråga", exact=True).fill("Och nu då?")
    coach.get_by_label("Svar per person").select_option("3")
    press(coach, "Ställ frågan")
    expect(coach.locator("#question")).to_have_text("Och nu då?")
    expect(coach.get_by_label("Fråga", exact=True)).to_have_value("")
    server.send("tid").raise_for_status()
    if not scripts:
        unfold(coach, "Agenda")
    coach.locator(f"#step-list li[data-step='{now}']").get_by_role("button").click()
    expect(coach.locator("#question")).to_have_text("Vad är viktigast?")
    expect(coach.locator("#word-list .label")).to_have_text(["Mod"])
    press(coach, "Ångra: visa «Vad är viktigast?»")
    expect(coach.locator("#question")).to_have_text("Och nu då?")
    press(coach, "Ångra: ny fråga «Och nu då?»")
    expect(coach.locator("#question")).to_have_text("Vad är viktigast?")


def test_a_second_coach_sees_what_the_first_one_does(server: Server, open_page: OpenPage) -> None:
    first, second = open_page(server.coach_url), open_page(server.coach_url)
    press(first, "Stäng för svar")
    expect(second.locator("#is-closed")).to_be_visible()
    press(second, "Ångra: svaren stängdes")
    expect(first.locator("#is-open")).to_be_visible()


def test_the_tally_and_the_number_connected_are_live(server: Server, open_page: OpenPage) -> None:
    coach = open_page(server.coach_url)
    expect(coach.locator("#word-list li")).to_have_count(1)
    phone = open_page(server.room_url)
    expect(coach.locator("#connected")).to_have_text("1")
    phone.locator("#field").fill("tid")
    phone.locator("#answer button").click()
    expect(coach.locator("#word-list .label")).to_have_text(["Mod", "Tid"])
    expect(coach.locator("#answers")).to_have_text("2")


def test_an_act_without_reply_says_so_and_is_not_shown_as_done(
    server: Server, open_page: OpenPage
) -> None:
    coach = open_page(server.coach_url)
    coach.context.set_offline(True)
    press(coach, "Stäng för svar")
    expect(coach.locator("#problem")).to_contain_text("Inget svar")
    coach.context.set_offline(False)
    assert server.words()["open"]


def test_a_line_that_gives_no_reply_is_told_of_and_the_act_can_be_tried_again(
    server: Server, open_page: OpenPage
) -> None:
    coach = open_page(server.coach_url)
    coach.route("**/coach/close", lambda route: None)
    press(coach, "Stäng för svar")
    expect(coach.locator("#problem")).to_contain_text("Inget svar", timeout=REPLY_MS)
    coach.unroute("**/coach/close")
    press(coach, "Stäng för svar")
    expect(coach.locator("#is-closed")).to_be_visible()
    expect(coach.locator("#problem")).to_be_empty()


def test_a_box_that_is_ticked_while_another_is_being_saved_is_saved_too(
    server: Server, open_page: OpenPage
) -> None:
    coach = open_page(server.coach_url)
    unfold(coach, "Rummets inställningar")
    slow: list[Route] = []
    coach.route("**/coach/figures", lambda route: slow.append(route), times=1)
    with coach.expect_request("**/coach/figures"):
        coach.get_by_label("Visa antal på storbilden").uncheck()
    coach.get_by_label("Visa antalet deltagare").uncheck()
    with coach.expect_request("**/coach/figures") as second:
        slow[0].continue_()
    reply = second.value.response()
    assert reply
    assert not reply.json()["counts_shown"]
    assert not reply.json()["participants_shown"]
    expect(coach.locator("[data-act=figures] input:checked")).to_have_count(0)
    server.coach().act("figures", counts="on", participants="on").raise_for_status()


def test_an_act_is_not_done_by_following_a_link(server: Server) -> None:
    session = server.coach().session
    for act in ("close", "undo", "step", "erase"):
        assert session.get(f"{server.room_url}/coach/{act}").status_code in (404, 405)
    assert server.words()["open"]


@pytest.mark.parametrize("headers", [{"Origin": "http://evil.test"}, {"Origin": "null"}])
@pytest.mark.parametrize("site", [{}, {"Sec-Fetch-Site": "cross-site"}])
def test_another_site_cannot_act_for_the_coach(
    server: Server, headers: dict[str, str], site: dict[str, str]
) -> None:
    session = server.coach().session
    reply = session.post(f"{server.room_url}/coach/close", headers={**headers, **site})
    assert reply.status_code == 403
    assert server.words()["open"]


@pytest.mark.parametrize(
    ("act", "fields"),
    [
        ("step", {"question": "  "}),
        ("step", {"question": "å" * 201}),
        ("step", {"question": "Vad?", "answers_each": 11}),
        ("step", {"question": "Vad?", "answers_each": "många"}),
        ("step", {"step": 999}),
        ("step", {"step": "ett"}),
        ("hide", {}),
        ("hide", {"word": "finns-inte"}),
        ("hide", {"word": ["mod"]}),
        ("close", {"step": -1}),
        ("erase", {"confirm": "nej"}),
        ("language", {"language": "tlh"}),
        ("aspect", {"aspect": "5:1"}),
        ("aspect", {}),
    ],
)
def test_an_act_that_makes_no_sense_is_refused_with_a_sentence(
    server: Server, act: str, fields: dict[str, Any]
) -> None:
    before = server.words()["seq"]
    reply = server.coach().act(act, **fields)
    assert reply.status_code == 422
    assert reply.json()["message"].endswith(".")
    assert server.words()["seq"] == before


def test_an_unknown_act_is_not_found(server: Server) -> None:
    assert server.coach().act("dance").status_code == 404


@pytest.mark.parametrize("path", ["", "/coach", "/../XXXX", "/../"])
def test_no_page_is_wider_than_a_phone(server: Server, open_page: OpenPage, path: str) -> None:
    long = "Vad är viktigast för ett gott förändringsarbete i Västernorrlandsregionen?"
    server.coach().act("step", question=long).raise_for_status()
    server.send("å" * 30).raise_for_status()
    page = open_page(server.coach_url, PHONE)
    page.goto(server.room_url + path)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@WITH_SCRIPTS
def test_the_coach_chooses_the_language_of_stage_and_coach(
    server: Server, open_page: OpenPage, scripts: bool
) -> None:
    coach = open_page(server.coach_url, java_script_enabled=scripts)
    stage = open_page(f"{server.room_url}/stage", (1920, 1080))
    unfold(coach, "Rummets inställningar")
    press(coach, "English")
    expect(coach.locator("html")).to_have_attribute("lang", "en")
    expect(stage.locator("html")).to_have_attribute("lang", "en")
    unfold(coach, "Settings of the room")
    press(coach, "Svenska")
    expect(stage.locator("html")).to_have_attribute("lang", "sv")


@WITH_SCRIPTS
def test_the_coach_chooses_the_shape_of_the_picture_and_undoes_it(
    server: Server, open_page: OpenPage, scripts: bool
) -> None:
    coach = open_page(server.coach_url, PHONE, java_script_enabled=scripts)
    coach.locator("#settings summary").first.click()
    aspect = coach.locator("[name=aspect][aria-pressed=true]")
    deep = coach.get_by_label("Djup sal: större och färre ord")
    expect(aspect).to_have_text("16:9")
    press(coach, "Stående 9:16")
    expect(aspect).to_have_text("Stående 9:16")
    if not scripts:
        coach.locator("#settings summary").first.click()
    deep.check()
    if not scripts:
        coach.locator("[data-act=hall] button").click()
    expect(coach.locator("#undo button")).to_contain_text("Ångra: val av sal")
    press(coach, "Ångra: val av sal")
    expect(coach.locator("#undo button")).to_contain_text("Ångra: bild i 9:16")
    expect(deep).not_to_be_checked()
    press(coach, "Ångra: bild i 9:16")
    expect(aspect).to_have_text("16:9")


def test_an_undo_whose_reply_was_lost_is_not_done_twice(server: Server) -> None:
    coach = server.coach()
    coach.act("conceal")
    status = coach.act("close").json()
    for _ in range(2):
        undone = coach.act("undo", decisions=status["decisions"]).json()
        assert undone["undo"]["act"] == "ResultsConcealed"
    assert coach.act("undo", decisions=undone["decisions"]).json()["undo"] != undone["undo"]


def test_a_question_whose_reply_was_lost_is_asked_once_but_may_be_repeated_on_purpose(
    server: Server,
) -> None:
    coach = server.coach()
    before = coach.act("conceal").json()
    asked = [
        coach.act("step", question="Och sedan?", decisions=before["decisions"]).json()["step"]
        for _ in range(2)
    ]
    assert asked == [before["step"] + 1] * 2
    seen = coach.act("open").json()["decisions"]
    repeated = coach.act("step", question="Och sedan?", decisions=seen).json()
    assert repeated["step"] == before["step"] + 2


def test_a_double_tap_undoes_once(server: Server, open_page: OpenPage) -> None:
    coach = open_page(server.coach_url)
    press(coach, "Stäng för svar")
    press(coach, "Dölj resultatet")
    undo = coach.locator("#undo button")
    expect(undo).to_have_text("Ångra: resultatet doldes")
    undo.dblclick(no_wait_after=True)
    expect(undo).not_to_have_text("Ångra: resultatet doldes")
    assert not server.words()["open"]


def test_another_button_pressed_before_the_reply_is_another_wish(
    server: Server, open_page: OpenPage
) -> None:
    coach = open_page(server.coach_url)
    sent: list[str] = []
    coach.on("request", lambda request: sent.append(request.post_data or ""))
    with coach.expect_response(lambda response: "pace=fast" in (response.request.post_data or "")):
        coach.evaluate(
            "(paces) => paces.forEach((pace) => document.querySelector(`[value=${pace}]`).click())",
            ["slow", "slow", "fast"],
        )
    assert [fields for fields in sent if "pace" in fields] == ["pace=slow", "pace=fast"]


def test_a_second_press_while_the_reply_is_late_is_none_though_the_page_has_the_news(
    server: Server, open_page: OpenPage
) -> None:
    coach = open_page(server.coach_url)
    press(coach, "Stäng för svar")
    undo = coach.locator("#undo button")
    expect(undo).to_be_enabled()
    told = undo.text_content()
    late: list[Route] = []
    coach.route("**/coach/undo", lambda route: late.append(route))
    undo.click()
    server.coach().act("light").raise_for_status()  # changes what the form would send
    server.coach().act("view", view="ranking").raise_for_status()
    expect(undo).not_to_have_text(told or "")
    undo.click()
    coach.evaluate("() => { document.querySelector('#done').textContent = ''; }")
    late[0].continue_()
    expect(coach.locator("#done")).not_to_be_empty()
    coach.evaluate("() => fetch('/healthz').then(() => null)")  # after whatever else is sent
    assert len(late) == 1
    server.coach().act("view", view="cloud").raise_for_status()


def test_every_act_has_a_sentence_for_undo_and_for_what_was_undone(server: Server) -> None:
    page = server.coach().session.get(f"{server.room_url}/coach", timeout=10).text
    found = re.search(r'id="texts">(.*?)</script>', page, re.DOTALL)
    assert found
    texts = json.loads(found[1])
    acts = {act.__name__ for act in get_args(Act)}
    ends = {"LightPutOut", "StageBroughtBack", "WordUnlisted"}
    assert set(texts["undo"]) == acts | ends
    assert set(texts["undone"]) == acts | ends


def test_undo_says_what_it_takes_back_and_took_back(server: Server) -> None:
    coach = server.coach()
    for act, fields, name, subject in [
        ("list", {"word": "mod", "held": "on"}, "WordListed", "Mod"),
        ("list", {"word": "mod"}, "WordUnlisted", "Mod"),
        ("light", {"word": "mod"}, "WordLit", "Mod"),
        ("light", {}, "LightPutOut", ""),
        ("calm", {"on": "on"}, "StageCalmed", ""),
        ("calm", {"on": ""}, "StageBroughtBack", ""),
    ]:
        told = {"act": name, "subject": subject, "other": ""}
        assert coach.act(act, **fields).json()["undo"] == told
    assert coach.act("undo").json()["undone"] == told


@pytest.mark.parametrize("size", [PHONE, (1440, 900)])
@WITH_SCRIPTS
def test_in_a_new_room_the_biggest_button_asks_the_coachs_own_question(
    tmp_path: Path, open_page: OpenPage, size: tuple[int, int], scripts: bool
) -> None:
    server = Server(tmp_path).start()
    try:
        coach = open_page(server.coach_url, size, java_script_enabled=scripts)
        expect(coach.locator("#agenda")).not_to_have_attribute("open", "")
        coach.get_by_role("link", name="Ställ din fråga").click()
        field = coach.get_by_label("Fråga", exact=True)
        expect(field).to_be_in_viewport()
        field.fill("Vad gör vi nu?")
        press(coach, "Ställ frågan")
        expect(coach.locator("#question")).to_have_text("Vad gör vi nu?")
        expect(coach.get_by_role("link", name="Ställ din fråga")).to_be_hidden()
        expect(coach.locator("#next")).to_contain_text("Stäng för svar")
    finally:
        server.kill()


def test_each_of_two_acts_in_a_row_is_told_to_a_screen_reader(
    server: Server, open_page: OpenPage
) -> None:
    coach = open_page(server.coach_url)
    coach.evaluate(
        """() => {
            const done = document.getElementById("done");
            const told = [];
            const note = () => {
                if (told.at(-1) !== done.textContent) told.push(done.textContent);
                done.dataset.told = told.filter(Boolean).length;
            };
            new MutationObserver(note).observe(done, { childList: true });
        }"""
    )
    for count, act in enumerate(["Dölj Mod", "Visa Mod"], 1):
        press(coach, act)
        expect(coach.locator("#done")).to_have_attribute("data-told", str(count))
