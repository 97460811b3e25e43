"""What is known of the peers and their clocks, as a session that moves asks for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from receiver.clock.base import Clock
from receiver.peers.neighbour import Neighbour

if TYPE_CHECKING:
    from receiver.clock.remote import RemoteClock

UNKNOWN_RTT_S = 0.05
SIGMAS = 2.0


class Facts:
    """See `receiver.session.peers.Peers`. What a lost link has told of a clock is still used."""

    def __init__(self, neighbours: Mapping[str, Neighbour], clock: Clock) -> None:
        self._neighbours = neighbours
        self._clock = clock

    def name(self, peer: str) -> str:
        """What people call a peer."""
        neighbour = self._neighbours.get(peer)
        return peer if neighbour is None else neighbour.name

    def rtt95(self, peer: str) -> float:
        """Seconds that 95 of 100 messages to a peer and back take at most."""
        remote = self._remote(peer)
        return UNKNOWN_RTT_S if remote is None else remote.rtt_p95

    def clock_error(self, peer: str) -> float | None:
        """Seconds by which `to_own` may err; None: nothing is known."""
        remote = self._remote(peer)
        return None if remote is None else SIGMAS * remote.uncertainty_at(self._clock.now())

    def to_own(self, peer: str, at_us: int) -> float:
        """An instant of a peer's clock on our own, in seconds; as well as it is known."""
        remote = self._remote(peer)
        return at_us / 1e6 if remote is None else remote.to_own(at_us / 1e6)

    def _remote(self, peer: str) -> RemoteClock | None:
        neighbour = self._neighbours.get(peer)
        remote = None if neighbour is None else neighbour.remote
        return remote if remote is not None and remote.known else None
