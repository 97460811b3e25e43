"""The encoded bytes of one track on their way to its decoder."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from receiver.engine.wire import CREDIT, MAX_DATA
from receiver.model import reports

PIECE = 4096
"""Bytes handed on at a time: small, so that what is decoded and what is not is well known."""
TELL = 32 * 1024


class Inlet:
    """A bounded queue of bytes in feeds: after a jump a new feed begins and the old one is stale.

    Back-pressure is by credit: the sender keeps to `CREDIT` bytes beyond what it was told with
    `Taken`. Engine thread only.
    """

    def __init__(self, track: int, report: Callable[[reports.Report], None]) -> None:
        self.taken = 0
        """Bytes handed on since the feed began."""
        self.held = 0
        """Bytes that wait."""
        self.first_at: float | None = None
        """Instant at which the first byte of the feed came."""
        self._track = track
        self._report = report
        self._feed = 0
        self._chunks: deque[bytes] = deque()
        self._told = 0
        self._wanted: int | None = None
        self._last = False

    def put(self, feed: int, data: bytes, last: bool, now: float) -> None:
        """Take bytes in; those of a stale feed are dropped. `last`: no more follow."""
        if feed != self._feed:
            return
        if self.first_at is None:
            self.first_at = now
        if data:
            self._chunks.append(data)
            self.held += len(data)
        self._last = self._last or last

    def take(self) -> bytes | None:
        """The next few bytes, if there are any."""
        if not self._chunks:
            return None
        chunk = self._chunks.popleft()
        if len(chunk) > PIECE:
            self._chunks.appendleft(chunk[PIECE:])
            chunk = chunk[:PIECE]
        self.held -= len(chunk)
        self.taken += len(chunk)
        self._wanted = None
        return chunk

    def want(self, offset: int) -> None:
        """Ask, once, for a new feed that begins at `offset`."""
        if self._wanted == offset:
            return
        self._wanted = offset
        self._feed += 1
        self._chunks.clear()
        self.held = self.taken = self._told = 0
        self.first_at = None
        self._last = False
        self._report(reports.Want(self._track, self._feed, offset))

    @property
    def closed(self) -> bool:
        """All bytes of the feed were handed on, and no more will come."""
        return self._last and not self._chunks

    @property
    def full(self) -> bool:
        """The sender has little room left, or nothing more to send."""
        return self._last or self.held >= CREDIT - MAX_DATA

    def tell(self) -> None:
        """Tell the sender how far the bytes were taken, when that is worth a message."""
        if self.taken - self._told >= TELL:
            self._told = self.taken
            self._report(reports.Taken(self._track, self._feed, self.taken))
