"""The track at hand: what it is doing, where it is, and who waits for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from receiver.errors import NoDevice, NotSeekable, error_from_code
from receiver.model import orders, reports
from receiver.model.state import Item, Playback
from receiver.protocol import commands as c
from receiver.session.comeback import Comeback, may_mend
from receiver.session.effects import Answer, CloseItem, Effect, OpenItem, Tell, Token
from receiver.session.history import History
from receiver.session.place import Place
from receiver.session.queue import Queue
from receiver.session.waiting import Waiting

NEAR_MS = 0.5
"""A place that is so near is the same."""
SOFT_S, SOON_S = 1.0, 0.1
"""What comes back after a restart fades in for so long, so soon after it is ready."""


class Deck:
    """Plays the current item of the queue as one track after another. Pure, as the session is.

    `done` makes the answer to a command that has been carried out.
    """

    def __init__(self, queue: Queue, history: History, done: Callable[[Token], Answer]) -> None:
        self._queue = queue
        self._history = history
        self._done = done
        self._newest = 0
        self.track = 0
        """Number of the track at hand; 0: the item stands, and was not opened yet."""
        self.playback: Playback = "idle"
        self.paused = False
        self.place = Place()
        self.waiting = Waiting()
        self.comeback = Comeback()
        self._anew = False
        """What is at hand begins, and was not heard yet."""

    @property
    def item(self) -> Item | None:
        """What is played, or stands; None when idle."""
        return None if self.playback == "idle" else self._queue.current

    @property
    def opened(self) -> bool:
        """Whether the engine has the item, or is about to."""
        return self.item is not None and self.track > 0

    def position(self, now: float) -> float:
        """The position heard now, in milliseconds."""
        return self.place.at(now, self.item)

    def new_track(self) -> int:
        """A number for a new track."""
        self._newest += 1
        return self._newest

    # --- commands ---------------------------------------------------------------------------

    def start(
        self,
        token: Token | None,
        now: float,
        position_ms: float = 0.0,
        *,
        paused: bool = False,
        through: bool = False,
        anew: bool = True,
    ) -> list[Effect]:
        """Load the current item of the queue as a new track; `token` waits for it to sound.
        `through` as in `OpenItem`; `anew`: it does not go on, but begins.
        """
        self._anew = anew
        effects = self.waiting.for_play(token)
        self.comeback.over()
        return [*effects, self._open(now, position_ms, paused=paused, through=through)]

    def reload(self, now: float) -> list[Effect]:
        """Load the item at hand once more, at its place: who had loaded it is gone."""
        item, token = self.item, self.waiting.hand_on()
        assert item is not None
        position_ms = 0.0 if item.live else self.place.exactly_at(now, item)
        return self.start(
            token,
            now,
            position_ms,
            paused=self.paused,
            through=not item.live,
            anew=self._anew,
        )

    def _open(
        self,
        now: float,
        position_ms: float,
        *,
        paused: bool,
        soft: bool = False,
        through: bool = False,
    ) -> OpenItem:
        item = self._queue.current
        assert item is not None
        self._queue.change(item.id, cover=None)  # that of the last time may be forgotten by now
        self.track = self.new_track()
        self.place.clear()
        self.place.expect(item, position_ms, now)
        self.playback = "loading"
        self.paused = paused
        return OpenItem(self.track, item, position_ms, paused or soft, now, through=soft or through)

    def set_paused(self, paused: bool, now: float) -> list[Effect]:
        """Stand still, or go on."""
        if paused == self.paused:
            return []
        self.paused = paused
        if not self.opened:
            self.lay(self.position(now), now, paused=paused)
            if paused:
                self.comeback.over()
                return []
            self.comeback.begin(now)
            return self.tick(now)
        if self.playback != "loading":
            self._stand_at(self.position(now), now)
            self.playback = "paused" if paused else "playing"
        return [Tell(orders.Pause() if paused else orders.Resume())]

    def seek(self, command: c.Seek, token: Token, now: float) -> list[Effect]:
        """Begin to move; `token` waits until it has landed. Raises `NotSeekable`."""
        item = self.item
        assert item is not None
        seekable = item.seekable if self.opened else not item.live
        if self.playback != "loading" and not seekable:
            raise NotSeekable.of("This stream", live=item.live)
        if command.position_ms is not None:
            target = command.position_ms
        else:
            target = self.position(now) + (command.by_ms or 0.0)
        if item.duration_ms is not None:
            target = min(target, item.duration_ms)
        target = max(target, 0.0)
        if not self.opened:
            self._stand_at(target, now)
            return [self._done(token)]
        self.place.expect(item, target, now)
        number, effects = self.waiting.for_seek(token)
        return [*effects, Tell(orders.Seek(self.track, number, target))]

    def let_go(self) -> list[Effect]:
        """Nothing is at hand any more."""
        effects = self.waiting.nobody()
        if self.playback != "idle":
            effects += [CloseItem(), Tell(orders.Stop())]
        self.place.clear()
        self.comeback.over()
        self.playback = "idle"
        self.paused = False
        return effects

    def join(self, track: int, heard_at: float, now: float) -> list[Effect]:
        """The current item of the queue has begun to sound by itself, as `track`."""
        effects = self.over()
        self.track = track
        assert self.item is not None
        self._history.heard(self.item, anew=True)
        if self.paused:
            self.place.stand(self.item, 0.0, now)
        else:
            self.place.run(self.item, 0.0, heard_at)
        return effects

    def adopt_playing(self, track: int, position_ms: float, heard_at: float) -> None:
        """The current item of the queue is heard already, as `track`."""
        self.track, self.playback, self.paused = track, "playing", False
        assert self.item is not None
        self._history.heard(self.item, anew=True)
        self.place.run(self.item, position_ms, heard_at)

    def adopt_standing(
        self, track: int, loaded_at_ms: float, position_ms: float | None, now: float
    ) -> list[Effect]:
        """The current item of the queue is loaded already, as `track`, at `loaded_at_ms`; it is to
        stand at `position_ms` (None: it is live).
        """
        self.track, self._anew = track, True
        moves = position_ms is not None and abs(position_ms - loaded_at_ms) > NEAR_MS
        if moves:
            return self.stand_at(position_ms, now)
        self.playback, self.paused = "paused", True
        self._stand_at(position_ms or 0.0, now)
        return []

    def stand_at(self, position_ms: float | None, now: float) -> list[Effect]:
        """Stand paused at a place of the item, wherever it is now (None: it is live)."""
        self.playback, self.paused = "paused", True
        self._stand_at(position_ms or 0.0, now)
        effects: list[Effect] = [Tell(orders.Pause())]
        if position_ms is not None:
            effects.append(Tell(orders.Seek(self.track, self.waiting.number(), position_ms)))
        return effects

    def fall_silent(self, now: float) -> None:
        """Nothing is heard for now, though it is not paused."""
        if self.playback == "playing":
            self._wait_at(self.position(now), now)

    def over(self) -> list[Effect]:
        """The track at hand has ended: who waited for it has waited enough."""
        return [*self.waiting.played(self.track), *self._landed(None)]

    # --- after a restart --------------------------------------------------------------------

    def lay(self, position_ms: float, now: float, *, paused: bool) -> None:
        """The current item stands at a place without being opened: the network may not be there,
        and what is paused needs none. `paused`, or it waits for its comeback.
        """
        self.track = 0
        self.playback, self.paused = "paused" if paused else "buffering", paused
        self._stand_at(position_ms, now)

    def tick(self, now: float) -> list[Effect]:
        """Have what is to come back heard, if it is time to: softly, wherever nobody expects it."""
        if now < self.comeback.at:
            return []
        self.comeback.tried()
        return [self._open(now, self.place.exactly_at(now, self.item), paused=False, soft=True)]

    def waits_for_more(self, code: str, detail: dict[str, Any], now: float) -> list[Effect] | None:
        """The track at hand failed. If it is only not there yet, stand and try again; else None."""
        if not (self.comeback.awaited and may_mend(code, detail)):
            return None
        self.lay(self.place.exactly_at(now, self.item), now, paused=self.paused)
        if self.paused:
            self.comeback.over()
        else:
            self.comeback.try_again(now)
        return [CloseItem()]

    # --- reports ----------------------------------------------------------------------------

    def report(self, report: reports.Report, now: float) -> list[Effect]:
        """Take in what is said of the track at hand."""
        match report:
            case reports.Sounding(position_ms=position_ms, heard_at=heard_at, seek=seek):
                self._heard()
                if not self.paused and self.item is not None:
                    self.place.run(self.item, position_ms, heard_at)
                    self.playback = "playing"
                self.comeback.over()
                return [*self.waiting.played(self.track), *self._landed(seek)]
            case reports.Ready(position_ms=position_ms, seek=seek):
                self._wait_at(position_ms, now)
                heard = [*self.waiting.played(self.track), *self._landed(seek)]
                return [*heard, *self._faded_in(now)]
            case reports.Position(position_ms=position_ms, heard_at=heard_at):
                steady = self.playback == "playing" and not self.waiting.seeking
                if steady and self.item is not None:
                    self.place.correct(self.item, position_ms, heard_at)
            case reports.Paused(position_ms=position_ms, seek=seek) if self.paused:
                token = self.waiting.landed(seek)
                if not self.waiting.seeking:
                    self._wait_at(position_ms, now)
                landed = [] if token is None else [self._done(token)]
                return [*self.waiting.played(self.track), *landed]
            case reports.Buffering(position_ms=position_ms):
                self._wait_at(position_ms, now)
            case reports.Unheard(position_ms=position_ms, message=message):
                self._wait_at(position_ms, now)
                return self.waiting.failed(NoDevice(message))
            case reports.SeekRefused(seek=seek, code=code, message=message):
                token = self.waiting.landed(seek)
                if token is not None:
                    self.place.expect_nothing()
                return [] if token is None else [Answer(token, error_from_code(code, message, {}))]
        return []

    def _heard(self) -> None:
        """The item is heard: now for the first time, or again."""
        if self.item is not None:
            self._history.heard(self.item, anew=self._anew)
            self._anew = False

    def _faded_in(self, now: float) -> list[Effect]:
        """What comes back is ready."""
        if not self.comeback.awaited or self.paused:
            return []
        return [Tell(orders.FadeIn(self.track, None, now + SOON_S, SOFT_S))]

    def _landed(self, number: int | None) -> list[Effect]:
        """Answer the seek that landed; `None` stands for whichever is on its way."""
        token = self.waiting.landed(number)
        return [] if token is None else [self._done(token)]

    def _wait_at(self, position_ms: float, now: float) -> None:
        self._stand_at(position_ms, now)
        self.playback = "paused" if self.paused else "buffering"

    def _stand_at(self, position_ms: float, now: float) -> None:
        assert self.item is not None
        self.place.stand(self.item, position_ms, now)
