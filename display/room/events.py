"""What can happen in a room: facts in the past tense, and how they are written in the log.

The fields are a file format: a log written today must be readable by every later version.
"""

import json
from dataclasses import asdict, dataclass
from typing import Any, TypeAlias

ASPECTS = ("16:9", "4:3", "21:9", "32:9", "9:16")  # of the picture, width to height


@dataclass(frozen=True, slots=True)
class RoomOpened:
    """A gathering got its code; `language` is that of its stage and its coaches."""

    language: str
    title: str = ""


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
    """A new step began with a question, open for answers, and a cloud of its own."""

    question: str
    answers_each: int | None = 1  # None: as many as one likes
    phrase: bool = False  # False: one word an answer
    concealed: bool = False  # True: nobody sees results before they are revealed


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
    """A word belongs, or does not belong, among those held back in this room."""

    word: str
    held: bool


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
    """The last act of a coach that still stood was taken back."""


@dataclass(frozen=True, slots=True)
class AnswerGiven:
    """A participant sent `text`, kept as it was typed; `key` makes a repeated send harmless."""

    step: int
    participant: str
    key: str
    text: str


@dataclass(frozen=True, slots=True)
class AnswerWithdrawn:
    """A participant took an own answer back."""

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
    | StepStarted
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
Event: TypeAlias = RoomOpened | Act | ActUndone | AnswerGiven | AnswerWithdrawn | PictureDrawn

KINDS: dict[str, type[Event]] = {
    kind.__name__: kind
    for kind in (
        RoomOpened,
        LanguageChosen,
        AspectChosen,
        HallChosen,
        QuestionAsked,
        StepStarted,
        AnswersOpened,
        AnswersClosed,
        ResultsRevealed,
        ResultsConcealed,
        WordHidden,
        WordShown,
        WordsShown,
        WordListed,
        ParticipantHeld,
        ReviewChosen,
        JoiningChosen,
        WordsMerged,
        WordSplit,
        SuggestionDismissed,
        ViewChosen,
        StageCalmed,
        WordLit,
        FiguresChosen,
        RollPaced,
        ActUndone,
        AnswerGiven,
        AnswerWithdrawn,
        PictureDrawn,
    )
}


def encode(event: Event) -> str:
    """Return the event as JSON: its fields and, as `event`, its name.

    It is ASCII: a phone can send half a surrogate pair, which no file in UTF-8 could hold.
    """
    fields = {"event": type(event).__name__, **asdict(event)}
    return json.dumps(fields, separators=(",", ":"))


def decode(body: str) -> Event:
    """Return the event that `encode` wrote; ValueError if this version does not know it."""
    fields = json.loads(body)
    name = fields.pop("event", None)
    try:
        return KINDS[name](**fields)
    except (KeyError, TypeError) as error:
        raise ValueError(f"this version of Ordmoln does not know the event {name!r}") from error
