"""The house: who is found, who speaks with whom, and what is done for whom."""

from __future__ import annotations

import pytest

from receiver.errors import NoReceiver
from receiver.peers.base import Address
from receiver.peers.house import MOST_PEERS
from receiver.protocol.commands import Stop
from receiver.protocol.events import Answer, Done, Error
from receiver.protocol.peers import Ask
from receiver.trust.caller import ANYBODY
from tests.peers.stage import PORT, street


async def test_two_who_see_each_other_share_one_wire_and_their_states() -> None:
    async with street() as place:
        kitchen, bath = place.move_in("kitchen"), place.move_in("bath")
        await place.meet()
        assert len([wire for wire in place.mock.wires if not wire.closed]) == 1
        for one, other in ((kitchen, bath), (bath, kitchen)):
            peer = one.house.peers[other.name]
            assert peer.connected
            assert peer.session is not None
            assert peer.session.id == f"session of {other.name}"
            assert one.events == [("connected", other.name)]


async def test_a_change_is_seen_next_door() -> None:
    async with street() as place:
        kitchen, bath = place.move_in("kitchen"), place.move_in("bath")
        await place.meet()
        kitchen.publish(7)
        await place.clock.settle()
        volume = bath.house.peers["kitchen"].volume
        assert volume is not None
        assert volume.percent == 7


async def test_one_is_enough_to_see_the_other() -> None:
    async with street() as place:
        kitchen, bath = place.move_in("kitchen"), place.move_in("bath")
        await place.clock.settle()
        kitchen.house.seen("bath", "Bath", [Address("bath", PORT)])
        await place.clock.advance(3.0)
        assert kitchen.house.peers["bath"].connected
        assert bath.house.peers["kitchen"].connected


async def test_an_address_alone_is_enough() -> None:
    async with street() as place:
        kitchen, _ = place.move_in("kitchen"), place.move_in("bath")
        await place.clock.settle()
        kitchen.house.meet(Address("bath", PORT))
        await place.clock.advance(3.0)
        assert kitchen.house.peers["bath"].connected


async def test_it_does_not_meet_itself() -> None:
    async with street() as place:
        kitchen = place.move_in("kitchen")
        await place.meet()
        kitchen.house.meet(kitchen.address)
        await place.clock.advance(3.0)
        assert kitchen.house.peers == {}


async def test_the_clock_of_a_peer_is_known() -> None:
    async with street() as place:
        kitchen, _ = place.move_in("kitchen"), place.move_in("bath")
        await place.meet()
        clock = kitchen.house.peers["bath"].clock
        assert clock is not None
        assert clock.offset_us == 0
        assert clock.uncertainty_us <= 200


@pytest.mark.parametrize("name", ["bath", "Bath", "BATH"])
async def test_a_command_is_forwarded(name: str) -> None:
    async with street() as place:
        kitchen, bath = place.move_in("kitchen"), place.move_in("bath")
        await place.meet()
        answers: list[Answer] = []
        kitchen.door.carry(Stop(id="c", receiver=name), ANYBODY, 0.0, answers.append)
        await place.clock.settle()
        assert answers == [Done("c", {"by": "bath"})]
        assert [command.receiver for command in bath.asked] == [None]


async def test_a_forwarded_command_that_comes_twice_is_done_once() -> None:
    async with street() as place:
        kitchen, bath = place.move_in("kitchen"), place.move_in("bath")
        await place.meet()
        answers: list[Answer] = []
        command = Stop(id="a-long-unique-identity", receiver="bath")
        for _ in range(2):
            kitchen.door.carry(command, ANYBODY, 0.0, answers.append)
            await place.clock.settle()
        assert answers == [Done(command.id, {"by": "bath"})] * 2
        assert len(bath.asked) == 1


async def test_one_that_comes_twice_before_it_is_answered_is_done_once() -> None:
    async with street() as place:
        kitchen, bath = place.move_in("kitchen"), place.move_in("bath")
        await place.meet()
        bath.silent = True
        answers: list[Answer] = []
        for name in ("bath", "Bath"):
            command = Stop(id="a-long-unique-identity", receiver=name)
            kitchen.door.carry(command, ANYBODY, 0.0, answers.append)
        await place.clock.settle()
        assert len(bath.asked) == 1
        await bath.stop()
        await place.clock.settle()
        assert [answer.id for answer in answers] == [command.id] * 2


async def test_commands_with_the_same_short_id_do_not_meet() -> None:
    async with street() as place:
        kitchen, _ = place.move_in("kitchen"), place.move_in("bath")
        await place.meet()
        answers: list[Answer] = []
        for _ in range(2):
            kitchen.door.carry(Stop(id="1", receiver="bath"), ANYBODY, 0.0, answers.append)
        await place.clock.settle()
        assert answers == [Done("1", {"by": "bath"})] * 2


async def test_who_is_not_known_and_who_is_not_there_is_said() -> None:
    async with street() as place:
        kitchen, bath = place.move_in("kitchen"), place.move_in("bath")
        await place.meet()
        answers: list[Answer] = []
        kitchen.door.carry(Stop(id="c", receiver="Attic"), ANYBODY, 0.0, answers.append)
        await bath.stop()
        await place.clock.advance(1.0)
        kitchen.door.carry(Stop(id="c", receiver="Bath"), ANYBODY, 0.0, answers.append)
        codes = [(a.code, "knows: Bath" in a.message) for a in answers if isinstance(a, Error)]
        assert codes == [("no_receiver", True), ("no_receiver", False)]
        assert not kitchen.house.peers["bath"].connected


async def test_an_answer_that_is_lost_with_the_wire_is_an_error() -> None:
    async with street() as place:
        kitchen, bath = place.move_in("kitchen"), place.move_in("bath")
        await place.meet()
        bath.silent = True
        answers: list[Answer] = []
        kitchen.door.carry(Stop(id="c", receiver="bath"), ANYBODY, 0.0, answers.append)
        await place.clock.settle()
        assert answers == []
        await bath.stop()
        await place.clock.settle()
        (answer,) = answers
        assert isinstance(answer, Error)
        assert (answer.id, answer.code) == ("c", "no_receiver")


async def test_names_that_two_have_are_asked_about() -> None:
    async with street() as place:
        kitchen = place.move_in("kitchen")
        await place.clock.settle()
        for name in ("id-1", "id-2"):
            kitchen.house.seen(name, "Hall", [Address(name, PORT)])
        with pytest.raises(NoReceiver, match="id-1, id-2"):
            kitchen.house.find("hall")


async def test_of_two_with_one_name_the_one_that_is_there_is_meant() -> None:
    async with street() as place:
        kitchen, _ = place.move_in("kitchen"), place.move_in("bath")
        await place.meet()
        kitchen.house.seen("its-former-id", "Bath", [Address("gone", PORT)])
        assert kitchen.house.find("Bath").id == "bath"


async def test_where_another_receiver_is_now_it_is_not_looked_for_again() -> None:
    async with street() as place:
        kitchen, attic, bath = (place.move_in(name) for name in ("kitchen", "attic", "bath"))
        await place.clock.settle()
        kitchen.house.seen("bath", "Bath", [attic.address, kitchen.address, bath.address])
        await place.clock.advance(3.0)
        assert kitchen.house.peers["attic"].connected
        assert kitchen.house.peers["bath"].connected


# --- links come and go ------------------------------------------------------------------------


async def test_a_program_that_ended_is_dead_and_met_again_when_it_returns() -> None:
    async with street() as place:
        kitchen, bath = place.move_in("kitchen"), place.move_in("bath")
        await place.meet()
        await bath.stop()
        await place.clock.advance(1.0)
        assert kitchen.events[1:] == [("dead", "bath")]
        place.move_in("bath", instance="2")
        await place.clock.advance(60.0)
        assert kitchen.house.peers["bath"].connected


async def test_a_cable_that_is_cut_says_nothing_of_the_other() -> None:
    async with street() as place:
        kitchen, bath = place.move_in("kitchen"), place.move_in("bath")
        await place.meet()
        place.mock.block(bath.address)
        place.mock.block(kitchen.address)
        for wire in place.mock.wires:
            wire.cut()
        await place.clock.advance(20.0)
        assert kitchen.events[1:] == [("lost", "bath")]
        assert bath.events[1:] == [("lost", "kitchen")]
        place.mock.block(bath.address, blocked=False)
        await place.clock.advance(60.0)
        assert kitchen.house.peers["bath"].connected
        assert bath.house.peers["kitchen"].connected


async def test_one_that_is_back_before_it_was_found_missing_is_there() -> None:
    async with street() as place:
        kitchen, bath = place.move_in("kitchen"), place.move_in("bath")
        await place.meet()
        answered = place.mock.slow_down(bath.address)
        for wire in place.mock.wires_of("kitchen"):
            await wire.close()
        bath.house.seen("kitchen", "Kitchen", [Address("door", PORT), kitchen.address])
        await place.clock.advance(0.9)
        assert kitchen.events[1:] == [("connected", "bath")]
        answered.set()
        await place.clock.settle()
        assert kitchen.events[2:] == [("lost", "bath"), ("connected", "bath")]


async def test_one_that_was_started_anew_was_dead() -> None:
    async with street() as place:
        kitchen, bath = place.move_in("kitchen"), place.move_in("bath")
        await place.meet()
        for wire in place.mock.wires:
            wire.cut()  # as when the power fails
        place.mock.leave(bath.address)
        anew = place.move_in("bath", instance="2")
        await place.clock.settle()
        anew.house.meet(kitchen.address)
        await place.clock.advance(2.0)
        assert kitchen.events[1:] == [("dead", "bath"), ("connected", "bath")]


async def test_a_wire_that_is_lost_alone_is_opened_again() -> None:
    async with street() as place:
        kitchen, bath = place.move_in("kitchen"), place.move_in("bath")
        await place.meet()
        for wire in place.mock.wires:
            wire.cut()
        await place.clock.advance(20.0)
        assert kitchen.events[-1][0] == bath.events[-1][0] == "connected"
        assert ("dead", "bath") not in kitchen.events


async def test_both_dial_at_once_and_one_wire_stays() -> None:
    async with street() as place:
        kitchen, bath = place.move_in("kitchen"), place.move_in("bath")
        await place.clock.settle()
        kitchen.house.meet(bath.address)
        bath.house.meet(kitchen.address)
        await place.clock.advance(10.0)
        assert len([wire for wire in place.mock.wires if not wire.closed]) == 1
        assert kitchen.house.peers["bath"].connected
        assert bath.house.peers["kitchen"].connected


async def test_messages_of_a_handoff_reach_the_peer() -> None:
    async with street() as place:
        kitchen, bath = place.move_in("kitchen"), place.move_in("bath")
        await place.meet()
        assert kitchen.house.say("bath", Ask("h"))
        assert not kitchen.house.say("attic", Ask("h"))
        await place.clock.settle()
        assert bath.messages == [Ask("h")]


async def test_what_is_no_peer_is_left_alone() -> None:
    async with street() as place:
        kitchen = place.move_in("kitchen")
        await place.clock.settle()
        wire = await place.mock.dial_from("stranger")(kitchen.address)
        await wire.send(b'{"type": "stop", "id": "c"}')
        await place.clock.settle()
        await wire.receive()  # it said who it is
        with pytest.raises(ConnectionError):
            await wire.receive()
        assert kitchen.house.peers == {}


async def test_a_house_of_many() -> None:
    places = 12
    async with street() as place:
        dwellers = [place.move_in(f"room-{number:02}") for number in range(places)]
        await place.meet()
        await place.clock.advance(10.0)
        for dweller in dwellers:
            peers: list[bool] = [peer.connected for peer in dweller.house.peers.values()]
            assert peers == [True] * (places - 1)
        open_wires = [wire for wire in place.mock.wires if not wire.closed]
        assert len(open_wires) == places * (places - 1) // 2


async def test_who_is_named_is_called_on_until_somebody_is_there() -> None:
    async with street() as place:
        kitchen = place.move_in("kitchen")
        await place.clock.settle()
        kitchen.house.meet(Address("bath", PORT))
        await place.clock.advance(5.0)
        assert kitchen.house.peers == {}
        place.move_in("bath")
        await place.clock.advance(30.0)
        assert kitchen.house.peers["bath"].connected


async def test_a_flood_of_receivers_is_bounded() -> None:
    async with street() as place:
        kitchen = place.move_in("kitchen")
        await place.clock.settle()
        for number in range(MOST_PEERS + 10):
            kitchen.house.seen(f"id-{number}", "Hall", [Address(f"h{number}", PORT)])
        assert len(kitchen.house.peers) == MOST_PEERS
        place.move_in("bath")
        kitchen.house.seen("bath", "Bath", [Address("bath", PORT)])
        await place.clock.advance(3.0)
        assert kitchen.house.peers["bath"].connected
        assert len(kitchen.house.peers) == MOST_PEERS
