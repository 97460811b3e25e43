"""What came while the machine stood still is told apart: no player could have helped it."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.results import Results
from tests.rig.stalls import Span, Stalls

WHILE_STILL = ", while the machine stood still"
STEADY_BUFFER_MS = 50
"""With our own choice, which begins at 9 ms and grows, the stand-in runs dry now and then though
nothing happens. Where it is to be shown what does *not* make it run dry, that would tell nothing.
"""
BUFFERS_MS = (None, STEADY_BUFFER_MS)
"""Our own choice, and that."""
LATE_S = 0.2
"""By then a gap is heard, at the latest, that a machine made which stood still."""


def add_counted(
    results: Results,
    measure: str,
    player: str,
    counted: Sequence[tuple[float, float]],
    stalls: Stalls,
) -> None:
    """Two rows for a count that was looked at now and then: (instant, count)."""
    came = stalls.came(counted)
    results.add(measure, player, counted[-1][1] - counted[0][1] - came)
    results.add(measure + WHILE_STILL, player, came)


def add_heard(
    results: Results, measure: str, player: str, gaps: Sequence[Span], stalls: Stalls
) -> None:
    """Two rows for the silences in a recording, in milliseconds. Of a gap no more is excused than
    the machine can have made.
    """
    whole = sum(end - start for start, end in gaps)
    excused = sum(stalls.excuse(start, end, LATE_S) for start, end in gaps)
    results.add(measure, player, 1000 * (whole - excused))
    results.add(measure + WHILE_STILL, player, 1000 * excused)
