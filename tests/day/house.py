"""The house of the day: speakers, those who command them, and what they were asked."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections import deque
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from receiver.clock.base import Clock
from receiver.peers.base import Address
from receiver.peers.mock import MockStreet
from receiver.protocol import codec
from receiver.protocol import commands as c
from receiver.protocol.events import Answer, Change, StateEvent
from receiver.protocol.mirror import Mirror
from receiver.trust.caller import ANYBODY
from tests.day.music import Servers
from tests.day.speaker import Speaker
from tests.day.virtual import VirtualClock

NAMES = ("bath", "den", "kitchen")
ANNOUNCED_S = 1.0
"""From the start of a speaker until the others see its announcement."""
MEMORABLE = 400
"""Lines of the diary."""


@dataclass
class Asked:
    """A command, and what was answered."""

    command: c.Command
    speaker: Speaker
    run: int
    answers: list[Answer] = field(default_factory=list)

    @property
    def wrong(self) -> bool:
        """Whether there is not exactly one answer, though there should be by now. A speaker that
        was switched off since owes none.
        """
        owed = self.speaker.on and self.speaker.runs == self.run
        return len(self.answers) > 1 or (owed and not self.answers)


class Onlooker:
    """A controller that follows the state at its own pace, for a while."""

    def __init__(self, speaker: Speaker, clock: Clock, pause_s: float) -> None:
        self.outbox = speaker.parts.hub.join()
        self.speaker, self.run = speaker, speaker.runs
        self.mirror: Mirror | None = None
        self.quick = pause_s == 0.0
        """Whether it reads all at once."""
        self._clock, self._pause_s = clock, pause_s

    async def follow(self, seconds: float) -> None:
        """Read the news for so long, or until cut off."""
        try:
            with contextlib.suppress(ConnectionError):
                async with asyncio.timeout(seconds):
                    while True:
                        self._read(codec.decode_message((await self.outbox.next()).decode()))
                        await self._clock.sleep(self._pause_s)
        except TimeoutError:
            return
        finally:
            self.outbox.leave()

    def _read(self, message: Any) -> None:
        if isinstance(message, StateEvent):
            if self.mirror is None:
                self.mirror = Mirror(message)
            else:
                self.mirror.replace(message)
        elif isinstance(message, Change):
            assert self.mirror is not None
            assert self.mirror.merge(message), "a change was missed"


class House:
    """See the module. `diary` holds the newest events, for whoever wonders what went before."""

    def __init__(self, tasks: asyncio.TaskGroup, random: Random) -> None:
        self.tasks = tasks
        self.random = random
        self.clock = VirtualClock()
        self.street = MockStreet(tasks)
        self.servers = Servers(self.clock)
        self.speakers = [self._speaker(name) for name in NAMES]
        self.onlookers: dict[asyncio.Task[None], Onlooker] = {}
        self.asked: list[Asked] = []
        self.commands = self.faults = self.visits = self.most_tasks = 0
        self.diary: deque[str] = deque(maxlen=MEMORABLE)
        self._cards = [tasks.create_task(speaker.card.run()) for speaker in self.speakers]
        self._ids = (f"command-{number:010}" for number in itertools.count())

    def _speaker(self, name: str) -> Speaker:
        return Speaker(name, self.street, self.clock, lambda url: self.servers.open(url, name))

    # --- its life ---------------------------------------------------------------------------

    async def switch_on(self, speaker: Speaker) -> None:
        """Start a speaker, and let the others see it, and it the others."""
        speaker.switch_on(self.tasks)
        await self.clock.sleep(ANNOUNCED_S)
        if speaker.on:
            self.announce(speaker)
            for other in self.others(speaker):
                see(speaker, other)

    def announce(self, speaker: Speaker) -> None:
        """Let the others see where a speaker is."""
        for other in self.others(speaker):
            see(other, speaker)

    def others(self, speaker: Speaker) -> list[Speaker]:
        """The other speakers that are on."""
        return [other for other in self.speakers if other is not speaker and other.on]

    async def close(self) -> None:
        """Switch all off."""
        for speaker in self.speakers:
            if speaker.on:
                await speaker.cut_power()
        for task in [*self._cards, *self.onlookers]:
            task.cancel()

    # --- what happens in it -----------------------------------------------------------------

    def note(self, event: str) -> None:
        """Write into the diary."""
        self.diary.append(f"{self.clock.now():.3f} {event}")

    def ask(self, speaker: Speaker, kind: type[c.Command], **fields: Any) -> Asked:
        """Give a speaker a command; one in ten comes twice, as from a network that stutters."""
        command = kind(id=next(self._ids), **fields)
        asked = Asked(command, speaker, speaker.runs)
        self.asked.append(asked)
        self.commands += 1
        self.note(f"{speaker.name}: {kind.__name__} {fields}")
        for each in self.speakers:
            each.notes.disturb()
        self.most_tasks = max(self.most_tasks, len(asyncio.all_tasks()))
        message = codec.encode(command)
        speaker.parts.door.take(message, ANYBODY, asked.answers.append)
        if self.random.random() < 0.1:
            speaker.parts.door.take(message, ANYBODY, lambda _: None)
        return asked

    def visit(self, speaker: Speaker, pause_s: float, seconds: float) -> None:
        """A controller connects, and follows the state at a pace for so long."""
        self.visits += 1
        onlooker = Onlooker(speaker, self.clock, pause_s)
        task = self.tasks.create_task(onlooker.follow(seconds))
        self.onlookers[task] = onlooker
        task.add_done_callback(self.onlookers.pop)

    @property
    def roots(self) -> dict[str, object]:
        """Where everything that could grow is to be found."""
        parts = {speaker.name: speaker.parts for speaker in self.speakers}
        found: dict[str, object] = {"street": self.street}
        for name, part in parts.items():
            for each in ("loop", "player", "house", "door", "hub", "peer_hub", "session"):
                found[f"{name}.{each}"] = getattr(part, each)
        return found

    async def until(self, true: Callable[[], bool], within_s: float) -> bool:
        """Let time pass until it is so; False when that took too long."""
        end = self.clock.now() + within_s
        while not true():
            if self.clock.now() > end:
                return False
            await self.clock.sleep(0.05)
        return True


def see(who: Speaker, whom: Speaker) -> None:
    """The announcement of one speaker reaches another."""
    address = Address(*whom.parts.address)
    who.parts.house.seen(whom.name, whom.name.title(), [address])


@contextlib.asynccontextmanager
async def house(random: Random) -> AsyncIterator[House]:
    """A house whose speakers know one another."""
    async with asyncio.TaskGroup() as tasks:
        made = House(tasks, random)
        for speaker in made.speakers:
            await made.switch_on(speaker)
        try:
            yield made
        finally:
            await made.close()
