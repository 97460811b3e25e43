"""One other receiver of the house: where it is, and what is known of it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import msgspec

from receiver.clock.base import Clock, within
from receiver.model.state import Peer, PeerClock
from receiver.peers.base import Address

if TYPE_CHECKING:
    from receiver.clock.remote import RemoteClock
    from receiver.peers.link import PeerLink

MAX_ADDRESSES = 4
STEPS_US = [digit * 10**power for power in range(1, 7) for digit in (1, 2, 5)]
"""The uncertainty of a clock is told in these, rounded up."""


class Neighbour:
    """Where a peer was seen, and the link to it while there is one. Event loop only."""

    def __init__(self, peer: str, name: str) -> None:
        self.id = peer
        self.addresses: list[Address] = []
        self.caller: asyncio.Task[None] | None = None
        """Who dials it."""
        self.unlinked = asyncio.Event()
        """Set while there is no link."""
        self.unlinked.set()
        self.peer = Peer(peer, name)
        self.remote: RemoteClock | None = None
        """What is known of its clock, also when the link was lost; None: it never answered."""
        self._link: PeerLink | None = None
        self._woken = asyncio.Event()

    @property
    def name(self) -> str:
        """As people call it."""
        return self.peer.name

    @property
    def plays(self) -> bool:
        """Whether it says that it plays."""
        session = self.peer.session
        return self.peer.connected and session is not None and session.playback == "playing"

    @property
    def link(self) -> PeerLink | None:
        """The one link to it."""
        return self._link

    def join(self, link: PeerLink) -> None:
        """Let this be the link."""
        self._link, self.remote = link, link.remote
        self.unlinked.clear()
        self._tell(connected=True, fingerprint=link.peer.fingerprint)

    def unlink(self) -> None:
        """There is no link any more."""
        self._link = None
        self.unlinked.set()
        self._tell(connected=False, clock=None)

    def seen_at(self, name: str, addresses: list[Address]) -> None:
        """It is, or was, at these addresses: they are tried first, and at once."""
        known = [*addresses, *(a for a in self.addresses if a not in addresses)]
        self._woken.set()
        self.addresses = known[:MAX_ADDRESSES]
        host, port = self.addresses[0]
        self._tell(name=name, host=host, port=port)

    def not_at(self, address: Address) -> None:
        """Another receiver is there: it is not tried again, unless this one is seen there."""
        self.addresses = [known for known in self.addresses if known != address]

    def wake(self) -> None:
        """Dial it now."""
        self._woken.set()

    async def wait_a_while(self, clock: Clock, seconds: float) -> None:
        """Wait, but no longer than until it is seen somewhere else."""
        self._woken.clear()
        try:
            await within(clock, seconds, self._woken.wait())
        except TimeoutError:
            return

    def refresh(self, now: float) -> bool:
        """Take over what the link knows; True if that is news for others."""
        before, link = self.peer, self._link
        if link is not None and link.mirror is not None:
            state = link.mirror.state
            self._tell(
                name=state.receiver.name,
                version=state.receiver.version,
                session=state.session,
                volume=state.volume,
                problem=state.problem,
                clock=self._clock_of(link, now),
            )
        return self.peer != before

    def _clock_of(self, link: PeerLink, now: float) -> PeerClock | None:
        """The peer's clock, as it was told before unless it is known to be another."""
        if not link.remote.known:
            return None
        exact = link.remote.uncertainty_at(now) * 1e6
        uncertainty_us = next((step for step in STEPS_US if step >= exact), STEPS_US[-1])
        offset_us = round(link.remote.offset_at(now) * 1e6)
        told = self.peer.clock
        if (
            told is not None
            and told.uncertainty_us == uncertainty_us
            and abs(told.offset_us - offset_us) < uncertainty_us
        ):
            return told
        return PeerClock(offset_us, uncertainty_us)

    def _tell(self, **fields: object) -> None:
        self.peer = msgspec.structs.replace(self.peer, **fields)
