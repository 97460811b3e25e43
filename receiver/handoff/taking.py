"""The target of a handoff: it makes ready unheard, and owns the session once it is heard."""

from __future__ import annotations

import math
from typing import Literal

from receiver.errors import HandoffFailed, TargetPlaying, TonearmError
from receiver.handoff import effects as e
from receiver.handoff.switch import FADE
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


class Taking:
    """One handoff, from the target's side. Pure: instants in, effects out."""

    def __init__(self, peer: str, prepare: m.Prepare, view: View) -> None:
        self.peer = peer
        self.handoff = prepare.handoff
        self.stage: Stage = "opening"
        self.last_word: m.TakenOver | m.Failed | None = None
        """What the source is told, once it is finished, if it still speaks of it."""
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
        self._until = self._again_at = math.inf

    @property
    def session(self) -> str:
        """Id of the session that is taken."""
        return self._prepare.session.id

    @property
    def wake_at(self) -> float:
        """When `tick` is due."""
        match self.stage:
            case "armed":
                return self._at - self._lead
            case "switching":
                over = self._at + self._fade
                return over if self._stands or self._sounding else over + SOUND_WITHIN
        return min(self._until, self._again_at)

    @property
    def holds_commands(self) -> bool:
        """Whether a command must wait until it is known whose session it is for."""
        return self.stage in ("armed", "switching")

    # --- making ready -----------------------------------------------------------------------

    def begin(self, now: float) -> list[e.Effect]:
        """Open what the source wants to hand over."""
        return self._make_ready(self._prepare, now)

    def _make_ready(self, prepare: m.Prepare, now: float) -> list[e.Effect]:
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
        start, end = self._view.held if self._opened else (opening.position_ms, math.inf)
        return start - 1 <= prepare.position_ms <= end

    def opened(self) -> list[e.Effect]:
        """What the last `Open` named could sound."""
        self._opened = True
        return self._ready_if_so() if self.stage == "opening" else []

    def queue_complete(self, revision: int) -> list[e.Effect]:
        """All parts of the queue are here, as it was at `revision`."""
        self._complete.add(revision)
        return self._ready_if_so() if self.stage == "opening" else []

    def _ready_if_so(self) -> list[e.Effect]:
        item, revision = self._prepare.item, self._prepare.session.queue_revision
        if revision not in self._complete or not (item is None or self._opened):
            return []
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

    def hear(self, message: m.HandoffMessage, now: float) -> list[e.Effect]:
        """Take in what the source says of this handoff. What does not fit is let be."""
        match message, self.stage:
            case m.Prepare(), "opening" | "ready" | "armed":
                return self._prepared(message, now)
            case m.Commit(), "ready" | "armed":
                return self._committed(message, now)
            case m.Go(attempt=self._attempt), "armed":
                return self._go(now)
            case m.Abort(message=why), "owner":
                self._finish(m.Failed(self.handoff, HandoffFailed.code, why))
                return [e.Release(self.peer, self._prepare.session.epoch + 1)]
            case m.Abort(message=why), _:
                return self._drop(why)
            case m.Ask(), "owner":
                return [self._done]
            case m.Released(), "owner":
                self.rest()
        return []

    def _prepared(self, prepare: m.Prepare, now: float) -> list[e.Effect]:
        if prepare.attempt > self._attempt:
            return self._make_ready(prepare, now)
        if prepare.attempt < self._attempt or self.stage == "armed":
            return []
        self._until = now + TTL
        return [self._say_ready()] if self.stage == "ready" else []

    def _committed(self, commit: m.Commit, now: float) -> list[e.Effect]:
        if commit.attempt < self._attempt or commit.revision not in self._complete:
            return []
        if self.stage == "armed" and commit.attempt == self._attempt:
            return [self._armed()]
        self._commit, self._attempt = commit, commit.attempt
        self._at = self._view.to_own(self.peer, commit.at_us)
        self._fade = 0.0 if self._stands else commit.fade_us / 1e6
        # `go` must get here before the output needs to be told: a round trip from now.
        late = now + self._lead + self._view.rtt95(self.peer) - self._at
        self.stage = "ready" if late > 0 else "armed"
        self._until = now + TTL
        return [self._armed(late)]

    def _armed(self, late: float = 0.0) -> e.Send:
        late_us = max(math.ceil(late * 1e6), 0)
        return self._send(m.Armed(self.handoff, self._attempt, late_us))

    def _go(self, now: float) -> list[e.Effect]:
        """The source will fall silent at the instant: be heard from then on, whatever comes."""
        assert self._commit is not None
        if now > self._at - self._lead:
            return self._too_late()
        return self._switch(self._commit.position_ms)

    def _switch(self, position_ms: float) -> list[e.Effect]:
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

    def sounding(self, now: float) -> list[e.Effect]:
        """What was faded in is heard."""
        self._sounding = self.stage == "switching"
        return self.tick(now)

    def failed(self, code: str, message: str) -> list[e.Effect]:
        """What the last `Open` named cannot be opened, or cannot be played on."""
        if self.stage in ("owner", "finished"):
            return []
        if self._notice is not None:
            return self._own_in_silence(Problem(code, message))
        return self._fail(code, message)

    def changed(self) -> list[e.Effect]:
        """A command made something play here."""
        item, mine = self._view.item, self.stage in ("opening", "ready")
        if item is None or self._prepare.replace or not mine:
            return []
        error = target_playing()
        return self._fail(error.code, error.message)

    def tick(self, now: float) -> list[e.Effect]:
        """Do what is due."""
        if now < self.wake_at:
            return []
        match self.stage:
            case "opening" | "ready":
                return self._fail(HandoffFailed.code, "The source said nothing more.")
            case "armed":
                return self._too_late()
            case "switching" if self._stands or self._sounding:
                return self._own(now)
            case "switching":
                return self.failed(HandoffFailed.code, "The output did not begin to sound.")
            case "owner" if now < self._until:
                self._again_at = now + DONE_EVERY
                return [self._done]
            case "owner":
                self.rest()
        return []

    def rest(self) -> None:
        """Wait no longer for the source to let go: the session is here all the same."""
        self._finish(self._taken)

    def _own(self, now: float) -> list[e.Effect]:
        """The session is here."""
        prepare, effects = self._prepare, list[e.Effect]()
        if prepare.item is not None and self._stands:
            assert self._commit is not None
            effects.append(e.StandPaused(None if prepare.item.live else self._commit.position_ms))
        effects.append(e.Own(self.handoff, prepare.session, prepare.item, self._notice))
        self.stage = "owner"
        self._until, self._again_at = now + DONE_FOR, now + DONE_EVERY
        if self._notice is not None:
            self.rest()
            return effects
        return [*effects, self._done]

    # --- when it goes wrong -----------------------------------------------------------------

    def gone(self, now: float, *, dead: bool) -> list[e.Effect]:
        """The source is gone: for sure (`dead`), or only the link to it."""
        if self.stage == "owner":
            self.rest()
            return []
        ready = self.stage in ("ready", "armed")
        if dead and (self.stage == "switching" or (ready and not self._stands)):
            source = self._view.name(self.peer)
            why = f"{source} went away while it handed over; the music goes on here."
            self._notice = Problem("source_lost", why)
        if self.stage == "switching":
            return []
        if self._notice is None:
            return self._drop("The source went away before the switch.")
        self._at, self._fade = now + self._lead, FADE
        return self._switch(self._position(self._at))

    def _position(self, at: float) -> float:
        """Where the music is at an instant, as far as it is held."""
        prepare = self._prepare
        was_at = self._view.to_own(self.peer, prepare.at_us)
        start, end = self._view.held
        return min(max(prepare.position_ms + (at - was_at) * 1e3, start), end)

    def _own_in_silence(self, why: Problem) -> list[e.Effect]:
        """Nobody else has the session any more, and it cannot be heard here."""
        self._finish(self._taken)
        return [
            e.Drop(why.message),
            e.Own(self.handoff, self._prepare.session, None, why),
        ]

    def _too_late(self) -> list[e.Effect]:
        return self._fail(HandoffFailed.code, "The source did not confirm the switch in time.")

    def _fail(self, code: str, message: str) -> list[e.Effect]:
        effects = self._drop(message, code)
        return [*effects, *([self._send(self.last_word)] if self.last_word else [])]

    def _drop(self, why: str, code: str = HandoffFailed.code) -> list[e.Effect]:
        self._finish(m.Failed(self.handoff, code, why))
        return [e.Drop(why)]

    def _finish(self, word: m.TakenOver | m.Failed) -> None:
        self.stage, self.last_word = "finished", word
        self._until = self._again_at = math.inf

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

    @property
    def _done(self) -> e.Send:
        return self._send(self._taken)

    def _send(self, message: m.HandoffMessage) -> e.Send:
        return e.Send(self.peer, message)


def target_playing() -> TonearmError:
    """Why a session is not taken while there is another one."""
    return TargetPlaying("It plays something else. Ask for the transfer to replace that.")
