"""Virtual time."""

from __future__ import annotations

import heapq
import itertools
import math
from collections.abc import Callable


class World:
    """Time, and what is to happen in it."""

    def __init__(self) -> None:
        self.now = 0.0
        self._pending: list[tuple[float, int, Callable[[], None]]] = []
        self._order = itertools.count()

    def after(self, delay: float, do: Callable[[], None]) -> None:
        """Have something happen."""
        heapq.heappush(self._pending, (self.now + delay, next(self._order), do))

    @property
    def next_at(self) -> float:
        """When the next of it happens."""
        return self._pending[0][0] if self._pending else math.inf

    def step(self) -> None:
        """Let it happen."""
        self.now, _, do = heapq.heappop(self._pending)
        do()
