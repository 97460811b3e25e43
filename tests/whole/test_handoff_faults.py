"""Handoffs that go wrong: the music goes on where at all possible, and the state says why not."""

from __future__ import annotations

import numpy as np
import pytest

from receiver.errors import Unreachable
from receiver.model.reports import Died, Failed, Report
from receiver.protocol import commands as c
from receiver.protocol.peers import Go, HandoffMessage
from tests.whole.moving import FADE, is_unbroken, moved, playing
from tests.whole.rooms import COARSE_S, RATE, rooms, stream


async def test_a_stream_that_the_target_cannot_reach_plays_on_where_it_is() -> None:
    async with rooms("kitchen", "bedroom") as house:
        kitchen, bedroom = await playing(house)

        gone = stream(1.0, refusal=Unreachable("The server does not answer."))
        house.streams["mock:a", "bedroom"] = gone
        transfer = await moved(house, kitchen, bedroom)
        await house.run(0.3)
        assert transfer.code == "unreachable"
        assert "Bedroom" in transfer.message
        assert (kitchen.playback, bedroom.playback) == ("playing", "idle")
        assert is_unbroken(kitchen.numbers)


async def test_a_target_that_is_never_ready() -> None:
    async with rooms("kitchen", "bedroom") as house:
        kitchen, bedroom = await playing(house)
        house.streams["mock:a", "bedroom"] = stream(20.0, delay=60.0)
        transfer = await moved(house, kitchen, bedroom)
        await house.run(6.0, COARSE_S)
        assert transfer.code == "target_not_ready"
        assert (kitchen.playback, bedroom.playback) == ("playing", "idle")
        assert is_unbroken(kitchen.numbers)
        assert bedroom.numbers.max() == 0.0


async def test_what_the_target_played_comes_back_when_it_comes_to_nothing() -> None:
    async with rooms("kitchen", "bedroom") as house:
        kitchen, bedroom = await playing(house)
        bedroom.ask(c.Play, url=house.serve("mock:b", stream(30.0)))
        await house.until(lambda: bedroom.playback == "playing")
        house.streams["mock:a", "bedroom"] = stream(20.0, delay=60.0)
        transfer = await moved(house, kitchen, bedroom, replace=True)
        await house.run(6.0, COARSE_S)
        assert transfer.code == "target_not_ready"
        item = bedroom.state.session.item
        assert item is not None
        assert (bedroom.playback, item.url) == ("playing", "mock:b")


@pytest.mark.parametrize("after_ms", [0, 5, 10, 20, 40, 60, 70, 80, 90, 100, 120, 150])
async def test_the_target_dies(after_ms: int) -> None:
    async with rooms("kitchen", "bedroom") as house:
        kitchen, bedroom = await playing(house)
        transfer = kitchen.ask(c.Transfer, to="bedroom")
        await house.run(after_ms / 1000)
        await bedroom.die()
        await house.run(1.0)
        assert transfer.code in ("done", "target_lost")
        if transfer.code == "target_lost":
            assert kitchen.playback == "playing"
            assert kitchen.numbers[-500:].min() > 0.5, "it plays on here"
            # The live position: as if nothing had happened.
            expected = np.flatnonzero(kitchen.numbers > 0.5)[0]
            assert abs(kitchen.numbers[-1] - (len(kitchen.numbers) - expected)) < 0.005 * RATE


@pytest.mark.parametrize("after_ms", [0, 5, 10, 20, 40, 60, 70, 80, 90, 100, 120, 150])
async def test_the_source_dies(after_ms: int) -> None:
    async with rooms("kitchen", "bedroom") as house:
        kitchen, bedroom = await playing(house)
        kitchen.ask(c.Transfer, to="bedroom")
        await house.run(after_ms / 1000)
        await kitchen.die()
        await house.run(1.0)
        assert bedroom.playback in ("idle", "playing")
        if bedroom.playback == "playing":
            assert bedroom.numbers[-500:].min() > 0.5
            began = np.flatnonzero(kitchen.numbers > 0.5)[0]
            live = len(bedroom.numbers) - began
            assert abs(bedroom.numbers[-1] - live) < 0.1 * RATE
        else:
            assert bedroom.numbers.max() < 2 * RATE


@pytest.mark.parametrize("after_ms", [0, 10, 40, 60, 80, 100, 120])
async def test_the_link_is_lost(after_ms: int) -> None:
    """Never both, and when neither then with a reason; when the link is back all is well."""
    async with rooms("kitchen", "bedroom") as house:
        kitchen, bedroom = await playing(house)
        transfer = kitchen.ask(c.Transfer, to="bedroom")
        await house.run(after_ms / 1000)
        for room in (kitchen, bedroom):
            house.street.block(room.address)
        for wire in house.street.wires:
            wire.cut()
        await house.run(8.0, COARSE_S)
        sounds = [room.numbers[-500:].min() > 0.5 for room in (kitchen, bedroom)]
        assert sum(sounds) <= 1
        if not any(sounds):
            assert kitchen.problem == "target_lost"
            assert kitchen.playback == "buffering"
        for room in (kitchen, bedroom):
            house.street.block(room.address, blocked=False)
        await house.run(35.0, COARSE_S)
        assert transfer.code in ("done", "target_lost", "handoff_failed", "target_not_ready")
        owners = [room for room in (kitchen, bedroom) if room.state.session.queue.length]
        assert len(owners) == 1


async def test_after_a_split_the_session_that_moved_last_stays() -> None:
    async with rooms("kitchen", "bedroom") as house:
        kitchen, bedroom = await playing(house)
        await moved(house, kitchen, bedroom)
        # As if the kitchen had never heard that it was released.
        kitchen.session.identity.id = bedroom.state.session.id
        kitchen.session.identity.epoch = 0
        kitchen.ask(c.Play, url="mock:a")
        await house.until(lambda: kitchen.state.session.id != bedroom.state.session.id)
        await house.run(0.3)
        assert (kitchen.playback, bedroom.playback) == ("idle", "playing")


@pytest.mark.parametrize("replace", [False, True])
async def test_something_else_is_played_at_the_target_meanwhile(replace: bool) -> None:
    async with rooms("kitchen", "bedroom") as house:
        kitchen, bedroom = await playing(house)
        house.streams["mock:a", "bedroom"] = stream(20.0, delay=0.5)
        other = house.serve("mock:b", stream(20.0))
        transfer = kitchen.ask(c.Transfer, to="bedroom", replace=replace)
        await house.run(0.2)
        play = bedroom.ask(c.Play, url=other)
        await house.until(lambda: transfer.code != "open" and play.code != "open")
        await house.run(2.0)
        assert (transfer.code, play.code) in (("superseded", "done"), ("target_playing", "done"))
        item = bedroom.state.session.item
        assert item is not None
        assert (bedroom.playback, item.url) == ("playing", "mock:b")
        assert is_unbroken(kitchen.numbers)


async def test_commands_held_back_stay_here_when_a_later_handoff_fails() -> None:
    async with rooms("kitchen", "bedroom", "bath") as house:
        kitchen, bedroom = await playing(house)
        await moved(house, kitchen, bedroom)
        play = kitchen.ask(c.Play, url="mock:a")
        await house.until(lambda: play.code == "done")
        await house.run(0.5)
        transfer = kitchen.ask(c.Transfer, to="bath")
        await house.run(0.02)
        added = kitchen.ask(c.QueueAdd, items=[c.Entry(url="http://x/1")])
        await house.rooms[2].die()
        await house.until(lambda: transfer.code != "open" and added.code != "open")
        assert (transfer.code, added.code) == ("target_lost", "done")
        assert kitchen.state.session.queue.length == 2
        assert bedroom.state.session.queue.length == 1


@pytest.mark.parametrize("lost", [1, 2, 3])
async def test_a_switch_that_was_too_slow_is_tried_again(lost: int) -> None:
    """Every `go` of the first handoffs is lost, as when a process stands still just then."""
    async with rooms("kitchen", "bedroom") as house:
        kitchen, bedroom = await playing(house)
        hear, unlucky = bedroom.loop.handed, list[str]()

        def hear_no_go(peer: str, message: HandoffMessage) -> None:
            if isinstance(message, Go) and message.handoff not in unlucky:
                unlucky.append(message.handoff)
            if not isinstance(message, Go) or message.handoff not in unlucky[:lost]:
                hear(peer, message)

        bedroom.loop.handed = hear_no_go  # type: ignore[method-assign]
        transfer = await moved(house, kitchen, bedroom)
        await house.run(1.0)
        assert transfer.code == ("done" if lost < 3 else "handoff_failed")
        plays = (kitchen, bedroom)[lost < 3]
        assert plays.playback == "playing"
        assert plays.numbers[-500:].min() > 0.5
        both = (kitchen.numbers > 0.5) & (bedroom.numbers > 0.5)
        assert both.sum() <= FADE


@pytest.mark.parametrize("target_dies", [False, True])
@pytest.mark.parametrize(
    ("fault", "code"),
    [(Died("test"), "unplayable"), (Failed(1, "stalled", "No more comes."), "stalled")],
    ids=["decoder", "stream"],
)
async def test_what_the_source_plays_dies_in_the_fade(
    fault: Report, code: str, target_dies: bool
) -> None:
    """Nothing else begins there while the music may be elsewhere; what comes back goes on behind
    the item that did it.
    """
    async with rooms("kitchen", "bedroom") as house:
        kitchen, bedroom = await playing(house, 40.0)  # so that nothing is made ready behind it
        kitchen.ask(c.QueueAdd, items=[c.Entry(url=house.serve("mock:b", stream(20.0)))])
        transfer = kitchen.ask(c.Transfer, to="bedroom")
        await house.run(0.02)
        kitchen.loop.report(fault)
        await house.run(0.005)
        if target_dies:
            await bedroom.die()
        await house.until(lambda: transfer.code != "open")
        await house.run(1.0)
        item = kitchen.state.session.item
        if target_dies:
            assert (transfer.code, kitchen.problem) == ("target_lost", code)
            assert item is not None
            assert item.url == "mock:b"
        else:
            assert (transfer.code, bedroom.playback, item) == ("done", "playing", None)
        both = (kitchen.numbers > 0.5) & (bedroom.numbers > 0.5)
        assert both.sum() <= FADE
