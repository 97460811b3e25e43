"""The client against a receiver: commands, state, clock, and what goes wrong."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from controller import link
from controller.client import Client
from receiver.errors import BadRequest, NoReceiver, NothingPlaying, UnsupportedFormat
from receiver.model.state import State
from receiver.protocol import commands as c
from receiver.protocol.events import Change
from tests.controller.fake_house import HouseReceiver
from tests.controller.fake_receiver import FakeReceiver


def connect(receiver: FakeReceiver, **options: bool) -> Client:
    return Client(receiver.host, receiver.port, **options)


def sent(receiver: FakeReceiver) -> list[c.Command]:
    """The commands that came in, without those that ask for the time."""
    return [command for command in receiver.commands if not isinstance(command, c.TimeRequest)]


async def state_where(client: Client, true_of: object) -> State:
    """The first state `true_of` holds for."""
    async for state in client.changes():
        if true_of(state):  # type: ignore[operator]
            return state
    raise AssertionError


async def test_the_state_is_there_at_once(receiver: FakeReceiver) -> None:
    async with connect(receiver) as client:
        assert client.state == receiver.state
        assert client.revision == receiver.revision


async def test_each_command_arrives_as_it_was_meant(receiver: FakeReceiver) -> None:
    async with connect(receiver) as client:
        assert await client.play("http://x/a.ogg", 1500.0) == receiver.receipt
        await client.pause()
        await client.resume()
        await client.toggle()
        await client.seek(61_000.0)
        await client.seek(by_ms=-1000.0)
        await client.set_volume(40)
        result = await client.set_volume(by=5)
        await client.mute()
        await client.mute(False)
        await client.stop()
    assert result["volume"]["percent"] == 45
    wishes = [msgspec.structs.replace(command, id="-") for command in sent(receiver)]
    assert wishes == [
        c.Play(id="-", items=[c.Entry("http://x/a.ogg")], position_ms=1500.0),
        c.Pause(id="-"),
        c.Resume(id="-"),
        c.Toggle(id="-"),
        c.Seek(id="-", position_ms=61_000.0),
        c.Seek(id="-", by_ms=-1000.0),
        c.SetVolume(id="-", percent=40),
        c.SetVolume(id="-", by=5),
        c.Mute(id="-"),
        c.Mute(id="-", muted=False),
        c.Stop(id="-"),
    ]


async def test_answers_find_their_commands_whatever_their_order(receiver: FakeReceiver) -> None:
    receiver.refuses[c.Pause] = NothingPlaying("Nothing to pause.")
    async with connect(receiver) as client:
        answers = await asyncio.gather(
            client.set_volume(10), client.pause(), client.stop(), return_exceptions=True
        )
    assert isinstance(answers[1], NothingPlaying)
    assert [isinstance(answer, dict) for answer in answers] == [True, False, True]


async def test_an_error_comes_out_as_the_class_of_its_code(receiver: FakeReceiver) -> None:
    receiver.refuses[c.Play] = UnsupportedFormat("This is Opus.", found="opus")
    async with connect(receiver) as client:
        with pytest.raises(UnsupportedFormat, match="Opus") as caught:
            await client.play("http://x/a.opus")
    assert caught.value.detail == {"found": "opus"}


async def test_what_would_be_refused_does_not_travel(receiver: FakeReceiver) -> None:
    async with connect(receiver) as client:
        with pytest.raises(BadRequest, match="percent"):
            await client.set_volume(101)
        with pytest.raises(BadRequest):
            await client.seek(float("nan"))
        with pytest.raises(BadRequest, match="exactly one"):
            await client.seek()
    assert sent(receiver) == []


async def test_changes_come_in(receiver: FakeReceiver) -> None:
    async with connect(receiver) as client:
        await client.play("http://x/a.ogg")
        await receiver.says("Blue", "Someone")
        state = await state_where(client, lambda s: s.session.item and s.session.item.tags.title)
        assert state == receiver.state
        await receiver.ends()
        state = await state_where(client, lambda s: s.session.item is None)
        assert state == receiver.state


async def test_a_missed_change_asks_for_the_state(receiver: FakeReceiver) -> None:
    async with connect(receiver) as client:
        receiver.loses_changes(2)
        for percent in (10, 20, 30):
            await receiver.becomes(
                volume=msgspec.structs.replace(receiver.state.volume, percent=percent)
            )
        state = await state_where(client, lambda s: s.volume.percent == 30)
        assert state == receiver.state
        assert client.revision == receiver.revision
    assert [type(command) for command in sent(receiver)] == [c.Status]


async def test_a_change_that_makes_no_sense_asks_for_the_state(receiver: FakeReceiver) -> None:
    async with connect(receiver) as client:
        receiver.revision += 1
        await receiver.sends(Change(receiver.revision, {"volume": "loud"}))
        while client.revision != receiver.revision:
            await anext(client.changes())
            await asyncio.sleep(0)
        assert client.state == receiver.state


async def test_status_holds_what_was_answered_before(receiver: FakeReceiver) -> None:
    async with connect(receiver) as client:
        receiver.loses_changes(1)
        await client.set_volume(33)
        assert (await client.status()).volume.percent == 33


@pytest.mark.parametrize("ahead_us", [0, 5_000_000_000, -5_000_000_000])
async def test_the_position_heard_is_right_whatever_the_clocks(ahead_us: int) -> None:
    async with FakeReceiver(clock_ahead_us=ahead_us) as receiver, connect(receiver) as client:
        await client.play("http://x/a.ogg", 10_000.0)
        while client.clock_uncertainty_ms is None:
            await client.status()
        anchor = receiver.state.session.anchor
        assert anchor is not None
        before = anchor.position_at(receiver.now_us())
        position = client.position_ms()
        after = anchor.position_at(receiver.now_us())
        assert position is not None
        slack = client.clock_uncertainty_ms + 0.01
        assert before - slack <= position <= after + slack


async def test_the_position_stands_still_in_a_pause(receiver: FakeReceiver) -> None:
    async with connect(receiver) as client:
        assert client.position_ms() is None
        await client.play("http://x/a.ogg", 10_000.0, paused=True)
        await client.status()
        assert client.position_ms() == 10_000.0


async def test_the_position_does_not_pass_the_end(receiver: FakeReceiver) -> None:
    async with connect(receiver) as client:
        await client.play("http://x/a.ogg", 900_000.0)
        await receiver.says("Short")
        await state_where(client, lambda s: s.session.item and s.session.item.duration_ms)
        assert client.position_ms() == 296_000.0


async def test_no_receiver_names_the_address_and_what_to_try(receiver: FakeReceiver) -> None:
    await receiver.vanish()
    with pytest.raises(NoReceiver, match=rf"127\.0\.0\.1:{receiver.port}.*refused.*discover"):
        async with connect(receiver):
            pass


async def test_no_answer_is_an_error_after_a_while(
    receiver: FakeReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    receiver.ignores.add(c.Pause)
    client = connect(receiver)
    async with client:
        with pytest.raises(NoReceiver, match="no answer within 0 s"):
            await client._link.ask(c.Pause(id="c-late"), 0.01)
        await client.set_volume(12)  # the connection is still good


async def test_a_lost_connection_ends_the_changes_and_the_commands(receiver: FakeReceiver) -> None:
    receiver.ignores.add(c.Pause)
    async with connect(receiver) as client:
        async with asyncio.TaskGroup() as tasks:
            waiting = tasks.create_task(_outcome(client))
            await receiver.hears(c.Pause)
            await receiver.loses_connections()
        assert isinstance(waiting.result(), NoReceiver)
        with pytest.raises(NoReceiver, match="lost"):
            async for _ in client.changes():
                pass
        with pytest.raises(NoReceiver, match="lost"):
            await client.stop()
        assert not client.connected


async def _outcome(client: Client) -> Exception | None:
    try:
        await client.pause()
    except NoReceiver as error:
        return error
    return None


async def test_with_reconnect_the_state_is_taken_anew(
    receiver: FakeReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link, "FIRST_RETRY_SECONDS", 0.01)
    async with connect(receiver, reconnect=True) as client:
        await receiver.vanish()
        async for _ in client.changes():
            if not client.connected:
                break
        receiver.revision = 3  # it was started anew
        await receiver.becomes(volume=msgspec.structs.replace(receiver.state.volume, percent=7))
        await receiver.listen()
        state = await state_where(client, lambda s: s.volume.percent == 7)
        assert (state, client.revision, client.connected) == (receiver.state, 4, True)
        await client.set_volume(8)


async def test_waiting_for_a_change_may_be_given_up_and_taken_up(receiver: FakeReceiver) -> None:
    async with connect(receiver) as client:
        changes = client.changes()
        await anext(changes)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await anext(changes)
        await client.set_volume(9)
        assert (await anext(changes)).volume.percent == 9


async def test_an_error_in_the_body_comes_out_as_itself(receiver: FakeReceiver) -> None:
    with pytest.raises(NothingPlaying):
        async with connect(receiver) as client:
            await client.pause()


# --- the house ---------------------------------------------------------------------------------


async def test_another_one_is_commanded_and_seen_through_the_first(
    kitchen: HouseReceiver, bedroom: HouseReceiver
) -> None:
    async with Client(kitchen.host, kitchen.port, receiver=bedroom.id) as client:
        assert client.state.receiver.name == "Bedroom"
        await client.play("http://x/a.ogg", position_ms=5000.0)
        assert bedroom.state.session.playback == "playing"
        assert kitchen.state.session.playback == "idle"
        await state_where(client, lambda state: state.session.playback == "playing")
        position_ms = client.position_ms()
        assert position_ms is not None
        assert 5000.0 <= position_ms < 35_000.0, "its clock is another one"
        assert [item.url for item in await client.queue.items()] == ["http://x/a.ogg"]


async def test_a_client_goes_along_with_a_session(
    kitchen: HouseReceiver, bedroom: HouseReceiver, bath: HouseReceiver
) -> None:
    async with Client(kitchen.host, kitchen.port, receiver=kitchen.id, reconnect=True) as client:
        await client.play("http://x/a.ogg")
        session = client.state.session.id
        assert client.holder(session) == kitchen.id
        await kitchen.hands_over(bedroom)
        await state_where(client, lambda _: client.holder(session) == bedroom.id)
        client.turn_to(bedroom.id)
        assert client.state.session.id == session
        await kitchen.vanish()
        await state_where(client, lambda _: not client.connected)
        await state_where(client, lambda _: client.connected)
        await client.pause()
        assert bedroom.state.session.playback == "paused"
        with pytest.raises(NoReceiver, match="id-attic"):
            client.turn_to("id-attic")


async def test_one_that_is_not_heard_of_any_more(
    kitchen: HouseReceiver, bedroom: HouseReceiver
) -> None:
    async with Client(kitchen.host, kitchen.port, receiver=bedroom.id) as client:
        assert client.connected
        await bedroom.leaves_the_house()
        await state_where(client, lambda _: not client.connected)
        assert client.state.receiver.name == "Bedroom", "as it was last heard of"
    with pytest.raises(NoReceiver, match="does not hear of it"):
        async with Client(kitchen.host, kitchen.port, receiver=bedroom.id):
            pass
