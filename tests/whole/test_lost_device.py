"""A receiver whose sound device is unplugged, hangs or is busy, as its controllers see it and as it
is heard: in virtual time.
"""

from __future__ import annotations

import asyncio

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from receiver.protocol import commands as c
from tests.whole.rooms import COARSE_S, RATE, Room, Rooms, rooms, stream

LOST_FRAMES = 0.03 * RATE
"""What the device held when it went, and the fade behind it."""


async def playing(house: Rooms, seconds: float = 20.0) -> Room:
    """A room in which something plays."""
    (room,) = house.rooms
    asked = room.ask(c.Play, url=house.serve("mock:a", stream(seconds)))
    await house.until(lambda: asked.code == "done")
    await house.run(0.5)
    return room


def steady(heard: np.ndarray) -> np.ndarray:
    """The numbers of the frames that were heard at full gain."""
    following = np.abs(np.diff(heard, append=0.0) - 1.0) < 1e-3
    return heard[following & (heard > 0.5)]


def gap(heard: np.ndarray) -> float:
    """Frames of the stream that are missing in the middle; fails where any was heard twice."""
    steps = np.diff(steady(heard))
    assert steps.min() > 0.5
    return float(steps.max()) - 1


@pytest.mark.parametrize("fault", ["vanish", "hang"])
async def test_everybody_is_told_within_a_second_and_it_goes_on_where_it_stood(fault: str) -> None:
    async with rooms("kitchen") as house:
        room = await playing(house)
        room.device.break_(fault)
        await house.run(1.0)
        assert (room.playback, room.problem) == ("buffering", "no_device")
        anchor = room.state.session.anchor
        assert anchor is not None
        assert anchor.rate == 0
        await house.run(20.0, COARSE_S)
        assert room.state.session.anchor == anchor, "the position stands"
        room.device.mend()
        await house.until(lambda: room.playback == "playing")
        assert room.problem is None
        await house.run(0.5)
        assert gap(room.numbers) < LOST_FRAMES
        now = room.state.session.anchor
        assert now is not None
        told = now.position_at(round(room.clock.now() * 1e6)) * RATE / 1000
        assert told == pytest.approx(room.numbers[-1], abs=100)


async def test_a_play_without_a_device_is_told_so_and_plays_when_there_is_one() -> None:
    async with rooms("kitchen") as house:
        (room,) = house.rooms
        await house.run(70.0, COARSE_S)
        room.device.break_("occupy")
        urls = [house.serve(f"mock:{n}", stream(1.0)) for n in range(3)]
        asked = room.ask(c.Play, items=[c.Entry(url) for url in urls])
        await house.until(lambda: asked.code == "no_device")
        assert "busy" in asked.message
        assert (room.playback, room.problem) == ("buffering", "no_device")
        assert room.state.session.queue.index == 0
        await house.run(5.0, COARSE_S)
        assert room.state.session.queue.index == 0, "no item is to blame"
        room.device.mend()
        await house.until(lambda: room.playback == "playing")
        await house.until(lambda: room.playback == "idle", within=4.0)
        assert (room.numbers > 0.5).sum() == pytest.approx(3 * RATE, abs=400)


async def test_a_handoff_to_a_room_without_a_device_is_refused() -> None:
    async with rooms("kitchen", "bedroom") as house:
        kitchen, bedroom = house.rooms
        asked = kitchen.ask(c.Play, url=house.serve("mock:a", stream(9.0)))
        await house.until(lambda: asked.code == "done")
        bedroom.device.break_("vanish")
        await house.run(70.0, COARSE_S)
        asked = kitchen.ask(c.Play, url=house.serve("mock:a", stream(9.0)))
        await house.until(lambda: asked.code == "done")
        transfer = kitchen.ask(c.Transfer, to="bedroom")
        await house.until(lambda: transfer.code != "open")
        assert transfer.code == "no_device"
        assert (kitchen.playback, bedroom.playback) == ("playing", "idle")


async def test_from_a_room_without_a_device_the_music_can_be_taken_elsewhere() -> None:
    async with rooms("kitchen", "bedroom") as house:
        kitchen, bedroom = house.rooms
        asked = kitchen.ask(c.Play, url=house.serve("mock:a", stream(20.0)))
        await house.until(lambda: asked.code == "done")
        await house.run(0.5)
        kitchen.device.break_("vanish")
        await house.until(lambda: kitchen.playback == "buffering")
        anchor = kitchen.state.session.anchor
        assert anchor is not None
        transfer = kitchen.ask(c.Transfer, to="bedroom")
        await house.until(lambda: transfer.code != "open")
        assert transfer.code == "done"
        await house.run(0.3)
        assert (kitchen.playback, bedroom.playback) == ("idle", "playing")
        stood = anchor.position_ms * RATE / 1000
        assert steady(bedroom.numbers)[0] == pytest.approx(stood, abs=LOST_FRAMES)


async def test_a_seek_before_the_first_sound_lands_all_the_same() -> None:
    async with rooms("kitchen") as house:
        (room,) = house.rooms
        asked = room.ask(c.Play, url=house.serve("mock:a", stream(20.0)))
        seek = room.ask(c.Seek, position_ms=9000.0)
        await house.until(lambda: (asked.code, seek.code) == ("done", "done"))
        assert room.playback == "playing"


COMMANDS = [
    (c.Pause, {}),
    (c.Resume, {}),
    (c.Toggle, {}),
    (c.Next, {}),
    (c.Previous, {}),
    (c.Seek, {"position_ms": 2500.0}),
    (c.Seek, {"by_ms": -700.0}),
    (c.SetVolume, {"percent": 40}),
    (c.Mute, {}),
]
EVENTS = st.one_of(
    st.sampled_from(["vanish", "hang", "occupy", "mend", "mend"]), st.sampled_from(COMMANDS)
)


@example([((c.Next, {}), 0.0), ("vanish", 0.0), ((c.Pause, {}), 0.0)])
@settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(EVENTS, st.sampled_from([0.0, 0.05, 0.8, 1.5])), max_size=10))
def test_whatever_happens_to_the_device_and_is_asked_meanwhile(script: list) -> None:
    """Every command is answered, no item is blamed for the device, and in the end it plays where
    the state says.
    """
    asyncio.run(live_through(script))


async def live_through(script: list) -> None:
    async with rooms("kitchen") as house:
        (room,) = house.rooms
        urls = [house.serve(f"mock:{n}", stream(40.0)) for n in range(3)]
        asked = [room.ask(c.Play, items=[c.Entry(url) for url in urls])]
        await house.run(0.3, COARSE_S)
        for what, seconds in script:
            if what == "mend":
                room.device.mend()
            elif isinstance(what, str):
                room.device.break_(what)
            else:
                kind, fields = what
                index = room.state.session.queue.index
                asked.append(room.ask(kind, **fields))
                await house.run(COARSE_S, COARSE_S)
                if index is not None and kind not in (c.Next, c.Previous):
                    assert room.state.session.queue.index == index
            await house.run(seconds, COARSE_S)
        room.device.mend()
        await house.run(1.2, COARSE_S)
        assert room.problem is None or room.playback in ("idle", "paused")
        asked.append(room.ask(c.Mute, muted=False))
        asked.append(room.ask(c.Resume))
        await house.run(2.0, COARSE_S)
        assert all(one.code != "open" for one in asked)
        assert room.playback == "playing"
        assert room.problem is None
        assert room.numbers[-1] > 0
