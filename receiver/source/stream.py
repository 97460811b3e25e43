"""What is known of one stream over HTTP, answer by answer, and how its bytes are asked for."""

from __future__ import annotations

from msgspec.structs import replace

from receiver.errors import (
    HttpRefused,
    NotSeekable,
    RefusedAddress,
    TonearmError,
    Unreachable,
)
from receiver.source.base import SourceInfo, SourceTimes
from receiver.source.connections import Answer
from receiver.source.entity import Entity, read_entity, unsatisfied_size
from receiver.source.origin import Origin
from receiver.source.retry import Mishap

LASTING = 30.0
"""Seconds after which a stream without length that kept the reader's pace counts as live."""
_AUDIO_TYPES = ("audio/", "application/ogg")


class HttpStream:
    """One stream behind an `Origin`: requests its parts and judges the answers.

    Live is

    - a station: `icy-` headers, or an Icecast or Shoutcast that tells no length;
    - audio of unknown length that has come for `LASTING` seconds without ever running ahead of
      its reader, so the server paces it. A closing chunk is still its end; a mere close is not.

    Any other stream of unknown length ends where its connection is closed. What cannot be mended
    by asking again is raised as a `TonearmError`, what can be as a `Mishap`.
    """

    def __init__(self, origin: Origin) -> None:
        self.origin = origin
        self.info: SourceInfo | None = None
        """What is known by now; None before the first answer."""
        self._first: Entity | None = None

    @property
    def live(self) -> bool:
        """True when a break is followed by the live edge."""
        return self.info is not None and self.info.live

    async def ask(self, offset: int, times: SourceTimes) -> Answer:
        """Request the stream from `offset` on (a live one: from now on).

        Even the first request asks for a range: the answer shows whether the stream can seek.
        """
        headers = {"Range": f"bytes={offset}-"}
        if self.live:
            headers = {}
        elif self._first is not None and self._first.validator:
            headers["If-Range"] = self._first.validator
        try:
            answer = await self.origin.ask(headers, times)
        except (HttpRefused, RefusedAddress) as error:
            if self.live:
                # A station that restarts is not there for a few seconds, and a router that does
                # has every name lead to itself.
                raise Mishap(error) from error
            raise
        if answer.status == 416 and offset == 0:
            # There is no range in an empty stream.
            answer.close()
            answer = await self.origin.ask({}, times)
        if answer.status == 416 and not self._all_was_read(offset, answer):
            answer.close()
            raise (
                self._changed()
                if offset
                else HttpRefused(f"The server refused {self.shown} with status 416.", status=416)
            )
        return answer

    def learn(self, answer: Answer) -> Entity:
        """Take in what an answer with a body tells. Raises `Unreachable` when it is of another
        stream than before.
        """
        entity = read_entity(answer.status, answer.headers)
        if self._first is None or self.info is None:
            self._first = entity
            self.info = SourceInfo(
                url=self.origin.address.url,
                size=entity.size,
                seekable=entity.ranges,
                live=entity.station,
                content_type=entity.content_type,
            )
        elif not self.live:
            if entity.differs_from(self._first):
                raise self._changed()
            if entity.ranges and not self.info.seekable:
                self.info = replace(self.info, size=entity.size, seekable=True)
        return entity

    def lasted(self, seconds: float) -> None:
        """The stream has come for `seconds`, and never ran ahead of its reader."""
        info = self.info
        if info is None or info.size is not None or seconds < LASTING:
            return
        if info.content_type.startswith(_AUDIO_TYPES):
            self.info = replace(info, live=True)

    def ends(self, entity: Entity, offset: int) -> bool:
        """Whether a body that came to its own end at `offset` is the end of the stream."""
        if self.info is not None and self.info.size is not None:
            return offset >= self.info.size
        return not entity.station and not (self.live and entity.body_end == "close")

    async def tail(self, size: int) -> tuple[int, bytes]:
        """The last `size` bytes, by one request, and their offset."""
        answer = await self.origin.ask({"Range": f"bytes=-{size}"}, SourceTimes())
        try:
            if answer.status != 206:
                raise self._no_tail()
            entity = self.learn(answer)
            if entity.size is None or entity.stop != entity.size:
                raise self._no_tail()
            if entity.start < entity.size - size:
                raise self._no_tail()
            tail = bytearray()
            while len(tail) <= size and (data := await self.origin.body(answer)):
                tail += data
        finally:
            answer.close()
        if entity.start + len(tail) != entity.size:
            raise self.ended_early()
        return entity.start, bytes(tail)

    def require_seekable(self) -> None:
        """Raises `NotSeekable` where only what is held can be read again."""
        if self.live or self.info is None or not self.info.seekable:
            raise NotSeekable.of(self.shown, live=self.live)

    def ended_early(self) -> Mishap:
        """What to raise when bytes are missing at the end of a body."""
        return Mishap(Unreachable(f"The server of {self.shown} ended it early."))

    @property
    def shown(self) -> str:
        """The address for people."""
        return self.origin.address.shown

    @staticmethod
    def _all_was_read(offset: int, answer: Answer) -> bool:
        """Whether 416 means that the stream ends at `offset` (it told a wrong length before)."""
        return offset > 0 and unsatisfied_size(answer.headers) in (None, offset)

    def _changed(self) -> TonearmError:
        return Unreachable(
            f"{self.shown} was changed on its server while it was played; play it again."
        )

    def _no_tail(self) -> TonearmError:
        return NotSeekable(f"The server of {self.shown} does not give its last bytes.")
