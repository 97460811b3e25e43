"""A knob that is turned: two contacts in quadrature, and how fast it goes.

Pure: no clock but the instant that is handed in.
"""

from __future__ import annotations

from typing import Literal

EdgesPerDetent = Literal[1, 2, 4]

_PLACES = {(True, True): 0, (False, True): 1, (False, False): 2, (True, False): 3}
"""Where the contacts (A, B) stand within one round of the four: clockwise, A goes first."""

_PACE = ((0.03, 4), (0.06, 2))
"""Detents that follow one another within so many seconds count so many times."""


class Quadrature:
    """Counts detents. Only what comes to rest in a detent counts, by how far it has gone since the
    last one: so a contact that bounces goes back and forth for nothing, and half a step and back is
    none. Where an edge is lost, the rest of the way still tells.
    """

    def __init__(self, a: bool, b: bool, edges: EdgesPerDetent = 4) -> None:
        """`edges` is how many edges of both contacts lie between two detents."""
        self._edges = edges
        self._place = _PLACES[a, b]
        self._gone = 0

    def turn(self, a: bool, b: bool) -> int:
        """The contacts are seen like this: 1 for a detent clockwise, -1 for one back, else 0."""
        place = _PLACES[a, b]
        step = (place - self._place) % 4
        self._place = place
        # Two at once: an edge was lost, and nobody knows which way it went.
        self._gone += {1: 1, 3: -1}.get(step, 0)
        if place % self._edges:
            return 0
        gone, self._gone = self._gone, 0
        if abs(gone) * 2 < self._edges:
            return 0
        return 1 if gone > 0 else -1


class Pace:
    """Makes a quick turn go further."""

    def __init__(self) -> None:
        self._last_at = float("-inf")
        self._last = 0

    def weigh(self, detent: int, now: float) -> int:
        """How many detents one counts for that was passed now, with its sign."""
        apart = now - self._last_at if detent == self._last else float("inf")
        self._last_at, self._last = now, detent
        return detent * next((times for within, times in _PACE if apart < within), 1)
