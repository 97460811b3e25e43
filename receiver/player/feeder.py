"""Carries the bytes of one track from its source to the engine, as fast as that takes them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from receiver.engine.link import CREDIT, MAX_DATA, Data, Tail, ToEngine
from receiver.errors import RefusedAddress, TonearmError, Unplayable
from receiver.model import reports
from receiver.protocol.playlist import MAX_BYTES, playlist_kind, read_playlist
from receiver.source.base import ByteSource, SourceInfo

TAIL = 64 * 1024
"""A page of Ogg is no longer, so the last bytes hold the header of the last page."""


class Feeder:
    """One track's bytes. `run` is its life; the rest tells it what the engine reports.

    Event loop only.
    """

    def __init__(
        self,
        track: int,
        source: ByteSource,
        send: Callable[[ToEngine], None],
        tell: Callable[[reports.Report], None],
    ) -> None:
        self.source = source
        self.failure: TonearmError | None = None
        """Why no more bytes come; what was sent before is still worth playing."""
        self._track = track
        self._send = send
        self._tell = tell
        self._feed = 0
        self._want: reports.Want | None = None
        self._sent = 0
        self._taken = 0
        self._room = asyncio.Event()
        self._wanted = asyncio.Event()
        self._tail_wanted = asyncio.Event()

    async def run(self) -> None:
        """Open the source and feed the engine until cancelled."""
        try:
            async with self.source as source:
                info = await source.open()
                async with asyncio.TaskGroup() as tasks:
                    pump = tasks.create_task(self._pump(info))
                    tasks.create_task(self._send_tail(info.seekable, info.size))
                    while True:
                        await self._wanted.wait()
                        pump.cancel()
                        await asyncio.wait((pump,))
                        if await self._jump():
                            pump = tasks.create_task(self._pump())
        except TonearmError as error:
            self._fail(error)

    # --- what the engine says ---------------------------------------------------------------

    def want(self, report: reports.Want) -> None:
        """The engine wants a new feed. Until the pump of the old one is stopped, what is sent is
        still of that.
        """
        self._want = report
        self._wanted.set()

    def taken(self, report: reports.Taken) -> None:
        """The engine has room for more."""
        if report.feed == self._feed:
            self._taken = report.taken
            self._room.set()

    def want_tail(self) -> None:
        """The length of the stream would be good to know now."""
        self._tail_wanted.set()

    # --- feeding ----------------------------------------------------------------------------

    async def _pump(self, first: SourceInfo | None = None) -> None:
        """Send the bytes from here on; `first`: they are those at the start of the stream."""
        try:
            while data := await self.source.read():
                kind = playlist_kind(data, first.url, first.content_type) if first else None
                if first is not None and kind is not None:
                    await self._send_list(kind, data, first.url)
                    return
                for start in range(0, len(data), MAX_DATA):
                    piece = data[start : start + MAX_DATA]
                    await self._await_room(len(piece))
                    self._sent += len(piece)
                    self._send(Data(self._track, self._feed, piece))
                    if first is not None:  # the bytes go before the news, and what that sets going
                        self._tell(reports.Opened(self._track, first.seekable, first.live))
                        first = None
            self._send(Data(self._track, self._feed, b"", last=True))
            self._tell(reports.Fetched(self._track))
        except TonearmError as error:
            self._fail(error)

    async def _send_list(self, kind: str, data: bytes, url: str) -> None:
        """The stream is a playlist: tell what it names. Raises `TonearmError`."""
        while more := await self.source.read():
            data += more
            if len(data) > MAX_BYTES:
                raise Unplayable(f"The playlist has more than {MAX_BYTES >> 20} MiB.")
        named = read_playlist(kind, data, url)
        entries = [entry for entry in named if self.source.may_name(entry.url)]
        if not entries:
            raise RefusedAddress(
                "The playlist comes from outside of the house, and names addresses within it only; "
                "play those by themselves."
            )
        self._tell(reports.Listed(self._track, entries))

    async def _await_room(self, size: int) -> None:
        while self._sent + size > self._taken + CREDIT:
            self._room.clear()
            await self._room.wait()

    async def _jump(self) -> bool:
        """Go where the engine wants to; False when that cannot be done."""
        self._wanted.clear()
        assert self._want is not None
        self._feed, self._sent, self._taken = self._want.feed, 0, 0
        try:
            await self.source.seek(self._want.offset)
        except TonearmError as error:
            self._fail(error)
            return False
        self.failure = None
        return True

    async def _send_tail(self, seekable: bool, size: int | None) -> None:
        await self._tail_wanted.wait()
        offset, data = 0, b""
        if seekable and size is not None:
            try:
                offset, data = await self.source.tail(TAIL)
            except TonearmError:
                offset, data = 0, b""
        self._send(Tail(self._track, offset, size or 0, data))

    def _fail(self, error: TonearmError) -> None:
        """No more bytes: the engine plays what it has, and then the failure is told."""
        self.failure = error
        self._send(Data(self._track, self._feed, b"", last=True))
