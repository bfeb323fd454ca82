"""What can happen in a room: facts in the past tense, and how they are written in the log.

The fields are a file format: a log written today must be readable by every later version.
"""

import json
from dataclasses import asdict, dataclass, fields
from typing import Any, TypeAlias, get_args

ASPECTS = ("16:9", "4:3", "21:9", "32:9", "9:16")  # of the picture, width to height
KINDS_OF_STEP = ("question", "reflection", "tables", "summary")


@dataclass(frozen=True, slots=True)
class Plan:
    """What a step is meant to be: a question to the hall, silent reflection, talk at tables, or a
    summary of what came out of the two steps before it."""

    question: str
    kind: str = "question"
    seconds: int | None = None  # of its clock; None: it has none
    answers_each: int | None = 1  # of a participant or a table; None: as many as one likes
    phrase: bool = False  # False: one word an answer
    concealed: bool = False  # True: nobody sees results before they are revealed
    note: str = ""  # for coaches alone
    purpose: str = ""  # for whoever leads a table,
    advice: str = ""  # with a line for each piece of advice


@dataclass(frozen=True, slots=True)
class RoomOpened:
    """A gathering got its code; `language` is that of its stage and its coaches."""

    language: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class CoachLinkRenewed:
    """The coaches' link is another from now on; the one before opens nothing any more."""


@dataclass(frozen=True, slots=True)
class LanguageChosen:
    """Stage and coach changed language."""

    language: str


@dataclass(frozen=True, slots=True)
class AspectChosen:
    """The picture took the shape of the stage's screen, one of `ASPECTS`."""

    aspect: str


@dataclass(frozen=True, slots=True)
class HallChosen:
    """The hall is deep, so that the picture has larger words and fewer, or it is not."""

    deep: bool


@dataclass(frozen=True, slots=True)
class QuestionAsked:
    """A new step began behind the present one: a question, open for answers.

    Asked twice in one go, by a double tap that saw so many `decisions`, it is one question.
    """

    question: str
    answers_each: int | None = 1  # None: as many as one likes
    phrase: bool = False  # False: one word an answer
    concealed: bool = False  # True: nobody sees results before they are revealed
    decisions: int | None = None


@dataclass(frozen=True, slots=True)
class AgendaLoaded:
    """New steps took the place of all but those in `kept`, the present one too if it is not."""

    plans: list[Plan]
    kept: list[int]


@dataclass(frozen=True, slots=True)
class StepPlanned:
    """A step was put on the agenda, behind the step `after` (0: as the first)."""

    plan: Plan
    after: int


@dataclass(frozen=True, slots=True)
class StepEdited:
    """A step is planned in another way from now on; what was answered stays."""

    step: int
    plan: Plan


@dataclass(frozen=True, slots=True)
class StepMoved:
    """A step has its place on the agenda behind the step `after` (0: as the first)."""

    step: int
    after: int


@dataclass(frozen=True, slots=True)
class StepRemoved:
    """A step is off the agenda."""

    step: int


@dataclass(frozen=True, slots=True)
class ClockStarted:
    """A step's clock goes, since `at`, in seconds since 1970."""

    step: int
    at: float


@dataclass(frozen=True, slots=True)
class ClockPaused:
    """A step's clock stands, since `at`, in seconds since 1970."""

    step: int
    at: float


@dataclass(frozen=True, slots=True)
class ClockChanged:
    """A step has so many seconds more, or less."""

    step: int
    seconds: int


@dataclass(frozen=True, slots=True)
class MinuteSignChosen:
    """There is a sign when a minute is left, or none."""

    on: bool


@dataclass(frozen=True, slots=True)
class RevealChosen:
    """Hidden words appear one after the other when they are revealed, or all at once."""

    gradual: bool


@dataclass(frozen=True, slots=True)
class TablesAdded:
    """Tables of these names are in the hall; tables count from 1."""

    names: list[str]


@dataclass(frozen=True, slots=True)
class TableRenamed:
    """A table has another name."""

    table: int
    name: str


@dataclass(frozen=True, slots=True)
class TableRemoved:
    """A table is no more; what it sent stays."""

    table: int


@dataclass(frozen=True, slots=True)
class TableLit:
    """What a table sent stands in the light; None: nothing does."""

    table: int | None


@dataclass(frozen=True, slots=True)
class SideChosen:
    """A summary shows what was said before, after, or both."""

    side: str


@dataclass(frozen=True, slots=True)
class StepStarted:
    """A coach went to a step that was there already; steps count from 1."""

    step: int


@dataclass(frozen=True, slots=True)
class AnswersOpened:
    """A step takes answers."""

    step: int


@dataclass(frozen=True, slots=True)
class AnswersClosed:
    """A step takes no more answers."""

    step: int


@dataclass(frozen=True, slots=True)
class ResultsRevealed:
    """Everyone may see a step's words."""

    step: int


@dataclass(frozen=True, slots=True)
class ResultsConcealed:
    """Only coaches see a step's words."""

    step: int


@dataclass(frozen=True, slots=True)
class WordHidden:
    """A word left the stage; the answers behind it stay as they were given."""

    step: int
    word: str


@dataclass(frozen=True, slots=True)
class WordShown:
    """A hidden word came back."""

    step: int
    word: str


@dataclass(frozen=True, slots=True)
class WordsShown:
    """Words that waited or were held came on stage, all at once."""

    step: int
    words: list[str]


@dataclass(frozen=True, slots=True)
class WordListed:
    """A word is always held back in this room, or never; None: as Ordmoln's own list says."""

    word: str
    held: bool | None


@dataclass(frozen=True, slots=True)
class ParticipantHeld:
    """What a participant sends, and has sent, counts no more."""

    participant: str


@dataclass(frozen=True, slots=True)
class ReviewChosen:
    """From now on new words wait until a coach lets them through, or no longer."""

    on: bool


@dataclass(frozen=True, slots=True)
class JoiningChosen:
    """Inflections of a word count as that word, or each as its own."""

    on: bool


@dataclass(frozen=True, slots=True)
class WordsMerged:
    """A word counts as another from now on, called `label` if one was chosen."""

    step: int
    word: str
    into: str
    label: str | None = None


@dataclass(frozen=True, slots=True)
class WordSplit:
    """A spelling counts as a word of its own from now on, whatever it was joined with."""

    step: int
    word: str


@dataclass(frozen=True, slots=True)
class SuggestionDismissed:
    """Two words that were suggested as one stay two."""

    word: str
    other: str


@dataclass(frozen=True, slots=True)
class ViewChosen:
    """The stage shows another view: lobby, cloud, ranking or roll."""

    view: str


@dataclass(frozen=True, slots=True)
class StageCalmed:
    """The stage shows the question and the QR code alone, or all again."""

    calm: bool


@dataclass(frozen=True, slots=True)
class WordLit:
    """A word stands in the light while the others step back; None: all are alike again."""

    step: int
    word: str | None


@dataclass(frozen=True, slots=True)
class FiguresChosen:
    """The stage shows counts and the number of participants, or not."""

    counts: bool
    participants: bool


@dataclass(frozen=True, slots=True)
class RollPaced:
    """The rolling words go slowly, normally or fast."""

    pace: str


@dataclass(frozen=True, slots=True)
class ActUndone:
    """The last act of a coach that still stood was taken back, unless there have been more than the
    `decisions` that the coach saw."""

    decisions: int | None = None


@dataclass(frozen=True, slots=True)
class AnswerGiven:
    """A participant sent `text`, kept as it was typed; `key` makes a repeated send harmless.

    In the name of a `table`, if one is given. The answer may take the place of another, whose key
    is `replaces`.
    """

    step: int
    participant: str
    key: str
    text: str
    table: int | None = None
    replaces: str | None = None


@dataclass(frozen=True, slots=True)
class TableChosen:
    """A participant sits at a table; None: at none."""

    participant: str
    table: int | None


@dataclass(frozen=True, slots=True)
class AnswerWithdrawn:
    """A participant took back an answer, the own or the own table's."""

    participant: str
    key: str


@dataclass(frozen=True, slots=True)
class PictureDrawn:
    """The stage's picture of a step changed, from the one drawn in entry `follows` (0: the first).

    A step has a picture of its own for each `aspect`, and for a hall that is `deep` or not.
    `words` are the placements that changed, `[word, label, count, x, y, size, width]`, `gone` the
    words that left, `camera` is `[x, y, width, height]`; plane units.
    """

    step: int
    follows: int
    words: list[list[Any]]
    gone: list[str]
    camera: list[float]
    left_out: int
    aspect: str = "16:9"
    deep: bool = False


Act: TypeAlias = (
    LanguageChosen
    | AspectChosen
    | HallChosen
    | QuestionAsked
    | AgendaLoaded
    | StepPlanned
    | StepEdited
    | StepMoved
    | StepRemoved
    | StepStarted
    | ClockStarted
    | ClockPaused
    | ClockChanged
    | MinuteSignChosen
    | RevealChosen
    | TablesAdded
    | TableRenamed
    | TableRemoved
    | TableLit
    | SideChosen
    | AnswersOpened
    | AnswersClosed
    | ResultsRevealed
    | ResultsConcealed
    | WordHidden
    | WordShown
    | WordsShown
    | WordListed
    | ParticipantHeld
    | ReviewChosen
    | JoiningChosen
    | WordsMerged
    | WordSplit
    | SuggestionDismissed
    | ViewChosen
    | StageCalmed
    | WordLit
    | FiguresChosen
    | RollPaced
)
Event: TypeAlias = (
    RoomOpened
    | CoachLinkRenewed
    | Act
    | ActUndone
    | AnswerGiven
    | AnswerWithdrawn
    | TableChosen
    | PictureDrawn
)

KINDS: dict[str, type[Event]] = {kind.__name__: kind for kind in get_args(Event)}


def encode(event: Event) -> str:
    """Return the event as JSON: its fields and, as `event`, its name.

    It is ASCII: a phone can send half a surrogate pair, which no file in UTF-8 could hold.
    """
    values = {name: getattr(event, name) for name in FIELDS[type(event)]}
    return ENCODER.encode({"event": type(event).__name__, **values})


def decode(body: str) -> Event:
    """Return the event that `encode` wrote; ValueError if this version does not know it."""
    try:
        event: Event = DECODER.decode(body)
    except (KeyError, TypeError) as error:
        name = json.loads(body).get("event")
        raise ValueError(f"this version of Ordmoln does not know the event {name!r}") from error
    return event


def _made(values: dict[str, Any]) -> Event | Plan:
    name = values.pop("event", None)
    return Plan(**values) if name is None else KINDS[name](**values)


ENCODER = json.JSONEncoder(separators=(",", ":"), default=asdict)
DECODER = json.JSONDecoder(object_hook=_made)
FIELDS = {kind: [field.name for field in fields(kind)] for kind in KINDS.values()}
