"""A source without a network, for tests: bytes that come, stall and fail by a script."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from receiver.clock.base import Clock
from receiver.errors import NotSeekable, TonearmError
from receiver.source.base import SourceInfo, SourceTimes


@dataclass(frozen=True, slots=True)
class MockStream:
    """A stream as its server gives it.

    It comes in pieces of `piece` bytes; each request is answered after `delay` seconds. `stalls`
    maps an offset to the seconds for which the byte there is late the first time it is read,
    `failures` an offset to the error that stands in its place, `refusal` is the error of `open`.
    A `live` stream repeats its body for ever and cannot seek. As a list it may name all but
    `unnamed`.
    """

    body: bytes
    piece: int = 4096
    delay: float = 0.0
    stalls: Mapping[int, float] = field(default_factory=dict)
    failures: Mapping[int, TonearmError] = field(default_factory=dict)
    refusal: TonearmError | None = None
    seekable: bool = True
    live: bool = False
    content_type: str = "application/ogg"
    url: str = "mock:stream"
    unnamed: Collection[str] = ()


class MockSource:
    """Gives a `MockStream` (a `ByteSource`); all waiting is on `clock`."""

    def __init__(self, stream: MockStream, clock: Clock) -> None:
        self.times = SourceTimes()
        self.requests = 0
        """Requests made so far: each `open`, each `seek` that moves, each `tail`."""
        self.position = 0
        """Offset of the next byte to be read."""
        self.info = SourceInfo(
            url=stream.url,
            size=None if stream.live else len(stream.body),
            seekable=stream.seekable and not stream.live,
            live=stream.live,
            content_type=stream.content_type,
        )
        self._stream = stream
        self._stalls = dict(stream.stalls)
        self._clock = clock

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        return None

    async def open(self) -> SourceInfo:
        """See `ByteSource`."""
        await self._request()
        self.times.connected = self._clock.now()
        if self._stream.refusal is not None:
            raise self._stream.refusal.with_traceback(None)
        return self.info

    async def read(self) -> bytes:
        """See `ByteSource`."""
        await self._clock.sleep(self._stalls.pop(self.position, 0.0))
        if self.position in self._stream.failures:
            raise self._stream.failures[self.position].with_traceback(None)
        body = self._stream.body
        at = self.position % len(body) if self.info.live else self.position
        data = body[at : at + self._until_next_event()]
        if data and self.times.first_byte is None:
            self.times.first_byte = self._clock.now()
        self.position += len(data)
        return data

    async def seek(self, offset: int) -> None:
        """See `ByteSource`."""
        if offset != self.position:
            self._require_seekable()
            await self._request()
            self.position = offset

    async def tail(self, size: int) -> tuple[int, bytes]:
        """See `ByteSource`."""
        self._require_seekable()
        await self._request()
        start = max(0, len(self._stream.body) - size)
        return start, self._stream.body[start:]

    def may_name(self, url: str) -> bool:
        """See `ByteSource`."""
        return url not in self._stream.unnamed

    def _until_next_event(self) -> int:
        """Bytes to give at once: a piece, cut where the script has something to happen."""
        events = (*self._stalls, *self._stream.failures)
        return min(
            [self._stream.piece, *(at - self.position for at in events if at > self.position)]
        )

    async def _request(self) -> None:
        self.requests += 1
        await self._clock.sleep(self._stream.delay)

    def _require_seekable(self) -> None:
        if not self.info.seekable:
            raise NotSeekable("This stream cannot seek.")
