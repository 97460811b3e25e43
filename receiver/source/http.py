"""A stream over HTTP: fetched ahead of its reader, and mended when it breaks."""

from __future__ import annotations

import asyncio
import random
from dataclasses import replace
from types import TracebackType
from typing import Self

from receiver.clock.base import Clock
from receiver.errors import HttpRefused, NotSeekable, TonearmError, Unreachable
from receiver.source.base import SourceInfo, SourceTimes
from receiver.source.connections import Answer, HttpClient
from receiver.source.entity import Entity, read_entity, unsatisfied_size
from receiver.source.origin import Origin
from receiver.source.retry import Jitter, Limits, Mishap, Patience
from receiver.source.window import PIECE, ByteWindow

LASTING = 30.0
"""Seconds after which a stream without length that kept the reader's pace counts as live."""
_AUDIO_TYPES = ("audio/", "application/ogg")


class HttpSource:
    """One stream over HTTP (a `ByteSource`).

    A task fills a window of bytes ahead of the reader and stops reading the connection while the
    window is full, so that the server feels the reader's pace. After a break it goes on at the
    exact byte: by Range, or from the start of the body up to where it was. A live stream goes on
    at the live edge. Live is

    - a station: `icy-` headers, or an Icecast or Shoutcast that tells no length;
    - audio of unknown length that has come for `LASTING` seconds without ever filling the window,
      so the server paces it. A closing chunk is still its end; a mere close is not.

    Any other stream of unknown length ends where its connection is closed. `tail` may run beside
    the other methods.
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
        self._origin = Origin(url, client, clock, self._limits)
        self._tasks = asyncio.TaskGroup()
        self._filling: asyncio.Task[TonearmError | None] | None = None
        self._window = self._new_window(0)
        self._arrived = asyncio.Event()
        self._room = asyncio.Event()
        self._answered = asyncio.Event()
        self._entity: Entity | None = None
        self._info: SourceInfo | None = None
        self._outran_reader = False

    @property
    def requests(self) -> int:
        """Requests made so far."""
        return self._origin.requests

    @property
    def info(self) -> SourceInfo:
        """What is known by now: a later answer may show that the stream can seek, or is live.
        After `open`.
        """
        assert self._info is not None
        return self._info

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

    async def open(self) -> SourceInfo:
        """See `ByteSource`; the first bytes may be there with the answer."""
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
        """See `ByteSource`. Outside of the window it costs one request, whose answer `read` waits
        for.
        """
        if self._window.holds(offset):
            self._window.seek(offset)
            self._tell_room()
            return
        self._require_seekable()
        await self._stop_filling()
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
        self._require_seekable()
        patience = Patience(self._clock, self._limits, self._limits.patience, self._jitter)
        while True:
            try:
                return await self._fetch_tail(size)
            except Mishap as mishap:
                await patience.wait(mishap)

    # The reader's side

    def _new_window(self, start: int) -> ByteWindow:
        return ByteWindow(start, ahead=self._limits.ahead, behind=self._limits.behind)

    def _tell_room(self) -> None:
        if not self._window.full:
            self._room.set()

    def _require_seekable(self) -> None:
        if self.info.live:
            raise NotSeekable(f"{self._shown} is live and cannot seek.")
        if not self.info.seekable:
            raise NotSeekable(f"The server of {self._shown} gives no ranges, so it cannot seek.")

    def _raise_failure(self) -> None:
        if self._filling is not None and self._filling.done():
            failure = self._filling.result()
            if failure is not None:
                raise failure

    @property
    def _shown(self) -> str:
        return self._origin.address.shown

    # The filling side

    def _start_filling(self, patience: float) -> None:
        def wake(_: object) -> None:
            self._answered.set()
            self._arrived.set()

        self._filling = self._tasks.create_task(self._fill(self._window, patience))
        self._filling.add_done_callback(wake)

    async def _stop_filling(self) -> None:
        filling, self._filling = self._filling, None
        if filling is not None:
            filling.cancel()
            await asyncio.wait((filling,))

    async def _fill(self, window: ByteWindow, total: float) -> TonearmError | None:
        """Fill the window up to the end of the stream; returns what made that impossible."""
        patience = Patience(self._clock, self._limits, total, self._jitter)
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
        """Make one request and pour its body into the window; True at the end of the stream.

        Raises `Mishap`, or what is final.
        """
        answer = await self._ask(window.end)
        try:
            if answer.status == 416:
                return self._nothing_follows(window.end, answer)
            entity = read_entity(answer.status, answer.headers)
            self._learn(entity)
            skip = 0 if self.info.live else window.end - entity.start
            if skip < 0:
                raise Mishap(Unreachable(f"The server of {self._shown} left out bytes."))
            await self._pour(answer, skip, window, patience)
        finally:
            answer.close()
        if self._is_end(window, entity):
            return True
        raise Mishap(Unreachable(f"The server of {self._shown} ended it early."))

    async def _ask(self, offset: int) -> Answer:
        """Request the stream from `offset` on. Even the first request asks for a range: the answer
        shows whether the stream can seek.
        """
        times = self.times if self._entity is None else SourceTimes()
        headers = {"Range": f"bytes={offset}-"}
        if self._info is not None and self._info.live:
            headers = {}
        elif self._entity is not None and self._entity.validator:
            headers["If-Range"] = self._entity.validator
        try:
            answer = await self._origin.ask(headers, times)
        except HttpRefused as error:
            if self._info is not None and self._info.live:
                # A station that restarts is not there for a few seconds.
                raise Mishap(error) from error
            raise
        if answer.status == 416 and offset == 0:
            # There is no range in an empty stream.
            answer.close()
            return await self._origin.ask({}, times)
        return answer

    def _learn(self, entity: Entity) -> None:
        """Take in what an answer tells. Raises `Unreachable` when it is of another stream."""
        if self._entity is None:
            self._entity = entity
            self._info = SourceInfo(
                url=self._origin.address.url,
                size=entity.size,
                seekable=entity.ranges,
                live=entity.station,
                content_type=entity.content_type,
            )
            self._answered.set()
        elif not self.info.live:
            if entity.differs_from(self._entity):
                raise self._changed()
            if entity.ranges and not self.info.seekable:
                self._info = replace(self.info, size=entity.size, seekable=True)

    async def _pour(
        self, answer: Answer, skip: int, window: ByteWindow, patience: Patience
    ) -> None:
        """Move the body into the window, without its first `skip` bytes, until it ends."""
        since = self._clock.now()
        while data := await self._origin.body(answer):
            if skip:
                dropped = min(skip, len(data))
                skip -= dropped
                data = data[dropped:]
            if data:
                if self.times.first_byte is None:
                    self.times.first_byte = self._clock.now()
                window.append(data)
                patience.renew(self._limits.patience)
                self._arrived.set()
            self._watch_pace(since)
            if window.full:
                self._outran_reader = True
                self._room.clear()
                await self._room.wait()

    def _watch_pace(self, since: float) -> None:
        """Notice a live stream that does not say so; `since` is when this body began."""
        info = self.info
        if info.size is not None or info.live or self._outran_reader:
            return
        if self._clock.now() - since >= LASTING and info.content_type.startswith(_AUDIO_TYPES):
            self._info = replace(info, live=True)

    def _is_end(self, window: ByteWindow, entity: Entity) -> bool:
        """Whether a body that ended in good order was the end of the stream."""
        if self.info.size is not None:
            return window.end >= self.info.size
        return not entity.station and not (self.info.live and entity.body_end == "close")

    def _nothing_follows(self, offset: int, answer: Answer) -> bool:
        """True when an answer of 416 means that all bytes were read; raises otherwise."""
        if offset == 0:
            raise HttpRefused(f"The server refused {self._shown} with status 416.", status=416)
        if unsatisfied_size(answer.headers) in (None, offset):
            return True
        raise self._changed()

    def _changed(self) -> TonearmError:
        return Unreachable(
            f"{self._shown} was changed on its server while it was played; play it again."
        )

    async def _fetch_tail(self, size: int) -> tuple[int, bytes]:
        answer = await self._origin.ask({"Range": f"bytes=-{size}"}, SourceTimes())
        try:
            entity = read_entity(answer.status, answer.headers)
            if self._entity is not None and entity.differs_from(self._entity):
                raise self._changed()
            if answer.status != 206 or entity.size is None or entity.size - entity.start > size:
                raise NotSeekable(f"The server of {self._shown} does not give its last bytes.")
            tail = bytearray()
            while len(tail) <= size and (data := await self._origin.body(answer)):
                tail += data
        finally:
            answer.close()
        if entity.start + len(tail) != entity.size:
            raise Mishap(Unreachable(f"The server of {self._shown} ended it early."))
        return entity.start, bytes(tail)
