"""What a session that moves must know of the other receivers."""

from __future__ import annotations

from typing import Protocol


class Peers(Protocol):
    """What is known of the other receivers: the part of `View` that is about them."""

    def name(self, peer: str) -> str:
        """What people call it."""
        ...

    def rtt95(self, peer: str) -> float:
        """See `View`."""
        ...

    def clock_error(self, peer: str) -> float | None:
        """See `View`."""
        ...

    def to_own(self, peer: str, at_us: int) -> float:
        """See `View`."""
        ...
