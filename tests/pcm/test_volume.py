"""The volume curve, as it was decided."""

from __future__ import annotations

from itertools import pairwise

import pytest

from receiver.pcm.volume import decibels, gain_of

GOLDEN = {0: None, 1: -62.37, 25: -29.88, 50: -18.47, 75: -8.97, 100: 0.0}


@pytest.mark.parametrize(("percent", "level"), GOLDEN.items())
def test_golden_table(percent: int, level: float | None) -> None:
    found = decibels(gain_of(percent))
    assert found == (level if level is None else pytest.approx(level, abs=0.005))


def test_every_step_up_is_louder_and_none_is_a_leap() -> None:
    levels = [decibels(gain_of(percent)) for percent in range(1, 101)]
    steps = [after - before for before, after in pairwise(levels)]
    assert min(steps) > 0.3
    assert max(steps) < 6.5
    assert max(steps[10:]) < 1


def test_beyond_the_ends_is_the_end() -> None:
    assert gain_of(-5) == 0.0
    assert gain_of(200) == gain_of(100) == 1.0
