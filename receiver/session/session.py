"""The session: a queue, the item that plays, its place, the volume, and who waits for an answer.

Pure: every call takes the instant, and returns effects. No await, no I/O, no clock of its own.
What is possible in which state stands in `table.py`; this file says what it means.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

import msgspec

from receiver.errors import NothingPlaying, NotSeekable, TonearmError, error_from_code
from receiver.model import orders, reports
from receiver.model.state import (
    Item,
    Output,
    Playback,
    Problem,
    ReceiverInfo,
    SessionState,
    State,
)
from receiver.protocol import commands as c
from receiver.session.edits import Edit, edit
from receiver.session.effects import (
    Answer,
    CloseItem,
    Effect,
    OpenItem,
    Remember,
    Tell,
    Token,
)
from receiver.session.loudness import Loudness, VolumeCurve
from receiver.session.place import Place
from receiver.session.queue import Queue
from receiver.session.table import changes_something
from receiver.session.waiting import Waiting

RESTART_MS = 3000.0
"""From here on, `previous` goes to the start of the item and not to the one before."""
MOST_FAILURES = 5
"""Items in a row that cannot be played; then it is not the items."""


class Session:
    """What is being played on this receiver. One task owns it."""

    def __init__(
        self,
        receiver: ReceiverInfo,
        session_id: str,
        curve: VolumeCurve,
        output: Output,
        volume: tuple[int, bool] = (50, False),
        new_id: Callable[[], str] = lambda: f"i-{secrets.token_hex(6)}",
        seed: Callable[[], int] = lambda: secrets.randbits(64),
    ) -> None:
        """`new_id` gives ids to items, `seed` numbers to shuffle by."""
        self._receiver = receiver
        self._loudness = Loudness(curve, *volume)
        self._output = output
        self._problem: Problem | None = None
        self._base = SessionState(id=session_id)
        self._playback: Playback = "idle"
        self._queue = Queue(seed)
        self._new_id = new_id
        self._failures = 0
        self._place = Place()
        self._paused = False
        self._track = 0
        self._waiting = Waiting()

    # --- what it is -------------------------------------------------------------------------

    @property
    def state(self) -> State:
        """The state as controllers see it."""
        return State(
            receiver=self._receiver,
            session=msgspec.structs.replace(
                self._base,
                playback=self._playback,
                item=self._item,
                anchor=self._place.anchor,
                queue=self._queue.state,
            ),
            volume=self._loudness.state,
            output=self._output,
            problem=self._problem,
        )

    @property
    def _item(self) -> Item | None:
        """What is played, or stands; None when idle."""
        return None if self._playback == "idle" else self._queue.current

    @property
    def track(self) -> int:
        """Number of the newest track; reports of older ones are stale."""
        return self._track

    def begin(self) -> list[Effect]:
        """What a fresh engine must be told."""
        return [Tell(self._loudness.order)]

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
            case c.Play() | c.Next() | c.Previous() | c.QueueJump():
                return self._choose(command, token, now)
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
                wanted = percent if percent is not None else self._loudness.percent + (by or 0)
                return [*self._set_volume(wanted, self._loudness.muted), self._done(token)]
            case c.Mute(muted=muted):
                wish = (not self._loudness.muted) if muted is None else muted
                return [*self._set_volume(self._loudness.percent, wish), self._done(token)]
            case _ if isinstance(command, Edit):
                return self._edit(command, token, now)
            case _:
                return [self._done(token)]

    def _choose(
        self, command: c.Play | c.Next | c.Previous | c.QueueJump, token: Token, now: float
    ) -> list[Effect]:
        """Play another item, or the same from its start."""
        match command:
            case c.Play():
                return self._play_only(command, token, now)
            case c.Next():
                return self._go_on(self._queue.after(), token, now)
            case c.Previous():
                return self._go_back(token, now)
            case c.QueueJump(item=item, position_ms=position_ms):
                self._queue.go_to(item)
                return self._start(token, now, position_ms)

    def _play_only(self, command: c.Play, token: Token, now: float) -> list[Effect]:
        item = Item(id=self._new_id(), url=command.url, added_by=command.by)
        self._queue.clear()
        self._queue.add([item])
        self._queue.go_to(item.id)
        return self._start(token, now, command.position_ms, paused=command.paused)

    def _start(
        self,
        token: Token | None,
        now: float,
        position_ms: float = 0.0,
        *,
        paused: bool = False,
        after_failure: bool = False,
    ) -> list[Effect]:
        """Load the current item of the queue as a new track; `token` waits for it to sound."""
        item = self._queue.current
        assert item is not None
        effects = self._waiting.for_play(token)
        self._track += 1
        self._place.anchor = None
        if not after_failure:
            self._problem = None
        self._playback = "loading"
        self._paused = paused
        return [*effects, OpenItem(self._track, item, position_ms, paused, now)]

    # --- the queue --------------------------------------------------------------------------

    def _go_on(self, item: str | None, token: Token, now: float) -> list[Effect]:
        """Play an item, on command; with none, all is over."""
        if item is None and not self._queue:
            raise NothingPlaying("The queue is empty. Cast something first.")
        self._queue.go_to(item)
        if item is None:
            return [*self._let_go(), self._done(token)]
        return self._start(token, now)

    def _go_back(self, token: Token, now: float) -> list[Effect]:
        before = self._queue.before()
        if self._item is not None and (before is None or self._position(now) > RESTART_MS):
            return self._start(token, now)
        return self._go_on(before or self._queue.after(), token, now)

    def _edit(self, command: Edit, token: Token, now: float) -> list[Effect]:
        played = self._item
        edited = edit(self._queue, command, self._new_id)
        effects: list[Effect] = []
        if played is not None and self._queue.current is None:
            effects = self._follow(edited.heir, now)
        return [*effects, Answer(token, edited.result)]

    def _follow(self, item: str | None, now: float, *, after_failure: bool = False) -> list[Effect]:
        """Go on by itself with another item, or, without one, stop."""
        self._queue.go_to(item)
        if item is None:
            return self._let_go()
        return self._start(None, now, paused=self._paused, after_failure=after_failure)

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
        number, effects = self._waiting.for_seek(token)
        order = orders.Seek(self._track, number, max(target, 0.0))
        return [*effects, Tell(order)]

    def _set_volume(self, percent: int, muted: bool) -> list[Effect]:
        self._loudness.set(percent, muted)
        remember = Remember(self._loudness.percent, self._loudness.muted)
        return [Tell(self._loudness.order), remember]

    def _let_go(self) -> list[Effect]:
        effects = self._waiting.nobody()
        if self._playback != "idle":
            effects += [CloseItem(), Tell(orders.Stop())]
        self._place.anchor = self._problem = None
        self._playback = "idle"
        self._paused = False
        return effects

    def _done(self, token: Token) -> Answer:
        result: dict[str, Any] = {"playback": self._playback}
        if self._place.anchor is not None:
            result["position_ms"] = self._place.anchor.position_ms
        result["volume"] = {"percent": self._loudness.percent, "muted": self._loudness.muted}
        return Answer(token, result)

    def _position(self, now: float) -> float:
        """The position heard now, in milliseconds."""
        return self._place.at(now, self._item)

    def _stand_at(self, position_ms: float, now: float) -> None:
        assert self._item is not None
        self._place.stand(self._item, position_ms, now)

    # --- reports ----------------------------------------------------------------------------

    def report(self, report: reports.Report, now: float) -> list[Effect]:
        """Take in what the engine or a source says. Reports of stale tracks change nothing."""
        match report:
            case reports.Device():
                return self._device(report)
            case reports.Died(reason=reason):
                return self._died(reason, now)
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
                return [*self._waiting.played(self._track), *self._landed(seek)]
            case reports.Position(position_ms=position_ms, heard_at=heard_at):
                if self._playback == "playing" and self._item is not None:
                    self._place.correct(self._item, position_ms, heard_at)
            case reports.Paused(position_ms=position_ms) if (
                self._paused and not self._waiting.seeking
            ):
                self._stand_at(position_ms, now)
            case reports.Buffering(position_ms=position_ms):
                self._stand_at(position_ms, now)
                self._playback = "paused" if self._paused else "buffering"
            case reports.SeekRefused(seek=seek, code=code, message=message):
                return self._seek_refused(seek, code, message)
            case reports.Ended():
                self._failures = 0
                waiting = [*self._waiting.played(self._track), *self._landed(None)]
                return [*waiting, *self._follow(self._queue.upcoming(), now)]
            case reports.Failed(code=code, message=message, detail=detail):
                return self._failed(code, message, detail, now)
        return []

    def _change_item(self, **fields: Any) -> None:
        assert self._item is not None
        self._queue.change(self._item.id, **fields)

    def _described(self, report: reports.Described) -> None:
        if report.tags is not None:
            self._change_item(tags=report.tags)
        if report.duration_ms is not None:
            self._change_item(duration_ms=report.duration_ms)

    def _sounding(self, report: reports.Sounding) -> list[Effect]:
        self._failures = 0
        if not self._paused:
            assert self._item is not None
            self._place.run(self._item, report.position_ms, report.heard_at)
            self._playback = "playing"
        return [*self._waiting.played(self._track), *self._landed(report.seek)]

    def _landed(self, number: int | None) -> list[Effect]:
        """Answer the seek that landed; `None` stands for whichever is on its way."""
        token = self._waiting.landed(number)
        return [] if token is None else [self._done(token)]

    def _seek_refused(self, number: int, code: str, message: str) -> list[Effect]:
        token = self._waiting.landed(number)
        return [] if token is None else [Answer(token, error_from_code(code, message, {}))]

    def _failed(self, code: str, message: str, detail: dict[str, Any], now: float) -> list[Effect]:
        """The item is over; whoever waits is told why, and so is everybody else. The next one in
        the queue is played, unless too many have failed.
        """
        answers = self._waiting.failed(error_from_code(code, message, detail))
        self._failures += 1
        following = self._queue.after()
        if self._failures >= MOST_FAILURES:
            following = None
            message = f"{MOST_FAILURES} items in a row could not be played; the last: {message}"
        effects = self._follow(following, now, after_failure=True)
        self._problem = Problem(code, message)
        return [*effects, *answers]

    def _device(self, report: reports.Device) -> list[Effect]:
        self._output = report.output
        if report.problem is not None:
            self._problem = Problem("no_device", report.problem)
        elif self._problem is not None and self._problem.code == "no_device":
            self._problem = None
        return []

    def _died(self, reason: str, now: float) -> list[Effect]:
        """The audio process died: what it played is taken to be the cause, and not tried again."""
        again: list[Effect] = [Tell(self._loudness.order)]  # before anything can sound
        if self._item is None:
            return again
        message = f"The decoder died while it played this ({reason}); it is not tried again."
        return [*again, *self._failed("unplayable", message, {"reason": reason}, now)]
