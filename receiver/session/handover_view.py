"""What a handoff sees of the session here, of the sound device, and of the other receivers."""

from __future__ import annotations

from receiver.model.state import Item
from receiver.protocol.peers import Moving
from receiver.session.memoir import packed
from receiver.session.peers import Peers
from receiver.session.session import Session

MARGIN_S = 0.01
"""What it takes, besides the device's delay, until the engine has done what it is told."""


class HandoverView:
    """See `receiver.handoff.view.View`."""

    held = (0.0, 0.0)
    """See `View.held`. Set by whoever hears the engine."""

    def __init__(self, session: Session, peers: Peers) -> None:
        self._session = session
        self._queue = session.queue
        self._deck = session.deck
        self._peers = peers

    @property
    def session(self) -> Moving:
        """See `View`."""
        return packed(self._session)

    @property
    def item(self) -> Item | None:
        """See `View`."""
        return self._deck.item

    @property
    def followed(self) -> bool:
        """See `View`."""
        return self._queue.upcoming() is not None

    def position(self, at: float) -> float:
        """See `View`."""
        return self._deck.place.exactly_at(at, self._deck.item)

    @property
    def output_delay(self) -> float:
        """See `View`."""
        output = self._session.output
        return max(output.buffer_ms, output.delay_ms) / 1e3

    @property
    def lead(self) -> float:
        """See `View`."""
        return self.output_delay + MARGIN_S

    def name(self, peer: str) -> str:
        """See `View`."""
        return self._peers.name(peer)

    def rtt95(self, peer: str) -> float:
        """See `View`."""
        return self._peers.rtt95(peer)

    def clock_error(self, peer: str) -> float | None:
        """See `View`."""
        return self._peers.clock_error(peer)

    def to_own(self, peer: str, at_us: int) -> float:
        """See `View`."""
        return self._peers.to_own(peer, at_us)
