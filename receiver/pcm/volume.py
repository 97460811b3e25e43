"""The one volume curve: what a percent means (`docs/decisions/0001-volume-curve.md`)."""

from __future__ import annotations

import math

STEEPNESS = 4.0
"""Of the exponential: the steps at the top are 0.35 dB, half of the way up is -18 dB."""


def gain_of(percent: float) -> float:
    """Linear gain of a volume of 0..100 percent: 0 is silence, 100 leaves the sound as it is."""
    share = min(max(percent, 0.0), 100.0) / 100
    return math.expm1(STEEPNESS * share) / math.expm1(STEEPNESS)


def decibels(gain: float) -> float | None:
    """A linear gain (or a level against full scale) in dB; None for silence."""
    return 20 * math.log10(gain) if gain > 0 else None
