"""The offset of two clocks, from round trips."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from controller.clock_offset import KEPT, ClockOffset

delays = st.integers(0, 500_000)


@given(st.integers(-(10**12), 10**12), st.lists(st.tuples(delays, delays, delays), min_size=1))
def test_it_is_wrong_by_at_most_what_it_says(
    offset_us: int, trips: list[tuple[int, int, int]]
) -> None:
    """Whatever time the messages take there, in the receiver, and back."""
    clocks = ClockOffset()
    t1_us = 0
    for there, inside, back in trips:
        t2_us = t1_us + there + offset_us
        t4_us = t1_us + there + inside + back
        clocks.add(t1_us, t2_us, t2_us + inside, t4_us)
        t1_us = t4_us + 1
    assert clocks.offset_us is not None
    assert clocks.uncertainty_us is not None
    assert abs(clocks.offset_us - offset_us) <= clocks.uncertainty_us
    assert clocks.uncertainty_us == min(there + back for there, _, back in trips[-KEPT:]) / 2


def test_the_shortest_trip_is_believed() -> None:
    clocks = ClockOffset()
    clocks.add(0, 100 + 900, 100 + 900, 1000)
    clocks.add(2000, 2100 + 5, 2100 + 5, 2010)
    assert (clocks.offset_us, clocks.uncertainty_us) == (100, 5)


def test_an_old_trip_is_forgotten() -> None:
    clocks = ClockOffset()
    clocks.add(0, 7, 7, 0)
    for _ in range(KEPT):
        clocks.add(0, 60, 60, 100)
    assert clocks.offset_us == 10


def test_without_a_trip_nothing_is_known() -> None:
    clocks = ClockOffset()
    clocks.add(0, 50, 90, 10)  # it would have taken less than nothing
    assert clocks.offset_us is None
    clocks.add(0, 5, 5, 10)
    clocks.forget()
    assert clocks.uncertainty_us is None
