"""When a contact counts as closed or open. Pure: every call takes the instant, in seconds."""

from __future__ import annotations

import math

CLOSED_AFTER_S = 0.004
"""So long it stands closed before it counts: what a spark, or a hum on a long wire, does not. Too
short to be felt."""
OPEN_AFTER_S = 0.02
"""So long it stands open before it counts: longer than cheap buttons bounce."""


class Debounce:
    """A contact that bounces. A level counts once it has been there, without an edge, for long
    enough; so whatever happens, closed and open take turns, at least `CLOSED_AFTER_S` apart.
    """

    def __init__(self, closed: bool) -> None:
        self.closed = closed
        """What counts."""
        self._seen = closed
        self.wake_at = math.inf
        """The instant at which `tick` is due."""

    def edge(self, closed: bool, now: float) -> None:
        """There was an edge, after which the contact was seen like this."""
        self._seen = closed
        self.wake_at = now + (CLOSED_AFTER_S if closed else OPEN_AFTER_S)

    def tick(self, closed: bool, now: float) -> bool:
        """Time has passed, and the contact is seen like this; True: what counts has changed."""
        if now < self.wake_at:
            return False
        if closed != self._seen:  # an edge that nobody told of
            self.edge(closed, now)
            return False
        self.wake_at = math.inf
        changed = closed != self.closed
        self.closed = closed
        return changed
