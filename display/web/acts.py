"""From what a coach's page or clicker sent to the fact that it makes, or a reason why it cannot."""

import math
import re
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from display.live.clock import now
from display.live.rooms import LiveRoom
from display.room.agenda import planned as steps_made
from display.room.events import (
    ASPECTS,
    Act,
    AgendaLoaded,
    AnswersClosed,
    AnswersOpened,
    AspectChosen,
    ClockChanged,
    ClockPaused,
    ClockStarted,
    FiguresChosen,
    HallChosen,
    JoiningChosen,
    LanguageChosen,
    MinuteSignChosen,
    ParticipantHeld,
    QuestionAsked,
    ResultsConcealed,
    ResultsRevealed,
    RevealChosen,
    ReviewChosen,
    RollPaced,
    SideChosen,
    StageCalmed,
    StepEdited,
    StepMoved,
    StepPlanned,
    StepRemoved,
    StepStarted,
    SuggestionDismissed,
    TableLit,
    TableRemoved,
    TableRenamed,
    TablesAdded,
    ViewChosen,
    WordHidden,
    WordListed,
    WordLit,
    WordShown,
    WordsMerged,
    WordSplit,
    WordsShown,
)
from display.room.state import Room
from display.room.steps import Group
from display.room.unsuitable import read_apart
from display.room.words import NotAWord, clean, on_one_line, shortened
from display.web import agendas
from display.web.languages import LANGUAGES, no_such_language
from display.web.plans import (
    LONGEST,
    MOST_STEPS,
    BadAct,
    answers_each,
    is_on,
    question_text,
    read_agenda,
    read_plan,
)

MAX_LABEL = 120  # code points
MAX_NAME = 40  # characters of a table's name
MOST_TABLES = 200
MOST_STEPS_EVER = 1000  # of a room, also those taken away: undo may bring them back
MOST_WORDS_LISTED = 1000  # by hand
SIDES = ("both", "before", "after")
VIEWS = ("lobby", "cloud", "ranking", "roll")
PACES = ("slow", "normal", "fast")

Sent: TypeAlias = Mapping[str, Any]


def act_of(name: str, sent: Sent, live: LiveRoom) -> Act:
    """Return the act that was sent, one of `ACTS`; BadAct if it makes no sense."""
    if name == "hold" and sent.get("kind") == "participant":
        return ParticipantHeld(chosen_participant(sent, live))
    return ACTS[name](sent, live.room)


def refuse_beyond_measure(act: Act, room: Room) -> None:
    """Raise BadAct for an act with which the room would keep more than any has use for."""
    new = len(steps_made(act))
    if new and len(room.steps) + new > MOST_STEPS_EVER:
        message = _(
            "A room has at most %(most)d steps in all, also those taken away."
            " Open another room for more.",
            most=MOST_STEPS_EVER,
        )
        raise BadAct(message)
    listed = room.direction.listed
    if isinstance(act, WordListed) and len({*listed, act.word}) > MOST_WORDS_LISTED:
        message = _(
            "At most %(most)d words in all can be held back or always let through.",
            most=MOST_WORDS_LISTED,
        )
        raise BadAct(message)


def ask_or_go(sent: Sent, room: Room) -> Act:
    """Return the question that is asked, or the step that is gone back to."""
    if "question" not in sent:
        return StepStarted(chosen_step(sent, room) if "go" not in sent else step_ahead(sent, room))
    return QuestionAsked(
        question_text(sent["question"]),
        answers_each=answers_each(sent.get("answers_each", 1)),
        phrase=is_on(sent.get("phrase")),
        concealed=is_on(sent.get("concealed")),
        decisions=decisions_seen(sent),
    )


def decisions_seen(sent: Sent) -> int | None:
    """Return how many decisions the page showed that sent an act; None if it does not say."""
    typed = str(sent.get("decisions") or "")
    return int(typed) if re.fullmatch(r"[0-9]{1,9}", typed) else None


def chosen_step(sent: Sent, room: Room) -> int:
    """Return the step that an act is about: the one sent with it, or the present one."""
    number = str(sent.get("step") or room.step.number)
    if number not in map(str, range(1, len(room.steps) + 1)):
        raise BadAct(_("There is no such question in this room."))
    return int(number)


def chosen_group(sent: Sent, room: Room, name: str = "word") -> Group:
    """Return the word that an act is about, under whatever spelling it was sent."""
    key = str(sent.get(name, ""))
    for group in room.groups_of(chosen_step(sent, room)):
        if group.word == key or any(member.word == key for member in group.members):
            return group
    raise BadAct(_("That word is not there any more."))


def hidden(sent: Sent, room: Room) -> Act:
    return WordHidden(chosen_step(sent, room), chosen_group(sent, room).word)


def shown(sent: Sent, room: Room) -> Act:
    return WordShown(chosen_step(sent, room), chosen_group(sent, room).word)


def all_shown(sent: Sent, room: Room) -> Act:
    """Return that every word that waits is let through; those that are held stay so."""
    words = [group.word for group in room.groups() if group.standing == "waiting"]
    if not words:
        raise BadAct(_("No word is waiting."))
    return WordsShown(room.step.number, words)


def chosen_participant(sent: Sent, live: LiveRoom) -> str:
    found = live.bursts.participant(str(sent.get("subject", "")))
    if found is None:
        raise BadAct(_("That participant is not there any more."))
    return found


def held_word(sent: Sent, room: Room) -> Act:
    return WordHidden(room.step.number, chosen_group(sent, room, "subject").word)


def listed(sent: Sent, room: Room) -> Act:
    """Return whether a word is always held back or never; neither if that is not sent."""
    held = sent.get("held")
    try:
        key = read_apart(str(sent.get("word", "")), phrase=True).key
    except NotAWord as error:
        raise BadAct(_("Write a word first.")) from error
    return WordListed(key, None if held is None else is_on(held))


def merged(sent: Sent, room: Room) -> Act:
    """Return that two words are one: `word` goes into `into`, or of two `word`s the rarer."""
    words = several(sent, "word")
    if "into" in sent:
        words = [*words[:1], str(sent["into"])]
    if len(words) != 2:
        raise BadAct(_("Choose two words to merge."))
    step = chosen_step(sent, room)
    groups = [chosen_group({"step": step, "word": word}, room) for word in words]
    if "into" not in sent:
        groups.sort(key=lambda group: group.count)
    if groups[0].word == groups[1].word:
        raise BadAct(_("Those are one word already."))
    return WordsMerged(step, groups[0].word, groups[1].word, label(sent))


def several(sent: Sent, name: str) -> list[str]:
    """Return all values of a field: of a form, or the list in JSON."""
    if isinstance(sent, MultiDict):
        return [str(value) for value in sent.getlist(name)]
    value = sent.get(name, [])
    return [str(one) for one in (value if isinstance(value, list) else [value])]


def label(sent: Sent) -> str | None:
    typed = str(sent.get("label") or "").strip()
    if not typed:
        return None
    cleaned = clean(typed)
    if not cleaned or len(typed) > MAX_LABEL or shortened(typed) != typed:
        raise BadAct(_("That is no name for a word: 1 to 30 characters that can be seen."))
    return cleaned


def split(sent: Sent, room: Room) -> Act:
    group, key = chosen_group(sent, room), str(sent.get("word", ""))
    if key == group.word:
        raise BadAct(_("Split off one of the other spellings: this one gives the word its name."))
    return WordSplit(chosen_step(sent, room), key)


def dismissed(sent: Sent, room: Room) -> Act:
    word, other = chosen_group(sent, room), chosen_group(sent, room, "into")
    return SuggestionDismissed(word.word, other.word)


def lit(sent: Sent, room: Room) -> Act:
    """Return the word that is to be in the light: one that is named, or one further on."""
    step = room.step.number
    go = str(sent.get("go", ""))
    if not go:
        return WordLit(step, chosen_group(sent, room).word if sent.get("word") else None)
    words = [word for word in room.tally() if go != "single" or word.count == 1]
    if go not in ("next", "previous", "single") or not words:
        raise BadAct(_("There is no such word on stage."))
    now = room.lit()
    places = [place for place, word in enumerate(words) if word == now]
    ahead = -1 if go == "previous" else 1
    at = (places[0] + ahead) if places else (0 if ahead > 0 else -1)
    return WordLit(step, words[at % len(words)].word)


def chosen_language(sent: Sent, room: Room) -> Act:
    language = str(sent.get("language", ""))
    if language not in LANGUAGES:
        raise BadAct(no_such_language())
    return LanguageChosen(language)


def chosen_aspect(sent: Sent, room: Room) -> Act:
    aspect = str(sent.get("aspect", ""))
    if aspect not in ASPECTS:
        raise BadAct(_("The picture is one of %(aspects)s.", aspects=", ".join(ASPECTS)))
    return AspectChosen(aspect)


def chosen_view(sent: Sent, room: Room) -> Act:
    if sent.get("view") not in VIEWS:
        raise BadAct(_("The stage has no such view."))
    return ViewChosen(str(sent["view"]))


def chosen_pace(sent: Sent, room: Room) -> Act:
    if sent.get("pace") not in PACES:
        raise BadAct(_("Words roll slowly, normally or fast."))
    return RollPaced(str(sent["pace"]))


def step_ahead(sent: Sent, room: Room) -> int:
    """Return the step next to the one that the page showed, so that a second tap does no more."""
    steps = [step.number for step in room.standing_steps()]
    shown = chosen_step(sent, room)
    if shown not in steps:
        raise BadAct(_("That step is not there any more."))
    place = steps.index(shown) + (-1 if sent["go"] == "previous" else 1)
    if not 0 <= place < len(steps):
        raise BadAct(_("There is no further step on the agenda."))
    return steps[place]


def planned(sent: Sent, room: Room) -> Act:
    """Return that a step is put on the agenda: one that is sent, or that of `copy` once more."""
    if len(room.direction.agenda) >= MOST_STEPS:
        raise BadAct(_("An agenda has at most %(most)d steps.", most=MOST_STEPS))
    if "copy" in sent:
        step = chosen_step({"step": sent["copy"]}, room)
        return StepPlanned(room.plan_of(step), step)
    last = room.direction.agenda[-1] if room.direction.agenda else 0
    return StepPlanned(read_plan(sent), chosen_step(sent, room) if "step" in sent else last)


def edited(sent: Sent, room: Room) -> Act:
    step = chosen_step(sent, room)
    plan = read_plan({"kind": room.plan_of(step).kind, **sent})
    if plan.kind != room.plan_of(step).kind and room.steps[step - 1].given:
        raise BadAct(_("This step has answers already, so it stays of its kind."))
    return StepEdited(step, plan)


def moved(sent: Sent, room: Room) -> Act:
    """Return that a step changes its place: behind the step `after`, or one place up or down."""
    step, agenda = chosen_step(sent, room), room.direction.agenda
    if step not in agenda:
        raise BadAct(_("There is no such question in this room."))
    if "after" in sent:
        after = 0 if str(sent["after"]) == "0" else chosen_step({"step": sent["after"]}, room)
        return StepMoved(step, after)
    others = [other for other in agenda if other != step]
    place = agenda.index(step) + (1 if sent.get("go") == "down" else -1)
    if not 0 <= place <= len(others):
        raise BadAct(_("There is no further step on the agenda."))
    return StepMoved(step, others[place - 1] if place else 0)


def removed(sent: Sent, room: Room) -> Act:
    step = chosen_step(sent, room)
    if step == room.step.number:
        raise BadAct(_("This step is on stage. Go on to another before you take it away."))
    return StepRemoved(step)


def loaded(sent: Sent, room: Room) -> Act:
    """Return that an agenda comes in the place of all steps that nobody has answered."""
    name = str(sent.get("name", ""))
    if name and name not in agendas.NAMES:
        raise BadAct(_("There is no such agenda."))
    text = str(sent.get("agenda") or "")
    if not name and not text.strip():
        raise BadAct(_("Choose the agenda's file first."))
    plans = agendas.agenda(name) if name else read_agenda(text)
    kept = [step.number for step in room.standing_steps() if step.given]
    if len(plans) + len(kept) > MOST_STEPS:
        raise BadAct(_("An agenda has at most %(most)d steps.", most=MOST_STEPS))
    return AgendaLoaded(plans, kept)


def clock(sent: Sent, room: Room) -> Act:
    """Return that a clock is started, paused, or given `seconds` more or less."""
    step, do = chosen_step(sent, room), sent.get("do")
    found = room.direction.clock(step)
    if found is None:
        raise BadAct(_("This step has no clock. Give it a time on the agenda."))
    if do == "start":
        return ClockStarted(step, now())
    if do == "pause":
        return ClockPaused(step, now())
    typed = str(sent.get("seconds", ""))
    if do != "change" or not re.fullmatch(r"[+-]?[1-9][0-9]{0,4}", typed):
        raise BadAct(_("A clock is started, paused, or changed by some seconds."))
    left = found.left_at(now())
    more = max(int(typed), -math.floor(max(left, 0)))
    if more == 0:
        raise BadAct(_("There is no time left to take away."))
    if left + more > LONGEST:
        raise BadAct(_("The time is 10 seconds to 4 hours, or none."))
    return ClockChanged(step, more)


def tables_added(sent: Sent, room: Room) -> Act:
    """Return that tables are added: those of the `names`, one a line, or so many by `number`."""
    taken = set(map(str.casefold, room.direction.tables.values()))
    names = table_names(str(sent.get("names") or ""))
    typed = str(sent.get("number") or "")
    if not names and re.fullmatch(r"[0-9]{1,3}", typed):
        first = len(room.direction.tables) + 1
        numbered = (_("Table %(number)s", number=n) for n in range(first, first + 2 * MOST_TABLES))
        names = [name for name in numbered if name.casefold() not in taken][: int(typed)]
    if not names:
        raise BadAct(_("Write the names of the tables, one on each line, or how many there are."))
    if len(names) + len(room.direction.tables) > MOST_TABLES:
        raise too_many_tables()
    for name in names:
        if name.casefold() in taken:
            raise BadAct(_("There is a table “%(name)s” already.", name=name))
        taken.add(name.casefold())
    return TablesAdded(names)


def table_names(typed: str) -> list[str]:
    if len(typed) > MOST_TABLES * 2 * MAX_NAME:
        raise too_many_tables()
    return list(filter(None, map(table_name, typed.splitlines())))


def too_many_tables() -> BadAct:
    return BadAct(_("A room has at most %(most)d tables.", most=MOST_TABLES))


def table_name(typed: str) -> str:
    name = on_one_line(typed)
    if len(name) > MAX_NAME:
        raise BadAct(_("A table's name has at most %(most)d characters.", most=MAX_NAME))
    return name


def chosen_table(sent: Sent, room: Room) -> int:
    number = str(sent.get("table", ""))
    if number not in map(str, room.direction.tables):
        raise BadAct(_("There is no such table in this room."))
    return int(number)


def renamed(sent: Sent, room: Room) -> Act:
    table, name = chosen_table(sent, room), table_name(str(sent.get("name", "")))
    if not name:
        raise BadAct(_("Write the table's name first."))
    others = (other for number, other in room.direction.tables.items() if number != table)
    if name.casefold() in map(str.casefold, others):
        raise BadAct(_("There is a table “%(name)s” already.", name=name))
    return TableRenamed(table, name)


def lit_table(sent: Sent, room: Room) -> Act:
    return TableLit(chosen_table(sent, room) if sent.get("table") else None)


def chosen_side(sent: Sent, room: Room) -> Act:
    if sent.get("side") not in SIDES:
        raise BadAct(_("A summary shows what was before, after, or both."))
    return SideChosen(str(sent["side"]))


ACTS: dict[str, Callable[[Sent, Room], Act]] = {
    "step": ask_or_go,
    "open": lambda sent, room: AnswersOpened(chosen_step(sent, room)),
    "close": lambda sent, room: AnswersClosed(chosen_step(sent, room)),
    "reveal": lambda sent, room: ResultsRevealed(chosen_step(sent, room)),
    "conceal": lambda sent, room: ResultsConcealed(chosen_step(sent, room)),
    "hide": hidden,
    "show": shown,
    "show-all": all_shown,
    "hold": held_word,
    "list": listed,
    "review": lambda sent, room: ReviewChosen(is_on(sent.get("on"))),
    "joining": lambda sent, room: JoiningChosen(is_on(sent.get("on"))),
    "merge": merged,
    "split": split,
    "dismiss": dismissed,
    "view": chosen_view,
    "calm": lambda sent, room: StageCalmed(
        is_on(sent["on"]) if "on" in sent else not room.direction.calm
    ),
    "light": lit,
    "figures": lambda sent, room: FiguresChosen(
        is_on(sent.get("counts")), is_on(sent.get("participants"))
    ),
    "pace": chosen_pace,
    "language": chosen_language,
    "aspect": chosen_aspect,
    "plan": planned,
    "edit": edited,
    "move": moved,
    "remove": removed,
    "agenda": loaded,
    "clock": clock,
    "sign": lambda sent, room: MinuteSignChosen(is_on(sent.get("on"))),
    "gradual": lambda sent, room: RevealChosen(is_on(sent.get("on"))),
    "tables": tables_added,
    "rename-table": renamed,
    "remove-table": lambda sent, room: TableRemoved(chosen_table(sent, room)),
    "light-table": lit_table,
    "side": chosen_side,
    "hall": lambda sent, room: HallChosen(is_on(sent.get("deep"))),
}
