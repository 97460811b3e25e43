"""How many connections there may be, and whose. Pure.

Some places are kept for the house, so that strangers who take all others do not part the receivers
from each other. Who is inside stays: a flood closes nobody's connection but its own.
"""

from __future__ import annotations

import ipaddress
import operator
from collections.abc import Callable, Collection, Hashable

MOST = 64
"""Connections at a time."""
MOST_EACH = 16
"""Connections of one address."""
KEPT = 8
"""Places of `MOST` for this machine and the other receivers of the house alone."""


class Places:
    """Who is inside. A connection is whatever tells it from others."""

    def __init__(self, house: Callable[[], Collection[str]]) -> None:
        """`house` gives the addresses of the other receivers."""
        self._house = house
        self._inside: dict[Hashable, str] = {}

    def __len__(self) -> int:
        return len(self._inside)

    def of(self, host: str) -> int:
        """How many connections this address has."""
        return operator.countOf(self._inside.values(), host)

    def take(self, connection: Hashable, host: str) -> bool:
        """Let a connection from this address in, if there is a place for it."""
        kept = 0 if self._is_of_the_house(host) else KEPT
        if len(self) >= MOST - kept or self.of(host) >= MOST_EACH:
            return False
        self._inside[connection] = host
        return True

    def leave(self, connection: Hashable) -> None:
        """It is lost. Harmless twice."""
        self._inside.pop(connection, None)

    def _is_of_the_house(self, host: str) -> bool:
        return ipaddress.ip_address(host).is_loopback or host in self._house()
