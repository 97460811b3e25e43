"""Equal power: one voice falls while another rises, and the sum of their squared gains is 1.

The gains belong to the frames, not to the time: whoever pauses or waits finds them as they were.
"""

from __future__ import annotations

import math
import sys
from typing import Protocol

import numpy as np

from receiver.pcm.format import Samples
from receiver.pcm.slew import counting


class Curve:
    """The gain of each frame of a voice, by its place: a quarter of a sine up over the first `rise`
    frames, and of a cosine down over `fall` frames from `fall_from` on; 1 between, 0 behind.

    Never changed. `apply` is for the audio thread, one voice at a time.
    """

    def __init__(
        self, channels: int, rise: int = 0, fall_from: int = sys.maxsize, fall: int = 1
    ) -> None:
        self.rise = rise
        self.fall_from = fall_from
        self.fall = fall
        self._count = counting(channels)
        self._gains: Samples = np.empty_like(self._count)

    def bends(self, place: int, frames: int) -> bool:
        """Whether any gain of the `frames` frames from `place` on is not 1."""
        return place < self.rise or place + frames > self.fall_from

    def apply(self, out: Samples, place: int) -> None:
        """Multiply `out`, whose first frame is number `place` of the voice, with its gains."""
        if place < self.rise:
            self._multiply(np.sin, out[: self.rise - place], place, self.rise)
        begin = max(self.fall_from - place, 0)
        if begin < len(out):
            self._multiply(np.cos, out[begin:], place + begin - self.fall_from, self.fall)

    def _multiply(self, wave: np.ufunc, out: Samples, at: int, frames: int) -> None:
        """Multiply with the quarter of `wave` over `frames` frames, from its frame `at` on."""
        step = math.pi / 2 / frames
        gains = self._gains[: len(out)]
        np.multiply(self._count[: len(out)], step, out=gains)  # counts from 1
        np.add(gains, (at - 1) * step, out=gains)
        np.minimum(gains, math.pi / 2, out=gains)
        wave(gains, out=gains)
        np.multiply(out, gains, out=out)


class Leader(Protocol):
    """What a mark needs of the voice that goes before."""

    @property
    def consumed(self) -> int:
        """Frames given so far."""
        ...

    @property
    def ended(self) -> bool:
        """Whether all frames are given."""
        ...

    @property
    def level(self) -> float:
        """Value of its envelope."""
        ...


class Mark:
    """When a voice begins: as soon as another one, read before it in each block, has given all its
    frames before `place`. Audio thread.
    """

    def __init__(self, leader: Leader, place: int) -> None:
        self.leader = leader
        self.place = place

    def lead(self, frames: int) -> int:
        """Frames of this block, of so many, that pass before the voice begins."""
        if self.leader.ended:
            return 0
        return min(max(self.place + frames - self.leader.consumed, 0), frames)
