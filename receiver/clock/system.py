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
