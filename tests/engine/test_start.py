"""When a track begins: at once if its stream is fast, and else when what is in hand will last."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receiver.engine.start import LITTLE_S, PLENTY_S, StartPolicy

STEP_S = 0.02
PATIENCE_S = 1000.0


def begins_at(speed: float, length: float | None, *, waits: int = 0, most: float = 1e9) -> float:
    """Seconds until a stream begins that comes in `speed` times as fast as it plays, of which at
    most `most` seconds can be held.
    """
    policy, now = StartPolicy(0.0, waits), 0.0
    while now < PATIENCE_S:
        now += STEP_S
        ahead = min(speed * now, most, 1e9 if length is None else length)
        remaining = None if length is None else length - ahead
        if policy.may_start(now, ahead, ahead in (most, length), remaining):
            return now
    raise AssertionError


@given(st.floats(0.2, 20.0), st.floats(1.0, 200.0), st.integers(0, 3))
def test_where_the_length_is_known_what_begins_does_not_run_dry(
    speed: float, length: float, waits: int
) -> None:
    """Steadily as it comes, its last byte is there before it is to sound."""
    assert begins_at(speed, length, waits=waits) + length >= length / speed - 1e-6


@pytest.mark.parametrize("length", [None, 180.0])
@pytest.mark.parametrize("speed", [2.0, 5.0, 100.0])
def test_what_comes_faster_than_it_plays_begins_with_little(
    speed: float, length: float | None
) -> None:
    assert begins_at(speed, length) <= LITTLE_S / speed + STEP_S


def test_what_comes_as_fast_as_it_plays_begins_soon() -> None:
    assert begins_at(1.0, 180.0) <= LITTLE_S + 2 * STEP_S
    assert begins_at(1.0, None) <= PLENTY_S + 2 * STEP_S, "a station: nobody knows"


@pytest.mark.parametrize("speed", [1.1, 1.3, 1.45])
def test_a_little_faster_than_it_plays_tells_nothing_where_the_length_is_not_known(
    speed: float,
) -> None:
    assert begins_at(speed, 180.0) <= LITTLE_S + 2 * STEP_S
    assert begins_at(speed, None) == pytest.approx(PLENTY_S / speed, abs=2 * STEP_S)


def test_half_of_the_pace_waits_for_half_of_the_length() -> None:
    assert begins_at(0.5, 60.0) == pytest.approx(60.0, abs=1.0)


def test_more_than_can_be_held_is_not_waited_for() -> None:
    assert begins_at(0.5, 600.0, most=10.0) == pytest.approx(20.0, abs=2 * STEP_S)


def test_who_ran_dry_asks_for_more() -> None:
    first, again = begins_at(1.2, None), begins_at(1.2, None, waits=1)
    assert again >= 2 * first - STEP_S
