"""How a device's buffer is divided."""

from __future__ import annotations

MIN_PERIOD = 256
"""Frames. Less wakes the process every few milliseconds, for a gain that nobody can feel."""

PERIODS = 2
"""Periods in the buffer. Two is the fewest that work, so that for a given delay the process is
woken as rarely as can be: each wake-up has a price that does not depend on the frames it moves."""


def period_frames(rate: int, buffer_seconds: float) -> int:
    """Frames that the device asks for at a time: the largest power of two, from `MIN_PERIOD` up,
    of which `PERIODS` fit into a buffer of `buffer_seconds` at `rate` frames per second.
    """
    most = max(MIN_PERIOD, int(buffer_seconds * rate) // PERIODS)
    return 1 << (most.bit_length() - 1)
