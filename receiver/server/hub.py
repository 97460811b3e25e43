"""One state, many controllers: numbers the changes and hands each client what it has to know."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Any

import msgspec

from receiver.model.state import State
from receiver.protocol import codec, patch
from receiver.protocol.events import Change, StateEvent

LAG = 32
"""Changes a client may be behind; then it gets the newest state instead."""
MAX_ANSWERS = 256
"""Answers a client may leave unread; then it is cut off."""
MAX_TO_PEER = 2048
"""The same for a peer, which may be handed a long queue."""


class Outbox:
    """What waits to be sent to one client. Bounded, whatever the client does. Event loop only."""

    def __init__(self, hub: Hub, most: int = MAX_ANSWERS) -> None:
        self._hub = hub
        self._most = most
        self._messages: deque[tuple[bool, bytes]] = deque()
        self._changes = 0
        self._joined = False
        self._stale = True
        self._ready = asyncio.Event()
        self._ready.set()
        self.ended = False
        """True when the client has let too many answers wait, or is not welcome any more."""

    def post(self, message: msgspec.Struct) -> None:
        """Queue an answer, or whatever else is no change of the state."""
        if len(self._messages) - self._changes >= self._most:
            self.ended = True
        else:
            self._messages.append((False, codec.encode(message)))
        self._ready.set()

    def change(self, message: bytes) -> None:
        """Queue a change, or, if the client lags, make it get the whole state."""
        if self._stale:
            return
        if self._changes >= LAG:
            self._messages = deque(m for m in self._messages if not m[0])
            self._changes = 0
            self._stale = True
        else:
            self._messages.append((True, message))
            self._changes += 1
        self._ready.set()

    def join(self) -> None:
        """The client is told the state from now on."""
        self._joined = True
        self._hub.add(self)
        self._ready.set()

    def end(self) -> None:
        """The client is cut off, when it has been sent what waits."""
        self.ended = True
        self._ready.set()

    def leave(self) -> None:
        """The client is gone."""
        self._hub.drop(self)

    async def next(self) -> bytes:
        """The next message to send, as soon as there is one."""
        while True:
            if self._joined and self._stale and self._hub.revision:
                self._stale = False
                return codec.encode(self._hub.snapshot())
            if self._messages:
                is_change, message = self._messages.popleft()
                self._changes -= is_change
                return message
            if self.ended:
                raise ConnectionAbortedError("the client is cut off")
            self._ready.clear()
            await self._ready.wait()


class Hub:
    """Publishes the state. Event loop only; nothing here waits for a client."""

    def __init__(self) -> None:
        self.revision = 0
        self._state: State | None = None
        self._plain: dict[str, Any] | None = None
        self._outboxes: set[Outbox] = set()

    @property
    def clients(self) -> int:
        """How many are connected."""
        return len(self._outboxes)

    def publish(self, state: State) -> None:
        """Make `state` the state; clients hear of it if it differs from the one before."""
        if state == self._state:
            return
        self.revision += 1
        before, self._state = self._as_plain() if self._outboxes else {}, state
        self._plain = None
        if not self._outboxes:
            return
        change = Change(self.revision, patch.diff(before, self._as_plain()))
        message = codec.encode(change)
        for outbox in self._outboxes:
            outbox.change(message)

    def snapshot(self) -> StateEvent:
        """The state as it is now. Only after the first `publish`."""
        assert self._state is not None
        return StateEvent(self.revision, self._state)

    def plain(self) -> dict[str, Any]:
        """The same as plain values."""
        return {"revision": self.revision, "state": self._as_plain()}

    def _as_plain(self) -> dict[str, Any]:
        if self._plain is None:
            self._plain = {} if self._state is None else msgspec.to_builtins(self._state)
        return self._plain

    def clock_id(self) -> dict[str, str]:
        """The name of the clock that all instants in the state are on."""
        clock: dict[str, str] = self._as_plain()["receiver"]["clock"]
        return clock

    def join(self, most: int = MAX_ANSWERS) -> Outbox:
        """A new client; its first message is the whole state. It may leave `most` others unread."""
        outbox = Outbox(self, most)
        outbox.join()
        return outbox

    def outbox(self) -> Outbox:
        """For a client that is not told anything before `Outbox.join`."""
        return Outbox(self, MAX_ANSWERS)

    def add(self, outbox: Outbox) -> None:
        """Tell the client of this outbox the state."""
        self._outboxes.add(outbox)

    def drop(self, outbox: Outbox) -> None:
        """Tell the client of this outbox no more."""
        self._outboxes.discard(outbox)
