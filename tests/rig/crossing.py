"""How a track went from one side of a recording to the other.

Each side is a player of its own, on `left` or `right` of the stand-in card, so both are heard on
one time base and apart from each other.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tests.rig.card import RATE
from tests.rig.heard import SHORTEST_SILENCE, STEP, Ears, Stretch, gains
from tests.rig.tracks import Pcm, Track

CLEAR = (0.15, 0.85)
"""Gains between which a fade is followed: its ends are too near to what comes before and after."""
FEWEST = 6
"""Blocks that tell of a fade."""


class NoCrossing(Exception):
    """The recording does not hold what it should; the message says why."""


@dataclass(frozen=True)
class Crossing:
    """Frames of the recording, as exact as the fades can be followed."""

    left_at: float
    """Where the fade out begins on the one side."""
    came_at: float
    """Where the fade in begins on the other."""
    skipped: int
    """Frames of the track by which the other side is ahead of the one; negative: behind."""

    @property
    def gap_ms(self) -> float:
        """By how much the fade in came too late for the fade out; negative: both were heard for
        longer than the fade.
        """
        return 1000 * (self.came_at - self.left_at) / RATE

    @property
    def skipped_ms(self) -> float:
        """`skipped`, in milliseconds."""
        return 1000 * self.skipped / RATE


def crossing(
    ears: Ears, recording: Pcm, track: Track, sides: tuple[int, int], fade_s: float
) -> Crossing:
    """How `track` went from the first of `sides` (0 left, 1 right) to the second, on straight
    lines of `fade_s` seconds. Raises `NoCrossing`, also where either side has a hole.
    """
    one, other = (np.repeat(recording[:, [side]], 2, axis=1) for side in sides)
    before, after = _only(ears, one, "the one side"), _only(ears, other, "the other side")
    last = len(recording) - SHORTEST_SILENCE  # music crosses zero: an edge of it may be silent
    if before.start > SHORTEST_SILENCE or before.end > last:
        raise NoCrossing("the one side does not end in it")
    if after.start < SHORTEST_SILENCE or after.end < last:
        raise NoCrossing("the other side does not begin in it")
    half = fade_s * RATE / 2
    return Crossing(
        _half_gain(one, before, track) - half,
        _half_gain(other, after, track) - half,
        after.offset - before.offset,
    )


def _only(ears: Ears, side: Pcm, name: str) -> Stretch:
    """The one stretch of the track on a side."""
    stretches = [stretch for stretch in ears.listen(side) if stretch.kind != "silence"]
    found = [stretch for stretch in stretches if stretch.kind == "track"]
    if len(found) != 1:
        raise NoCrossing(f"{name} has {len(found)} stretches of the track")
    if len(stretches) != 1:
        raise NoCrossing(f"{name} has something else than the track")
    return found[0]


def _half_gain(side: Pcm, stretch: Stretch, track: Track) -> float:
    """The frame at which the gain on its straight line is half of what it is over the stretch."""
    levels = gains(side, stretch, track, STEP) / stretch.gain
    at = stretch.start + STEP * (np.arange(len(levels)) + 0.5)
    clear = (levels > CLEAR[0]) & (levels < CLEAR[1])
    if clear.sum() < FEWEST:
        raise NoCrossing("no fade")
    slope, start = np.polyfit(at[clear], levels[clear], 1)
    return float((0.5 - start) / slope)
