"""Receivers without sound that know each other: they tell of one another, forward commands, and
hand their sessions over.
"""

from __future__ import annotations

from typing import Any

import msgspec

from receiver.errors import NoReceiver, TargetPlaying
from receiver.model.state import Peer, PeerClock, SessionState
from receiver.protocol import codec
from receiver.protocol import commands as c
from receiver.protocol.events import Done, Error
from receiver.session.queue import Queue
from tests.controller.fake_receiver import FakeReceiver, replace

URL = "http://x/a.ogg"
WENT = {
    "handoff": "h-1",
    "epoch": 1,
    "tight": True,
    "switch_ms": 84.04,
    "clock_error_ms": 0.123,
    "live": False,
    "paused": False,
}


class HouseReceiver(FakeReceiver):
    """One of a house. `unreachable`: the others say that it is where nobody is."""

    def __init__(self, name: str = "Kitchen", clock_ahead_us: int = 0) -> None:
        super().__init__(name, clock_ahead_us)
        self.met: dict[str, HouseReceiver] = {}
        self.went = dict(WENT)
        """How its next transfer goes, but for where."""
        self.unreachable = False
        self.connected = True
        self.state = replace(self.state, session=SessionState(id=f"s-{name.lower()}"))

    @property
    def id(self) -> str:
        """Its id."""
        return self.state.receiver.id

    async def meets(self, other: HouseReceiver) -> None:
        """Both know each other from now on."""
        self.met[other.id], other.met[self.id] = other, self
        await self.hears_of_others()
        await other.hears_of_others()

    async def becomes(self, **fields: Any) -> None:
        """As `FakeReceiver.becomes`, and the others hear of it."""
        await super().becomes(**fields)
        for other in self.met.values():
            await other.hears_of_others()

    async def leaves_the_house(self) -> None:
        """The others are not connected with it any more."""
        self.connected = False
        await self.becomes()

    async def hears_of_others(self) -> None:
        """Its state tells of the others as they are."""
        peers = {other.id: other.as_peer(self) for other in self.met.values()}
        await super().becomes(peers=peers)

    def as_peer(self, of: HouseReceiver) -> Peer:
        """What another one tells of it."""
        told = Peer(self.id, self.state.receiver.name, "0.1.0", self.host, self.port)
        if self.unreachable:
            told = replace(told, port=9)
        if not (self.connected and of.connected):
            return told
        return replace(
            told,
            connected=True,
            session=self.state.session,
            volume=self.state.volume,
            problem=self.state.problem,
            clock=PeerClock(self._clock_ahead_us - of._clock_ahead_us, 100),
        )

    async def plays(self, url: str = URL) -> None:
        """It plays this, and nothing after it."""
        await self._play(c.Play(id="c", url=url))

    async def hands_over(self, other: HouseReceiver) -> None:
        """Its session goes to the other one."""
        session = self.state.session
        other.queue, self.queue = self.queue, Queue(lambda: 7)
        await other.becomes(session=replace(session, epoch=session.epoch + 1))
        await self.becomes(session=SessionState(id=f"after-{session.id}-{session.epoch}"))

    async def _answer(self, data: bytes | str) -> Done | Error | None:
        command = codec.decode_command(data)
        if command.receiver in self.met:
            forwarded = codec.encode(msgspec.structs.replace(command, receiver=None))
            return await self.met[command.receiver]._answer(forwarded)
        return await super()._answer(data)

    async def _obey(self, command: c.Command) -> dict[str, Any]:
        if not isinstance(command, c.Transfer):
            return await super()._obey(command)
        if command.to == self.id:
            return {}
        other = self.met[command.to]
        if not other.connected:
            raise NoReceiver(f"{other.state.receiver.name} is not connected now; is it on?")
        if other.state.session.item is not None and not command.replace:
            raise TargetPlaying("It plays something else. Ask for the transfer to replace that.")
        await self.hands_over(other)
        return {"transfer": {**self.went, "to": other.id}}
