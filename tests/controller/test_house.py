"""The receivers of a house, in what one of them says."""

from __future__ import annotations

import msgspec

from controller.address import Address
from controller.house import Speaker, find, holder, speakers
from controller.view import holder as holder_in
from controller.view import state_of
from receiver.model.state import Anchor, Peer, PeerClock, SessionState, State, Volume
from tests.controller.fake_receiver import FakeReceiver

HERE = Address("192.0.2.7", 7766)
MOVED = SessionState(id="s-1", epoch=3, playback="playing")
ANCHOR = Anchor("i-1", 1000.0, 20_000_000, 1)


def house(**fields: object) -> State:
    """The kitchen tells of a bedroom. Their clocks are 5 s apart."""
    peer = Peer(
        "id-bedroom",
        "Bedroom",
        "0.1.0",
        "192.0.2.8",
        7767,
        connected=True,
        session=MOVED,
        volume=Volume(30, True),
        clock=PeerClock(5_000_000, 100),
    )
    peer = msgspec.structs.replace(peer, **fields)
    return msgspec.structs.replace(FakeReceiver().state, peers={peer.id: peer})


def told(state: State) -> list[Speaker]:
    return speakers(msgspec.to_builtins(state), HERE)


def test_who_tells_comes_first_and_is_where_it_was_asked() -> None:
    kitchen, bedroom = told(house())
    assert (kitchen.id, kitchen.name, kitchen.address) == ("id-kitchen", "Kitchen", HERE)
    assert (kitchen.connected, kitchen.playback, kitchen.volume["percent"]) == (True, "idle", 50)
    assert (bedroom.name, bedroom.address) == ("Bedroom", Address("192.0.2.8", 7767))
    assert (bedroom.playback, bedroom.volume["muted"]) == ("playing", True)


def test_of_one_that_is_not_connected_nothing_old_is_told() -> None:
    bedroom = told(house(connected=False))[1]
    assert (bedroom.connected, bedroom.playback, bedroom.volume) == (False, "", {})


def test_an_older_receiver_tells_of_none() -> None:
    assert [one.name for one in speakers({"receiver": {"name": "Old"}}, HERE)] == ["Old"]


def test_they_are_found_by_id_before_name() -> None:
    both = told(house(name="id-kitchen"))
    assert find(both, "id-kitchen") == both[0]
    assert find(both, "KITCHEN") == both[0]
    assert find(both, "ID-Bedroom") is None
    assert find(both, "id-bedroom") == both[1]


def test_a_session_that_two_have_is_where_it_came_last() -> None:
    for state in (house(), house(session=msgspec.structs.replace(MOVED, id="s-2"))):
        session = state.peers["id-bedroom"].session
        assert session is not None
        there = holder(told(state), session.id)
        assert there is not None
        assert there.id == holder_in(state, session.id) == "id-bedroom"
    gone = house(connected=False)
    assert holder_in(gone, "s-1") == "id-kitchen"
    assert holder_in(gone, "s-3") is None
    assert holder(told(gone), "s-3") is None


def test_its_own_state_is_as_it_is() -> None:
    state = house()
    assert state_of(state, None) is state
    assert state_of(state, "id-kitchen") is state


def test_the_state_of_a_peer_is_on_the_clock_of_who_tells() -> None:
    state = house(session=msgspec.structs.replace(MOVED, anchor=ANCHOR))
    seen = state_of(state, "id-bedroom")
    assert seen is not None
    assert seen.session.anchor == msgspec.structs.replace(ANCHOR, at_us=15_000_000)
    assert (seen.receiver.name, seen.volume.percent) == ("Bedroom", 30)
    assert seen.peers["id-kitchen"].session == state.session


def test_without_its_clock_its_position_stands() -> None:
    seen = state_of(
        house(session=msgspec.structs.replace(MOVED, anchor=ANCHOR), clock=None), "id-bedroom"
    )
    assert seen is not None
    assert seen.session.anchor == msgspec.structs.replace(ANCHOR, rate=0)


def test_of_one_that_is_not_connected_there_is_no_state() -> None:
    assert state_of(house(connected=False), "id-bedroom") is None
    assert state_of(house(), "id-attic") is None
