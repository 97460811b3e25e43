"""Receivers of one house without sound: hubs, doors and houses on a street in memory."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import msgspec

from receiver.clock.mock import MockClock
from receiver.model.state import ClockId, Output, ReceiverInfo, SessionState, State, Volume
from receiver.peers.base import Address
from receiver.peers.house import House
from receiver.peers.mock import MockStreet
from receiver.protocol.commands import Command
from receiver.protocol.events import Done
from receiver.protocol.peers import HandoffMessage, Hello
from receiver.server.answered import Reply
from receiver.server.door import Door
from receiver.server.hub import Hub
from receiver.trust.caller import Caller
from receiver.trust.seal import Seal
from tests.trust.doors import doorkeeper

PORT = 7766


class Dweller:
    """One receiver, which does what it is asked by writing it down. It listens to its house."""

    def __init__(
        self,
        name: str,
        street: MockStreet,
        clock: MockClock,
        instance: str = "1",
        credentials: Seal | None = None,
    ) -> None:
        self.credentials = credentials
        self.name = name
        self.street = street
        self.hub = Hub()
        self.hub.publish(state_of(name))
        self.asked: list[Command] = []
        self.events: list[tuple[str, ...]] = []
        self.messages: list[HandoffMessage] = []
        self.silent = False
        door = Door(self.hub, self._ask, self._forward, doorkeeper(clock), clock)
        me = self.me = Hello(name, name.title(), "0", PORT, instance)
        dial = street.dial_from(name)
        self.house = House(me, credentials, self.hub.join, dial, clock)
        self.door = door
        self.address = Address(name, PORT)
        self._running: asyncio.Task[None] | None = None

    def start(self, tasks: asyncio.TaskGroup) -> None:
        fingerprint = self.credentials.hello(self.me).fingerprint if self.credentials else ""
        self.street.listen(self.address, self.house.serve, fingerprint)
        self._running = tasks.create_task(self.house.run(self.door.carry, self))

    async def stop(self) -> None:
        """As a program ends: nobody listens any more, and its wires are closed by the system."""
        assert self._running is not None
        self.street.leave(self.address)
        self._running.cancel()
        await asyncio.wait((self._running,))
        for wire in self.street.wires_of(self.name):
            await wire.close()

    def publish(self, percent: int) -> None:
        state = self.hub.snapshot().state
        volume = Volume(percent, False, -1.0)
        self.hub.publish(msgspec.structs.replace(state, volume=volume))

    def _ask(self, command: Command, reply: Reply) -> None:
        self.asked.append(command)
        if not self.silent:
            reply(Done(command.id, {"by": self.name}))

    def _forward(self, command: Command, caller: Caller, reply: Reply) -> None:
        self.house.forward(command, caller, reply)

    # --- the listener -----------------------------------------------------------------------

    def changed(self) -> None:
        pass

    def handed(self, peer: str, message: HandoffMessage) -> None:
        self.messages.append(message)

    def connected(self, peer: str) -> None:
        self.events.append(("connected", peer))

    def lost(self, peer: str, *, dead: bool) -> None:
        self.events.append(("dead" if dead else "lost", peer))


def state_of(name: str) -> State:
    return State(
        ReceiverInfo(name, name.title(), "0", ClockId(name, "boot")),
        SessionState(f"session of {name}"),
        Volume(50, False, -1.0),
        Output("mock", "mock"),
    )


class Street:
    """Who lives on it, and a clock for all."""

    def __init__(self, tasks: asyncio.TaskGroup) -> None:
        self.tasks = tasks
        self.clock = MockClock()
        self.mock = MockStreet(tasks)
        self.dwellers: list[Dweller] = []

    def move_in(self, name: str, instance: str = "1") -> Dweller:
        dweller = Dweller(name, self.mock, self.clock, instance)
        dweller.start(self.tasks)
        self.dwellers.append(dweller)
        return dweller

    async def meet(self) -> None:
        """All have seen one another, and have had the time to connect."""
        await self.clock.settle()
        for one in self.dwellers:
            for other in self.dwellers:
                one.house.seen(other.name, other.name.title(), [other.address])
        await self.clock.advance(3.0)


@contextlib.asynccontextmanager
async def street() -> AsyncIterator[Street]:
    async with asyncio.TaskGroup() as outer:
        done = asyncio.Event()

        async def live(ready: asyncio.Future[Street]) -> None:
            async with asyncio.TaskGroup() as tasks:
                ready.set_result(Street(tasks))
                await done.wait()

        ready: asyncio.Future[Street] = asyncio.get_running_loop().create_future()
        living = outer.create_task(live(ready))
        try:
            yield await ready
        finally:
            living.cancel()
