"""Damaged packets that are louder than the stream.

A damaged packet can decode to a hundred times the level of its neighbours, and the CRC of its page
may be right. Music may also get louder from one block to the next, as far as it likes. The bits
tell the two apart: a good packet ends where its contents end. By chance a damaged one does so too,
but where one is, others are near: of all packets around it, and for a while after it, the level
decides.
"""

from __future__ import annotations

import math

import numpy as np

from receiver.pcm.format import Samples

LOUDER = 1.12
"""Near damage a packet may be 1 dB louder than the stream has been."""
MUCH_LOUDER = 1.41
"""A page that fits, after damage, may be 3 dB louder."""
ABSURD = 5.0
"""Nothing that anybody made is 14 dB above full scale, whether its packets fit or not."""
UNUSUAL = 2.0
"""Before the stream has a level, a packet near damage may be so many times as loud as most."""
DOUBT = 3
"""Pages after damage that may not be much louder than the stream has been, though they fit; and so
many in a row are not believed, before one is.
"""
OWN_WAY = 4
"""Pages from the first on, none of which fits: then it is no damage, but an encoder that does
something of its own behind the contents.
"""
STRIDE = 64
"""Every so many frames of what is sound is looked at: that tells the level within a decibel."""
FULL_SCALE = 1.0


class Loudness:
    """What one stream's peak has been where it was sound. One thread at a time."""

    def __init__(self) -> None:
        self._peak = 0.0
        self._doubt = 0
        self._disbelieved = 0
        self._damaged = 0
        """Pages that were, while there was no level."""

    def is_sound(self, samples: Samples) -> bool:
        """Whether packets that all fit are no louder than they may be: then the stream's level is
        learnt from them.
        """
        if self._doubt and self._peak:
            loudest, bound = peak(samples), MUCH_LOUDER * self._peak
        else:
            loudest, bound = _about(samples), max(ABSURD, LOUDER * self._peak)
        self._doubt = max(self._doubt - 1, 0)
        if not loudest <= bound and self._disbelieved < DOUBT:  # nor what is no number
            self._disbelieved += 1
            return False
        self._disbelieved = 0
        if self._peak < loudest < math.inf:
            self._peak = loudest
        return True

    def doubt(self) -> None:
        """Here is damage, and what comes next may hold some that does not show."""
        self._doubt = DOUBT
        self._damaged += not self._peak

    def too_loud(
        self, samples: Samples, ends: list[int], misfits: set[int], silent: set[int]
    ) -> set[int]:
        """Which packets are to become silence because they, or others near them, are damaged and
        these are too loud. The frames of each packet end at `ends`, and are its own overlapped
        with those of the one before: that one it is where the packet itself is `silent` already,
        -1 before the first. Of two in a row it is the first, until that is silent.

        While the stream has no level, all `misfits` become silence, unless they are most.
        """
        if not (self._peak or self._damaged > OWN_WAY or 2 * len(misfits) > len(ends)):
            more = misfits - silent
            if more:
                return more
        peaks = [peak(part) for part in np.split(samples, ends)[: len(ends)]]
        bound = LOUDER * (self._peak or self._likely(peaks))
        found: set[int] = set()
        for at, loudest in enumerate(peaks):
            if loudest > bound and at - 1 not in found:
                found.add(at - 1 if at in silent else at)
        return found - silent

    def _likely(self, peaks: list[float]) -> float:
        """What the level may be of a stream that has shown none yet, by a page of it."""
        sounding = [loudest for loudest in peaks if loudest]
        if self._damaged > OWN_WAY or not sounding:
            return FULL_SCALE
        return min(UNUSUAL * float(np.median(sounding)), FULL_SCALE)


def _about(samples: Samples) -> float:
    """About the largest magnitude. Not by numpy's `max`; see `bounded`."""
    some = samples[::STRIDE].ravel().tolist()
    return max(max(some, default=0.0), -min(some, default=0.0))


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
