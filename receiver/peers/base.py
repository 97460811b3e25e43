"""The promises of a wire between two receivers, and of what is sent over it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import NamedTuple, Protocol

import msgspec

from receiver.protocol.events import Answer
from receiver.protocol.peers import Hello, Proof, Trust


class PeerRefused(ConnectionError):
    """Nothing listens there any more: the machine answers, and its receiver is not running."""


class Address(NamedTuple):
    """Where a receiver can be reached."""

    host: str
    port: int


class Wire(Protocol):
    """An open connection that carries whole messages in order. Event loop only.

    `send` and `receive` raise `ConnectionError` once it is closed or lost.
    """

    host: str
    """The address of the other side."""
    channel: str
    """The fingerprint of the certificate that the side which was dialled has shown; "" without
    TLS."""

    async def send(self, message: bytes) -> None:
        """Send one message; returns when the system has taken it."""
        ...

    async def receive(self) -> bytes | str:
        """The next message."""
        ...

    async def close(self) -> None:
        """Close it. Harmless twice."""
        ...


class Credentials(Protocol):
    """How receivers of one house know one another. Event loop only; nothing here waits."""

    def hello(self, me: Hello) -> Hello:
        """What is said first on a link: `me`, and what the link is proven by."""
        ...

    def prove(self, mine: Hello, theirs: Hello, *, dialled: bool, channel: str) -> Proof:
        """What is shown then; `dialled`: the link, by us. Raises `Unauthorized`, as `check`."""
        ...

    def check(
        self, mine: Hello, theirs: Hello, proof: Proof, *, dialled: bool, channel: str
    ) -> None:
        """See whether what the other shows is right. Raises `Unauthorized` with the reason."""
        ...

    def told(self) -> Trust:
        """What the receivers of the house are to know."""
        ...

    def hear(self, trust: Trust, teller: str) -> None:
        """Take in what one of them knows, the one with the id `teller`."""
        ...


Dial = Callable[[Address], Awaitable[Wire]]
"""Opens a wire. Raises `PeerRefused` where nobody listens, and any other `ConnectionError` where
nothing can be said of who is there.
"""

Reply = Callable[[Answer], None]
"""Takes the one answer to a command. Must not wait."""


class Outbox(Protocol):
    """What waits to be sent: the state of this receiver as it changes, and all else in order."""

    def post(self, message: msgspec.Struct) -> None:
        """Have a message sent."""
        ...

    async def next(self) -> bytes:
        """The next message to send, as soon as there is one."""
        ...

    def leave(self) -> None:
        """No more is to be sent."""
        ...
