"""The session: one item, its place, the volume, and who waits for an answer.

Pure: every call takes the instant, and returns effects. No await, no I/O, no clock of its own.
What is possible in which state stands in `table.py`; this file says what it means.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec

from receiver.errors import NotSeekable, Superseded, TonearmError, error_from_code
from receiver.model import orders, reports
from receiver.model.state import (
    Anchor,
    Item,
    Output,
    Playback,
    Problem,
    ReceiverInfo,
    SessionState,
    State,
    Volume,
)
from receiver.protocol import commands as c
from receiver.session.effects import (
    Answer,
    AnswerPlay,
    CloseItem,
    Effect,
    OpenItem,
    Remember,
    Tell,
    Token,
)
from receiver.session.table import changes_something

MAX_DRIFT_MS = 20.0
"""A position report that differs by no more from what the anchor says is no news."""

VolumeCurve = Callable[[int], tuple[float, float | None]]
"""Percent to (linear gain, dB or None for silence)."""


@dataclass(slots=True)
class _Seek:
    """A seek on its way, and who waits for it."""

    number: int
    token: Token


class Session:
    """What is being played on this receiver. One task owns it."""

    def __init__(
        self,
        receiver: ReceiverInfo,
        session_id: str,
        curve: VolumeCurve,
        output: Output,
        volume: tuple[int, bool] = (50, False),
    ) -> None:
        self._receiver = receiver
        self._curve = curve
        self._output = output
        self._problem: Problem | None = None
        self._percent, self._muted = volume
        self._base = SessionState(id=session_id)
        self._playback: Playback = "idle"
        self._item: Item | None = None
        self._anchor: Anchor | None = None
        self._paused = False
        self._track = 0
        self._play: Token | None = None
        self._seek: _Seek | None = None
        self._seek_numbers = itertools.count(1)

    # --- what it is -------------------------------------------------------------------------

    @property
    def state(self) -> State:
        """The state as controllers see it."""
        _, db = self._curve(self._percent)
        return State(
            receiver=self._receiver,
            session=msgspec.structs.replace(
                self._base, playback=self._playback, item=self._item, anchor=self._anchor
            ),
            volume=Volume(self._percent, self._muted, None if self._muted else db),
            output=self._output,
            problem=self._problem,
        )

    @property
    def track(self) -> int:
        """Number of the newest track; reports of older ones are stale."""
        return self._track

    def begin(self) -> list[Effect]:
        """What a fresh engine must be told."""
        return [Tell(self._gain())]

    # --- commands ---------------------------------------------------------------------------

    def command(self, command: c.Command, token: Token, now: float) -> list[Effect]:
        """Carry out one command. It is answered by one `Answer` or `AnswerPlay`, now or later."""
        try:
            if not changes_something(self._playback, command):
                return [self._done(token)]
            return self._carry_out(command, token, now)
        except TonearmError as error:
            return [Answer(token, error)]

    def _carry_out(self, command: c.Command, token: Token, now: float) -> list[Effect]:
        match command:
            case c.Play():
                return self._begin(command, token, now)
            case c.Pause():
                return [*self._set_paused(True, now), self._done(token)]
            case c.Resume():
                return [*self._set_paused(False, now), self._done(token)]
            case c.Toggle():
                return [*self._set_paused(not self._paused, now), self._done(token)]
            case c.Stop():
                return [*self._let_go(), self._done(token)]
            case c.Seek():
                return self._begin_seek(command, token, now)
            case c.SetVolume(percent=percent, by=by):
                wanted = percent if percent is not None else self._percent + (by or 0)
                return [*self._set_volume(wanted, self._muted), self._done(token)]
            case c.Mute(muted=muted):
                wish = (not self._muted) if muted is None else muted
                return [*self._set_volume(self._percent, wish), self._done(token)]
            case _:
                return [self._done(token)]

    def _begin(self, command: c.Play, token: Token, now: float) -> list[Effect]:
        effects = self._supersede()
        self._track += 1
        self._item = Item(id=f"i-{self._track}", url=command.url)
        self._anchor = None
        self._problem = None
        self._playback = "loading"
        self._paused = command.paused
        self._play = token
        opening = OpenItem(self._track, self._item, command.position_ms, command.paused, now)
        return [*effects, opening]

    def _set_paused(self, paused: bool, now: float) -> list[Effect]:
        if paused == self._paused:
            return []
        self._paused = paused
        if self._playback != "loading":
            self._stand_at(self._position(now), now)
            self._playback = "paused" if paused else "playing"
        return [Tell(orders.Pause() if paused else orders.Resume())]

    def _begin_seek(self, command: c.Seek, token: Token, now: float) -> list[Effect]:
        item = self._item
        assert item is not None
        if self._playback != "loading" and not item.seekable:
            raise NotSeekable(
                "This stream cannot seek: "
                + ("it is live." if item.live else "its server gives no ranges.")
            )
        if command.position_ms is not None:
            target = command.position_ms
        else:
            target = self._position(now) + (command.by_ms or 0.0)
        if item.duration_ms is not None:
            target = min(target, item.duration_ms)
        effects = self._supersede_seek()
        self._seek = _Seek(next(self._seek_numbers), token)
        order = orders.Seek(self._track, self._seek.number, max(target, 0.0))
        return [*effects, Tell(order)]

    def _set_volume(self, percent: int, muted: bool) -> list[Effect]:
        self._percent, self._muted = min(max(percent, 0), 100), muted
        return [Tell(self._gain()), Remember(self._percent, self._muted)]

    def _gain(self) -> orders.SetGain:
        return orders.SetGain(0.0 if self._muted else self._curve(self._percent)[0])

    def _let_go(self) -> list[Effect]:
        effects = self._supersede()
        if self._playback != "idle":
            effects += [CloseItem(), Tell(orders.Stop())]
        self._item = self._anchor = self._problem = None
        self._playback = "idle"
        self._paused = False
        return effects

    def _supersede(self) -> list[Effect]:
        effects = self._supersede_seek()
        if self._play is not None:
            effects.append(
                Answer(self._play, Superseded("Another play or stop came before this one sounded."))
            )
            self._play = None
        return effects

    def _supersede_seek(self) -> list[Effect]:
        if self._seek is None:
            return []
        token, self._seek = self._seek.token, None
        return [Answer(token, Superseded("Another seek, play or stop came before this one."))]

    def _done(self, token: Token) -> Answer:
        result: dict[str, Any] = {"playback": self._playback}
        if self._anchor is not None:
            result["position_ms"] = self._anchor.position_ms
        result["volume"] = {"percent": self._percent, "muted": self._muted}
        return Answer(token, result)

    # --- positions --------------------------------------------------------------------------

    def _position(self, now: float) -> float:
        """The position heard now, in milliseconds."""
        if self._anchor is None:
            return 0.0
        position = self._anchor.position_at(round(now * 1e6))
        limit = self._item.duration_ms if self._item is not None else None
        return max(position if limit is None else min(position, limit), 0.0)

    def _stand_at(self, position_ms: float, at: float) -> None:
        self._set_anchor(position_ms, at, 0)

    def _set_anchor(self, position_ms: float, at: float, rate: int) -> None:
        assert self._item is not None
        self._anchor = Anchor(self._item.id, position_ms, round(at * 1e6), rate)

    # --- reports ----------------------------------------------------------------------------

    def report(self, report: reports.Report, now: float) -> list[Effect]:
        """Take in what the engine or a source says. Reports of stale tracks change nothing."""
        match report:
            case reports.Device():
                return self._device(report)
            case reports.Died(reason=reason):
                return self._died(reason)
            case reports.Pong() | reports.Health() | reports.Want() | reports.Taken():
                return []
        if report.track != self._track or self._item is None:
            return []
        return self._track_report(report, now)

    def _track_report(self, report: reports.Report, now: float) -> list[Effect]:
        match report:
            case reports.Opened(seekable=seekable, live=live):
                self._change_item(seekable=seekable, live=live)
            case reports.Described():
                self._described(report)
            case reports.Sounding():
                return self._sounding(report)
            case reports.Ready(position_ms=position_ms, seek=seek):
                self._stand_at(position_ms, now)
                self._playback = "paused" if self._paused else "buffering"
                return [*self._play_done(), *self._seek_done(seek)]
            case reports.Position(position_ms=position_ms, heard_at=heard_at):
                self._position_heard(position_ms, heard_at)
            case reports.Paused(position_ms=position_ms) if self._paused and self._seek is None:
                self._stand_at(position_ms, now)
            case reports.Buffering(position_ms=position_ms):
                self._stand_at(position_ms, now)
                self._playback = "paused" if self._paused else "buffering"
            case reports.SeekRefused(seek=seek, code=code, message=message):
                return self._seek_refused(seek, code, message)
            case reports.Ended():
                return [*self._play_done(), *self._seek_done(None), *self._let_go()]
            case reports.Failed(code=code, message=message, detail=detail):
                return self._failed(code, message, detail)
        return []

    def _change_item(self, **fields: Any) -> None:
        assert self._item is not None
        self._item = msgspec.structs.replace(self._item, **fields)

    def _described(self, report: reports.Described) -> None:
        if report.tags is not None:
            self._change_item(tags=report.tags)
        if report.duration_ms is not None:
            self._change_item(duration_ms=report.duration_ms)

    def _sounding(self, report: reports.Sounding) -> list[Effect]:
        if not self._paused:
            self._set_anchor(report.position_ms, report.heard_at, 1)
            self._playback = "playing"
        return [*self._play_done(), *self._seek_done(report.seek)]

    def _position_heard(self, position_ms: float, heard_at: float) -> None:
        if self._playback != "playing" or self._anchor is None:
            return
        if abs(self._anchor.position_at(round(heard_at * 1e6)) - position_ms) > MAX_DRIFT_MS:
            self._set_anchor(position_ms, heard_at, 1)

    def _play_done(self) -> list[Effect]:
        if self._play is None:
            return []
        token, self._play = self._play, None
        return [AnswerPlay(token, self._track)]

    def _seek_done(self, number: int | None) -> list[Effect]:
        """Answer the seek that landed; `None` stands for whichever is on its way."""
        if self._seek is None or number not in (None, self._seek.number):
            return []
        token, self._seek = self._seek.token, None
        return [self._done(token)]

    def _seek_refused(self, number: int, code: str, message: str) -> list[Effect]:
        if self._seek is None or self._seek.number != number:
            return []
        token, self._seek = self._seek.token, None
        return [Answer(token, error_from_code(code, message, {}))]

    def _failed(self, code: str, message: str, detail: dict[str, Any]) -> list[Effect]:
        """The item is over; whoever waits is told why, and so is everybody else."""
        error = error_from_code(code, message, detail)
        waiting = [self._play, self._seek.token if self._seek else None]
        self._play = self._seek = None
        effects = self._let_go()
        self._problem = Problem(code, message)
        return [*effects, *(Answer(token, error) for token in waiting if token is not None)]

    def _device(self, report: reports.Device) -> list[Effect]:
        self._output = report.output
        if report.problem is not None:
            self._problem = Problem("no_device", report.problem)
        elif self._problem is not None and self._problem.code == "no_device":
            self._problem = None
        return []

    def _died(self, reason: str) -> list[Effect]:
        """The audio process died: what it played is taken to be the cause, and not tried again."""
        again: list[Effect] = [Tell(self._gain())]
        if self._item is None:
            return again
        message = f"The decoder died while it played this ({reason}); it is not tried again."
        return [*self._failed("unplayable", message, {"reason": reason}), *again]
