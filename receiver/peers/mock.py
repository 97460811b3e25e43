"""Wires in memory, between receivers of one program."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from receiver.peers.base import Address, PeerRefused

Accept = Callable[["MockWire"], Coroutine[Any, Any, None]]


class MockWire:
    """One end of a wire, at one host, to another. `cut` loses all messages, and tells nobody."""

    def __init__(self, at: str, host: str, channel: str = "") -> None:
        self.at = at
        self.channel = channel
        self.host = host
        self.is_cut = False
        self._inbox: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._other: MockWire | None = None
        self.closed = False

    @classmethod
    def pair(cls, near: str, far: str, channel: str = "") -> tuple[MockWire, MockWire]:
        """Both ends; each knows the host of the other."""
        ours, theirs = cls(near, far, channel), cls(far, near, channel)
        ours._other, theirs._other = theirs, ours
        return ours, theirs

    @property
    def ends(self) -> tuple[MockWire, MockWire]:
        """Both ends."""
        assert self._other is not None
        return self, self._other

    def cut(self) -> None:
        """Lose all that is sent from now on, in both directions."""
        assert self._other is not None
        self.is_cut = self._other.is_cut = True

    def arrive(self, message: bytes | None) -> None:
        """Give this end a message; None: the other end was closed."""
        self._inbox.put_nowait(message)

    async def send(self, message: bytes) -> None:
        """See `Wire`."""
        if self.closed:
            raise ConnectionError("it was closed")
        assert self._other is not None
        if not self.is_cut:
            self._other.arrive(message)

    async def receive(self) -> bytes | str:
        """See `Wire`."""
        message = None if self.closed else await self._inbox.get()
        if message is None:
            self.closed = True
            raise ConnectionError("it was closed")
        return message

    async def close(self) -> None:
        """See `Wire`."""
        if not self.closed:
            self.closed = True
            self.arrive(None)
            if self._other is not None and not self.is_cut:
                self._other.arrive(None)


class MockStreet:
    """Where receivers listen, and whom one reaches there. `tasks` run what they do for a wire."""

    def __init__(self, tasks: asyncio.TaskGroup) -> None:
        self._tasks = tasks
        self._listening: dict[Address, Accept] = {}
        self._certificates: dict[Address, str] = {}
        self._unreachable: set[Address] = set()
        self._slow: dict[Address, asyncio.Event] = {}
        self.wires: list[MockWire] = []
        """One end of each that is not closed at both."""

    def listen(self, address: Address, accept: Accept, fingerprint: str = "") -> None:
        """`accept` gets the wires of those who dial `address`, and are shown the certificate of
        this `fingerprint`.
        """
        self._listening[address] = accept
        self._certificates[address] = fingerprint

    def leave(self, address: Address) -> None:
        """Nobody listens there any more."""
        del self._listening[address]

    @property
    def addresses(self) -> list[Address]:
        """Where somebody listens."""
        return list(self._listening)

    def block(self, address: Address, *, blocked: bool = True) -> None:
        """Nothing answers there, until it is unblocked."""
        (self._unreachable.add if blocked else self._unreachable.discard)(address)

    def slow_down(self, address: Address) -> asyncio.Event:
        """Who dials there waits until this event is set."""
        return self._slow.setdefault(address, asyncio.Event())

    def dial_from(self, host: str) -> Callable[[Address], Awaitable[MockWire]]:
        """How one who lives at `host` dials."""

        async def dial(address: Address) -> MockWire:
            await asyncio.sleep(0)
            if address in self._slow:
                await self._slow[address].wait()
            if address in self._unreachable:
                raise ConnectionError("no route")
            accept = self._listening.get(address)
            if accept is None:
                raise PeerRefused("nobody listens")
            channel = self._certificates[address]
            ours, theirs = MockWire.pair(host, address.host, channel)
            self.wires = [wire for wire in self.wires if not all(end.closed for end in wire.ends)]
            self.wires.append(ours)
            self._tasks.create_task(accept(theirs))
            return ours

        return dial

    def wires_of(self, host: str) -> list[MockWire]:
        """The ends that are at `host`."""
        return [end for wire in self.wires for end in wire.ends if end.at == host]
