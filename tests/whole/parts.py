"""All parts of a receiver joined in this program, but for the wires, the servers of the streams and
the card, which whoever makes it has in hand.
"""

from __future__ import annotations

import asyncio
import itertools
from typing import Any

import msgspec

from hw.pins.mock import MockPins
from hw.settings import Hardware
from receiver.clock.base import Clock
from receiver.clock.mock import MockWallClock
from receiver.control_loop import ControlLoop
from receiver.covers.covers import Covers
from receiver.engine.link import EngineLink
from receiver.front import Front
from receiver.model.state import ClockId, ReceiverInfo, State
from receiver.model.state import Output as OutputState
from receiver.peers.base import Address
from receiver.peers.house import House
from receiver.peers.mock import MockStreet, MockWire
from receiver.player.player import OpenSource, Player
from receiver.protocol import commands as c
from receiver.protocol.codec import check_choices
from receiver.protocol.events import Answer, Done, Error
from receiver.protocol.peers import Hello
from receiver.server.door import Door
from receiver.server.hub import Hub
from receiver.session.caps import Caps
from receiver.session.history import History
from receiver.session.loudness import Loudness
from receiver.session.memoir import Memoir
from receiver.session.observer import Observer
from receiver.session.roaming import RoamingSession
from receiver.session.session import Session
from receiver.store.base import Store
from receiver.store.keeper import Keeper
from receiver.trust.caller import ANYBODY
from tests.trust.doors import doorkeeper

PORT = 7766


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


class Parts:
    """One receiver. `run` counts the starts of it: each is another boot."""

    def __init__(
        self,
        name: str,
        street: MockStreet,
        clock: Clock,
        link: EngineLink,
        open_source: OpenSource,
        observer: Observer | None = None,
        run: int = 1,
        *,
        hardware: Hardware | None = None,
        caps: Caps | None = None,
    ) -> None:
        self.name = name
        self.clock = clock
        self.street = street
        self.address = Address(name, PORT)
        self.wall = MockWallClock()
        self.pins = MockPins()
        self.front = Front(hardware, clock, lambda: self.pins)
        self.hub, self.peer_hub = Hub(), Hub()
        ids = (f"{name}-{run}-{number}" for number in itertools.count())
        self.session = Session(
            ReceiverInfo(name, name.title(), "0", ClockId(name, f"boot {run}")),
            f"session {run} of {name}",
            Loudness(
                lambda percent: (percent / 100, None),
                caps or Caps(),
                self.wall.time_of_day,
                percent=100,
            ),
            OutputState("mock", "mock"),
            History(self.wall.unix_time),
            new_id=lambda: next(ids),
            seed=itertools.count().__next__,
        )
        me = Hello(name, name.title(), "0", PORT, str(run))
        self.house = House(me, None, self.peer_hub.join, self._dial, clock)
        self._roaming = RoamingSession(self.session, self.house.facts)
        self.loop = ControlLoop(
            self._roaming,
            clock,
            self._publish,
            self._remember,
            observer or Observer(),
        )
        self.covers = Covers(self.loop.report)
        self.player = Player(link, self.front.heralding(open_source), clock, self.covers.report)
        self.doorkeeper = doorkeeper(clock)
        self.doorkeeper.changed = self.loop.changed
        self.door = Door(self.hub, self.loop.ask, self.house.forward, self.doorkeeper, clock)
        self.keeper: Keeper | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._ids = (f"c-{number}" for number in itertools.count())

    def remember_in(self, store: Store, boot: str) -> None:
        """Be what it was by this store, and keep there what it becomes."""
        loaded = store.load()
        self.keeper = Keeper(store, loaded, Memoir(self.session), boot, self.clock)
        self.keeper.bring_back(loaded, resume=True)

    # --- its life ---------------------------------------------------------------------------

    def start(self, tasks: asyncio.TaskGroup) -> None:
        """Switch it on."""
        self.street.listen(self.address, self.house.serve)
        self._tasks = [
            tasks.create_task(self.player.run()),
            tasks.create_task(self.covers.run()),
            tasks.create_task(self.loop.run(self.player, self.house)),
            tasks.create_task(self.house.run(self.door.carry, self.loop)),
            tasks.create_task(self.front.run(self.door.take_here)),
        ]
        if self.keeper is not None:
            self._tasks.append(tasks.create_task(self._keep(self.keeper)))
        self.front.ready()

    async def die(self) -> None:
        """As when it is killed: the system closes its wires, and its card falls silent."""
        self.street.leave(self.address)
        for task in self._tasks:
            task.cancel()
        await asyncio.wait(self._tasks)
        for wire in self.street.wires_of(self.address.host):
            await wire.close()

    async def _keep(self, keeper: Keeper) -> None:
        await keeper.begin()
        await keeper.run()

    def _remember(self) -> None:
        if self.keeper is not None:
            self.keeper.look()

    async def _dial(self, address: Address) -> MockWire:
        return await self.street.dial_from(self.address.host)(address)

    def _publish(self, state: State) -> None:
        self.house.plays = state.session.playback == "playing"
        self.peer_hub.publish(state)
        peers, access = self.house.peers, self.doorkeeper.access
        told = msgspec.structs.replace(state, peers=peers, access=access)
        self.front.show(told)
        self.hub.publish(told)
        if self.keeper is not None:
            self.keeper.meet(self.house.peers.values())

    # --- what it is asked -------------------------------------------------------------------

    @property
    def waits_until(self) -> float:
        """The instant by which a handoff must have come further; infinite when there is none."""
        return self._roaming.wake_at

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
        self.door.carry(command, ANYBODY, self.clock.now(), asked.answers.append)
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
