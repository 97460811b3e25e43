"""The promise of a clock, and deadlines by it."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Awaitable
from types import TracebackType
from typing import Protocol, Self, TypeVar

T = TypeVar("T")


class Clock(Protocol):
    """Monotonic seconds, and waiting by them.

    All instants inside one receiver are on one clock: CLOCK_MONOTONIC in life, which both of its
    processes share.
    """

    def now(self) -> float:
        """Seconds since some fixed instant; never goes back. Any thread."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Return when `seconds` have passed on this clock. Event loop only."""
        ...


class WallClock(Protocol):
    """What the clock on the wall says: for people, and never for how long something takes, since
    it may be set. Any thread.
    """

    def unix_time(self) -> float:
        """Seconds since 1970, UTC."""
        ...

    def time_of_day(self) -> dt.time:
        """The local time of day."""
        ...


class Deadline:
    """An async context manager whose block is cancelled, and leaves with `TimeoutError`, when
    `seconds` have passed on `clock`. Event loop only; used once.

    A block that is done, or fails by itself, or is cancelled from outside, leaves as it would
    without the deadline.
    """

    def __init__(self, clock: Clock, seconds: float) -> None:
        self._clock = clock
        self._end = clock.now() + seconds
        self._tasks = asyncio.TaskGroup()
        self._expired = False

    def extend(self, seconds: float) -> None:
        """Move the end to `seconds` from now; an end that lies later than that stays."""
        self._end = max(self._end, self._clock.now() + seconds)

    async def __aenter__(self) -> Self:
        await self._tasks.__aenter__()
        block = asyncio.current_task()
        assert block is not None
        self._block = block
        self._cancelled_before = block.cancelling()
        self._timer = self._tasks.create_task(self._expire())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._timer.cancel()
        only_expired = self._expired and self._block.uncancel() <= self._cancelled_before
        # The group only ever holds the timer: what the block raised must not be wrapped by it.
        await self._tasks.__aexit__(None, None, None)
        if only_expired and kind is asyncio.CancelledError:
            raise TimeoutError from error

    async def _expire(self) -> None:
        while (left := self._end - self._clock.now()) > 0:
            await self._clock.sleep(left)
        self._expired = True
        self._block.cancel()


async def within(clock: Clock, seconds: float, work: Awaitable[T]) -> T:
    """What `work` returns, or `TimeoutError` when `seconds` pass on `clock` first; it is cancelled
    then. Who is cancelled just after `work` was done loses its value.
    """
    async with Deadline(clock, seconds):
        return await work
