"""The mirror shows what the receiver has, whatever is lost on the way."""

from __future__ import annotations

import itertools
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from receiver.model.state import (
    Anchor,
    ClockId,
    Item,
    Output,
    Problem,
    ReceiverInfo,
    SessionState,
    State,
    Tags,
    Volume,
)
from receiver.protocol import patch
from receiver.protocol.events import Change, StateEvent
from receiver.protocol.mirror import Mirror

words = st.sampled_from(["", "a", "b", "ü"])
maybe_words = st.none() | words
numbers = st.floats(0, 1000)
items = st.builds(
    Item,
    id=words,
    url=words,
    tags=st.builds(Tags, maybe_words, maybe_words, maybe_words),
    duration_ms=st.none() | numbers,
    seekable=st.booleans(),
)
anchors = st.builds(
    Anchor, item=words, position_ms=numbers, at_us=st.integers(0, 9), rate=st.sampled_from([0, 1])
)
sessions = st.builds(
    SessionState,
    id=words,
    playback=st.sampled_from(["idle", "loading", "playing", "paused"]),
    item=st.none() | items,
    anchor=st.none() | anchors,
)
states = st.builds(
    State,
    receiver=st.just(ReceiverInfo("r", "Kitchen", "1", ClockId("r", "b"))),
    session=sessions,
    volume=st.builds(Volume, st.integers(0, 100), st.booleans(), st.none() | numbers),
    output=st.builds(Output, words, words, level_dbfs=st.none() | numbers),
    problem=st.none() | st.builds(Problem, words, words),
)


def changes_between(states_in_order: list[State]) -> list[Change]:
    """What a receiver says that goes through these states from revision 1 on."""
    plain = [msgspec.to_builtins(state) for state in states_in_order]
    return [
        Change(revision, patch.diff(before, after))
        for revision, (before, after) in enumerate(itertools.pairwise(plain), start=2)
    ]


@given(st.lists(states, min_size=1, max_size=6))
def test_after_each_change_it_shows_the_state(course: list[State]) -> None:
    mirror = Mirror(StateEvent(1, course[0]))
    for change, state in zip(changes_between(course), course[1:], strict=True):
        assert mirror.merge(change)
        assert (mirror.revision, mirror.state) == (change.revision, state)


@given(st.lists(states, min_size=2, max_size=8), st.data())
def test_messages_may_be_lost_doubled_or_late(course: list[State], data: st.DataObject) -> None:
    """It always shows a state the receiver was in, and, asked when it must, the newest one."""
    changes = changes_between(course)
    mirror = Mirror(StateEvent(1, course[0]))
    arriving = data.draw(st.lists(st.sampled_from(changes), max_size=12))
    for newest in sorted(arriving, key=lambda _: data.draw(st.integers(0, 3))):
        if not mirror.merge(newest):
            mirror.replace(StateEvent(newest.revision, course[newest.revision - 1]))
        assert mirror.state == course[mirror.revision - 1]
        assert mirror.revision >= newest.revision


@given(states, st.dictionaries(st.sampled_from(["volume", "session", "x"]), words | st.none()))
def test_a_change_that_makes_no_state_is_not_taken(state: State, change: dict[str, Any]) -> None:
    mirror = Mirror(StateEvent(1, state))
    if not mirror.merge(Change(2, change)):
        assert (mirror.revision, mirror.state) == (1, state)


def test_fields_of_a_newer_receiver_are_ignored() -> None:
    mirror = Mirror(StateEvent(1, _state()))
    assert mirror.merge(Change(2, {"weather": {"rain": True}, "volume": {"percent": 9, "hue": 1}}))
    assert mirror.state.volume.percent == 9


def _state() -> State:
    return State(
        ReceiverInfo("r", "Kitchen", "1", ClockId("r", "b")),
        SessionState("s"),
        Volume(50, False, -20.0),
        Output("mock", "Mock"),
    )


def test_a_state_that_is_older_is_left_out() -> None:
    mirror = Mirror(StateEvent(5, _state()))
    assert not mirror.replace(StateEvent(4, msgspec.structs.replace(_state(), problem=None)))
    assert mirror.revision == 5
