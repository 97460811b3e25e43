"""A clock for the tests of sinks."""

from __future__ import annotations

from receiver.clock.system import SystemClock


class LeapingClock(SystemClock):
    """The time of the machine, and leaps."""

    def __init__(self) -> None:
        self._leaps = 0.0

    def now(self) -> float:
        """Seconds."""
        return super().now() + self._leaps

    def leap(self, seconds: float) -> None:
        """Let so much time have passed."""
        self._leaps += seconds
