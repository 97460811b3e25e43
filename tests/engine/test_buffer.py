"""How much the device is asked to hold, as it runs dry."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from receiver.engine.buffer import LEAST_GROWTH, STEADY_S, Buffer

MOST_S = 0.25
BEGINS_S = 0.009


def after(*gaps_s: float, every_s: float = 60.0, holds: float = 1.0) -> list[float]:
    """The sizes that are asked for, of a device that `holds` so many times as much, and runs dry
    wherever that is less than a gap; the first it had.
    """
    buffer, sizes = Buffer(BEGINS_S, MOST_S), [BEGINS_S]
    for number, gap_s in enumerate(gaps_s):
        holds_s = buffer.seconds * holds
        if gap_s > holds_s and buffer.ran_dry(buffer.count + 1, gap_s, holds_s, number * every_s):
            buffer.grow()
            buffer.closed(buffer.count)
        sizes.append(buffer.seconds)
    return sizes


def test_one_gap_may_be_an_accident() -> None:
    assert after(0.6) == [BEGINS_S] * 2
    assert after(0.6, 0.6, 0.6, every_s=STEADY_S) == [BEGINS_S] * 4


def test_gaps_that_are_hardly_too_long_cost_hardly_any_delay() -> None:
    assert after(0.010, 0.010)[-1] == pytest.approx(LEAST_GROWTH * BEGINS_S)


def test_gaps_that_are_far_too_long_are_outlasted_at_once() -> None:
    assert after(*[0.08] * 9)[2:] == [pytest.approx(0.1)] * 8


def test_it_is_measured_by_what_the_device_really_holds() -> None:
    assert after(0.016, 0.016, holds=1.5)[-1] == pytest.approx(LEAST_GROWTH * BEGINS_S)
    assert after(0.08, 0.08, holds=1.5)[-1] == pytest.approx(0.1 / 1.5)


def test_one_that_was_much_longer_than_all_others_is_not_what_it_is_made_for() -> None:
    assert after(0.6, 0.02)[-1] == pytest.approx(0.025)
    assert after(0.02, 0.6)[-1] == pytest.approx(0.025)


@given(st.lists(st.floats(0.001, 2.0), max_size=30))
@example([0.6, 0.010, 0.6])
def test_it_only_grows_and_not_beyond_the_most(gaps_s: list[float]) -> None:
    sizes = after(*gaps_s)
    assert all(before == now or now >= min(LEAST_GROWTH * before, MOST_S)
               for before, now in pairwise(sizes))  # fmt: skip
    assert sizes[-1] <= MOST_S


@given(st.floats(0.001, MOST_S))
def test_the_same_gap_again_and_again_is_outlasted_after_two(gap_s: float) -> None:
    assert after(*[gap_s] * 3)[2] >= gap_s
