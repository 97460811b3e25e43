"""The clock of the machine."""

from __future__ import annotations

import asyncio
import time


class SystemClock:
    """CLOCK_MONOTONIC, shared by all processes of one boot."""

    def now(self) -> float:
        """Seconds since boot."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Sleep on the running event loop."""
        await asyncio.sleep(seconds)


def correction_ppm() -> float:
    """By how much CLOCK_MONOTONIC has run faster since boot than the bare counter of the hardware,
    in millionths: what time services made of it.
    """
    bare = time.clock_gettime(time.CLOCK_MONOTONIC_RAW)
    return (time.monotonic() - bare) / bare * 1e6
