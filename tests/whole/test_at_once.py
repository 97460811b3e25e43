"""Commands that come in one breath, before the one before is done."""

from __future__ import annotations

import pytest

from receiver.protocol import commands as c
from tests.whole.rooms import rooms, stream


@pytest.mark.parametrize("between", [0.0, 0.005])
@pytest.mark.parametrize("delay", [0.0, 0.3])
async def test_a_seek_while_it_loads(between: float, delay: float) -> None:
    async with rooms("kitchen") as house:
        (kitchen,) = house.rooms
        play = kitchen.ask(c.Play, url=house.serve("mock:a", stream(20.0, delay=delay)))
        await house.run(between)
        seek = kitchen.ask(c.Seek, position_ms=8000.0)
        await house.until(lambda: (play.code, seek.code) == ("done", "done"))
        assert kitchen.playback == "playing"
        await house.run(0.2)
        assert 8.0 < kitchen.numbers[-1] / 48000 < 8.3
