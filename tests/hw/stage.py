"""A panel with pins to touch and a door to listen at, in virtual time."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator, Callable
from typing import Any

from hw.panel import Observer, Panel
from hw.parse import parse
from hw.pins.mock import MockLine, MockPins
from hw.settings import Hardware
from receiver.clock.mock import MockClock
from receiver.protocol import codec
from receiver.protocol import commands as c
from receiver.protocol.events import Answer, Done, Error


class Table:
    """A table of a configuration."""

    def __init__(self, values: dict[str, Any]) -> None:
        self.values = values

    def place(self, *_keys: str) -> str:
        return "test"


def hardware(profile: str = "", **tables: dict[str, Any]) -> Hardware:
    """What these tables mean."""
    return parse({name: Table(values) for name, values in tables.items()}, profile, "test")


class Stage:
    """The panel, its pins, and what came in at the door."""

    def __init__(self, wanted: Hardware, observer: Observer | None = None) -> None:
        self.clock = MockClock()
        self.pins = MockPins()
        self.commands: list[c.Command] = []
        self.refusal: str | None = None
        """The code that commands are refused with."""
        self.panel = Panel(wanted, lambda: self.pins, self.take, self.clock, observer)

    def take(self, message: str, reply: Callable[[Answer], None]) -> None:
        command = codec.decode_command(message)
        self.commands.append(command)
        if self.refusal is None:
            reply(Done(command.id))
        else:
            reply(Error(command.id, self.refusal, "It cannot be done."))

    def line(self, number: int) -> MockLine:
        return self.pins.line(number)

    @property
    def names(self) -> list[str]:
        """The commands that came, by name."""
        return [type(command).__name__ for command in self.commands]

    async def press(self, number: int, seconds: float = 0.1) -> None:
        """A finger on a button to ground, with some bounce."""
        await self.line(number).play(self, [(0.0, False), (0.001, None), (0.001, False)])
        await self.clock.advance(seconds)
        await self.line(number).play(self, [(0.0, None), (0.002, False), (0.001, None)])
        await self.clock.advance(0.1)

    def now(self) -> float:
        """See `Clock`."""
        return self.clock.now()

    async def sleep(self, seconds: float) -> None:
        """As a clock: who waits here has time go by."""
        await self.clock.advance(seconds)

    async def turn(self, a: int, b: int, detents: int, seconds: float = 0.2) -> None:
        """Turn a knob whose contacts close to ground, each detent in so many seconds."""
        closes = [(a, False), (b, False), (a, True), (b, True)]
        for number, high in closes * detents if detents > 0 else closes[::-1] * -detents:
            # Backwards the contacts go the other way round, and so do their levels.
            self.line(number).touch(None if high == (detents > 0) else False)
            await self.clock.advance(seconds / 4)

    async def drawn(self, number: int, seconds: float, step_s: float = 0.025) -> str:
        """The level of a line over time: # is high, . is low."""
        shown = []
        for _ in range(round(seconds / step_s)):
            shown.append("#" if self.line(number).level else ".")
            await self.clock.advance(step_s)
        return "".join(shown)


@contextlib.asynccontextmanager
async def running(stage: Stage) -> AsyncIterator[Stage]:
    """The panel runs while the block lasts; its parts are open."""
    async with asyncio.TaskGroup() as tasks:
        panel = tasks.create_task(stage.panel.run())
        await opened(stage.panel)
        await stage.clock.settle()
        yield stage
        panel.cancel()


async def opened(panel: Panel) -> None:
    """Wait until the parts are open: that is done by a thread."""
    for _ in itertools.count():
        if panel.status:
            return
        await asyncio.sleep(0)
