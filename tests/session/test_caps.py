"""Which cap is in force when."""

from __future__ import annotations

import math
from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receiver.model.hours import Hours
from receiver.session.caps import DAY_S, LOOK_S, STEP_S, Cap, Caps

NIGHT = Caps(80, 30, Hours.parse("22:00-07:00"))
MORNING = time(7)

hours = st.builds(
    lambda start, end: Hours(time(*divmod(start, 60)), time(*divmod(end, 60))),
    st.integers(0, 1439),
    st.integers(0, 1439),
)
caps = st.builds(
    lambda ends, night: Caps(max(ends), min(ends), night),
    st.tuples(st.integers(1, 100), st.integers(0, 100)),
    st.none() | hours,
)


def later(at: time, seconds: float) -> time:
    """The time of day, so many seconds after another."""
    passed = (at.hour * 3600 + at.minute * 60 + at.second + at.microsecond / 1e6 + seconds) % DAY_S
    whole = int(passed)
    return time(whole // 3600, whole // 60 % 60, whole % 60, int(passed % 1 * 1e6))


@pytest.mark.parametrize(
    ("at", "cap"),
    [
        (time(12), Cap(80)),
        (time(21, 59, 35), Cap(80)),
        (time(21, 59, 36), Cap(78)),
        (time(21, 59, 59, 500_000), Cap(31)),
        (time(22), Cap(30, MORNING)),
        (time(3), Cap(30, MORNING)),
        (time(6, 59, 59, 999_999), Cap(30, MORNING)),
        (MORNING, Cap(80)),
    ],
)
def test_the_night_has_a_cap_of_its_own_which_comes_softly(at: time, cap: Cap) -> None:
    assert NIGHT.at(at) == cap


@pytest.mark.parametrize(
    ("options", "by_day", "by_night"),
    [
        ((100, 100, "22:00-07:00"), 100, 100),
        ((60, 100, "22:00-07:00"), 60, 60),
        ((60, 30, ""), 60, 60),
        ((60, 30, "22:00-07:00"), 60, 30),
        ((100, 0, "22:00-07:00"), 100, 0),
    ],
)
def test_what_is_configured(options: tuple[int, int, str], by_day: int, by_night: int) -> None:
    configured = Caps.configured(*options)
    assert configured.at(time(12)).percent == by_day
    assert configured.at(time(2)).percent == by_night
    assert (configured.look_in(time(12)) == math.inf) == (by_day == by_night)


def test_a_night_that_never_ends() -> None:
    assert Caps.configured(100, 30, "08:00-08:00").at(time(8)) == Cap(30, time(8))
    assert Caps.configured(100, 30, "08:00-08:00").at(time(7, 59, 59)) == Cap(30, time(8))


@given(caps, st.times())
def test_it_is_between_the_two_and_the_lower_one_in_the_night(caps: Caps, at: time) -> None:
    cap = caps.at(at)
    assert min(caps.always, caps.at_night) <= cap.percent <= caps.always
    if caps.night is not None and caps.night.hold(at):
        assert cap == Cap(caps.at_night, caps.night.end)
    else:
        assert cap.until is None


@given(caps, st.times())
def test_from_one_look_to_the_next_it_never_leaps_down(caps: Caps, at: time) -> None:
    wait = caps.look_in(at)
    if caps.night is None:
        assert wait == math.inf
        return
    assert STEP_S <= wait <= LOOK_S
    assert caps.at(at).percent - caps.at(later(at, wait)).percent <= 2
