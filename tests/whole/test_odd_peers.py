"""Receivers that say what no receiver should: the others play on, and take commands."""

from __future__ import annotations

from receiver.model.state import Item
from receiver.protocol import commands as c
from receiver.protocol import peers as m
from tests.whole.rooms import RATE, Room, Rooms, rooms, stream

ITEM = Item("i", "mock:a", duration_ms=20_000.0, seekable=True)


async def offered(house: Rooms, room: Room, session: m.Moving, rows: list[Item]) -> None:
    """A session is handed to the room by one who does not listen to what it says."""
    house.serve("mock:a", stream(20.0))
    now_us = round(room.clock.now() * 1e6)
    room.loop.handed("odd", m.Prepare("h", 1, session, ITEM, 0.0, now_us))
    room.loop.handed("odd", m.QueuePart("h", 1, 0, [m.Row(item) for item in rows]))
    await house.run(0.3)


async def agreed(house: Rooms, room: Room, in_s: float) -> None:
    """An instant is agreed on."""
    at_us = round((room.clock.now() + in_s) * 1e6)
    room.loop.handed("odd", m.Commit("h", 1, at_us, 300.0, 30_000, 1))
    room.loop.handed("odd", m.Go("h", 1))
    await house.run(1.0)


async def test_an_item_that_is_not_in_its_queue() -> None:
    async with rooms("kitchen") as house:
        (room,) = house.rooms
        session = m.Moving("s", 1, 1, 1, current="elsewhere")
        await offered(house, room, session, [Item("j", "mock:b")])
        await agreed(house, room, 0.3)
        assert room.state.session.queue.length == 1
        assert room.playback == "idle"
        await house.run(0.2)
        assert room.numbers[-RATE // 10 :].max() == 0.0


async def test_an_instant_that_is_years_away() -> None:
    async with rooms("kitchen") as house:
        (room,) = house.rooms
        await offered(house, room, m.Moving("s", 1, 1, 1, current="i"), [ITEM])
        await agreed(house, room, 1e8)
        play = room.ask(c.Play, url="mock:a")
        await house.until(lambda: play.code == "done")
