"""The one place that knows where the engine runs: in a process of its own, or, for tests, here."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Protocol

from receiver.clock.base import Clock
from receiver.engine.wire import CREDIT, MAX_DATA, Data, Tail, ToEngine
from receiver.model.reports import Report

__all__ = ["CREDIT", "MAX_DATA", "Data", "EngineLink", "LocalLink", "Receive", "Tail", "ToEngine"]

Receive = Callable[[Report], None]
"""Takes a report, on the event loop. Must not wait."""


class EngineLink(Protocol):
    """Orders and bytes to the engine, reports back. Event loop only."""

    def send(self, message: ToEngine) -> None:
        """Hand a message over, in order; never waits. What a dead engine did not take is lost."""
        ...

    async def run(self, receive: Receive) -> None:
        """Carry messages until cancelled; every report goes to `receive`."""
        ...


class SteppedEngine(Protocol):
    """What a link drives."""

    def open(self) -> None:
        """Open the device."""
        ...

    def take(self, message: ToEngine) -> None:
        """Take one message."""
        ...

    def step(self) -> float:
        """Do what is due; seconds until the next step."""
        ...

    @property
    def descriptors(self) -> tuple[int, ...]:
        """What to poll for input, upon which there is a `step` to do."""
        ...

    @property
    def quiet(self) -> bool:
        """Whether nothing is heard, and nothing left to be heard."""
        ...

    def close(self) -> None:
        """Let go of everything."""
        ...


class LocalLink:
    """The engine in this process, on the event loop, by the clock that it is given."""

    def __init__(self, make_engine: Callable[[Receive], SteppedEngine], clock: Clock) -> None:
        self._make_engine = make_engine
        self._clock = clock
        self._messages: deque[ToEngine] = deque()
        self._woken = asyncio.Event()

    def send(self, message: ToEngine) -> None:
        """See `EngineLink`."""
        self._messages.append(message)
        self._woken.set()

    async def run(self, receive: Receive) -> None:
        """See `EngineLink`."""
        engine = self._make_engine(receive)
        engine.open()
        try:
            async with asyncio.TaskGroup() as tasks:
                while True:
                    self._woken.clear()
                    while self._messages:
                        engine.take(self._messages.popleft())
                    alarm = tasks.create_task(self._wake_in(engine.step()))
                    await self._woken.wait()
                    alarm.cancel()
        finally:
            engine.close()

    async def _wake_in(self, seconds: float) -> None:
        await self._clock.sleep(seconds)
        self._woken.set()
