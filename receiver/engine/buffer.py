"""How much the device is to hold: little, and more where it runs dry."""

from __future__ import annotations

STEADY_S = 600.0
"""Two underruns within this time make the buffer larger: one may be an accident."""
LEAST_GROWTH = 1.5
MARGIN = 1.25
"""By how much more it is to last than it would have had to: the next may be worse."""


class Buffer:
    """The size that is asked of the device, in seconds, up to `most`; and its underruns."""

    def __init__(self, seconds: float, most: float) -> None:
        self.seconds = seconds
        self._most = most
        self.before = 0
        """Underruns of what was opened before."""
        self.count = 0
        """Those of the device that have been noted."""
        self._last_at = float("-inf")
        self._last_gap_s = 0.0
        self._needed_s = 0.0
        """What would have outlasted the lesser of the last two: both may not be accidents."""

    def closed(self, count: int) -> None:
        """The device was closed, which has run dry so often: the next one counts anew."""
        self.before, self.count = self.before + count, 0

    def ran_dry(self, count: int, gap_s: float, now: float) -> bool:
        """Note that the device has run dry again, `count` times since it was opened, and last when
        nothing came for `gap_s`; whether that is too often for its size.
        """
        again = now - self._last_at < STEADY_S
        self._needed_s = MARGIN * min(gap_s, self._last_gap_s)
        self.count, self._last_at, self._last_gap_s = count, now, gap_s
        return again and self.seconds < self._most

    def grow(self) -> None:
        """Ask for as much as would have done, and for half as much again at the least."""
        self.seconds = min(max(self.seconds * LEAST_GROWTH, self._needed_s), self._most)
