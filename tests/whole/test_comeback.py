"""The power goes, or the receiver is killed: what is heard when it is there again."""

from __future__ import annotations

import numpy as np
import pytest

from receiver.protocol import commands as c
from tests.whole.moving import is_unbroken, moved, playing
from tests.whole.rooms import COARSE_S, NOT_SERVED, RATE, Room, rooms, stream


def place_s(room: Room) -> float:
    """The second of the stream that was heard last."""
    return float(room.numbers[np.flatnonzero(room.numbers)[-1]]) / RATE


@pytest.mark.parametrize("boot", ["boot", "2nd boot"])
@pytest.mark.parametrize("seconds", [7.3, 9.9])
async def test_the_music_goes_on_where_it_was_and_softly(boot: str, seconds: float) -> None:
    async with rooms("kitchen") as house:
        kitchen, *_ = await playing(house)
        await house.run(seconds, COARSE_S)
        was = place_s(kitchen)
        await kitchen.die()
        again = await house.again(kitchen, boot)
        await house.until(lambda: again.playback == "playing")
        assert again.problem is None
        await house.run(2.0, COARSE_S)
        heard = again.numbers[np.flatnonzero(again.numbers)[0] :]
        full = heard[round(1.1 * RATE) :]
        assert is_unbroken(full)
        begun = full[0] / RATE - 1.1
        assert begun == pytest.approx(was, abs=5.0)
        # What is heard of a frame that fades in is its part of the number it would have.
        gain = heard[:RATE] / (begun * RATE + np.arange(RATE))
        assert gain[0] < 0.01
        assert np.abs(np.diff(gain)).max() < 0.001, "no step in it"
        assert gain[RATE // 2] == pytest.approx(0.5, abs=0.05)
        assert again.state.session.anchor is not None


async def test_killed_while_paused_it_is_paused() -> None:
    async with rooms("kitchen") as house:
        kitchen, *_ = await playing(house)
        kitchen.ask(c.Pause)
        await house.run(3.0, COARSE_S)
        place = kitchen.state.session.anchor
        await kitchen.die()
        again = await house.again(kitchen)
        await house.run(3.0, COARSE_S)
        assert again.playback == "paused"
        assert not again.numbers.any()
        anchor = again.state.session.anchor
        assert anchor is not None
        assert place is not None
        assert anchor.position_ms == pytest.approx(place.position_ms, abs=1)
        resume = again.ask(c.Resume)
        await house.until(lambda: again.playback == "playing")
        assert resume.code == "done"


async def test_killed_twice_within_ten_minutes_it_stands_and_says_why() -> None:
    async with rooms("kitchen") as house:
        kitchen, *_ = await playing(house)
        for expected in ("playing", "paused"):
            await house.run(6.0, COARSE_S)
            await kitchen.die()
            kitchen = await house.again(kitchen)
            await house.run(1.0, COARSE_S)
            assert kitchen.playback == expected
        assert kitchen.problem == "crashed"
        assert not kitchen.numbers.any()
        kitchen.ask(c.Toggle)
        await house.until(lambda: kitchen.playback == "playing")
        assert kitchen.problem is None


async def test_a_network_that_comes_later_is_waited_for() -> None:
    async with rooms("kitchen") as house:
        kitchen, *_ = await playing(house)
        kitchen.ask(c.QueueAdd, items=[c.Entry(house.serve("mock:b", stream(9)))])
        await house.run(6.0, COARSE_S)
        await kitchen.die()
        served = house.streams["mock:a", "kitchen"]
        house.streams["mock:a", "kitchen"] = NOT_SERVED
        again = await house.again(kitchen, "2nd boot")
        await house.run(20.0, COARSE_S)
        assert (again.playback, again.problem) == ("buffering", "unreachable")
        assert again.state.session.queue.index == 0
        house.streams["mock:a", "kitchen"] = served
        await house.until(lambda: again.playback == "playing", within=20.0)
        assert again.problem is None
        await house.run(1.5, COARSE_S)
        assert place_s(again) == pytest.approx(8.5, abs=5.0)


async def test_a_radio_goes_on_with_what_it_sends_now() -> None:
    async with rooms("kitchen") as house:
        kitchen, *_ = await playing(house, live=True)
        await house.run(6.0, COARSE_S)
        await kitchen.die()
        again = await house.again(kitchen, "2nd boot")
        await house.until(lambda: again.playback == "playing")
        await house.run(1.5, COARSE_S)
        assert place_s(again) < 2.0, "its server has begun anew for us"


async def test_what_was_handed_over_does_not_come_back() -> None:
    async with rooms("kitchen", "bedroom") as house:
        kitchen, bedroom = await playing(house)
        await house.run(6.0, COARSE_S)
        assert (await moved(house, kitchen, bedroom)).code == "done"
        assert kitchen.store.saved is not None
        assert kitchen.store.saved.moment.doing == "playing", "it had no time to write"
        await kitchen.die()
        again = await house.again(kitchen)
        await house.run(5.0, COARSE_S)
        assert (again.playback, bedroom.playback) == ("idle", "playing")
        assert again.problem == "stale"
        assert not again.numbers.any(), "it was not heard for a moment"
        assert again.state.session.id != bedroom.state.session.id


async def test_what_was_handed_over_is_forgotten_in_time() -> None:
    async with rooms("kitchen", "bedroom") as house:
        kitchen, bedroom = await playing(house)
        await moved(house, kitchen, bedroom)
        await house.run(6.0, COARSE_S)
        for room in (kitchen, bedroom):
            await room.die()
        kitchen = await house.again(kitchen, "2nd boot")
        bedroom = await house.again(bedroom, "2nd boot")
        await house.run(6.0, COARSE_S)
        assert (kitchen.playback, bedroom.playback) == ("idle", "playing")
        assert kitchen.problem is None
        assert bedroom.state.session.epoch == 1
