"""Receivers of one house in one program and in virtual time: everything is real but the wires
between them, the servers of their streams, the decoder and the sound cards.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from hw.settings import Hardware
from receiver.clock.mock import MockClock
from receiver.decoder.mock import MockDecoder, encode
from receiver.engine.engine import Engine
from receiver.engine.link import LocalLink, Receive
from receiver.engine.output import Output
from receiver.errors import Unreachable
from receiver.model.moment import Moment
from receiver.pcm.format import Block, Format, Samples
from receiver.peers.mock import MockStreet
from receiver.session.caps import Caps
from receiver.sink.mock import MockSink
from receiver.source.mock import MockSource, MockStream
from receiver.store.base import Saved
from receiver.store.mock import MockStore
from tests.sink.plugged import Plugged
from tests.whole.parts import Asked, OwnClock, Parts

__all__ = ["Asked", "Room", "Rooms", "rooms", "stream"]

RATE = 48000
STEP_S = 0.001
COARSE_S = 0.01
"""For long waits: cards are refilled in time all the same."""
BUFFER_S = 0.02
LONGEST_S = 90
"""How long a test may last."""
SCALE = 2**21
"""Frame n of a stream is n / SCALE."""


def stream(seconds: float, cover: bytes = b"", **fields: Any) -> MockStream:
    """A stream in which every frame tells its number, from 1 on; `cover`: the comment with one."""
    numbers = np.arange(1, round(seconds * RATE) + 1, dtype=np.float32) / SCALE
    block = Block(numbers[:, None], Format(RATE, 1))  # one channel: more of it is in hand
    return MockStream(encode(block, cover=cover), piece=65536, **fields)


NOT_SERVED = MockStream(b"", refusal=Unreachable("There is no such server."))


class Room(Parts):
    """One receiver, and a tape of what it sounds. `run` counts its starts; what it keeps over them
    is in `store`.
    """

    def __init__(
        self,
        name: str,
        rooms: Rooms,
        ahead_s: float,
        store: MockStore,
        run: int,
        boot: str,
        hardware: Hardware | None = None,
        *,
        caps: Caps | None = None,
    ) -> None:
        clock = OwnClock(rooms.clock, ahead_s)
        link = LocalLink(self._make_engine, clock)
        super().__init__(
            name, rooms.street, clock, link, self._open, run=run, hardware=hardware, caps=caps
        )
        self.remember_in(store, boot)
        self.rooms = rooms
        self.ahead_s, self.store, self.run = ahead_s, store, run
        self.device = Plugged(self.clock, RATE)
        self._heard = np.zeros(LONGEST_S * RATE, np.float32)
        self._frames = 0

    def _make_engine(self, report: Receive) -> Engine:
        output = Output(self.device.make, BUFFER_S, 0.25, self.clock, report)
        return Engine(output, MockDecoder, self.clock, report)

    @property
    def sinks(self) -> list[MockSink]:
        """As what its device was opened so far."""
        return self.device.sinks

    def _open(self, url: str) -> MockSource:
        served = self.rooms.streams.get((url, self.name), NOT_SERVED)
        return MockSource(served, self.rooms.clock)

    def sound(self, step_s: float) -> None:
        """Let the step of time that has passed be heard."""
        self._frames += round(step_s * RATE)
        if self.sinks and self.sinks[-1].started:
            part = self.sinks[-1].play_until(self.clock.now())[:, 0]
            self._heard[self._frames - len(part) : self._frames] = part

    @property
    def numbers(self) -> Samples:
        """What was heard, as numbers of frames; of a frame that is faded, a part of it."""
        return self._heard[: self._frames] * np.float32(SCALE)


class Rooms:
    """The house. Streams are served to each room by itself, so that one may be cut off."""

    def __init__(self, tasks: asyncio.TaskGroup) -> None:
        self.tasks = tasks
        self.clock = MockClock()
        self.street = MockStreet(tasks)
        self.streams: dict[tuple[str, str], MockStream] = {}
        self.rooms: list[Room] = []

    def serve(self, url: str, served: MockStream) -> str:
        """Serve a stream to every room."""
        for room in self.rooms:
            self.streams[url, room.name] = served
        return url

    async def again(self, room: Room, boot: str = "boot") -> Room:
        """Switch a room on that died. In the same boot, it crashed; in another, the power went."""
        await asyncio.to_thread(lambda: None)  # what it was writing
        new = Room(room.name, self, room.ahead_s, room.store, room.run + 1, boot)
        self.rooms[self.rooms.index(room)] = new
        new.start(self.tasks)
        await self.clock.settle()
        for other in self.rooms:
            if other is not new:
                new.house.seen(other.name, other.name.title(), [other.address])
        return new

    async def run(self, seconds: float, step_s: float = STEP_S) -> None:
        """Let time pass; every card plays, `step_s` at a time."""
        for _ in range(round(seconds / step_s)):
            await self.clock.advance(step_s)
            for room in self.rooms:
                room.sound(step_s)

    async def until(self, true: Callable[[], bool], within: float = 3.0) -> None:
        """Let time pass until it is so; fails when `within` seconds went by first."""
        for _ in range(round(within / STEP_S)):
            if true():
                return
            await self.run(STEP_S)
        raise AssertionError("it never came to be")


@contextlib.asynccontextmanager
async def _threads_in_turn() -> AsyncIterator[None]:
    """What is done on threads is done in the order in which it was asked for: what comes last there
    tells that all is done.
    """
    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(1) as one:
        loop.set_default_executor(one)
        try:
            yield
        finally:
            loop.set_default_executor(ThreadPoolExecutor())


@contextlib.asynccontextmanager
async def rooms(
    *names: str, hardware: Hardware | None = None, caps: Caps | None = None
) -> AsyncIterator[Rooms]:
    """Receivers that are on and know one another; their clocks began at different times. Each has
    this hardware and these caps, and was at full volume before.
    """
    async with _threads_in_turn(), asyncio.TaskGroup() as tasks:
        house = Rooms(tasks)
        for n, name in enumerate(names):
            store = MockStore(Saved(receiver_id=name, moment=Moment(100)))
            house.rooms.append(Room(name, house, 1000.0 * n, store, 1, "boot", hardware, caps=caps))
        for room in house.rooms:
            room.start(tasks)
        await house.clock.settle()
        while hardware and not all(room.front.status for room in house.rooms):
            await asyncio.sleep(0)  # a thread opens it
        for one, other in itertools.permutations(house.rooms, 2):
            one.house.seen(other.name, other.name.title(), [other.address])
        await house.clock.advance(3.0)
        try:
            yield house
        finally:
            for room in house.rooms:
                if room.address in house.street.addresses:
                    await room.die()
