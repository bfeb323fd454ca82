"""From what a coach's page or clicker sent to the fact that it makes, or a reason why it cannot."""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from display.live.rooms import LiveRoom
from display.room.events import (
    ASPECTS,
    Act,
    AnswersClosed,
    AnswersOpened,
    AspectChosen,
    FiguresChosen,
    HallChosen,
    JoiningChosen,
    LanguageChosen,
    ParticipantHeld,
    QuestionAsked,
    ResultsConcealed,
    ResultsRevealed,
    ReviewChosen,
    RollPaced,
    StageCalmed,
    StepStarted,
    SuggestionDismissed,
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
from display.room.words import SPACES, UNPRINTABLE, NotAWord, clean, read, shortened
from display.web.languages import LANGUAGES

MAX_QUESTION = 200  # characters
MAX_LABEL = 120  # code points
MOST_ANSWERS = 10
UNLIMITED = "unlimited"
VIEWS = ("lobby", "cloud", "ranking", "roll")
PACES = ("slow", "normal", "fast")

Sent: TypeAlias = Mapping[str, Any]


class BadAct(ValueError):
    """What was sent makes no act; the message says why, in the coach's language."""


def act_of(name: str, sent: Sent, live: LiveRoom) -> Act:
    """Return the act that was sent; KeyError if none has this name, BadAct if it makes no sense."""
    if name == "hold" and sent.get("kind") == "participant":
        return ParticipantHeld(chosen_participant(sent, live))
    return ACTS[name](sent, live.room)


def ask_or_go(sent: Sent, room: Room) -> Act:
    """Return the question that is asked, or the step that is gone back to."""
    if "question" not in sent:
        return StepStarted(chosen_step(sent, room))
    return QuestionAsked(
        question_text(sent["question"]),
        answers_each=answers_each(sent.get("answers_each", 1)),
        phrase=is_on(sent.get("phrase")),
        concealed=is_on(sent.get("concealed")),
    )


def question_text(sent: object) -> str:
    question: str = SPACES.sub(" ", UNPRINTABLE.sub("", str(sent))).strip()
    if not question:
        raise BadAct(_("Write the question first."))
    if len(question) > MAX_QUESTION:
        raise BadAct(_("The question is too long: at most %(most)d characters.", most=MAX_QUESTION))
    return question


def answers_each(sent: object) -> int | None:
    if sent is None or sent == UNLIMITED:
        return None
    if str(sent) in map(str, range(1, MOST_ANSWERS + 1)):
        return int(str(sent))
    raise BadAct(_("The number of answers is 1 to %(most)d, or unlimited.", most=MOST_ANSWERS))


def is_on(sent: object) -> bool:
    return sent in (True, "on", "true", "1", 1)


def chosen_step(sent: Sent, room: Room) -> int:
    """Return the step that an act is about: the one sent with it, or the present one."""
    number = str(sent.get("step") or room.step.number)
    if number not in map(str, range(1, len(room.steps) + 1)):
        raise BadAct(_("There is no such question in this room."))
    return int(number)


def chosen_group(sent: Sent, room: Room, name: str = "word") -> Group:
    """Return the word that an act is about, under whatever spelling it was sent."""
    step = room.steps[chosen_step(sent, room) - 1]
    key = str(sent.get(name, ""))
    for group in step.groups(room.direction):
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
    try:
        key = read(str(sent.get("word", "")), phrase=True).key
    except NotAWord as error:
        raise BadAct(_("Write a word first.")) from error
    return WordListed(key, is_on(sent.get("held")))


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
        raise BadAct(_("The languages are Swedish (sv) and English (en)."))
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
    "hall": lambda sent, room: HallChosen(is_on(sent.get("deep"))),
}
