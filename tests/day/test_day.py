"""A day in the house."""

from __future__ import annotations

import os
from random import Random

import pytest

from receiver.clock import schedule
from tests.day.checks import all_is_well, plays_on_command
from tests.day.house import house
from tests.day.household import busy
from tests.day.music import RATE
from tests.day.virtual import in_virtual_time

SEEDS = os.environ.get("TONEARM_DAYS", "1").split()
COMPARED_EVERY_S = 5.0
HOURS = float(os.environ.get("TONEARM_HOURS", "24"))


@pytest.fixture(autouse=True)
def clocks_are_seldom_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    """In life peers ask for each other's time up to ten times a second, which is most of what there
    is to do in a day.
    """
    for name in ("ACTIVE_S", "UNSURE_S", "IDLE_S"):
        monkeypatch.setattr(schedule, name, COMPARED_EVERY_S)


async def live(seed: int, hours: float) -> None:
    random = Random(seed)
    async with house(random) as home:
        end = home.clock.now() + 3600 * hours
        await home.clock.sleep(10)
        while home.clock.now() < end:
            await busy(home, random.uniform(2, 60), random.choice([0, 0, 1, 2, 4]))
            await home.clock.sleep(75)
            await all_is_well(home)
            await plays_on_command(home, random.choice(home.speakers))
            await home.clock.sleep(random.uniform(5, 400))
            await all_is_well(home)
        frames = sum(speaker.card.ears.frames for speaker in home.speakers)
        print(home.commands, home.faults, home.visits, frames / RATE)  # noqa: T201 - a line of figures


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", SEEDS)
def test_day(seed: str) -> None:
    in_virtual_time(live(int(seed), HOURS))
