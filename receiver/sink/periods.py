"""How a device's buffer is divided."""

from __future__ import annotations

MIN_PERIOD = 128
"""Frames. Less wakes the process hundreds of times a second, for a gain that nobody can feel."""

STEP = 64
"""Periods are multiples of it: drivers and copy loops like round numbers."""

PERIODS = 2
"""Periods in the buffer. Two is the fewest that work, so that for a given delay the process is
woken as rarely as can be: each wake-up has a price that does not depend on the frames it moves."""


def period_frames(rate: int, buffer_seconds: float) -> int:
    """Frames that the device asks for at a time: the largest multiple of `STEP`, from `MIN_PERIOD`
    up, of which `PERIODS` fit into a buffer of `buffer_seconds` at `rate` frames per second.
    """
    most = int(buffer_seconds * rate) // PERIODS
    return max(MIN_PERIOD, most // STEP * STEP)
