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
        self._growth = LEAST_GROWTH
        """By how much it is too small."""

    def closed(self, count: int) -> None:
        """The device was closed, which has run dry so often: the next one counts anew."""
        self.before, self.count = self.before + count, 0

    def ran_dry(self, count: int, gap_s: float, holds_s: float, now: float) -> bool:
        """Note that the device, which holds `holds_s`, has run dry again, `count` times since it
        was opened, and last when nothing came for `gap_s`; whether that is too often for its size.
        """
        again = now - self._last_at < STEADY_S
        # Both may not be accidents: the lesser of the last two is to be outlasted.
        self._growth = max(LEAST_GROWTH, MARGIN * min(gap_s, self._last_gap_s) / holds_s)
        self.count, self._last_at, self._last_gap_s = count, now, gap_s
        return again and self.seconds < self._most

    def grow(self) -> None:
        """Ask for as much as would have done, and for half as much again at the least."""
        self.seconds = min(self.seconds * self._growth, self._most)
