"""A gain that never jumps: the ramp on every edge of the sound."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from receiver.pcm.format import Samples

MAX_BLOCK = 1024
"""Frames that one `apply` can take."""

MIN_RAMP = 192
"""Fewest frames from silence to full gain. Two voices that cross and the volume moving with them
are three ramps at once: 3/192 is the 1/64 of full scale that no edge may exceed from one frame to
the next."""

RAMP_SECONDS = 0.004
"""Length of a ramp where the rate is high enough for it to be longer than `MIN_RAMP`."""


def default_ramp(rate: int) -> int:
    """Frames from silence to full gain at `rate` frames per second."""
    return max(MIN_RAMP, round(rate * RAMP_SECONDS))


class Slew:
    """A gain that moves to its target in a straight line. Audio thread only.

    `value` is the gain of the last frame; the first frame of a ramp already has the first step.
    """

    def __init__(self, channels: int, value: float) -> None:
        self.value = value
        self._count = counting(channels)
        self._gains: Samples = np.empty_like(self._count)

    def frames_to(self, target: float, ramp: int) -> int:
        """Frames until `target` is reached at 1/`ramp` per frame; the last of them has it."""
        return math.ceil(abs(target - self.value) * ramp - 1e-6)

    def apply(self, out: Samples, target: float, ramp: int) -> None:
        """Multiply `out` (at most `MAX_BLOCK` frames) with the line to `target`, and move along."""
        frames = len(out)
        rising = target > self.value
        step = 1 / ramp if rising else -1 / ramp
        gains = self._gains[:frames]
        np.multiply(self._count[:frames], step, out=gains)
        np.add(gains, self.value, out=gains)
        (np.minimum if rising else np.maximum)(gains, target, out=gains)
        np.multiply(out, gains, out=out)
        arrived = frames >= self.frames_to(target, ramp)
        self.value = target if arrived else self.value + step * frames


@lru_cache
def counting(channels: int) -> Samples:
    """1, 2, 3, ... down the frames, the same in all channels (a product of two arrays of one
    shape is several times faster than one that has to be broadcast).
    """
    column = np.arange(1, MAX_BLOCK + 1, dtype=np.float32)[:, None]
    count: Samples = np.ascontiguousarray(np.broadcast_to(column, (MAX_BLOCK, channels)))
    count.flags.writeable = False
    return count
