"""A receiver's state, as another one of its house tells of it. Pure."""

from __future__ import annotations

import msgspec

from receiver.model.state import ClockId, Output, Peer, ReceiverInfo, SessionState, State

UNKNOWN_OUTPUT = Output(backend="", device="")
"""Peers do not tell of their sound devices."""


def state_of(state: State, receiver: str | None) -> State | None:
    """The state of `receiver` within the `state` that another one sent, with all instants on the
    clock of that; None while the two are not connected. For itself, or for None, it is `state`.
    """
    if receiver in (None, state.receiver.id):
        return state
    peer = state.peers.get(receiver or "")
    if peer is None or not peer.connected or peer.session is None or peer.volume is None:
        return None
    teller = state.receiver
    own = Peer(teller.id, teller.name, teller.version, connected=True, session=state.session)
    return State(
        receiver=ReceiverInfo(peer.id, peer.name, peer.version, ClockId("", "")),
        session=_on_our_clock(peer.session, peer),
        volume=peer.volume,
        output=UNKNOWN_OUTPUT,
        problem=peer.problem,
        peers={**state.peers, teller.id: own},
    )


def _on_our_clock(session: SessionState, peer: Peer) -> SessionState:
    """While the clocks are not compared, the position stands where it was last reported."""
    anchor = session.anchor
    if anchor is None:
        return session
    if peer.clock is None:
        return msgspec.structs.replace(session, anchor=msgspec.structs.replace(anchor, rate=0))
    at_us = anchor.at_us - peer.clock.offset_us
    return msgspec.structs.replace(session, anchor=msgspec.structs.replace(anchor, at_us=at_us))


def holder(state: State, session: str) -> str | None:
    """The id of the receiver that a session is at. While it moves two have it: the one that got it
    last.
    """
    having = [
        (p.session.epoch, p.id)
        for p in state.peers.values()
        if p.connected and p.session and p.session.id == session
    ]
    if state.session.id == session:
        having.append((state.session.epoch, state.receiver.id))
    return max(having)[1] if having else None


def name_of(state: State, receiver: str) -> str:
    """What people call a receiver of the house."""
    if receiver in state.peers:
        return state.peers[receiver].name
    return state.receiver.name
