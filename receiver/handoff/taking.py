"""The target of a handoff: it makes ready unheard, and owns the session once it is heard."""

from __future__ import annotations

import math
from typing import Literal

from receiver.errors import HandoffFailed, TargetPlaying, TonearmError
from receiver.handoff import effects as e
from receiver.handoff.part import Effects, Part
from receiver.handoff.switch import FADE, FARTHEST, HELD_MARGIN_MS, reach
from receiver.handoff.view import View
from receiver.model.state import Problem
from receiver.protocol import peers as m

TTL = 5.0
"""Without a word from the source for so long, it is let be."""
SOUND_WITHIN = 1.0
"""From the end of the fade."""
DONE_EVERY = 0.1
DONE_FOR = 5.0

Stage = Literal["opening", "ready", "armed", "switching", "owner", "finished"]


class Taking(Part):
    """The part of the target."""

    def __init__(self, peer: str, prepare: m.Prepare, view: View) -> None:
        super().__init__(prepare.handoff, peer, prepare.session.id)
        self.stage: Stage = "opening"
        self._view = view
        self._prepare = prepare
        self._commit: m.Commit | None = None
        self._attempt = 0
        self._opening: m.Prepare | None = None
        self._opened = False
        self._complete: set[int] = set()
        self._sounding = False
        self._at = self._fade = 0.0
        self._notice: Problem | None = None

    @property
    def wake_at(self) -> float:
        """When `tick` is due."""
        match self.stage:
            case "armed":
                return self._at - self._lead
            case "switching":
                over = self._at + self._fade
                return over if self._stands or self._sounding else over + SOUND_WITHIN
        return super().wake_at

    @property
    def holds_commands(self) -> bool:
        """Whether a command must wait until it is known whose session it is for."""
        return self.stage in ("armed", "switching")

    # --- making ready -----------------------------------------------------------------------

    def begin(self, now: float) -> Effects:
        """Open what the source wants to hand over."""
        return self._make_ready(self._prepare, now)

    def _make_ready(self, prepare: m.Prepare, now: float) -> Effects:
        self.stage = "opening"
        self._prepare, self._attempt = prepare, prepare.attempt
        self._until = now + TTL
        effects: list[e.Effect] = []
        if prepare.item is not None and not self._will_hold(prepare):
            self._opening, self._opened = prepare, False
            effects = [e.Open(prepare.item, None if prepare.item.live else prepare.position_ms)]
        return [*effects, *self._ready_if_so()]

    def _will_hold(self, prepare: m.Prepare) -> bool:
        """Whether what is open, or being opened, will do."""
        item, opening = prepare.item, self._opening
        if item is None or opening is None or opening.item is None or opening.item.id != item.id:
            return False
        if item.live:
            return True
        if not self._opened:
            return prepare.position_ms >= opening.position_ms - 1
        start, end = self._view.held
        # Some of it will have been played by the switch.
        return start - 1 <= prepare.position_ms <= reach(item, end) - HELD_MARGIN_MS

    def opened(self) -> Effects:
        """What the last `Open` named could sound."""
        self._opened = True
        return self._ready_if_so() if self.stage == "opening" else ()

    def queue_complete(self, revision: int) -> Effects:
        """All parts of the queue are here, as it was at `revision`."""
        self._complete.add(revision)
        return self._ready_if_so() if self.stage == "opening" else ()

    def _ready_if_so(self) -> Effects:
        item, revision = self._prepare.item, self._prepare.session.queue_revision
        if revision not in self._complete or not (item is None or self._opened):
            return ()
        self.stage = "ready"
        return [self._say_ready()]

    def _say_ready(self) -> e.Send:
        view, item = self._view, self._prepare.item
        held = (0.0, 0.0) if item is None or item.live else view.held
        error = view.clock_error(self.peer)
        return self._send(
            m.Ready(
                self.handoff,
                self._prepare.attempt,
                *held,
                lead_us=round(self._lead * 1e6),
                clock_error_us=None if error is None else round(error * 1e6),
            )
        )

    # --- what the source says ---------------------------------------------------------------

    def hear(self, message: m.HandoffMessage, now: float) -> Effects:
        """`prepare`, `commit`, `go`, `released`; or that it comes to nothing."""
        match message, self.stage:
            case m.Prepare(), "opening" | "ready" | "armed":
                return self._prepared(message, now)
            case m.Commit(), "ready" | "armed":
                return self._committed(message, now)
            case m.Go(attempt=self._attempt), "armed":
                return self._go(now)
            case m.Abort(message=why), "owner":
                there = e.Release(self.peer, self._prepare.session.epoch + 1)
                return [there, self._end(self._failed(why))]
            case m.Abort(message=why), _:
                return self._drop(self._failed(why))
            case m.Ask(), "owner":
                return [self._send(self._taken)]
            case m.Released(), "owner":
                self.rest()
        return ()

    def _prepared(self, prepare: m.Prepare, now: float) -> Effects:
        if prepare.attempt > self._attempt:
            return self._make_ready(prepare, now)
        if prepare.attempt < self._attempt or self.stage == "armed":
            return ()
        self._until = now + TTL
        return [self._say_ready()] if self.stage == "ready" else ()

    def _committed(self, commit: m.Commit, now: float) -> Effects:
        if commit.attempt < self._attempt or commit.revision not in self._complete:
            return ()
        if self.stage == "armed" and commit.attempt == self._attempt:
            return [self._armed()]
        self._commit, self._attempt = commit, commit.attempt
        self._at = self._view.to_own(self.peer, commit.at_us)
        if self._at - now > FARTHEST:
            return self._drop(self._failed("The clocks of the two do not agree on an instant."))
        self._fade = commit.fade_us / 1e6
        # `go` must get here before the output needs to be told: a round trip from now.
        late = now + self._lead + self._view.rtt95(self.peer) - self._at
        self.stage = "ready" if late > 0 else "armed"
        self._until = now + TTL
        return [self._armed(late)]

    def _armed(self, late: float = 0.0) -> e.Send:
        late_us = max(math.ceil(late * 1e6), 0)
        return self._send(m.Armed(self.handoff, self._attempt, late_us))

    def _go(self, now: float) -> Effects:
        """The source will fall silent at the instant: be heard from then on, whatever comes."""
        assert self._commit is not None
        if now > self._at - self._lead:
            return self._too_late()
        return self._switch(self._commit.position_ms)

    def _switch(self, position_ms: float) -> Effects:
        prepare = self._prepare
        self.stage = "switching"
        effects: list[e.Effect] = []
        if prepare.volume is not None:
            effects.append(e.SetVolume(prepare.volume))
        if prepare.item is not None and not self._stands:
            live = prepare.item.live
            effects.append(e.FadeIn(None if live else position_ms, self._at, self._fade))
        return effects

    # --- what the engine says, and time -----------------------------------------------------

    def sounding(self, now: float) -> Effects:
        """It is heard; when it is heard in full the session is here."""
        self._sounding = self.stage == "switching"
        return self.tick(now)

    def failed(self, code: str, message: str) -> Effects:
        """It cannot be heard here: the source keeps the session, if it lives."""
        if self.stage in ("owner", "finished"):
            return ()
        if self._notice is not None:
            return self._own_in_silence(Problem(code, message))
        return self._drop(m.Failed(self.handoff, code, message))

    def changed(self, now: float) -> Effects:  # noqa: ARG002 - as `Part` has it
        """Something else plays here now: that goes first, unless it was to be replaced."""
        mine = self.stage in ("opening", "ready")
        if self._view.item is None or self._prepare.replace or not mine:
            return ()
        error = target_playing()
        return self._drop(m.Failed(self.handoff, error.code, error.message))

    def tick(self, now: float) -> Effects:
        """Own the session when it is heard, or stands, at the instant; or give up waiting."""
        if now < self.wake_at:
            return ()
        match self.stage:
            case "opening" | "ready":
                return self._drop(self._failed("The source said nothing more."))
            case "armed":
                return self._too_late()
            case "switching" if self._stands or self._sounding:
                return self._own(now)
            case "switching":
                return self.failed(HandoffFailed.code, "The output did not begin to sound.")
            case "owner" if now < self._until:
                return [self._say(self._taken, now, DONE_EVERY)]
        self.rest()
        return ()

    def _own(self, now: float) -> Effects:
        """The session is here."""
        prepare = self._prepare
        effects: list[e.Effect] = []
        if prepare.item is not None and self._stands:
            assert self._commit is not None
            effects.append(e.StandPaused(None if prepare.item.live else self._commit.position_ms))
        effects.append(e.Own(self.handoff, prepare.session, prepare.item, self._notice))
        self.stage = "owner"
        self._until = now + DONE_FOR
        effects.append(self._say(self._taken, now, DONE_EVERY))
        return effects

    def rest(self) -> None:
        """Wait no longer for the source to let go: the session is here all the same."""
        if self.stage == "owner":
            self._end(self._taken)

    # --- when it goes wrong -----------------------------------------------------------------

    def gone(self, now: float, *, dead: bool) -> Effects:
        """Without a source the music goes on here, if it can. Without a link the source plays on,
        or knows that it has said `go`.
        """
        source = self._view.name(self.peer)
        if self.stage == "owner":
            self.rest()
            return ()
        can_sound = self.stage in ("ready", "armed") and not self._stands
        if dead and (can_sound or self.stage == "switching"):
            why = f"{source} went away while it handed over; the session is here now."
            self._notice = Problem("source_lost", why)
        if self.stage == "switching":
            return ()
        if self._notice is None:
            return self._drop(self._failed(f"The link to {source} was lost."))
        self._at, self._fade = now + self._lead, FADE
        return self._switch(self._position(self._at))

    def _position(self, at: float) -> float:
        """Where the music is at an instant, as far as it is held."""
        prepare = self._prepare
        was_at = self._view.to_own(self.peer, prepare.at_us)
        start, end = self._view.held
        return min(max(prepare.position_ms + (at - was_at) * 1e3, start), end)

    def _own_in_silence(self, why: Problem) -> Effects:
        """Nobody else has the session any more, and it cannot be heard here."""
        self._end(self._taken)
        return [e.Drop(why.message), e.Own(self.handoff, self._prepare.session, None, why)]

    def _too_late(self) -> Effects:
        return self._drop(self._failed("The source did not confirm the switch in time."))

    def _drop(self, why: m.Failed) -> Effects:
        """Let all of it be, and never sound."""
        return [e.Drop(why.message), self._end(why)]

    # --- helpers ----------------------------------------------------------------------------

    @property
    def _stands(self) -> bool:
        """Whether nothing is to be heard after the switch."""
        return self._prepare.item is None or self._prepare.session.paused

    @property
    def _lead(self) -> float:
        return 0.0 if self._stands else self._view.lead

    @property
    def _taken(self) -> m.TakenOver:
        return m.TakenOver(self.handoff, self._prepare.session.epoch)

    def _failed(self, why: str) -> m.Failed:
        return m.Failed(self.handoff, HandoffFailed.code, why)

    def _end(self, word: m.TakenOver | m.Failed) -> e.Send:
        self.stage = "finished"
        return self._finish(word)


def target_playing() -> TonearmError:
    """Why a session is not taken while there is another one."""
    return TargetPlaying("It plays something else. Ask for the transfer to replace that.")
