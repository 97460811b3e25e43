"""A receiver that lives for a day: it can lose its power, its card and its audio process, and what
it sounds is judged as it is heard, and not kept.
"""

from __future__ import annotations

import asyncio
from collections import Counter

from receiver.clock.base import Clock
from receiver.decoder.mock import MockDecoder
from receiver.engine.engine import Engine
from receiver.engine.link import LocalLink, Receive, ToEngine
from receiver.engine.output import Output
from receiver.model import reports
from receiver.pcm.format import Samples
from receiver.peers.base import Address
from receiver.peers.mock import MockStreet
from receiver.player.player import OpenSource
from receiver.session.observer import Observer
from receiver.sink.mock import MockSink
from tests.day.music import RATE, SCALE
from tests.whole.parts import PORT, OwnClock, Parts

BUFFER_S, MAX_BUFFER_S = 0.5, 0.5
DEAD_S = 0.05
"""From the death of an audio process to the next one."""
EDGE_S = 13.0
"""After what may be heard as an edge: the longest crossfade, and a little."""


class Ears:
    """What is heard in a room. Frame n of the music is as loud as n, so that what is unbroken rises
    evenly.
    """

    def __init__(self) -> None:
        self.frames = 0
        """Of sound, so far."""
        self.loudest = 0.0
        self.last = 0.0
        """The newest frame."""
        self.heard_at = self.silent_at = self.uneven_at = -1.0
        """When there was sound, silence, or sound with an edge last."""

    def hear(self, part: Samples, now: float) -> None:
        """What was played until now."""
        left = part[:, 0]
        if len(left) < 2:
            return
        before, self.last = self.last, float(left[-1])
        if not left.any():
            self.silent_at = now
            return
        self.heard_at = now
        self.frames += len(left)
        self.loudest = max(self.loudest, float(left.max()), -float(left.min()))
        steps = left[1:] - left[:-1]
        least, most = float(steps.min()), float(steps.max())
        if not 0.5 * most < min(least, float(left[0]) - before) <= 1.5 * most:
            self.uneven_at = now


class CardSink(MockSink):
    """A sink that keeps nothing and has no meter, as a real one."""

    def __init__(self, clock: Clock, buffer_s: float, started: asyncio.Event) -> None:
        super().__init__(clock, RATE, buffer_s)
        self.clock = clock
        self.dies_on_start = False
        self._on_start = started

    def start(self) -> None:
        """See `AudioSink`."""
        super().start()
        if self.dies_on_start:
            self.hang()
        self._on_start.set()

    def pull(self, frames: int) -> Samples:
        """See `MockSink`."""
        heard = super().pull(frames)
        self._heard.clear()
        return heard

    @property
    def level_dbfs(self) -> float | None:
        """Not metered."""
        return None

    @property
    def alive(self) -> bool:
        """Whether it plays."""
        return self._alive


class Card:
    """The sound card of a room, and the room's ears."""

    def __init__(self, clock: Clock) -> None:
        self.ears = Ears()
        self._clock = clock
        self._plugged, self._hangs = True, False
        self._sink: CardSink | None = None
        self._started = asyncio.Event()

    async def run(self) -> None:
        """Play, until cancelled."""
        while True:
            await self._started.wait()
            self._started.clear()
            while (sink := self._sink) is not None and sink.alive:
                await self._clock.sleep(sink.period / RATE)
                self.ears.hear(sink.play_until(sink.clock.now()), self._clock.now())

    def make_sink(self, buffer_s: float, clock: Clock) -> CardSink:
        """The card, to be opened; `clock` is that of its receiver."""
        self._sink = CardSink(clock, buffer_s, self._started)
        self._sink.dies_on_start = self._hangs
        if not self._plugged:
            self._sink.vanish()
        return self._sink

    def unplug(self) -> None:
        """Pull the plug."""
        self._plugged = False
        if self._sink is not None:
            self._sink.vanish()

    def hang(self) -> None:
        """It asks for nothing any more."""
        self._hangs = True
        if self._sink is not None:
            self._sink.hang()

    def mend(self) -> None:
        """It is there, and works; what was opened before is of no use."""
        self._plugged, self._hangs = True, False

    def run_dry(self, frames: int) -> None:
        """It plays so many frames of silence, for want of others."""
        if self._sink is not None and self._sink.alive:
            self.ears.hear(self._sink.run_dry(frames), self._clock.now())


class MortalLink:
    """A link to an engine in this program, that can die as a process does (an `EngineLink`)."""

    def __init__(self, card: Card, clock: Clock) -> None:
        self._card = card
        self._clock = clock
        self._link: LocalLink | None = None
        self._killed = asyncio.Event()

    def send(self, message: ToEngine) -> None:
        """See `EngineLink`."""
        if self._link is not None:
            self._link.send(message)

    async def run(self, receive: Receive) -> None:
        """See `EngineLink`."""
        while True:
            self._killed.clear()
            self._link = LocalLink(self._make_engine, self._clock)
            async with asyncio.TaskGroup() as tasks:
                life = tasks.create_task(self._link.run(receive))
                await self._killed.wait()
                life.cancel()
            self._link = None
            await self._clock.sleep(DEAD_S)
            receive(reports.Died("killed"))

    def kill(self) -> None:
        """The audio process dies."""
        self._killed.set()

    def _make_engine(self, report: Receive) -> Engine:
        def make_sink(buffer_s: float) -> CardSink:
            return self._card.make_sink(buffer_s, self._clock)

        output = Output(make_sink, BUFFER_S, MAX_BUFFER_S, self._clock, report)
        return Engine(output, MockDecoder, self._clock, report)


class Notes(Observer):
    """What the engine said, counted, and until when edges are to be heard in consequence."""

    def __init__(self, clock: Clock) -> None:
        self.counts: Counter[str] = Counter()
        self.calm_at = 0.0
        self._clock = clock

    def reported(self, report: reports.Report) -> None:
        """See `Observer`."""
        self.counts[type(report).__name__] += 1
        if not isinstance(report, reports.Position | reports.Health | reports.Fetched):
            self.disturb()

    def disturb(self) -> None:
        """Something is done that may be heard."""
        self.calm_at = self._clock.now() + EDGE_S


class Speaker:
    """A receiver that is switched on and off; its card stays where it is."""

    def __init__(self, name: str, street: MockStreet, clock: Clock, open_source: OpenSource):
        self.name = name
        self.runs = 0
        self.card = Card(clock)
        self.notes = Notes(clock)
        self.parts: Parts
        self.link: MortalLink
        self.on = False
        self._street = street
        self._clock = clock
        self._open_source = open_source
        self._moves = 0

    def switch_on(self, tasks: asyncio.TaskGroup) -> None:
        """Start it anew: another boot, another clock."""
        self.runs += 1
        clock = OwnClock(self._clock, 1000.0 * self.runs)
        self.link = MortalLink(self.card, clock)
        self.parts = Parts(
            self.name, self._street, clock, self.link, self._open_source, self.notes, self.runs
        )
        self.parts.address = self._address()
        self.parts.start(tasks)
        self.on = True

    async def cut_power(self) -> None:
        """It is off without a warning."""
        self.on = False
        await self.parts.die()

    async def move(self) -> None:
        """It gets another address; what was connected to the old one is lost, which nobody says."""
        before, self._moves = self.parts.address, self._moves + 1
        self._street.leave(before)
        for wire in self._street.wires_of(before.host):
            wire.cut()
        self.parts.address = self._address()
        self._street.listen(self.parts.address, self.parts.house.serve)

    def _address(self) -> Address:
        return Address(f"{self.name}-{self._moves}" if self._moves else self.name, PORT)

    @property
    def number(self) -> float | None:
        """The frame of the music that was heard last, from 0 on; None: it is too quiet to tell."""
        volume = self.parts.state.volume
        gain = 0.0 if volume.muted else volume.percent / 100
        return self.card.ears.last * SCALE / gain - 1 if gain else None
