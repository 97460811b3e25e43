"""The promise of a wire between two receivers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import NamedTuple, Protocol


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

    async def send(self, message: bytes) -> None:
        """Send one message; returns when the system has taken it."""
        ...

    async def receive(self) -> bytes | str:
        """The next message."""
        ...

    async def close(self) -> None:
        """Close it. Harmless twice."""
        ...


Dial = Callable[[Address], Awaitable[Wire]]
"""Opens a wire. Raises `PeerRefused` where nobody listens, and any other `ConnectionError` where
nothing can be said of who is there.
"""
