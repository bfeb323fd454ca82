"""What was drawn is in the log: replayed, it is the picture that stood on stage."""

from collections.abc import Sequence
from dataclasses import replace
from typing import get_type_hints

from hypothesis import given, settings
from hypothesis import strategies as st

from display.cloud.layout import Camera, Cloud, Placement
from display.live.pictures import Picture, difference
from display.room.events import PictureDrawn, decode, encode

FIELDS = {
    str: st.text(max_size=5),
    int: st.integers(0, 500),
    float: st.floats(-5000, 5000, allow_nan=False).map(lambda value: round(value, 1)),
}
words = st.sampled_from("abcdefgh")
placed = st.builds(
    Placement,
    **{**{name: FIELDS[kind] for name, kind in get_type_hints(Placement).items()}, "word": words},
)
clouds = st.builds(
    lambda found, camera, left_out: replace(
        Cloud.empty(), placements={p.word: p for p in found}, camera=camera, left_out=left_out
    ),
    st.lists(placed, unique_by=lambda placement: placement.word, max_size=8),
    st.builds(Camera, *[FIELDS[float]] * 4),
    FIELDS[int],
)
answers = st.lists(
    st.sampled_from(["delaktighet", "mod", "glädje", "tid", "trygghet", "ro", "🎉", "Vi!"]),
    max_size=12,
)


def seen(cloud: Cloud) -> tuple[object, ...]:
    """Return what a screen shows of a cloud."""
    return dict(cloud.placements), cloud.camera, cloud.left_out


def drawn(before: Picture, after: Cloud) -> PictureDrawn | None:
    """Return what is logged to get from a picture to a cloud, as it is read back."""
    event = difference(1, "16:9", before.seq, before.cloud, after)
    if event is None:
        return None
    read_back = decode(encode(event))
    assert isinstance(read_back, PictureDrawn)
    return read_back


def tally_of(given: Sequence[str]) -> list[tuple[str, str, int]]:
    found = [(word, word.capitalize(), given.count(word)) for word in dict.fromkeys(given)]
    return sorted(found, key=lambda tallied: -tallied[2])


@given(st.lists(clouds, max_size=8))
def test_replaying_what_was_drawn_gives_the_picture_that_stood_on_stage(
    shown: list[Cloud],
) -> None:
    picture = Picture()
    for seq, cloud in enumerate(shown, start=3):
        event = drawn(picture, cloud)
        if event is not None:
            picture.apply(seq, event)
        assert seen(picture.cloud) == seen(cloud)


@settings(max_examples=15, deadline=None)
@given(answers)
def test_the_picture_of_a_room_is_the_same_after_a_restart(given: list[str]) -> None:
    live, replayed = Cloud.empty(), Picture()
    for count in range(1, len(given) + 1):
        live = live.step(tally_of(given[:count]))
        event = drawn(replayed, live)
        if event is not None:
            replayed.apply(count, event)
    assert seen(replayed.cloud) == seen(live)
    assert drawn(replayed, replayed.cloud.step(tally_of(given))) is None


@given(clouds)
def test_nothing_is_drawn_where_nothing_changed(cloud: Cloud) -> None:
    assert difference(1, "16:9", 1, cloud, cloud) is None


@given(clouds, clouds)
def test_of_two_drawn_from_the_same_picture_the_first_counts(first: Cloud, second: Cloud) -> None:
    picture = Picture()
    events = [drawn(picture, first), drawn(picture, second)]
    counted = [event for event in events if event is not None]
    for seq, event in enumerate(counted, start=7):
        picture.apply(seq, event)
    assert picture.seqs == ({7} if counted else set())
    assert seen(picture.cloud) == seen(first if events[0] is not None else picture.cloud)


@given(st.lists(clouds, max_size=8), st.integers(0, 8))
def test_a_screen_that_has_any_older_picture_is_brought_up_to_date(
    shown: list[Cloud], when: int
) -> None:
    picture, stale, since = Picture(), dict[str, Placement](), 0
    for seq, cloud in enumerate(shown, start=1):
        event = drawn(picture, cloud)
        if event is not None:
            picture.apply(seq, event)
        if seq == when:
            stale, since = dict(picture.cloud.placements), picture.seq
    for word in picture.gone_since(since):
        stale.pop(word, None)
    stale.update({placement.word: placement for placement in picture.words_since(since)})
    assert stale == dict(picture.cloud.placements)


@given(st.lists(clouds, max_size=8))
def test_a_screen_that_is_up_to_date_is_sent_nothing(shown: list[Cloud]) -> None:
    picture = Picture()
    for seq, cloud in enumerate(shown, start=1):
        event = drawn(picture, cloud)
        if event is not None:
            picture.apply(seq, event)
    assert (picture.words_since(picture.seq), picture.gone_since(picture.seq)) == ([], [])
