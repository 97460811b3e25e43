"""What the light says. Pure: every call takes the instant, in seconds."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Literal

Light = Literal["starting", "ready", "playing", "buffering", "pairing", "error"]

Pattern = tuple[float, ...]
"""Seconds on, off, on, off, ... and again from the start. One number: on for good; none: off."""

PATTERNS: Mapping[Light, Pattern] = {
    "starting": (0.5, 0.5),
    "ready": (0.05, 2.95),
    "playing": (1.0,),
    "buffering": (0.125, 0.125),
    "pairing": (0.1, 0.1, 0.1, 0.7),
    "error": (0.1, 0.15, 0.1, 0.15, 0.1, 0.9),
}
"""The grammar, as `hw/README.md` draws it."""


class Led:
    """A light that shows one thing at a time; `flash` breaks in for a moment."""

    def __init__(self, patterns: Mapping[Light, Pattern], light: Light, now: float) -> None:
        self._patterns = patterns
        self._light = light
        self._began = now
        self._flash_until = -math.inf
        self.wake_at = now
        """The instant from which on `lit` may say something else."""

    def show(self, light: Light, now: float) -> None:
        """Show this from now on, from the start of its pattern."""
        if light != self._light:
            self._light, self._began = light, now
            self.wake_at = min(self.wake_at, now)

    def flash(self, now: float) -> None:
        """Show an error once, and go on."""
        if now >= self._flash_until:
            self._flash_until = now + sum(self._patterns["error"])
            self.wake_at = now

    def lit(self, now: float) -> bool:
        """Whether it is lit now. Sets `wake_at`."""
        if now < self._flash_until:
            began = self._flash_until - sum(self._patterns["error"])
            lit, self.wake_at = _at(self._patterns["error"], now - began, now)
            self.wake_at = min(self.wake_at, self._flash_until)
        else:
            lit, self.wake_at = _at(self._patterns[self._light], now - self._began, now)
        return lit


def _at(pattern: Pattern, seconds: float, now: float) -> tuple[bool, float]:
    """Whether a pattern is lit `seconds` after its start, and until when."""
    if len(pattern) < 2:
        return bool(pattern), math.inf
    left = seconds % sum(pattern)
    for part, length in enumerate(pattern):
        # A hair before the end of a part is its end, or rounding would wake us for nothing.
        if left < length - 1e-6:
            return part % 2 == 0, now + length - left
        left -= length
    return True, now + pattern[0]
