"""What a watch over a long run calls growth, and what it does not."""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter

import pytest

from tests.rig.soak import SAMPLE_S, Held, Watch

LOOKS = 300
WARM_S = 120.0
FILES = attrgetter("files")


def watch(kib: Callable[[int], float], files: Callable[[int], int] = lambda _: 13) -> Watch:
    """One that has seen so much at each of its looks."""
    held = [Held(look * SAMPLE_S, round(kib(look)), 9, files(look)) for look in range(LOOKS)]
    return Watch(0, {"control": held, "audio": []})


@pytest.mark.parametrize("unrest", [0, 500])
def test_a_leak_is_seen_under_whatever_comes_and_goes(unrest: int) -> None:
    leak = 30 * SAMPLE_S / 60
    seen = watch(lambda at: 20_000 + leak * at + unrest * (at % 7))
    assert seen.growth("control", WARM_S) == pytest.approx(30, rel=0.05)


def test_a_step_that_stays_is_growth_and_one_that_is_given_back_is_none() -> None:
    assert watch(lambda at: 20_000 + 1000 * (at > 180)).growth("control", WARM_S) > 100
    assert watch(lambda at: 20_000 + 1000 * (180 < at < 290)).growth("control", WARM_S) == 0


def test_a_file_that_is_kept_is_one_more_and_one_that_comes_and_goes_is_not() -> None:
    flickers = watch(lambda _: 20_000, lambda at: 14 - (at in (70, 90)))
    assert flickers.more("control", FILES, WARM_S) == 0
    assert watch(lambda _: 20_000, lambda at: 13 + (at > 180)).more("control", FILES, WARM_S) == 1
