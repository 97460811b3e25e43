"""A thousand handoffs at which things go wrong."""

from __future__ import annotations

import pytest

from tests.handoff.faults import begin, check, play

RUNS = 1000
STEP = 50


@pytest.mark.parametrize("first", range(0, RUNS, STEP))
def test_whatever_goes_wrong_one_room_has_the_music(first: int) -> None:
    for seed in range(first, first + STEP):
        check(play(begin(seed)))
