"""How far the receiver's clock is ahead of ours, from round trips. Pure."""

from __future__ import annotations

from collections import deque

KEPT = 16


class ClockOffset:
    """The best of the newest round trips.

    The offset of a round trip is wrong by at most half the time it spent on the way, so the
    shortest one is believed; old ones are forgotten because clocks drift.
    """

    def __init__(self) -> None:
        self._trips: deque[tuple[float, float]] = deque(maxlen=KEPT)

    def add(self, t1_us: int, t2_us: int, t3_us: int, t4_us: int) -> None:
        """One round trip: sent at `t1` and answered at `t4` on our clock, received at `t2` and
        sent back at `t3` on the receiver's. A trip that took less than nothing is left out.
        """
        on_the_way = (t4_us - t1_us) - (t3_us - t2_us)
        if on_the_way >= 0:
            self._trips.append((on_the_way, ((t2_us - t1_us) + (t3_us - t4_us)) / 2))

    def forget(self) -> None:
        """Start anew: another connection may lead to another clock."""
        self._trips.clear()

    @property
    def offset_us(self) -> float | None:
        """The receiver's clock less ours, in microseconds; None before the first round trip."""
        return min(self._trips)[1] if self._trips else None

    @property
    def uncertainty_us(self) -> float | None:
        """The offset is wrong by at most this, in microseconds."""
        return min(self._trips)[0] / 2 if self._trips else None
