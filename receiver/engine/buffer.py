"""How much the device is to hold: little, and more where it runs dry."""

from __future__ import annotations

STEADY_S = 600.0
"""Two underruns within this time double the buffer: one may be an accident."""


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

    def closed(self, count: int) -> None:
        """The device was closed, which has run dry so often: the next one counts anew."""
        self.before, self.count = self.before + count, 0

    def ran_dry(self, count: int, now: float) -> bool:
        """Note that the device has run dry again, `count` times since it was opened; whether that
        is too often for its size.
        """
        again = now - self._last_at < STEADY_S
        self.count, self._last_at = count, now
        return again and self.seconds < self._most

    def grow(self) -> None:
        """Ask for twice as much."""
        self.seconds = min(self.seconds * 2, self._most)
