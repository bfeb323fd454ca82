"""What each audience is sent over Socket.IO. This is the wire, and these are its only messages.

A client emits `watch {"room", "as": "stage" | "phone" | "coach", "since": seq}`, a phone with its
`table` if it sits at one, and with its token as `participant` where it may be that no cookie is
kept. To a stage come

- `picture`: the whole picture. The stage replaces what it has.
- `changes`: `words` that are new or changed since the picture the stage has, each complete, and the
  words that are `gone`. Receiving one twice does no harm.

To a phone and to a coach comes `status`: all that it shows of the room; to a phone at a table also
`table`: what that table has sent. `status` carries `seq`, the entry of the room's log that it tells
of; `picture` and `changes` carry that of the entry which drew the picture, or 0 where none is seen,
and `changes` older than what the stage has are to be ignored. `now` is the server's time, by which
`clock` is to be read.
`refused` with an `error`, `no_such_room` or `forbidden`, answers a `watch` that cannot be.
`erased` is sent, with no more to follow, when the room is no more.
"""

from typing import Any, TypeAlias

Message: TypeAlias = dict[str, Any]

PASSING = ("seq", "now")  # a message that differs in these alone tells nothing new


def is_news(message: Message, before: Message | None) -> bool:
    """Return whether a message tells something that the one `before` did not."""
    if before is None:
        return True
    return any(message[name] != before[name] for name in message if name not in PASSING)
