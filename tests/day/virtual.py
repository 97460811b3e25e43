"""An event loop in virtual time: whenever nobody has anything to do, it is at once the next instant
for which somebody waits. A day that is mostly waiting takes seconds.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

MOST_TURNS = 100_000
"""Of the loop, at one instant."""
FINEST_S = 1e-6
"""No timer is finer: less would be lost in the sum of two floats, and time would stand."""


class NobodyWaits(Exception):
    """There is nothing to do, and no instant that anybody waits for: it would stand for ever."""


class TimeStandsStill(Exception):
    """Something is done again and again, without an end."""


class _Leap(selectors.SelectSelector):
    """Where the loop would wait for the system, time leaps."""

    now = 1000.0
    _turns = 0

    def select(self, timeout: float | None = None) -> list[Any]:
        """Wait for `timeout` seconds, which takes none."""
        if timeout is None:
            raise NobodyWaits
        self._turns = 0 if timeout > 0 else self._turns + 1
        if self._turns > MOST_TURNS:
            raise TimeStandsStill
        self.now += timeout
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """See the module. There are no threads and no sockets in it."""

    def __init__(self) -> None:
        self._leap = _Leap()
        super().__init__(self._leap)

    def time(self) -> float:
        """The virtual instant."""
        return self._leap.now


class VirtualClock:
    """The clock of the loop that it is used in (a `Clock`)."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()

    def now(self) -> float:
        """See `Clock`."""
        return self._loop.time()

    async def sleep(self, seconds: float) -> None:
        """See `Clock`."""
        await asyncio.sleep(max(seconds, FINEST_S) if seconds > 0 else 0)


def in_virtual_time(work: Coroutine[Any, Any, T]) -> T:
    """What `work` returns."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(work)
