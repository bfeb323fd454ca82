"""What was observed, as one Markdown table with the targets beside it."""

import math
import os
from collections.abc import Sequence
from statistics import fmean

from tests.bench.hall.figures import hiding_delays, least_share_shown, percentile, stage_delays
from tests.bench.hall.play import Played
from tests.bench.hall.stage import displacements

Row = tuple[str, str, str]


def report(played: Played) -> str:
    """Return the table, a line a figure."""
    rows = [
        ("figure", "measured", "target"),
        ("---", "---", "---"),
        *answer_rows(played),
        *stage_rows(played),
        *server_rows(played),
    ]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def answer_rows(played: Played) -> list[Row]:
    everyone, thanked = len(played.phones), played.thanked
    thanks = [answer.thanks_seconds for answer in thanked]
    return [
        ("joined", f"{len(played.joins)} of {everyone}", "all"),
        ("refused", f"{everyone - len(thanked)}", "0"),
        ("lost", f"{played.lost}", "0"),
        ("doubled", f"{played.doubled}", "0"),
        ("joining p50 / p95", milliseconds(played.joins, 0.5, 0.95), ""),
        ("thanks p50 / p95 / longest", milliseconds(thanks, 0.5, 0.95, 1), "p95 ≤ 100 ms"),
    ]


def stage_rows(played: Played) -> list[Row]:
    recording = played.recording
    delays = stage_delays(played.thanked, recording.seen)
    gone = hiding_delays(played.hidden, recording.seen)
    least = least_share_shown(played.thanked, recording.seen)
    moves = list(displacements(played.pictures, recording.width, recording.height))
    mean_move = fmean(moves) if moves else math.nan
    return [
        ("hidden by a coach to gone p50 / p95", milliseconds(gone, 0.5, 0.95), "p95 ≤ 300 ms"),
        ("different words", f"{len(played.counted)}", ""),
        ("sent to seen on stage p50 / p95", milliseconds(delays, 0.5, 0.95), "≤ 200 / ≤ 500 ms"),
        ("words older than 1 s on stage, at any moment", f"≥ {least:.1%}", "≥ 95 %"),
        ("blank frames", f"{recording.blank} of {recording.frames}", "0"),
        ("longest wait for a frame", f"{recording.longest:.0f} ms", ""),
        ("mean move of a word per picture", f"{mean_move:.2%} of the diagonal", "< 1 %"),
        ("pictures drawn while all answer", f"{len(moves)}", ""),
    ]


def server_rows(played: Played) -> list[Row]:
    everyone, joining, answering = len(played.phones), played.joining, played.answering
    others = (joining.others_cpu + answering.others_cpu) / (joining.seconds + answering.seconds)
    received = joining.received + answering.received
    return [
        ("to all phones, joining / answering", megabytes(joining.received, answering.received), ""),
        ("to all phones, together", megabytes(received), "≤ 8 MB"),
        ("server memory, peak", megabytes(played.peak_memory), "≤ 150 MB"),
        ("server CPU per join", milliseconds([joining.server_cpu / everyone], 1), ""),
        ("server CPU per answer", milliseconds([answering.server_cpu / everyone], 1), ""),
        ("taken by other programs meanwhile", f"{others:.1f} of {os.cpu_count()} cores", ""),
    ]


def milliseconds(seconds: Sequence[float], *shares: float) -> str:
    """Return these percentiles in milliseconds."""
    return " / ".join(f"{1000 * percentile(seconds, share):.3g}" for share in shares) + " ms"


def megabytes(*sizes: float) -> str:
    return " / ".join(f"{size / 1e6:.3g}" for size in sizes) + " MB"
