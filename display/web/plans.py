"""Steps as coaches write them: in a form, or all of an agenda in a file."""

import json
import json.decoder
import json.scanner
import re
from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

from flask import current_app
from flask_babel import format_decimal
from flask_babel import gettext as _

from display.live.turns import unhurried
from display.log.base import Offload
from display.room.events import KINDS_OF_STEP, Plan
from display.room.words import on_one_line

MAX_QUESTION = 200  # characters
MAX_TEXT = 1000  # characters of a note, a purpose or advice
MOST_TYPED = 10 * MAX_TEXT  # of a text with all that is blank in it
MOST_ANSWERS = 10
MOST_STEPS = 100  # on an agenda
SHORTEST, LONGEST = 10, 4 * 3600  # seconds of a clock
UNLIMITED = "unlimited"
TEXTS = ("note", "purpose", "advice")
SWITCHES = ("phrase", "concealed")
FIELDS = frozenset(field.name for field in fields(Plan))


class BadAct(ValueError):
    """What was sent makes no act; the message says why, in the coach's language."""


class BadField(BadAct):
    """A step cannot be planned like this because of what is in one field."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def read_plan(sent: Mapping[str, Any]) -> Plan:
    """Return the step that was sent in a form or a file; BadField for what makes no sense."""
    kind = str(sent.get("kind") or "question")
    if kind not in KINDS_OF_STEP:
        raise BadField("kind", _("A step is one of %(kinds)s.", kinds=", ".join(KINDS_OF_STEP)))
    texts = {name: long_text(name, sent.get(name)) for name in TEXTS}
    return Plan(
        question_text(sent.get("question")),
        kind,
        seconds(sent),
        answers_each(sent.get("answers_each", 1)),
        is_on(sent.get("phrase")),
        is_on(sent.get("concealed")),
        **texts,
    )


def question_text(sent: object) -> str:
    question = str(sent or "")
    if len(question) <= MOST_TYPED:
        question = on_one_line(question)
    if not question:
        raise BadField("question", _("Write the question first."))
    if len(question) > MAX_QUESTION:
        message = _("The question is too long: at most %(most)d characters.", most=MAX_QUESTION)
        raise BadField("question", message)
    return question


def long_text(name: str, sent: object) -> str:
    """Return a text of several lines, without blank ones."""
    text = str(sent or "")
    if len(text) <= MOST_TYPED:
        text = "\n".join(filter(None, map(on_one_line, text.splitlines())))
    if len(text) > MAX_TEXT:
        raise BadField(name, _("The text is too long: at most %(most)d characters.", most=MAX_TEXT))
    return text


def seconds(sent: Mapping[str, Any]) -> int | None:
    """Return the time of a step's clock: `seconds`, or the `minutes` of a form; None: no clock."""
    name = "minutes" if "minutes" in sent else "seconds"
    typed = sent.get(name)
    if typed is None or typed == "":
        return None
    number = str(typed).strip().replace(",", ".")
    is_number = re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,2})?", number)
    found = round(float(number) * (60 if name == "minutes" else 1)) if is_number else 0
    if not SHORTEST <= found <= LONGEST:
        raise BadField(name, _("The time is 10 seconds to 4 hours, or none."))
    return found


def answers_each(sent: object) -> int | None:
    if sent is None or sent == UNLIMITED:
        return None
    if str(sent) in map(str, range(1, MOST_ANSWERS + 1)):
        return int(str(sent))
    message = _("The number of answers is 1 to %(most)d, or unlimited.", most=MOST_ANSWERS)
    raise BadField("answers_each", message)


def is_on(sent: object) -> bool:
    return sent in (True, "on", "true", "1", 1)


def written(plan: Plan) -> dict[str, Any]:
    """Return a step as the fields of the form in which a coach writes it."""
    minutes = "" if plan.seconds is None else format_decimal(plan.seconds / 60, "0.##")
    each = UNLIMITED if plan.answers_each is None else plan.answers_each
    return {**asdict(plan), "minutes": minutes, "answers_each": each}


def agenda_text(plans: list[Plan]) -> str:
    """Return an agenda as the file that `read_agenda` reads."""
    return json.dumps({"steps": [asdict(plan) for plan in plans]}, ensure_ascii=False, indent=2)


def read_agenda(text: str) -> list[Plan]:
    """Return the steps of an agenda's file; BadAct names the line and the field at fault."""
    offload: Offload = current_app.extensions["offload"]
    try:
        text = text.removeprefix("\ufeff")
        found, lines = offload(with_lines, text)
    except json.JSONDecodeError as error:
        message = _("The file is no agenda: line %(line)d cannot be read.", line=error.lineno)
        raise BadAct(message) from error
    except (RecursionError, ValueError) as error:  # the latter: a number of thousands of digits
        raise BadAct(_("The file is no agenda: it has no list of steps.")) from error
    steps = found.get("steps") if isinstance(found, dict) else None
    if not isinstance(steps, list) or not steps:
        raise BadAct(_("The file is no agenda: it has no list of steps."))
    if len(steps) > MOST_STEPS:
        raise BadAct(_("An agenda has at most %(most)d steps.", most=MOST_STEPS))
    return [read_step(step, text, lines.get(id(step), 1)) for step in unhurried(steps)]


def read_step(step: object, text: str, line: int) -> Plan:
    if not isinstance(step, dict):
        raise BadAct(_("Line %(line)d: a step is written between braces.", line=line))
    try:
        unknown = next((name for name in step if name not in FIELDS), None)
        if unknown is not None:
            raise BadField(unknown, _("A step has no such field."))
        refuse_other_types(step)
        return read_plan(step)
    except BadField as error:
        place = {"line": line_of_field(text, line, error.field), "field": error.field}
        raise BadAct(_("Line %(line)d, “%(field)s”: %(why)s", why=error, **place)) from error


def refuse_other_types(step: Mapping[str, Any]) -> None:
    """Raise BadField for a value that is of another type than a file has in that field.

    A form has texts alone, and what is not "on" is off: that would turn a `"yes"` into a no.
    """
    for name, value in step.items():
        if name in SWITCHES and not isinstance(value, bool):
            raise BadField(name, _("It is true or false, without quotation marks."))
        if name in ("question", *TEXTS) and not isinstance(value, str | None):
            raise BadField(name, _("It is a text, in quotation marks."))


def line_of_field(text: str, line: int, field: str) -> int:
    """Return the line of a field in the step that begins at `line`; that line if it has none."""
    rest = text.splitlines()[line - 1 :]
    name = json.dumps(field, ensure_ascii=False)
    for ahead, content in enumerate(rest):
        if ahead and content.strip().startswith("{"):
            break
        if name in content:
            return line + ahead
    return line


def with_lines(text: str) -> tuple[Any, dict[int, int]]:
    """Return what a JSON text holds, and the line on which each object in it begins, by its id."""
    decoder = StartsKept()
    found, line, before = decoder.decode(text), 1, 0
    lines = {}
    for start, number in sorted((start, number) for number, start in decoder.starts.items()):
        line += text.count("\n", before, start)
        lines[number], before = line, start
    return found, lines


class StartsKept(json.JSONDecoder):
    """A decoder that remembers where each object begins; only Python's scanner lets it."""

    def __init__(self) -> None:
        super().__init__()
        self.starts: dict[int, int] = {}  # by the object's id
        self.parse_object = self._parse_object
        self.scan_once = json.scanner.py_make_scanner(self)  # type: ignore[attr-defined]

    def _parse_object(self, at: tuple[str, int], *rest: Any) -> tuple[Any, int]:
        found, end = json.decoder.JSONObject(at, *rest)  # type: ignore[attr-defined]
        self.starts[id(found)] = at[1]
        return found, end
