"""Handoffs between rooms, for tests."""

from __future__ import annotations

import numpy as np

from receiver.pcm.format import Samples
from receiver.protocol import commands as c
from tests.whole.rooms import RATE, Asked, Room, Rooms, stream

FADE = round(0.03 * RATE)


async def playing(house: Rooms, seconds: float = 20.0, **fields: object) -> tuple[Room, Room]:
    """The first room plays, for a second; that room and the next one, if there is one."""
    kitchen, bedroom = (house.rooms * 2)[:2]
    url = house.serve("mock:a", stream(seconds, **fields))
    play = kitchen.ask(c.Play, url=url)
    await house.until(lambda: play.code == "done")
    await house.run(1.0)
    return kitchen, bedroom


async def moved(house: Rooms, source: Room, target: Room, **fields: object) -> Asked:
    """A transfer that was answered."""
    transfer = source.ask(c.Transfer, to=target.name, **fields)
    await house.until(lambda: transfer.code != "open", within=12.0)
    return transfer


def together(*heard: Room) -> Samples:
    """The sum of what the rooms sounded."""
    return np.sum([room.numbers for room in heard], axis=0)


def is_unbroken(numbers: Samples) -> bool:
    """Whether, from the first full frame to the last one, every number is one more than the one
    before: nothing lost, nothing doubled, no gap, no bump.
    """
    loud = np.flatnonzero(numbers > 0.5)
    inner = numbers[loud[0] + 2000 : loud[-1] - 2000]
    return bool(np.allclose(np.diff(inner), 1.0, atol=0.6))
