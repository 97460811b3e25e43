"""Damaged packets that are louder than the stream.

A damaged packet can decode to a hundred times the level of its neighbours, and the CRC of its page
may be right. Music may also get louder from one block to the next, as far as it likes. The bits
tell the two apart: a good packet ends where its contents end.
"""

from __future__ import annotations

import math

import numpy as np

from receiver.pcm.format import Samples

LOUDER = 1.12
"""A damaged packet may be 1 dB louder than the stream has been."""


class Loudness:
    """What one stream's peak has been, as far as it was looked at. One thread at a time."""

    def __init__(self) -> None:
        self._peak = 0.0

    def spoilt(self, samples: Samples, ends: list[int], misfits: set[int]) -> set[int]:
        """Which of the packets that do not fit are too loud: above all that fit around them, and
        in pages that were looked at before. The frames of each packet end at `ends`, and are its
        own overlapped with those of the one before.
        """
        peaks = [peak(part) for part in np.split(samples, ends)[: len(ends)]]
        doubtful = misfits | {at + 1 for at in misfits}
        good = [found for at, found in enumerate(peaks) if at not in doubtful]
        self._peak = max(self._peak, *good, 0.0)
        if not self._peak:
            return set()  # nothing to measure by
        return {at for at in misfits if max(peaks[at : at + 2]) > LOUDER * self._peak}


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
