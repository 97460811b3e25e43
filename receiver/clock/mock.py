"""A clock that stands still until it is advanced."""

from __future__ import annotations

import asyncio
import datetime as dt
import heapq
import itertools


class MockClock:
    """Virtual time. `advance` wakes all whose time has come, in the order of their times."""

    def __init__(self, start: float = 1000.0) -> None:
        self._now = start
        self._order = itertools.count()
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []

    def now(self) -> float:
        """The virtual instant, in seconds."""
        return self._now

    @property
    def next_due(self) -> float | None:
        """The instant at which the next sleeper wakes; None when nobody sleeps."""
        return self._sleepers[0][0] if self._sleepers else None

    async def sleep(self, seconds: float) -> None:
        """Wait until the clock has been advanced by `seconds`."""
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        sleeper = (self._now + seconds, next(self._order), future)
        heapq.heappush(self._sleepers, sleeper)
        try:
            await future
        except asyncio.CancelledError:
            if sleeper in self._sleepers:
                self._sleepers.remove(sleeper)
                heapq.heapify(self._sleepers)
            raise

    async def advance(self, seconds: float) -> None:
        """Move time on, and let whoever wakes run until they wait again."""
        end = self._now + seconds
        await self.settle()
        while self._sleepers and self._sleepers[0][0] <= end:
            when, _, future = heapq.heappop(self._sleepers)
            self._now = max(self._now, when)
            if not future.done():
                future.set_result(None)
                await self.settle()
        self._now = end
        await self.settle()

    def step(self, seconds: float) -> None:
        """Move time on without an event loop: for code that only asks `now()`."""
        self._now += seconds

    @staticmethod
    async def settle(turns: int = 20) -> None:
        """Let the event loop turn, so that tasks made ready get to run."""
        for _ in range(turns):
            await asyncio.sleep(0)


class MockWallClock:
    """Says what it was set to."""

    def __init__(self, hour: int = 12, minute: int = 0, day: float = 20_000.0) -> None:
        self.set(hour, minute)
        self.day = day

    def set(self, hour: int, minute: int = 0, second: int = 0) -> None:
        """Have it be this time of the day."""
        self.time = dt.time(hour, minute, second)

    def unix_time(self) -> float:
        """See `WallClock`: a day of 1970 and later, in UTC."""
        time = self.time
        return self.day * 86_400 + time.hour * 3600 + time.minute * 60 + time.second

    def time_of_day(self) -> dt.time:
        """See `WallClock`."""
        return self.time
