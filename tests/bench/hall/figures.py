"""From what happened to figures: pure functions over what phones sent and a stage showed."""

import math
from bisect import bisect
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from tests.bench.hall.phones import Answer
from tests.bench.hall.stage import Seen

SAMPLE_SECONDS = 0.1
GRACE_SECONDS = 1.0  # after which a word should be on the screen


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value that this share of all does not exceed; nan if there are none."""
    if not values:
        return math.nan
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def stage_delays(answers: Sequence[Answer], seen: Sequence[Seen]) -> list[float]:
    """Return for each answer the seconds until the stage's count had room for it; inf if never.

    The nth answer sent of a word is there when the word first stands with a count of n or more.
    """
    reached: defaultdict[str, list[tuple[int, float]]] = defaultdict(list)
    for at, word, count in seen:
        if not reached[word] or count > reached[word][-1][0]:
            reached[word].append((count, at))
    delays = []
    sent: Counter[str] = Counter()
    for answer in sorted(answers, key=lambda answer: answer.sent_at):
        sent[answer.word] += 1
        later = [at for count, at in reached[answer.word] if count >= sent[answer.word]]
        delays.append(later[0] - answer.sent_at if later else math.inf)
    return delays


def hiding_delays(hidden: Sequence[tuple[str, float]], seen: Sequence[Seen]) -> list[float]:
    """Return for each word that was hidden the seconds until it left the stage; inf if never."""
    delays = []
    for hidden_word, hidden_at in hidden:
        left = [
            at for at, word, count in seen if word == hidden_word and at > hidden_at and not count
        ]
        delays.append(left[0] - hidden_at if left else math.inf)
    return delays


def least_share_shown(answers: Sequence[Answer], seen: Sequence[Seen]) -> float:
    """Return the least share, at any moment, of the words sent a second ago that were shown."""
    first_sent: dict[str, float] = {}
    for answer in sorted(answers, key=lambda answer: answer.sent_at):
        first_sent.setdefault(answer.word, answer.sent_at)
    due = sorted((at + GRACE_SECONDS, word) for word, at in first_sent.items())
    return min(shares_shown(due, seen), default=math.nan)


def shares_shown(due: Sequence[tuple[float, str]], seen: Sequence[Seen]) -> Iterator[float]:
    """Yield the share shown of the words due by then, every 0.1 s until the last one is due."""
    shown: set[str] = set()
    waiting = list(reversed(seen))
    start, end = due[0][0], due[-1][0]
    for sample in range(int((end - start) / SAMPLE_SECONDS) + 1):
        now = start + sample * SAMPLE_SECONDS
        while waiting and waiting[-1].at <= now:
            _, word, count = waiting.pop()
            (shown.add if count else shown.discard)(word)
        by_now = {word for _, word in due[: bisect(due, (now, "\uffff"))]}
        yield len(by_now & shown) / len(by_now)
