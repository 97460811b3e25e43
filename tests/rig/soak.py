"""A real receiver under a household for a long time: who commands it, what it holds meanwhile, and
the silences in its sound that nobody asked for.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from random import Random
from statistics import median_low

import numpy as np
import psutil

from controller.client import Client
from receiver.errors import TonearmError
from tests.rig.card import RATE, Recorder
from tests.rig.heard import sounding

HOST = "127.0.0.1"
SAMPLE_S = 2.0
BEFORE_S, AFTER_S = 0.1, 0.5
"""What is heard so long before and after a command may be its edge."""
LONGEST_STAY_S = 8.0
MOST_GUESTS = 24
"""At once: so many come first of all, since memory that was needed once is kept for the next time,
and a crowd that is larger than any before is no leak.
"""


@dataclass(frozen=True)
class Held:
    """What one process held at an instant: memory of its own (KiB), threads, and open files without
    the connections of guests.
    """

    at: float
    kib: int
    threads: int
    files: int


@dataclass
class Watch:
    """Looks at the processes of a receiver from time to time."""

    pid: int
    held: dict[str, list[Held]] = field(default_factory=lambda: {"control": [], "audio": []})

    def look(self) -> None:
        """Note what they hold now."""
        control = psutil.Process(self.pid)
        (audio,) = control.children()
        for name, process in (("control", control), ("audio", audio)):
            held = Held(
                time.monotonic(), own_kib(process.pid), process.num_threads(), files(process)
            )
            self.held[name].append(held)

    def growth(self, name: str, after_s: float) -> float:
        """KiB per minute by which a process grew, `after_s` from the start on: the slope between
        the least of the first and of the last third, since memory comes in steps, and what is given
        back in the end was no leak.
        """
        all_held = self.held[name]
        late = [held for held in all_held if held.at - all_held[0].at >= after_s]
        third = max(len(late) // 3, 1)
        first, last = late[:third], late[-third:]
        minutes = float(np.mean([h.at for h in last]) - np.mean([h.at for h in first])) / 60
        grown = min(h.kib for h in last) - min(h.kib for h in first)
        return grown / minutes if minutes else 0.0

    def more(self, name: str, what: Callable[[Held], int], after_s: float) -> int:
        """By how much the median of a count in the last third is more than in the first: now and
        then there is one more or less, as where a connection is kept for what may follow.
        """
        all_held = self.held[name]
        late = [what(held) for held in all_held if held.at - all_held[0].at >= after_s]
        third = max(len(late) // 3, 1)
        return median_low(late[-third:]) - median_low(late[:third])


def own_kib(pid: int) -> int:
    """Memory of a process that no file stands behind: what does, comes and goes, and what it got
    from its parent stays counted when either writes to it.
    """
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) for line in status if line.startswith("RssAnon:"))


def files(process: psutil.Process) -> int:
    """How many files it has open, without the connections of guests: those come and go. One whose
    guest has gone counts, and so do all that it made itself.
    """
    connections = process.net_connections("tcp")
    ports = {c.laddr.port for c in connections if c.status == psutil.CONN_LISTEN}
    guests = [
        c for c in connections if c.status == psutil.CONN_ESTABLISHED and c.laddr.port in ports
    ]
    return int(process.num_fds()) - len(guests)


@dataclass
class Household:
    """Plays `urls`, each at least `shortest_s` long, on the receiver at `port`, and commands it for
    as long as is wanted. A seed makes the same household again.
    """

    port: int
    urls: list[str]
    shortest_s: float
    random: Random
    commands: int = 0
    controllers: int = 0
    refused: list[str] = field(default_factory=list)
    quiet: list[tuple[float, float]] = field(default_factory=list)
    """Spans of time.monotonic() in which nothing that may be heard as a gap was commanded."""
    counted: list[tuple[float, int]] = field(default_factory=list)
    """The underruns by then, on time.monotonic()."""
    _guests: int = 0

    async def live(self, seconds: float, watch: Watch) -> int:
        """Do so, with a look at the receiver now and then; gives the underruns that it counted."""
        end = time.monotonic() + seconds
        async with Client(HOST, self.port) as client:
            await client.set_volume(80)
            await client.play(self.urls)
            await client.set_repeat("all")
            async with asyncio.TaskGroup() as crowd:
                for _ in range(MOST_GUESTS):
                    crowd.create_task(self._visit(1.0))
            async with asyncio.TaskGroup() as tasks:
                around = [
                    tasks.create_task(self._visits()),
                    tasks.create_task(self._watching(watch, client)),
                ]
                while time.monotonic() < end:
                    await self._something(client)
                    await self._listen(client, min(self.random.uniform(0.5, 8.0), seconds / 4))
                for task in around:
                    task.cancel()
            return (await client.status()).output.underruns

    async def _something(self, client: Client) -> None:
        """A command of those that may be heard as a gap, and the time it takes until it is over."""
        random = self.random
        wishes: list[Callable[[], Awaitable[object]]] = [
            lambda: client.seek(1000 * random.uniform(0, 0.9 * self.shortest_s)),
            lambda: self._pause(client),
            client.next,
            client.previous,
            lambda: client.play(self.urls),
        ]
        await self._ask(random.choice(wishes))
        await asyncio.sleep(AFTER_S)

    async def _pause(self, client: Client) -> None:
        await client.pause()
        await asyncio.sleep(self.random.uniform(0.0, 3.0))
        await client.resume()

    async def _listen(self, client: Client, seconds: float) -> None:
        """Nothing that is a gap is to be heard, though the volume moves and the queue changes."""
        random, began = self.random, time.monotonic()
        while time.monotonic() - began < seconds:
            wishes: list[Callable[[], Awaitable[object]]] = [
                lambda: client.set_volume(random.randint(50, 100)),
                lambda: client.queue.add([random.choice(self.urls)]),
                lambda: self._shorten(client),
                lambda: client.set_shuffle(random.random() < 0.5),
                client.status,
            ]
            await self._ask(random.choice(wishes))
            await asyncio.sleep(random.uniform(0.05, 0.6))
        if client.state.session.playback == "playing":
            self.quiet.append((began, time.monotonic() - BEFORE_S))

    async def _shorten(self, client: Client) -> None:
        """Take away what was added, but for what plays."""
        items = await client.queue.items()
        current = client.state.session.item
        spare = [item.id for item in items if current is None or item.id != current.id]
        await client.queue.remove(spare[len(self.urls) :])

    async def _ask(self, wish: Callable[[], Awaitable[object]]) -> None:
        self.commands += 1
        try:
            await wish()
        except TonearmError as error:
            self.refused.append(error.code)

    async def _visits(self) -> None:
        """Controllers come, look on for a while, and go; now and then many at once."""
        async with asyncio.TaskGroup() as tasks:
            while True:
                for _ in range(self.random.choice([1, 1, 1, 8])):
                    tasks.create_task(self._visit(self.random.uniform(0.0, LONGEST_STAY_S)))
                await asyncio.sleep(self.random.uniform(0.1, 2.0))

    async def _visit(self, seconds: float) -> None:
        if self._guests == MOST_GUESTS:
            return
        self._guests += 1
        try:
            await self._look_on(seconds)
        finally:
            self._guests -= 1

    async def _look_on(self, seconds: float) -> None:
        self.controllers += 1
        with contextlib.suppress(TonearmError):
            async with Client(HOST, self.port) as client:
                await client.status()
                await asyncio.sleep(seconds)

    async def _watching(self, watch: Watch, client: Client) -> None:
        while True:
            watch.look()
            self.counted.append((time.monotonic(), client.state.output.underruns))
            await asyncio.sleep(SAMPLE_S)


def gaps(recorder: Recorder, quiet: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """The silences within spans of time.monotonic(), which are such spans too."""
    return [silence for silence in silences(recorder) if within(*silence, quiet)]


def silences(recorder: Recorder) -> Iterator[tuple[float, float]]:
    """When there was no sound between two sounds, on time.monotonic()."""
    at = recorder.clock()
    for (_, before), (after, _) in pairwise(sounding(recorder.pcm())):
        yield at(before), at(before) + (after - before) / RATE


def within(start: float, end: float, spans: list[tuple[float, float]]) -> bool:
    """Whether a span lies in one of others."""
    return any(first <= start and end <= last for first, last in spans)
