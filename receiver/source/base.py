"""The promise of a byte source."""

from __future__ import annotations

from types import TracebackType
from typing import Protocol, Self

import msgspec


class SourceInfo(msgspec.Struct, frozen=True):
    """What is known of a stream once its server has answered.

    `url` is where it was found, after redirects and without credentials. `size` is in bytes, None
    when it has no end that is known. `seekable`: any offset can be asked for. `live`: endless,
    goes on at the live edge after a break.
    """

    url: str
    size: int | None
    seekable: bool
    live: bool
    content_type: str = ""


class SourceTimes(msgspec.Struct):
    """Instants of opening on the injected clock, in seconds; None: not passed (or not needed)."""

    resolved: float | None = None
    connected: float | None = None
    first_byte: float | None = None


class ByteSource(Protocol):
    """One stream of bytes. An async context manager: its background work ends with the block.

    All methods run on the event loop, called by one task at a time. What can be mended (a dropped
    connection, a stall) is mended inside; an error that comes out is final: `Unreachable`,
    `HttpRefused`, `Stalled`, `UnsupportedScheme`, `RefusedAddress`, or `BadRequest` for what is no
    address at all. `tail` may run beside the other methods.
    """

    times: SourceTimes

    async def __aenter__(self) -> Self: ...

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...

    async def open(self) -> SourceInfo:
        """Connect; returns when the server has answered with a body."""
        ...

    async def read(self) -> bytes:
        """The next bytes, as soon as there are any (at most 64 KiB); b"" at the end."""
        ...

    async def seek(self, offset: int) -> None:
        """Make `read` go on from byte `offset`. Costs no request where the bytes are held.
        Raises `NotSeekable`.
        """
        ...

    async def tail(self, size: int) -> tuple[int, bytes]:
        """The last `size` bytes (or all, when there are fewer) and the offset they start at,
        beside what `read` does. Raises `NotSeekable`.
        """
        ...

    def may_name(self, url: str) -> bool:
        """Whether this stream, as a list, may send the receiver on to `url`. After `open`."""
        ...
