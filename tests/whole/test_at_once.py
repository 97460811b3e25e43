"""Commands that come in one breath, before the one before is done."""

from __future__ import annotations

import asyncio

import pytest

from receiver.protocol import commands as c
from receiver.source.base import SourceInfo
from receiver.source.mock import MockSource
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


@pytest.mark.parametrize("after_ms", range(8))
async def test_a_pause_while_it_lands(after_ms: int) -> None:
    async with rooms("kitchen") as house:
        (kitchen,) = house.rooms
        play = kitchen.ask(c.Play, url=house.serve("mock:a", stream(20.0)))
        await house.until(lambda: play.code == "done")
        await house.run(0.1)
        seek = kitchen.ask(c.Seek, position_ms=8000.0)
        await house.run(after_ms / 1000)
        kitchen.ask(c.Pause)
        await house.until(lambda: seek.code == "done" and kitchen.playback == "paused")
        anchor = kitchen.state.session.anchor
        assert anchor is not None
        assert 7980.0 < anchor.position_ms < 8100.0


@pytest.mark.parametrize("after_ms", range(10))
async def test_a_pause_while_it_starts(after_ms: int) -> None:
    """Also when it waits for the device to take its first frames, behind what it played before."""
    async with rooms("kitchen") as house:
        (kitchen,) = house.rooms
        before = kitchen.ask(c.Play, url=house.serve("mock:a", stream(20.0)))
        await house.until(lambda: before.code == "done")
        await house.run(0.2)
        play = kitchen.ask(c.Play, url=house.serve("mock:b", stream(20.0)))
        await house.run(after_ms / 1000)
        pause = kitchen.ask(c.Pause)
        await house.until(lambda: (play.code, pause.code) == ("done", "done"))
        assert kitchen.playback == "paused"
        kitchen.ask(c.Resume)
        await house.until(lambda: kitchen.playback == "playing")
        await house.run(0.2)
        assert kitchen.numbers[-1] > 0


async def test_a_play_sends_its_request_before_everybody_is_told_of_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with rooms("kitchen") as house:
        (kitchen,) = house.rooms
        before, at_request = kitchen.hub.revision, []
        open_ = MockSource.open

        async def noted(source: MockSource) -> SourceInfo:
            await asyncio.sleep(0)  # as from a task of its own, which `HttpSource` has
            at_request.append(kitchen.hub.revision)
            return await open_(source)

        monkeypatch.setattr(MockSource, "open", noted)
        play = kitchen.ask(c.Play, url=house.serve("mock:a", stream(20.0)))
        await house.until(lambda: play.code == "done")
        assert at_request == [before]
        assert kitchen.hub.revision > before
