"""A stream over HTTP: fetched ahead of its reader, and mended when it breaks."""

from __future__ import annotations

import asyncio
import random
from types import TracebackType
from typing import Self

from receiver.clock.base import Clock
from receiver.errors import TonearmError
from receiver.source.base import SourceInfo, SourceTimes
from receiver.source.connections import Answer, HttpClient
from receiver.source.origin import Origin
from receiver.source.retry import Jitter, Limits, Mishap, Patience
from receiver.source.stream import HttpStream
from receiver.source.window import PIECE, ByteWindow


class HttpSource:
    """One stream over HTTP (a `ByteSource`).

    A task fills a window of bytes ahead of the reader. While the window is full the connection is
    not read, so that the server feels the reader's pace. After a break it goes on at the exact
    byte: by Range, or from the start of the body up to where it was. A live stream (`HttpStream`
    says which is) goes on at the live edge. `tail` may run beside the other methods.
    """

    def __init__(
        self,
        url: str,
        client: HttpClient,
        clock: Clock,
        limits: Limits | None = None,
        jitter: Jitter = random.random,
    ) -> None:
        """Raises `UnsupportedScheme`, or `BadRequest` for what is no address at all."""
        self.times = SourceTimes()
        self._clock = clock
        self._limits = limits or Limits()
        self._jitter = jitter
        self._stream = HttpStream(Origin(url, client, clock, self._limits))
        self._window = self._new_window(0)
        self._tasks = asyncio.TaskGroup()
        self._filling: asyncio.Task[TonearmError | None] | None = None
        self._answered = asyncio.Event()
        self._arrived = asyncio.Event()
        self._room = asyncio.Event()
        self._ran_ahead = False

    @property
    def requests(self) -> int:
        """Requests made so far."""
        return self._stream.origin.requests

    @property
    def info(self) -> SourceInfo:
        """What is known by now: a later answer may show that the stream can seek, or is live.
        After `open`.
        """
        assert self._stream.info is not None
        return self._stream.info

    @property
    def held(self) -> int:
        """Bytes in memory."""
        return self._window.held

    async def __aenter__(self) -> Self:
        await self._tasks.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._stop_filling()
        await self._tasks.__aexit__(None, None, None)
        self._window.clear()

    async def open(self) -> SourceInfo:
        """See `ByteSource`."""
        self._start_filling(self._limits.open_patience)
        await self._answered.wait()
        self._raise_failure()
        return self.info

    async def read(self) -> bytes:
        """See `ByteSource`."""
        while not self._window.ahead:
            if self._filling is None or self._filling.done():
                self._raise_failure()
                return b""
            self._arrived.clear()
            await self._arrived.wait()
        data = self._window.take(PIECE)
        self._tell_room()
        return data

    async def seek(self, offset: int) -> None:
        """See `ByteSource`. Outside of the window it costs one request, and `read` waits for its
        answer.
        """
        if self._window.holds(offset):
            self._window.seek(offset)
            self._tell_room()
            return
        self._stream.require_seekable()
        await self._stop_filling()
        self._window.clear()
        self._window = self._new_window(offset)
        if self.info.size is None or offset < self.info.size:
            self._start_filling(self._limits.patience)

    async def tail(self, size: int) -> tuple[int, bytes]:
        """See `ByteSource`. Costs one request unless the window holds the end."""
        end = self.info.size
        if end is not None and self._window.end == end:
            start = max(0, end - size)
            if start >= self._window.first:
                return start, self._window.copy(start, end)
        self._stream.require_seekable()
        patience = Patience(self._clock, self._limits, self._limits.patience, self._jitter)
        while True:
            try:
                return await self._stream.tail(size)
            except Mishap as mishap:
                await patience.wait(mishap)

    def may_name(self, url: str) -> bool:
        """See `ByteSource`."""
        return self._stream.origin.may_name(url)

    def _new_window(self, start: int) -> ByteWindow:
        return ByteWindow(start, ahead=self._limits.ahead, behind=self._limits.behind)

    def _tell_room(self) -> None:
        if not self._window.full:
            self._room.set()

    def _raise_failure(self) -> None:
        if self._filling is not None and self._filling.done():
            failure = self._filling.result()
            if failure is not None:
                raise failure

    def _start_filling(self, total: float) -> None:
        def wake(_: object) -> None:
            self._answered.set()
            self._arrived.set()

        patience = Patience(self._clock, self._limits, total, self._jitter)
        self._filling = self._tasks.create_task(self._fill(self._window, patience))
        self._filling.add_done_callback(wake)

    async def _stop_filling(self) -> None:
        filling, self._filling = self._filling, None
        if filling is not None:
            filling.cancel()
            await asyncio.wait((filling,))

    async def _fill(self, window: ByteWindow, patience: Patience) -> TonearmError | None:
        """Fill the window up to the end of the stream; returns what made that impossible."""
        try:
            while True:
                try:
                    if await self._attempt(window, patience):
                        return None
                except Mishap as mishap:
                    await patience.wait(mishap)
        except TonearmError as error:
            return error

    async def _attempt(self, window: ByteWindow, patience: Patience) -> bool:
        """Make one request and pour its body into the window; True at the end of the stream."""
        times = self.times if self.times.first_byte is None else SourceTimes()
        answer = await self._stream.ask(window.end, times)
        try:
            if answer.status == 416:
                return True
            entity = self._stream.learn(answer)
            self._answered.set()
            skip = 0 if self.info.live else window.end - entity.start
            if skip < 0:
                raise self._stream.ended_early()
            await self._pour(answer, skip, window, patience)
        finally:
            answer.close()
        if self._stream.ends(entity, window.end):
            return True
        raise self._stream.ended_early()

    async def _pour(
        self, answer: Answer, skip: int, window: ByteWindow, patience: Patience
    ) -> None:
        """Move the body into the window, without its first `skip` bytes, until it ends."""
        since = self._clock.now()
        while data := await self._stream.origin.body(answer):
            dropped = min(skip, len(data))
            skip -= dropped
            if dropped < len(data):
                if self.times.first_byte is None:
                    self.times.first_byte = self._clock.now()
                window.append(data[dropped:])
                patience.renew(self._limits.patience)
                self._arrived.set()
            if window.full:
                self._ran_ahead = True
                self._room.clear()
                await self._room.wait()
            elif not self._ran_ahead:
                self._stream.lasted(self._clock.now() - since)
