"""Steps in their order, and their clocks: what acts on them make of the direction."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from display.room.direction import Clock, Direction
from display.room.events import (
    Act,
    AgendaLoaded,
    AnswersClosed,
    AnswersOpened,
    ClockChanged,
    ClockPaused,
    ClockStarted,
    Plan,
    QuestionAsked,
    StepEdited,
    StepMoved,
    StepPlanned,
    StepRemoved,
    StepStarted,
)


def planned(act: Act) -> list[Plan]:
    """Return the plans of the steps that an act makes, in the order of their numbers."""
    match act:
        case QuestionAsked(question, answers_each, phrase, concealed):
            return [Plan(question, "question", None, answers_each, phrase, concealed)]
        case StepPlanned(plan):
            return [plan]
        case AgendaLoaded(plans):
            return plans
    return []


def stepped(direction: Direction, act: Act, plans: Sequence[Plan], answers: int) -> Direction:
    """Return the direction after an act on steps, before which those of these `plans` were made
    and so many `answers` given."""
    made = len(plans)
    new = dict(enumerate(planned(act), made + 1))
    known = direction.agenda
    match act:
        case QuestionAsked():
            asked = _with(direction, new, direction.step)
            if made == 1 and not answers:  # what a room opens with gives way to the first question
                asked = _ordered(asked, list(new))
            return replace(_started(asked, made + 1), view="cloud")
        case StepPlanned(_, after):
            return _with(direction, new, after)
        case AgendaLoaded(_, kept) if new:
            staying = [step for step in direction.agenda if step in kept]
            loaded = _ordered(_with(direction, new, 0), [*staying, *new])
            return loaded if direction.step in staying else _started(loaded, made + 1)
        case StepEdited(step, plan) if step in known:
            return _edited(direction, step, plan)
        case StepMoved(step, after) if step in known and step != after:
            others = [other for other in direction.agenda if other != step]
            return _ordered(direction, _behind(others, after, [step]))
        case StepRemoved(step) if step in known and step != direction.step:
            return _ordered(direction, [other for other in direction.agenda if other != step])
        case StepStarted(step) if 1 <= step <= made and step != direction.step:
            if step not in direction.plans:  # it was taken back; who answered it is still there
                direction = _with(direction, {step: plans[step - 1]}, direction.step)
            elif step not in known:
                direction = _ordered(direction, _behind(known, direction.step, [step]))
            return replace(_started(direction, step), view="cloud")
        case AnswersOpened(step):
            return replace(direction, open=direction.open | {step})
        case AnswersClosed(step):
            return replace(direction, open=direction.open - {step})
    return direction


def _with(direction: Direction, new: dict[int, Plan], after: int) -> Direction:
    concealed = {step for step, plan in new.items() if plan.concealed}
    return replace(
        direction,
        agenda=tuple(_behind(direction.agenda, after, list(new))),
        plans={**direction.plans, **new},
        concealed=direction.concealed | concealed,
    )


def _behind(steps: Iterable[int], after: int, new: list[int]) -> list[int]:
    """Put `new` behind the step `after`, or first if it is not there."""
    steps = list(steps)
    place = steps.index(after) + 1 if after in steps else 0
    return [*steps[:place], *new, *steps[place:]]


def _ordered(direction: Direction, agenda: list[int]) -> Direction:
    return replace(direction, agenda=tuple(agenda))


def _started(direction: Direction, step: int) -> Direction:
    """Go to a step; when that is the first time, it takes answers from now on."""
    direction = replace(direction, step=step, lit=None, lit_table=None, side="both")
    if step in direction.begun:
        return direction
    return replace(direction, begun=direction.begun | {step}, open=direction.open | {step})


def _edited(direction: Direction, step: int, plan: Plan) -> Direction:
    before = direction.plans[step]
    direction = replace(direction, plans={**direction.plans, step: plan})
    if plan.concealed == before.concealed:
        return direction
    others = direction.concealed - {step}
    return replace(direction, concealed=others | {step} if plan.concealed else others)


def timed(direction: Direction, act: Act) -> Direction:
    """Return the direction after an act on a clock."""
    match act:
        case ClockStarted(step, at) if (clock := _clock(direction, step)) and clock.since is None:
            return _with_clock(direction, step, replace(clock, since=at))
        case ClockPaused(step, at) if (
            clock := _clock(direction, step)
        ) and clock.since is not None:
            return _with_clock(direction, step, Clock(clock.left_at(at)))
        case ClockChanged(step, seconds) if clock := _clock(direction, step):
            return _with_clock(direction, step, replace(clock, left=clock.left + seconds))
    return direction


def _clock(direction: Direction, step: int) -> Clock | None:
    return direction.clock(step) if step in direction.agenda else None


def _with_clock(direction: Direction, step: int, clock: Clock) -> Direction:
    return replace(direction, clocks={**direction.clocks, step: clock})
