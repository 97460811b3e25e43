"""How loud the speaker is."""

from __future__ import annotations

from collections.abc import Callable

from receiver.model import orders
from receiver.model.state import Volume

VolumeCurve = Callable[[int], tuple[float, float | None]]
"""Percent to (linear gain, dB or None for silence)."""


class Loudness:
    """Volume and mute: two wishes that do not forget each other."""

    def __init__(self, curve: VolumeCurve, percent: int, muted: bool) -> None:
        self._curve = curve
        self.percent = percent
        self.muted = muted

    def set(self, percent: int, muted: bool) -> None:
        """Kept within 0 to 100."""
        self.percent, self.muted = min(max(percent, 0), 100), muted

    def follow(self, gain: float, muted: bool) -> None:
        """Somebody has moved it behind our back: to the percent that comes nearest to a linear
        gain.
        """
        self.percent = min(range(101), key=lambda percent: abs(self._curve(percent)[0] - gain))
        self.muted = muted

    @property
    def state(self) -> Volume:
        """As everybody is told."""
        _, db = self._curve(self.percent)
        return Volume(self.percent, self.muted, None if self.muted else db)

    @property
    def order(self) -> orders.SetGain:
        """As the engine is told."""
        return orders.SetGain(self._curve(self.percent)[0], self.muted)
