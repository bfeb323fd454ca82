"""What a stage is sent: the picture and all that stands around it."""

from display.cloud.font import measure
from display.cloud.layout import Placement
from display.cloud.sizes import part
from display.live.messages import Message
from display.live.messages.step import step_message, tables_done
from display.live.rooms import LiveRoom
from display.room.state import Room
from display.room.steps import Tallied
from display.room.summary import Compared, Summary

TOP = 10  # words of the ranking


def picture(live: LiveRoom, header: Message) -> Message:
    """Return the whole picture, under a `stage_header`; no words while results are concealed."""
    return {**header, "words": shown_words(live, 0)}


def changes(live: LiveRoom, header: Message, since: int) -> Message:
    """Return what changed in the picture after entry `since`; no words while they are concealed."""
    return {
        **header,
        "words": shown_words(live, since),
        "gone": [] if live.room.concealed else live.picture.gone_since(since),
    }


def resumed(live: LiveRoom, since: int) -> tuple[str, Message]:
    """Return the name and the content of what brings a stage that has entry `since` up to date.

    Whoever asks need not have seen that entry's words: what is gone since is named to nobody.
    """
    header = stage_header(live)
    follows = since in live.picture.seqs and not live.room.concealed
    if follows and not live.picture.gone_since(since):
        return "changes", changes(live, header, since)
    return "picture", picture(live, header)


def stage_header(live: LiveRoom) -> Message:
    """Return what every message to a stage carries.

    `answers` counts those that count by now, `participants` who gave them; `connected` are the
    phones that are here, told in the lobby alone; `left_out` is the number of words that the
    picture has no room for; `camera` is `[x, y, width, height]` in plane units; `lit` is the word
    in the light with the names of the tables that said it, `lit_table` a table in the light with
    its words, `ranking` the ten most frequent; `tables` are how many are `done`, `of` how many;
    `comparison` is what a summary compares; `aspect`, one of `ASPECTS`, and `deep` are the shape
    that the coach has chosen; `decisions` grows with each act of a coach.
    """
    room, direction = live.room, live.room.direction
    tally = room.tally()
    concealed = room.concealed
    return {
        "seq": 0 if concealed else live.picture.seq,
        **step_message(live),
        "aspect": direction.aspect,
        "deep": direction.deep,
        "concealed": concealed,
        "answers": sum(tallied.count for tallied in tally),
        "participants": room.voices(),
        "left_out": 0 if concealed else live.picture.cloud.left_out,
        "camera": list(live.picture.cloud.camera),
        "connected": live.connected if direction.view == "lobby" else 0,
        "view": direction.view,
        "calm": direction.calm,
        "lit": None if concealed else lit_word(room),
        "lit_table": None if concealed else lit_table(room),
        "ranking": [] if concealed else [word._asdict() for word in tally[:TOP]],
        "tables": tables_done(room),
        "comparison": None if concealed else comparison(live),
        "side": direction.side,
        "gradual": direction.gradual,
        "counts_shown": direction.counts_shown,
        "participants_shown": direction.participants_shown,
        "pace": direction.pace,
        "decisions": room.decisions,
    }


def lit_word(room: Room) -> Message | None:
    """Return the word in the light, and the names of the `tables` that said it.

    In a summary its count is that of `before` and that of `after`; else those are None.
    """
    tallied = room.lit()
    if tallied is None:
        return None
    names = [room.direction.tables[table] for table in room.tables_that_said(tallied.word)]
    compared = room.summary.compared if room.summary else []
    counts = [(word.before, word.after) for word in compared if word.word == tallied.word]
    before, after = counts[0] if counts else (None, None)
    return {**tallied._asdict(), "tables": names, "before": before, "after": after}


def lit_table(room: Room) -> Message | None:
    """Return the table in the light: its name and the words that it sent."""
    table = room.direction.lit_table
    if table is None:
        return None
    return {"name": room.direction.tables[table], "words": room.words_of_table(table)}


def comparison(live: LiveRoom) -> Message | None:
    """Return the questions that a summary compares, and how each word in the picture changed.

    Of each word: its counts, and the part of its size in the picture that it has before and after.
    `mark` is the room for a mark before a word, in em.
    """
    room, placed = live.room, live.picture.cloud.placements
    summary = room.summary
    if summary is None:
        return None
    compared = summary.compared
    most = max((max(word.share_before, word.share_after) for word in compared), default=1)
    return {
        "before": asked(room, summary, "before"),
        "after": asked(room, summary, "after"),
        "mark": measure(MARK).advance,
        "words": {word.word: compared_word(word, most) for word in compared if word.word in placed},
    }


def asked(room: Room, summary: Summary, side: str) -> Message | None:
    step = summary.before if side == "before" else summary.after
    if step is None:
        return None
    plan = room.plan_of(step.number)
    return {"question": plan.question, "kind": plan.kind}


def compared_word(word: Compared, most: int) -> Message:
    largest = max(word.share_before, word.share_after)
    return {
        "before": word.before,
        "after": word.after,
        "change": word.change,
        "before_part": part(word.share_before, largest, most),
        "after_part": part(word.share_after, largest, most),
    }


def drawn_tally(room: Room) -> list[Tallied]:
    """Return the tally that the picture is drawn from: of a summary, the shares of its words, each
    label with the room for a mark before it."""
    summary = room.summary
    if summary is None:
        return room.tally()
    return [
        Tallied(word.word, MARK + word.label, max(1, word.share_before, word.share_after))
        for word in summary.compared
    ]


MARK = "+ "  # keeps the place of what tells how a word changed


def shown_words(live: LiveRoom, since: int) -> list[Message]:
    if live.room.concealed:
        return []
    return [placed(placement) for placement in live.picture.words_since(since)]


def placed(placement: Placement) -> Message:
    """Return the placement as it is sent, `x` being its middle and `y` its baseline."""
    return placement._asdict()
