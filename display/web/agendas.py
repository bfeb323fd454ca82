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


def example(kind: str) -> Plan:
    """Return a step of a kind as a coach begins to write it: all but its question."""
    found = [plan for plan in dialogue() if plan.kind == kind]
    return replace(found[0], question="") if found else Plan("")


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
            purpose=_("Everyone thinks for themselves first. Nobody has to show what they write."),
            advice=lines(
                _("Be silent, also with your neighbours."),
                _("Write what comes to mind; it need not be finished."),
            ),
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
            advice=lines(
                _("Everyone speaks once before anyone speaks twice."),
                _("Ask before you argue."),
                _("Note what you agree on, and send it as three short factors."),
            ),
        ),
        Plan(
            _("What came out of it?"),
            "summary",
            concealed=True,
            note=_("Ask a table what lies behind its words. Reveal when everybody looks."),
            purpose=_("The hall sees what it said alone, and what it agreed on together."),
            advice=lines(
                _("Look for what came up at several tables."),
                _("Say what you take home."),
            ),
        ),
    ]


def lines(*advice: str) -> str:
    return "\n".join(advice)
