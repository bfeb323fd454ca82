"""Agendas that are ready to use, in the language of the room."""

from dataclasses import replace

from flask_babel import gettext as _

from display.room.events import Plan

MINUTE = 60
NAMES = ("factors", "dialogue", "workplace")


def agenda(name: str) -> list[Plan]:
    """Return the steps of an agenda, one of `NAMES`; KeyError for any other name."""
    return {"factors": factors, "dialogue": dialogue, "workplace": workplace}[name]()


def factors() -> list[Plan]:
    """One cloud all morning."""
    return [Plan(_("What makes change succeed?"), "question", answers_each=None)]


def dialogue() -> list[Plan]:
    """A dialogue in three steps, for a hall with tables."""
    return three_steps(5 * MINUTE, 10 * MINUTE)


def workplace() -> list[Plan]:
    """The same for a workplace meeting of ten."""
    return three_steps(2 * MINUTE, 5 * MINUTE)


def three_steps(alone: int, together: int) -> list[Plan]:
    return [
        Plan(
            _("How is it for us now?"),
            "reflection",
            alone,
            answers_each=3,
            phrase=True,
            concealed=True,
            note=_("Silence. Say that nobody sees what is written before you show it."),
            purpose=purpose("reflection"),
            advice=advice("reflection"),
        ),
        Plan(
            _("Which three factors make us succeed?"),
            "tables",
            together,
            answers_each=3,
            phrase=True,
            concealed=True,
            note=_("Each table ends in three factors. Tell them when a minute is left."),
            purpose=_(
                "The table shares what each has thought, and agrees on three success factors."
                " They need not be the same as anybody's own."
            ),
            advice=advice("tables"),
        ),
        Plan(
            _("What came out of it?"),
            "summary",
            concealed=True,
            note=_("Ask a table what lies behind its words. Reveal when everybody looks."),
            purpose=purpose("summary"),
            advice=advice("summary"),
        ),
    ]


def led(plan: Plan) -> Plan:
    """Return the plan with a purpose and advice for whoever leads a table, where it has none."""
    return replace(
        plan,
        purpose=plan.purpose or purpose(plan.kind),
        advice=plan.advice or advice(plan.kind),
    )


def purpose(kind: str) -> str:
    """Return in two sentences what a step of this kind is for."""
    purposes: dict[str, str] = {
        "question": _("Everyone answers on their own phone. All words become one picture."),
        "reflection": _(
            "Everyone thinks for themselves first. Nobody has to show what they write."
        ),
        "tables": _("The table shares what each has thought. It agrees on what to send together."),
        "summary": _(
            "The hall sees what it said alone, and what it agreed on together."
            " What has changed tells what the talk gave."
        ),
    }
    return purposes[kind]


def advice(kind: str) -> str:
    """Return the method's advice on a step of this kind, a line for each piece."""
    pieces: dict[str, list[str]] = {
        "question": [
            _("Choose what matters most to you."),
            _("There is no right or wrong answer."),
        ],
        "reflection": [
            _("Be silent, also with your neighbours."),
            _("Write what comes to mind; it need not be finished."),
        ],
        "tables": [
            _("Everyone speaks once before anyone speaks twice."),
            _("Ask before you argue."),
            _("Note what you agree on, and send it in a few words."),
        ],
        "summary": [
            _("Look for what came up at several tables."),
            _("Say what you take home."),
        ],
    }
    return "\n".join(pieces[kind])
