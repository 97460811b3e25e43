"""Carries out what the session wants: sources on this side, orders for the engine on the other."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import msgspec

from receiver.clock.base import Clock
from receiver.engine.link import EngineLink
from receiver.errors import TonearmError
from receiver.model import orders, reports
from receiver.model.state import Receipt
from receiver.player.feeder import Feeder
from receiver.source.base import ByteSource

OpenSource = Callable[[str], ByteSource]
"""A source for a URL, not yet opened. Raises `UnsupportedScheme` and `BadRequest`."""


class _Loaded(msgspec.Struct):
    """A track: its feeder, the task that runs it, and its stages so far."""

    track: int
    accepted: float
    feeder: Feeder | None = None
    task: asyncio.Task[None] | None = None
    first_block: float | None = None
    first_frame: float | None = None

    def end(self) -> None:
        """Stop fetching."""
        if self.task is not None:
            self.task.cancel()


class Player:
    """Owns the link to the engine, and the feeders of the track at hand, of the one that is to
    follow it and of the one that it overlaps. Event loop only.
    """

    def __init__(
        self,
        link: EngineLink,
        open_source: OpenSource,
        clock: Clock,
        tell: Callable[[reports.Report], None],
    ) -> None:
        self._link = link
        self._open_source = open_source
        self._clock = clock
        self._tell = tell
        self._tasks = asyncio.TaskGroup()
        self._loaded: _Loaded | None = None
        self._follower: _Loaded | None = None
        self._overlapped: _Loaded | None = None

    async def run(self) -> None:
        """Run the link and the feeders until cancelled."""
        async with self._tasks:
            self._tasks.create_task(self._link.run(self._received))

    def order(self, order: orders.Order) -> None:
        """Give the engine an order."""
        self._link.send(order)
        loaded = self._loaded
        if isinstance(order, orders.Seek) and loaded is not None and loaded.feeder is not None:
            loaded.feeder.want_tail()  # it goes nowhere before it knows the length

    def load(self, order: orders.Load, url: str, accepted: float) -> None:
        """Load a new track from `url`; `accepted` is the instant at which its command came."""
        self.close()
        self._loaded = self._fetch(order, url, accepted)
        if order.start_ms > 0 and self._loaded.feeder is not None:
            self._loaded.feeder.want_tail()

    def prepare(self, order: orders.Prepare, url: str) -> None:
        """Fetch a new track from `url`, to follow the one at hand."""
        self.forget()
        self._follower = self._fetch(order, url, self._clock.now())
        if order.crossfade_s > 0 and self._follower.feeder is not None:
            self._follower.feeder.want_tail()  # by its length the overlap is limited

    def forget(self, track: int | None = None) -> None:
        """Let the track be that was prepared, if it is that one."""
        follower = self._follower
        if follower is not None and track in (None, follower.track):
            self._link.send(orders.Forget(follower.track))
            follower.end()
            self._follower = None

    def close(self) -> None:
        """Stop fetching."""
        for loaded in (self._loaded, self._follower, self._overlapped):
            if loaded is not None:
                loaded.end()
        self._loaded = self._follower = self._overlapped = None

    def _fetch(self, order: orders.Load | orders.Prepare, url: str, accepted: float) -> _Loaded:
        """Give the engine the order, and then the bytes of its track."""
        loaded = _Loaded(order.track, accepted)
        try:
            source = self._open_source(url)
        except TonearmError as error:
            self._tell(reports.Failed(order.track, error.code, error.message, error.detail))
            return loaded
        self._link.send(order)
        loaded.feeder = Feeder(order.track, source, self._link.send, self._tell)
        loaded.task = self._tasks.create_task(loaded.feeder.run())
        return loaded

    def receipt(self, track: int) -> Receipt:
        """How long the stages of a play took."""
        loaded = self._loaded
        if loaded is None or loaded.track != track or loaded.feeder is None:
            return Receipt()
        times = loaded.feeder.source.times

        def since(instant: float | None) -> float | None:
            return None if instant is None else round((instant - loaded.accepted) * 1000, 2)

        return Receipt(
            resolved=since(times.resolved),
            connected=since(times.connected),
            first_byte=since(times.first_byte),
            first_block=since(loaded.first_block),
            first_frame=since(loaded.first_frame),
        )

    # --- reports of the engine --------------------------------------------------------------

    def _received(self, report: reports.Report) -> None:
        if isinstance(report, reports.Joined):
            self._joined(report)
        for loaded in (self._loaded, self._follower, self._overlapped):
            if loaded is None or loaded.feeder is None:
                continue
            if getattr(report, "track", 0) == loaded.track:
                if self._for_feeder(loaded.feeder, report):
                    return
                report = self._noted(loaded, loaded.feeder, report)
        self._tell(report)
        if isinstance(report, reports.Ended | reports.Failed):
            self._end_overlapped(report.track)

    def _joined(self, report: reports.Joined) -> None:
        """The track that was prepared is the one at hand now."""
        if self._follower is None or self._follower.track != report.track:
            return
        self._end_overlapped()
        self._loaded, self._follower, self._overlapped = self._follower, None, self._loaded
        if not report.overlaps:
            self._end_overlapped()

    def _end_overlapped(self, track: int | None = None) -> None:
        """Nobody wants the bytes of the track that was overlapped any more, if it is that one."""
        overlapped = self._overlapped
        if overlapped is not None and track in (None, overlapped.track):
            overlapped.end()
            self._overlapped = None

    def _for_feeder(self, feeder: Feeder, report: reports.Report) -> bool:
        """Whether the report was for nobody else."""
        match report:
            case reports.Want():
                feeder.want(report)
            case reports.Taken():
                feeder.taken(report)
            case _:
                return False
        return True

    def _noted(self, loaded: _Loaded, feeder: Feeder, report: reports.Report) -> reports.Report:
        """Note the stages of the play, and let a failure of the source be told as the cause."""
        match report:
            case reports.Decoded(at=at):
                loaded.first_block = at
            case reports.Sounding(taken_at=taken_at):
                loaded.first_frame = loaded.first_frame or taken_at
                feeder.want_tail()  # not before: one thing at a time
            case reports.Ready() | reports.Buffering() | reports.Joined() | reports.Paused():
                feeder.want_tail()
            case reports.Ended(track=track) | reports.Failed(track=track):
                if (failure := feeder.failure) is not None:
                    return reports.Failed(track, failure.code, failure.message, failure.detail)
        return report
