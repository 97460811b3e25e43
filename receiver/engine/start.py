"""When a track has enough in hand to begin."""

from __future__ import annotations

from dataclasses import dataclass

FAST = 1.5
"""Coming in so many times faster than it plays, a stream may begin with little in hand: it was
not measured for long.
"""
LITTLE_S = 0.3
PLENTY_S = 2.0
"""In hand of what has no known length: nobody can tell what would last."""


@dataclass(slots=True)
class StartPolicy:
    """Decides from what is in hand and how fast it came (docs/decisions/0010). All in seconds.

    A stream that comes in faster than it plays begins with its first block or soon after; one
    that does not waits until the buffer will last. After each time it ran dry it asks for more.
    """

    began: float
    """When the first byte came (or when the wait began)."""
    waits: int = 0
    """How often the track has run dry so far."""
    told: bool = False
    """Whether somebody was told of the wait."""

    def may_start(self, now: float, ahead: float, full: bool, remaining: float | None) -> bool:
        """Whether to begin now.

        `ahead` is the sound in hand, decoded and not; `full`: no more can be held, or no more will
        come; `remaining` is how much sound is still to come after that, where known.
        """
        if full:
            return True
        if ahead < LITTLE_S * (1 + self.waits):
            return False
        elapsed = max(now - self.began, 1e-4)
        speed = ahead / elapsed
        if not self.waits and speed >= FAST:
            return True
        if remaining is None:
            return ahead >= PLENTY_S * (1 + self.waits)
        # What remains takes remaining / speed to come, and all that plays meanwhile.
        return elapsed >= LITTLE_S and remaining * (1 - speed) <= ahead * speed
