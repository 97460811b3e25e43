"""The promise of a clock."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Protocol, TypeVar

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


async def within(clock: Clock, seconds: float, work: Awaitable[T]) -> T:
    """What `work` returns, or `TimeoutError` when `seconds` pass on `clock` first.

    `work` is cancelled, and waited for, when the time is up or the caller is cancelled.
    """
    async with asyncio.TaskGroup() as tasks:
        worker = tasks.create_task(_swallow_nothing(work))
        timer = tasks.create_task(clock.sleep(seconds))
        await asyncio.wait((worker, timer), return_when=asyncio.FIRST_COMPLETED)
        if not worker.done():
            worker.cancel()
            await asyncio.wait((worker,))
        timer.cancel()
    if worker.cancelled():
        raise TimeoutError
    result, error = worker.result()
    if error is not None:
        raise error
    assert result is not None
    return result[0]


async def _swallow_nothing(work: Awaitable[T]) -> tuple[tuple[T] | None, Exception | None]:
    """Carry an error out of the task group as a value, so that it is raised as itself."""
    try:
        return (await work,), None
    except Exception as error:  # noqa: BLE001 - raised again by `within`
        return None, error
