"""The other receivers of the house, and what went wrong last."""

from __future__ import annotations

from collections import Counter

from receiver.doctor.base import Patient, System
from receiver.errors import NoDevice
from receiver.handoff.switch import TIGHT
from receiver.model.health import Finding
from receiver.model.state import Peer, State

MOST_UNCERTAIN_US = TIGHT * 1e6
"""Known less well, a clock does not let music move at a frame."""


def check_house(_: System, patient: Patient) -> list[Finding]:
    """Each peer answers, is as new as this one, and its clock is known well."""
    if patient.live is None:
        return []
    state = patient.live.state
    faults = [fault for peer in state.peers.values() if (fault := _fault(state, peer)) is not None]
    names = Counter([state.receiver.name, *(peer.name for peer in _connected(state))])
    faults += [
        Finding(
            "house",
            "warn",
            f"{count} receivers are called {name}.",
            "Give each a name of its own: name = in the configuration.",
        )
        for name, count in names.items()
        if count > 1
    ]
    return faults or [Finding("house", "ok", _told(state))]


def _fault(state: State, peer: Peer) -> Finding | None:
    name = f"{peer.name} ({peer.host}:{peer.port})"
    if not peer.version:
        return None  # it is remembered, and was not met since the start: it may be gone for good
    if not peer.connected:
        seen = f"{name} does not answer."
        return Finding("house", "warn", seen, "Is it on, and in this network?")
    if peer.version != state.receiver.version:
        seen = f"{name} runs tonearm {peer.version}, this one {state.receiver.version}."
        return Finding("house", "warn", seen, "Bring both to the same version.")
    uncertain_us = 0 if peer.clock is None else peer.clock.uncertainty_us
    if uncertain_us > MOST_UNCERTAIN_US:
        seen = f"The clock of {name} is known to {uncertain_us / 1000:.0f} ms only."
        return Finding("house", "warn", seen, "The way there is slow or busy: use a cable.")
    return None


def _told(state: State) -> str:
    return ", ".join(map(_named, state.peers.values())) or "no other receiver"


def _named(peer: Peer) -> str:
    if not peer.version:
        return f"{peer.name} (not met)"
    clock = "" if peer.clock is None else f" ±{peer.clock.uncertainty_us / 1000:g} ms"
    return f"{peer.name}{clock}"


def _connected(state: State) -> list[Peer]:
    return [peer for peer in state.peers.values() if peer.connected]


def check_problem(_: System, patient: Patient) -> list[Finding]:
    """What the receiver says is wrong; a device that is missing has its own line."""
    if patient.live is None:
        return []
    problem = patient.live.state.problem
    if problem is None or problem.code == NoDevice.code:
        return [Finding("problem", "ok", "none")]
    return [Finding("problem", "warn", problem.message, "The log says what came before.")]
