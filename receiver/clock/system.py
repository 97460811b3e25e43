"""The clock of the machine."""

from __future__ import annotations

import asyncio
import datetime as dt
import time


class SystemClock:
    """CLOCK_MONOTONIC, shared by all processes of one boot."""

    def now(self) -> float:
        """Seconds since boot."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Sleep on the running event loop."""
        await asyncio.sleep(seconds)


class SystemWallClock:
    """The date that the system believes in, and the time zone that it is set to."""

    def unix_time(self) -> float:
        """See `WallClock`."""
        return time.time()

    def time_of_day(self) -> dt.time:
        """See `WallClock`."""
        time.tzset()  # else a zone that was set since the start would not count
        return dt.datetime.now().time()  # noqa: DTZ005 - local time is meant


def correction_ppm() -> float:
    """By how much CLOCK_MONOTONIC has run faster since boot than the bare counter of the hardware,
    in millionths: what time services made of it.
    """
    bare = time.clock_gettime(time.CLOCK_MONOTONIC_RAW)
    return (time.monotonic() - bare) / bare * 1e6
