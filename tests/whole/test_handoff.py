"""A session moves between rooms: what is heard, to the frame, and what everybody is told."""

from __future__ import annotations

import numpy as np

from receiver.covers.picture import Picture
from receiver.model.state import QueueState
from receiver.protocol import commands as c
from tests.covers.pictures import comment, png
from tests.whole.moving import FADE, is_unbroken, moved, playing, together
from tests.whole.rooms import RATE, Room, rooms, stream


async def test_the_music_goes_on_in_the_other_room_to_the_frame() -> None:
    async with rooms("kitchen", "bedroom") as house:
        kitchen, bedroom = await playing(house)
        transfer = await moved(house, kitchen, bedroom)
        await house.run(0.5)
        result = transfer.result["transfer"]
        assert (result["to"], result["epoch"], result["tight"]) == ("bedroom", 1, True)
        assert result["switch_ms"] < 150
        assert (kitchen.playback, bedroom.playback) == ("idle", "playing")
        assert is_unbroken(together(kitchen, bedroom))
        both = (kitchen.numbers > 0.5) & (bedroom.numbers > 0.5)
        assert FADE - 50 <= both.sum() <= FADE
        assert kitchen.numbers[-2000:].max() == 0.0


async def test_there_and_back_again_quickly() -> None:
    async with rooms("kitchen", "bedroom") as house:
        kitchen, bedroom = await playing(house)
        for epoch in range(1, 6):
            source, target = (kitchen, bedroom) if epoch % 2 else (bedroom, kitchen)
            transfer = await moved(house, source, target)
            assert transfer.result["transfer"]["epoch"] == epoch
        await house.run(0.3)
        assert is_unbroken(together(kitchen, bedroom))
        assert (kitchen.playback, bedroom.playback) == ("idle", "playing")


async def test_the_whole_session_travels() -> None:
    async with rooms("kitchen", "bedroom") as house:
        kitchen, bedroom = await playing(house)
        items = [c.Entry(url=house.serve(f"mock:{n}", stream(5.0))) for n in range(40)]
        kitchen.ask(c.QueueAdd, items=items, by="Ann")
        kitchen.ask(c.SetRepeat, repeat="all")
        kitchen.ask(c.SetShuffle, shuffle=True)
        kitchen.ask(c.SetCrossfade, seconds=2.0)
        await house.run(0.1)
        before = kitchen.session.queue
        order = [before.after()]
        rows, session = before.rows(), kitchen.state.session
        await moved(house, kitchen, bedroom)
        await house.run(0.1)
        after, there = bedroom.session.queue, bedroom.state.session
        assert [row.item for row in after.rows()] == [row.item for row in rows]
        assert [row.place for row in after.rows()] == [row.place for row in rows]
        assert [after.after()] == order
        assert there.id == session.id
        assert there.epoch == session.epoch + 1
        assert there.queue.index == session.queue.index
        assert (there.queue.repeat, there.queue.shuffle) == ("all", True)
        assert there.queue.crossfade_ms == 2000
        here = kitchen.state.session
        assert here.id != session.id
        assert here.queue == QueueState(revision=here.queue.revision)


async def test_a_long_queue_travels() -> None:
    async with rooms("kitchen", "bedroom") as house:
        kitchen, bedroom = await playing(house)
        url = "http://x/" + "long" * 200
        for _ in range(4):
            kitchen.ask(c.QueueAdd, items=[c.Entry(url=url)] * 500)
        await house.run(0.01)
        await moved(house, kitchen, bedroom)
        assert bedroom.state.session.queue.length == 2001
        assert is_unbroken(together(kitchen, bedroom))


async def test_the_volume_stays_with_the_speaker_unless_told() -> None:
    async with rooms("kitchen", "bedroom") as house:
        kitchen, bedroom = await playing(house)
        kitchen.ask(c.SetVolume, percent=80)
        bedroom.ask(c.SetVolume, percent=30)
        await moved(house, kitchen, bedroom)
        assert (kitchen.state.volume.percent, bedroom.state.volume.percent) == (80, 30)
        await moved(house, bedroom, kitchen, volume=55)
        assert (kitchen.state.volume.percent, bedroom.state.volume.percent) == (55, 30)


async def test_paused_stays_paused() -> None:
    async with rooms("kitchen", "bedroom") as house:
        kitchen, bedroom = await playing(house)
        kitchen.ask(c.Pause)
        await house.run(0.2)
        position = kitchen.state.session.anchor
        transfer = await moved(house, kitchen, bedroom)
        await house.run(0.3)
        there = bedroom.state.session
        assert transfer.result["transfer"]["paused"] is True
        assert there.playback == "paused"
        assert there.anchor is not None
        assert position is not None
        assert abs(there.anchor.position_ms - position.position_ms) < 1
        assert bedroom.numbers.max() == 0.0
        bedroom.ask(c.Resume)
        await house.run(0.3)
        first = bedroom.numbers[bedroom.numbers > 0.5]
        assert abs(first[1000] / RATE * 1000 - position.position_ms) < 50


async def test_to_paused() -> None:
    async with rooms("kitchen", "bedroom") as house:
        kitchen, bedroom = await playing(house)
        transfer = await moved(house, kitchen, bedroom, paused=True)
        await house.run(0.5)
        assert transfer.result["transfer"]["paused"] is True
        assert (kitchen.playback, bedroom.playback) == ("idle", "paused")
        assert bedroom.numbers.max() == 0.0
        last = kitchen.numbers[kitchen.numbers > 0.5].max()
        bedroom.ask(c.Resume)
        await house.run(0.5)
        went_on = bedroom.numbers[bedroom.numbers > 0.5 * last]
        assert abs(went_on[500] - last) < 0.1 * RATE


async def test_what_is_not_loaded_yet_begins_at_its_place_there() -> None:
    async with rooms("kitchen", "bedroom") as house:
        kitchen, bedroom = house.rooms
        house.serve("mock:a", stream(20.0))
        house.streams["mock:a", "kitchen"] = stream(20.0, delay=2.0)
        kitchen.ask(c.Play, url="mock:a", position_ms=10_000)
        await house.run(0.1)
        assert kitchen.playback == "loading"
        await moved(house, kitchen, bedroom)
        await house.run(0.5)
        first = bedroom.numbers[np.flatnonzero(bedroom.numbers > 0.5)[3000]]
        assert 10.0 < first / RATE < 10.2
        item = bedroom.state.session.item
        assert item is not None
        assert item.seekable
        assert item.duration_ms == 20_000.0


async def test_a_seek_on_its_way_arrives_there() -> None:
    async with rooms("kitchen", "bedroom") as house:
        kitchen, bedroom = await playing(house)
        kitchen.ask(c.Seek, position_ms=10_000)
        await moved(house, kitchen, bedroom)
        await house.run(0.5)
        assert bedroom.numbers[-RATE // 10 :].min() > 10.0 * RATE


async def test_a_queue_without_sound_travels() -> None:
    async with rooms("kitchen", "bedroom") as house:
        kitchen, bedroom = await playing(house)
        kitchen.ask(c.Stop)
        await house.run(0.2)
        await moved(house, kitchen, bedroom)
        assert bedroom.state.session.queue.length == 1
        assert (kitchen.playback, bedroom.playback) == ("idle", "idle")
        bedroom.ask(c.Resume)
        await house.until(lambda: bedroom.playback == "playing")


async def test_nothing_at_all_is_not_handed_over() -> None:
    async with rooms("kitchen", "bedroom") as house:
        kitchen, bedroom = house.rooms
        assert (await moved(house, kitchen, bedroom)).code == "nothing_playing"


async def test_a_live_stream_is_joined_where_it_is() -> None:
    async with rooms("kitchen", "bedroom") as house:
        kitchen, bedroom = await playing(house, live=True)
        transfer = await moved(house, kitchen, bedroom)
        await house.run(0.3)
        assert transfer.result["transfer"]["live"] is True
        assert (kitchen.playback, bedroom.playback) == ("idle", "playing")
        assert bedroom.numbers[-500:].min() > 0.5


async def test_a_server_without_ranges_sends_it_all_and_the_target_goes_through_it() -> None:
    async with rooms("kitchen", "bedroom") as house:
        kitchen, bedroom = await playing(house, seekable=False)
        transfer = await moved(house, kitchen, bedroom)
        await house.run(0.5)
        assert transfer.code == "done", transfer.answers
        assert (kitchen.playback, bedroom.playback) == ("idle", "playing")
        assert is_unbroken(together(kitchen, bedroom))


async def test_to_itself_is_nothing_to_do() -> None:
    async with rooms("kitchen", "bedroom") as house:
        kitchen, _ = await playing(house)
        for name in ("kitchen", "Kitchen"):
            transfer = kitchen.ask(c.Transfer, to=name)
            await house.run(0.1)
            assert transfer.code == "done"
        assert kitchen.playback == "playing"
        assert is_unbroken(kitchen.numbers)


async def test_what_plays_there_is_not_replaced_unasked() -> None:
    async with rooms("kitchen", "bedroom") as house:
        kitchen, bedroom = await playing(house)
        bedroom.ask(c.Play, url=house.serve("mock:b", stream(20.0)))
        await house.until(lambda: bedroom.playback == "playing")
        refused = await moved(house, kitchen, bedroom)
        assert refused.code == "target_playing"
        assert "Bedroom" in refused.message
        assert (kitchen.playback, bedroom.playback) == ("playing", "playing")
        transfer = await moved(house, kitchen, bedroom, replace=True)
        await house.run(0.3)
        assert transfer.code == "done"
        assert (kitchen.playback, bedroom.playback) == ("idle", "playing")
        item = bedroom.state.session.item
        assert item is not None
        assert item.url == "mock:a"


async def test_two_controllers_at_once() -> None:
    async with rooms("kitchen", "bedroom", "bath") as house:
        kitchen, bedroom = await playing(house)
        first = kitchen.ask(c.Transfer, to="bedroom")
        second = kitchen.ask(c.Transfer, to="bath")
        await house.until(lambda: first.code != "open" and second.code != "open")
        assert (first.code, second.code) == ("done", "busy")
        assert bedroom.playback == "playing"


async def test_two_sources_at_once() -> None:
    async with rooms("kitchen", "bedroom", "bath") as house:
        kitchen, bedroom = await playing(house)
        bath = house.rooms[2]
        play = bath.ask(c.Play, url="mock:a")
        await house.until(lambda: play.code == "done")
        first = kitchen.ask(c.Transfer, to="bedroom")
        while first.code == "open":
            second = bath.ask(c.Transfer, to="bedroom")
            await house.run(0.002)
        await house.run(0.3)
        assert (first.code, second.code) == ("done", "busy")
        assert (bath.playback, bedroom.playback) == ("playing", "playing")
        assert bedroom.state.session.queue.length == 1
        assert is_unbroken(together(kitchen, bedroom))


async def test_it_can_be_asked_of_any_receiver() -> None:
    async with rooms("kitchen", "bedroom", "bath") as house:
        _, bedroom = await playing(house)
        bath = house.rooms[2]
        transfer = bath.ask(c.Transfer, receiver="Kitchen", to="Bedroom")
        await house.until(lambda: transfer.code != "open")
        assert transfer.code == "done"
        assert bedroom.playback == "playing"
        await house.run(0.1)
        seen = {name: peer.session for name, peer in bath.state.peers.items()}
        assert {name: s.playback for name, s in seen.items() if s} == {
            "kitchen": "idle",
            "bedroom": "playing",
        }


async def test_a_command_for_another_time_is_refused() -> None:
    async with rooms("kitchen", "bedroom") as house:
        kitchen, bedroom = await playing(house)
        session = kitchen.state.session.id
        await moved(house, kitchen, bedroom)
        late = kitchen.ask(c.Play, url="mock:a", session=session)
        old = bedroom.ask(c.Pause, epoch=0)
        good = bedroom.ask(c.Pause, epoch=1, session=session)
        await house.run(0.1)
        assert (late.code, old.code, good.code) == ("stale", "stale", "done")


async def test_an_edit_that_comes_in_the_middle_goes_with_the_session() -> None:
    async with rooms("kitchen", "bedroom") as house:
        kitchen, bedroom = await playing(house)
        transfer = kitchen.ask(c.Transfer, to="bedroom")
        adds = []
        while transfer.code == "open":
            adds.append(kitchen.ask(c.QueueAdd, items=[c.Entry(url=f"http://x/{len(adds)}")]))
            await house.run(0.005)
        await house.run(0.3)
        assert transfer.code == "done", transfer.answers
        assert all(add.code == "done" for add in adds)
        urls = [row.item.url for row in bedroom.session.queue.rows()]
        assert urls == ["mock:a", *(f"http://x/{n}" for n in range(len(adds)))]
        assert is_unbroken(together(kitchen, bedroom))


async def test_a_pause_in_the_middle_counts() -> None:
    async with rooms("kitchen", "bedroom") as house:
        kitchen, bedroom = await playing(house)
        transfer = kitchen.ask(c.Transfer, to="bedroom")
        pause = kitchen.ask(c.Pause)
        await house.until(lambda: transfer.code != "open")
        await house.run(0.3)
        assert (transfer.code, pause.code) == ("done", "done")
        assert bedroom.playback == "paused"
        assert bedroom.numbers.max() == 0.0


async def test_near_the_end_the_next_track_is_handed_over() -> None:
    async with rooms("kitchen", "bedroom") as house:
        kitchen, bedroom = await playing(house, seconds=1.15)
        kitchen.ask(c.QueueAdd, items=[c.Entry(url=house.serve("mock:b", stream(9.0)))])
        transfer = await moved(house, kitchen, bedroom)
        await house.run(0.3)
        assert transfer.code == "done"
        item = bedroom.state.session.item
        assert item is not None
        assert item.url == "mock:b"
        heard = together(kitchen, bedroom)
        gaps = np.flatnonzero(heard[np.flatnonzero(heard > 0.5)[0] :] == 0.0)
        assert len(gaps) < 100


async def test_at_the_very_end_the_queue_is_handed_over() -> None:
    async with rooms("kitchen", "bedroom") as house:
        kitchen, bedroom = await playing(house, seconds=1.05)
        transfer = await moved(house, kitchen, bedroom)
        await house.run(0.3)
        assert transfer.code == "done"
        assert (kitchen.playback, bedroom.playback) == ("idle", "idle")
        assert bedroom.state.session.queue.length == 1
        bedroom.ask(c.Resume)
        await house.until(lambda: bedroom.playback == "playing")


async def test_what_follows_is_made_ready_again_wherever_the_session_is() -> None:
    async with rooms("kitchen", "bedroom") as house:
        kitchen, bedroom = await playing(house, seconds=3.0)
        kitchen.ask(c.QueueAdd, items=[c.Entry(url=house.serve("mock:b", stream(2.0)))])
        await house.run(0.1)
        await moved(house, kitchen, bedroom)
        await moved(house, bedroom, kitchen)
        await house.until(lambda: kitchen.playback == "idle", within=6.0)
        heard = together(kitchen, bedroom)
        loud = np.flatnonzero(heard > 0.5)
        assert np.diff(loud).max() <= 2, "the second followed the first without a gap"


async def test_the_cover_is_read_where_it_plays() -> None:
    async with rooms("kitchen", "bedroom") as house:
        kitchen, bedroom = await playing(house, cover=comment(png()))
        await house.until(lambda: _cover(kitchen) is not None)
        before = _cover(kitchen)
        await moved(house, kitchen, bedroom)
        await house.until(lambda: _cover(bedroom) is not None)
        assert _cover(kitchen) is None
        after = _cover(bedroom)
        assert after != before, "each has its own"
        picture = bedroom.covers.find((after or "").rpartition("/")[2])
        assert picture == Picture("image/png", png())


async def test_what_a_handoff_brings_counts_where_it_is_brought() -> None:
    async with rooms("kitchen", "bedroom") as house:
        kitchen, bedroom = await playing(house)
        item = kitchen.state.session.item
        assert item is not None
        for source, target in ((kitchen, bedroom), (bedroom, kitchen)):
            await moved(house, source, target)
            await house.run(0.5)
        assert [played.item for played in kitchen.session.history.played] == [item.id] * 2
        assert [played.item for played in bedroom.session.history.played] == [item.id]
        assert bedroom.state.history.length == 1


def _cover(room: Room) -> str | None:
    item = room.state.session.item
    return None if item is None else item.cover
