"""When to ask another receiver for its clock."""

from __future__ import annotations

QUICK_EXCHANGES = 10
QUICK_S = 0.02, 0.05
"""The first exchanges are so far apart: uneven, so that they do not keep step with something that
the network does at even intervals."""

ACTIVE_S = 0.25
UNSURE_S = 0.1
IDLE_S = 1.0
UNSURE_ABOVE_S = 0.5e-3
"""Seconds of uncertainty above which a session that may move has the clock asked more often."""
CALM_PEERS = 10
"""With more peers than these each is asked less often, so that all together cost the same."""

_GOLDEN = 0.6180339887498949


class Schedule:
    """The pace of exchanges with one receiver, from the moment that it is connected. Pure."""

    def __init__(self) -> None:
        self._made = 0

    def next_in(self, *, active: bool, uncertainty_s: float, peers: int) -> float:
        """Seconds until the next exchange, asked after each.

        `active`: a session sounds or is prepared that may move between the two; `peers`: how many
        receivers are connected.
        """
        self._made += 1
        if self._made < QUICK_EXCHANGES:
            least, most = QUICK_S
            return least + (most - least) * (self._made * _GOLDEN % 1)
        if not active:
            return IDLE_S * max(1.0, peers / CALM_PEERS)
        return UNSURE_S if uncertainty_s > UNSURE_ABOVE_S else ACTIVE_S
