"""Receivers of one house in one program and in virtual time: everything is real but the wires
between them, the servers of their streams, the decoder and the sound cards.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator, Callable
from typing import Any

import msgspec
import numpy as np

from receiver.clock.base import Clock
from receiver.clock.mock import MockClock
from receiver.control_loop import ControlLoop
from receiver.decoder.mock import MockDecoder, encode
from receiver.engine.engine import Engine
from receiver.engine.link import LocalLink, Receive
from receiver.engine.output import Output
from receiver.errors import Unreachable
from receiver.model.state import ClockId, ReceiverInfo, State
from receiver.model.state import Output as OutputState
from receiver.pcm.format import Block, Format, Samples
from receiver.peers.base import Address
from receiver.peers.house import House
from receiver.peers.mock import MockStreet
from receiver.player.player import Player
from receiver.protocol import commands as c
from receiver.protocol.codec import check_choices
from receiver.protocol.events import Answer, Done, Error
from receiver.protocol.peers import Hello
from receiver.server.door import Door
from receiver.server.hub import Hub
from receiver.session.observer import Observer
from receiver.session.roaming import RoamingSession
from receiver.session.session import Session
from receiver.sink.mock import MockSink
from receiver.source.mock import MockSource, MockStream

RATE = 48000
STEP_S = 0.001
COARSE_S = 0.01
"""For long waits: cards are refilled in time all the same."""
BUFFER_S = 0.02
LONGEST_S = 60
"""How long a test may last."""
PORT = 7766
SCALE = 2**21
"""Frame n of a stream is n / SCALE."""


def stream(seconds: float, **fields: Any) -> MockStream:
    """A stream in which every frame tells its number, from 1 on."""
    numbers = np.arange(1, round(seconds * RATE) + 1, dtype=np.float32) / SCALE
    block = Block(numbers[:, None], Format(RATE, 1))  # one channel: more of it is in hand
    return MockStream(encode(block), piece=65536, **fields)


NOT_SERVED = MockStream(b"", refusal=Unreachable("There is no such server."))


class OwnClock:
    """A clock that began at another time than others did."""

    def __init__(self, clock: Clock, ahead_s: float) -> None:
        self._clock = clock
        self._ahead_s = ahead_s

    def now(self) -> float:
        """See `Clock`."""
        return self._clock.now() + self._ahead_s

    async def sleep(self, seconds: float) -> None:
        """See `Clock`."""
        await self._clock.sleep(seconds)


class Room:
    """One receiver."""

    def __init__(self, name: str, rooms: Rooms, ahead_s: float) -> None:
        self.name = name
        self.clock = OwnClock(rooms.clock, ahead_s)
        self.rooms = rooms
        self.sinks: list[MockSink] = []
        self._heard = np.zeros(LONGEST_S * RATE, np.float32)
        self._frames = 0
        self.hub, self.peer_hub = Hub(), Hub()
        self.address = Address(name, PORT)
        ids = (f"{name}-{number}" for number in itertools.count())
        info = ReceiverInfo(name, name.title(), "0", ClockId(name, "boot"))
        session = Session(
            info,
            f"session of {name}",
            lambda percent: (percent / 100, None),
            OutputState("mock", "mock"),
            volume=(100, False),
            new_id=lambda: next(ids),
        )
        me = Hello(name, name.title(), "0", PORT, "1")
        dial = rooms.street.dial_from(name)
        self.house = House(me, self.peer_hub.join, dial, self.clock)
        self.session = session
        self.loop = ControlLoop(
            RoamingSession(session, self.house.facts),
            self.clock,
            self._publish,
            lambda _percent, _muted: None,
            Observer(),
        )
        self.player = Player(
            LocalLink(self._make_engine, self.clock), self._open, self.clock, self.loop.report
        )
        self.door = Door(self.hub, self.loop.ask, self.house.forward, self.clock)
        self._tasks: list[asyncio.Task[None]] = []
        self._ids = (f"c-{number}" for number in itertools.count())

    # --- its life ---------------------------------------------------------------------------

    def start(self, tasks: asyncio.TaskGroup) -> None:
        """Switch it on."""
        self.rooms.street.listen(self.address, self.house.serve)
        self._tasks = [
            tasks.create_task(self.player.run()),
            tasks.create_task(self.loop.run(self.player, self.house)),
            tasks.create_task(self.house.run(self.door.carry, self.loop)),
        ]

    async def die(self) -> None:
        """As when it is killed: the system closes its wires, and its card falls silent."""
        self.rooms.street.leave(self.address)
        for task in self._tasks:
            task.cancel()
        await asyncio.wait(self._tasks)
        for wire in self.rooms.street.wires_of(self.name):
            await wire.close()

    def _make_engine(self, report: Receive) -> Engine:
        output = Output(self._make_sink, BUFFER_S, 0.25, self.clock, report)
        return Engine(output, MockDecoder, self.clock, report)

    def _make_sink(self, buffer_s: float) -> MockSink:
        self.sinks.append(MockSink(self.clock, RATE, buffer_s))
        return self.sinks[-1]

    def _open(self, url: str) -> MockSource:
        served = self.rooms.streams.get((url, self.name), NOT_SERVED)
        return MockSource(served, self.rooms.clock)

    def _publish(self, state: State) -> None:
        self.peer_hub.publish(state)
        self.hub.publish(msgspec.structs.replace(state, peers=self.house.peers))

    # --- what it sounds ---------------------------------------------------------------------

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

    # --- what it is asked -------------------------------------------------------------------

    @property
    def state(self) -> State:
        """As controllers see it."""
        return self.hub.snapshot().state

    @property
    def playback(self) -> str:
        """What it is doing."""
        return self.state.session.playback

    @property
    def problem(self) -> str | None:
        """The code of what is wrong."""
        return None if self.state.problem is None else self.state.problem.code

    def ask(self, kind: type[c.Command], **fields: Any) -> Asked:
        """Give it a command."""
        command = kind(id=next(self._ids), **fields)
        check_choices(command)
        asked = Asked()
        self.door.carry(command, self.clock.now(), asked.answers.append)
        return asked


class Asked:
    """The answers to a command: one, in the end."""

    def __init__(self) -> None:
        self.answers: list[Answer] = []

    @property
    def code(self) -> str:
        """`done`, the code of the error, or `open`."""
        if not self.answers:
            return "open"
        (answer,) = self.answers
        return answer.code if isinstance(answer, Error) else "done"

    @property
    def result(self) -> dict[str, Any]:
        """Of what was done."""
        (answer,) = self.answers
        assert isinstance(answer, Done), answer
        return answer.result

    @property
    def message(self) -> str:
        """Of the error."""
        (answer,) = self.answers
        assert isinstance(answer, Error), answer
        return answer.message


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
async def rooms(*names: str) -> AsyncIterator[Rooms]:
    """Receivers that are on and know one another; their clocks began at different times."""
    async with asyncio.TaskGroup() as tasks:
        house = Rooms(tasks)
        house.rooms = [Room(name, house, 1000.0 * n) for n, name in enumerate(names)]
        for room in house.rooms:
            room.start(tasks)
        await house.clock.settle()
        for one, other in itertools.permutations(house.rooms, 2):
            one.house.seen(other.name, other.name.title(), [other.address])
        await house.clock.advance(3.0)
        try:
            yield house
        finally:
            for room in house.rooms:
                if room.address in house.street.addresses:
                    await room.die()
