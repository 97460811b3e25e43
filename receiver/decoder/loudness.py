"""Damaged packets that are louder than the stream.

A damaged packet can decode to a hundred times the level of its neighbours, and the CRC of its page
may be right. Music may also get louder from one block to the next, as far as it likes. The bits
tell the two apart: a good packet ends where its contents end. By chance a damaged one does so too,
but where one is, others are near: of all packets around it the level decides.
"""

from __future__ import annotations

import math

import numpy as np

from receiver.pcm.format import Samples

LOUDER = 1.12
"""Near damage a packet may be 1 dB louder than the stream has been."""
STRIDE = 64
"""Every so many frames of what is sound is looked at: that tells the level within a decibel."""
FULL_SCALE = 1.0


class Loudness:
    """What one stream's peak has been where it was sound. One thread at a time."""

    def __init__(self) -> None:
        self._peak = 0.0

    def note(self, samples: Samples) -> None:
        """Learn from packets that all are sound.

        Not by numpy's `max`; see `bounded`.
        """
        some = samples[::STRIDE].ravel().tolist()
        loudest = max(max(some, default=0.0), -min(some, default=0.0))
        if self._peak < loudest < math.inf:
            self._peak = loudest

    def too_loud(self, samples: Samples, ends: list[int], silent: set[int]) -> set[int]:
        """Which packets are to become silence because they, or others near them, are damaged and
        these are too loud. The frames of each packet end at `ends`, and are its own overlapped
        with those of the one before: that one it is where the packet itself is `silent` already,
        -1 before the first. Of two in a row it is the first, until that is silent.
        """
        bound = LOUDER * (self._peak or FULL_SCALE)
        peaks = [peak(part) for part in np.split(samples, ends)[: len(ends)]]
        found: set[int] = set()
        for at, loudest in enumerate(peaks):
            if loudest > bound and at - 1 not in found:
                found.add(at - 1 if at in silent else at)
        return found - silent


def peak(samples: Samples) -> float:
    """The largest magnitude; infinite when some are no numbers."""
    if not samples.size:
        return 0.0
    found = float(np.abs(samples).max())
    return found if math.isfinite(found) else math.inf


def bounded(samples: Samples) -> Samples:
    """`samples` kept within full scale, in place; what is not a finite number becomes silence.

    By a sum and `clip`, because numpy's `min`, `max` and `isfinite` leave AVX registers in a state
    that makes the SSE code of libvorbis a sixth slower.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        finite = math.isfinite(samples.sum())
    if not finite:
        samples[~np.isfinite(samples)] = 0.0
    return samples.clip(-1.0, 1.0, out=samples)
