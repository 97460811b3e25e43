"""A day in a house of three receivers, in virtual time: whatever the household does and whatever
breaks, nothing is stuck once it is mended, every command has one answer, and nothing grows.

Seeds and hours can be chosen: TONEARM_DAYS="2 3 4" TONEARM_HOURS=100 pytest -s tests/day
"""

from __future__ import annotations

import os
from itertools import pairwise
from random import Random

import pytest

from receiver.clock import schedule
from receiver.server import answered
from tests.day.census import Census, census
from tests.day.checks import all_is_well, plays_on_command, stuck
from tests.day.house import House, house
from tests.day.household import busy, goes_to_rest
from tests.day.music import RATE
from tests.day.virtual import in_virtual_time

SEEDS = os.environ.get("TONEARM_DAYS", "1").split()
HOURS = int(os.environ.get("TONEARM_HOURS", "24"))
HOUR_S = 3600.0
WARM_HOURS = 2
"""What is loaded or filled once is there by then."""
COMPARED_EVERY_S = 8.0
REMEMBERED = 64
MENDED_S = 75.0
"""From the end of a fault until all receivers have found one another again."""
NIGHT = range(16, 22)
"""Hours in which nobody does anything, as far as they come."""
MOST_BLOCKS_AN_HOUR = 150
"""Python's objects that an hour may leave, where none is meant to: memories fill up unevenly."""


@pytest.fixture(autouse=True)
def a_day_is_short(monkeypatch: pytest.MonkeyPatch) -> None:
    """In life peers ask for each other's time up to ten times a second, which is most of what there
    is to do in a day; and it takes days until the commands that are remembered fill their room.
    """
    for name in ("ACTIVE_S", "UNSURE_S", "IDLE_S"):
        monkeypatch.setattr(schedule, name, COMPARED_EVERY_S)
    monkeypatch.setattr(answered, "REMEMBERED", REMEMBERED)


async def an_hour(home: House) -> None:
    """Busy whiles and quiet ones; at the end of each all is well."""
    random, end = home.random, home.clock.now() + HOUR_S
    while home.clock.now() < end:
        await busy(home, random.uniform(2, 60), random.choice([0, 0, 1, 2, 4]))
        await home.clock.sleep(MENDED_S)
        await all_is_well(home)
        await plays_on_command(home, random.choice(home.speakers))
        await home.clock.sleep(random.uniform(5, 200))
        await all_is_well(home)
        if random.random() < 0.5:
            await goes_to_rest(home)
            await home.clock.sleep(random.uniform(5, 900))


async def day(seed: int) -> str:
    """Live it; gives its figures."""
    async with house(Random(seed)) as home:
        counts: list[Census] = []
        for hour in range(HOURS):
            if hour % 24 in NIGHT:
                await home.clock.sleep(HOUR_S)
            else:
                await an_hour(home)
            await goes_to_rest(home)
            await home.clock.sleep(MENDED_S)
            await all_is_well(home)
            counts.append(census(home.roots))
        nothing_grew(home, counts[WARM_HOURS:])
        frames = sum(speaker.card.ears.frames for speaker in home.speakers)
        first, last = counts[WARM_HOURS], counts[-1]
        return (
            f"seed {seed}, {HOURS} h: {home.commands} commands, {home.faults} faults, "
            f"{home.visits} controllers, {frames / RATE / HOUR_S:.1f} h of music; at rest "
            f"{first.tasks} -> {last.tasks} tasks, {last.threads} threads, {last.files} files, "
            f"{first.blocks} -> {last.blocks} blocks; at most {home.most_tasks} tasks"
        )


def nothing_grew(home: House, counts: list[Census]) -> None:
    """Each count at rest is as the first was."""
    for before, after in pairwise(counts):
        if grown := after.grown(before):
            raise stuck(home, *grown)
    half = max(len(counts) // 2, 1)
    lower, upper = median(counts[:half]), median(counts[half:])
    if upper.blocks - lower.blocks > MOST_BLOCKS_AN_HOUR * half:
        kinds = upper.kinds_more_than(lower)
        raise stuck(home, f"{[count.blocks for count in counts]}; there are more {kinds}")


def median(counts: list[Census]) -> Census:
    """The one with as many blocks as the others have in the middle."""
    return sorted(counts, key=lambda count: count.blocks)[len(counts) // 2]


@pytest.mark.slow
@pytest.mark.timeout(0 if "TONEARM_HOURS" in os.environ else 600)
@pytest.mark.parametrize("seed", SEEDS)
def test_a_day(seed: str) -> None:
    print(in_virtual_time(day(int(seed))))  # noqa: T201 - its figures
