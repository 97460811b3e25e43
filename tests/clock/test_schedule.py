"""When another receiver's clock is asked for."""

from __future__ import annotations

import math

import pytest

from receiver.clock.schedule import QUICK_EXCHANGES, Schedule


def warm() -> Schedule:
    """A schedule behind its quick exchanges."""
    schedule = Schedule()
    for _ in range(QUICK_EXCHANGES - 1):
        schedule.next_in(active=False, uncertainty_s=math.inf, peers=1)
    return schedule


def test_it_begins_quickly_and_unevenly() -> None:
    schedule = Schedule()
    waits = [
        schedule.next_in(active=False, uncertainty_s=math.inf, peers=50)
        for _ in range(QUICK_EXCHANGES)
    ]
    *quick, after = waits
    assert all(0.020 <= wait <= 0.050 for wait in quick)
    assert len({round(wait, 3) for wait in quick}) > 5
    assert sum(quick) < 0.4
    assert after == 5.0


@pytest.mark.parametrize(
    ("active", "uncertainty_s", "wait"),
    [(True, 0.4e-3, 0.25), (True, 0.6e-3, 0.1), (False, 0.4e-3, 1.0), (False, 0.6e-3, 1.0)],
)
def test_the_pace_follows_the_need(active: bool, uncertainty_s: float, wait: float) -> None:
    assert warm().next_in(active=active, uncertainty_s=uncertainty_s, peers=3) == wait


@pytest.mark.parametrize("peers", [1, 9, 10, 11, 50, 400])
def test_a_large_house_costs_no_more_than_ten_receivers(peers: int) -> None:
    wait = warm().next_in(active=False, uncertainty_s=0.0, peers=peers)
    assert peers / wait <= 10.0 + 1e-9
    assert wait >= 1.0
