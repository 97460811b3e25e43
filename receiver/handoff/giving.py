"""The source of a handoff: it owns the session until the target has said that it is heard."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import msgspec

from receiver.errors import (
    HandoffFailed,
    Superseded,
    TargetLost,
    TargetNotReady,
    TonearmError,
    error_from_code,
)
from receiver.handoff import effects as e
from receiver.handoff.switch import Behind, Ends, Switch, TooSoon, choose_switch
from receiver.handoff.view import View
from receiver.model.state import Problem
from receiver.protocol import peers as m

PREPARE_EVERY = 0.5
QUEUE_EVERY = 3
"""The queue is sent with every so many `prepare`: it may be large, and is rarely lost."""
COMMIT_EVERY = 0.03
GO_EVERY = 0.01
ASK_EVERY = 0.1
READY_WITHIN = 5.0
DONE_WITHIN = 0.3
"""From the end of the fade. Then the target is asked, and the state says why nothing is heard."""
RESUME_WITHIN = 10.0
"""From the switch. Music that was gone for longer does not come back unasked."""
MOST_TRIES = 3

Stage = Literal["preparing", "committed", "fading", "in_doubt", "finished"]


@dataclass(frozen=True, slots=True)
class Wish:
    """A transfer as it was asked for. `to` is the target's id; `volume` is for its speaker, None:
    as it is; `replace`: also if it plays something else; `if_epoch`: only if the session has it.
    """

    handoff: str
    token: e.Token
    to: str
    to_paused: bool = False
    volume: int | None = None
    replace: bool = False
    if_epoch: int | None = None


class Giving:
    """One handoff, from the source's side. Pure: instants in, effects out."""

    def __init__(self, wish: Wish, view: View, now: float) -> None:
        self.wish = wish
        self.stage: Stage = "preparing"
        self.last_word: m.Released | m.Abort | None = None
        """What those are told, once it is finished, who still speak of it."""
        self._view = view
        self._asked_at = now
        self.session = view.session.id
        self.epoch = view.session.epoch
        self._attempt = 0
        self._said = 0
        self._slow = 0
        self._commits = 0
        self._committed_at = now
        self._ready: m.Ready | None = None
        self._message: m.HandoffMessage
        self._waiting = False
        self._linked = True
        self._answered = False
        self._until = self._again_at = self._choose_at = math.inf

    @property
    def wake_at(self) -> float:
        """When `tick` is due."""
        return min(self._until, self._again_at, self._choose_at)

    @property
    def holds_commands(self) -> bool:
        """Whether a command for the session must wait until this is finished (or `insist`)."""
        return self.stage in ("committed", "fading", "in_doubt")

    @property
    def in_doubt(self) -> bool:
        """Whether nobody knows what became of the session."""
        return self.stage == "in_doubt"

    # --- preparing --------------------------------------------------------------------------

    def begin(self, now: float) -> list[e.Effect]:
        """Ask the target to make ready, with what is here now."""
        self._until = now + READY_WITHIN
        self._slow = 0
        return self._prepare(now)

    def moved_on(self, now: float) -> list[e.Effect]:
        """The session went on by itself: with another item, or to its end."""
        return self.begin(now) if self.stage in ("preparing", "committed") else []

    def edited(self, now: float) -> list[e.Effect]:
        """The queue changed; what plays did not."""
        return self.begin(now) if self.stage == "preparing" else []

    def changed(self, now: float) -> list[e.Effect]:
        """A command changed what plays, where, or whether. Only a pause or its end is followed."""
        if self.stage != "preparing":
            return []
        item = self._view.item
        same = item is not None and self._item is not None and item.id == self._item.id
        if same and self._view.session.paused != self._paused:
            return self.begin(now)
        return self._abort(Superseded("Another command came before the transfer was done."))

    def _prepare(self, now: float, ahead: float = 0.0) -> list[e.Effect]:
        """Name the item, and where it will be after `ahead` seconds."""
        view, wish = self._view, self.wish
        self.stage = "preparing"
        self._attempt += 1
        self._ready, self._waiting, self._choose_at = None, False, math.inf
        self._prepared_at = now
        self._item, self._paused = view.item, view.session.paused
        self._sounds = self._item is not None and not self._paused
        position = 0.0 if self._item is None or self._live else view.position(now + ahead)
        self._message = m.Prepare(
            wish.handoff,
            self._attempt,
            msgspec.structs.replace(
                view.session, epoch=self.epoch + 1, paused=self._paused or wish.to_paused
            ),
            self._item,
            position,
            round((now + ahead) * 1e6),
            wish.replace,
            wish.volume,
        )
        self._said = 0
        return self._say_prepare(now)

    def _say_prepare(self, now: float) -> list[e.Effect]:
        self._again_at = now + PREPARE_EVERY
        effects: list[e.Effect] = [self._send(self._message)]
        if self._ready is None and self._said % QUEUE_EVERY == 0:
            effects.append(e.SendQueue(self.wish.to, self.wish.handoff))
        self._said += 1
        return effects

    def _choose(self, now: float) -> list[e.Effect]:
        """The target is ready: agree on an instant, if there is a good one."""
        match self._plan(now):
            case Switch() as switch:
                return self._commit(switch, now)
            case Ends(within=within):
                if not self._waiting:
                    self._waiting = True
                    self._until = now + within + READY_WITHIN
            case TooSoon(after=after):
                self._choose_at = now + after
            case Behind(at=at):
                self._slow += 1
                if self._slow > MOST_TRIES:
                    return self._abort(self._not_ready())
                return self._prepare(now, (now - self._prepared_at) + (at - now))
        return []

    def _plan(self, now: float, no_sooner: float = 0.0) -> Switch | Ends | TooSoon | Behind:
        assert self._ready is not None
        return choose_switch(
            self._view, self.wish.to, self._ready, now, sounds=self._sounds, no_sooner=no_sooner
        )

    # --- committed --------------------------------------------------------------------------

    def _commit(self, switch: Switch, now: float) -> list[e.Effect]:
        self.stage = "committed"
        self._switch = switch
        self._commits += 1
        self._committed_at = now
        self._choose_at = math.inf
        self._until = switch.no_return
        self._message = m.Commit(
            self.wish.handoff,
            self._attempt,
            round(switch.at * 1e6),
            switch.position_ms,
            round(switch.fade * 1e6),
            self._view.session.queue_revision,
        )
        return self._say(now, COMMIT_EVERY)

    def _armed(self, late: float, now: float) -> list[e.Effect]:
        if late > 0:
            return self._commit_later(late, now)
        if now >= self._until:
            return self._too_late(now)
        switch = self._switch
        self.stage = "fading"
        self._until = switch.at + switch.fade + DONE_WITHIN
        self._message = m.Go(self.wish.handoff, self._attempt)
        effects = self._say(now, GO_EVERY)
        if self._sounds:
            effects.append(e.FadeOut(switch.at, switch.fade))
        return effects

    def _commit_later(self, late: float, now: float) -> list[e.Effect]:
        """The target cannot make it, by `late`. The next commit takes as long to get there."""
        if self._commits >= MOST_TRIES:
            return self._abort(
                HandoffFailed(f"{self._target} came too late {MOST_TRIES} times.", to=self.wish.to)
            )
        self._attempt += 1
        switch = self._plan(now, self._switch.at + late + (now - self._committed_at))
        return self._commit(switch, now) if isinstance(switch, Switch) else self.begin(now)

    # --- what is said to it -----------------------------------------------------------------

    def hear(self, message: m.HandoffMessage, now: float) -> list[e.Effect]:
        """Take in what the target says of this handoff. What does not fit is let be."""
        match message:
            case m.Ready(attempt=self._attempt) if self.stage == "preparing":
                self._ready = message
                return self._choose(now)
            case m.Armed(attempt=self._attempt, late_us=late_us) if self.stage == "committed":
                return self._armed(late_us / 1e6, now)
            case m.Failed(code=code, message=why):
                return self._refused(error_from_code(code, f"{self._target}: {why}"), now)
            case m.TakenOver(epoch=epoch) if self.stage in ("fading", "in_doubt"):
                return self._release(epoch)
        return []

    def _refused(self, error: TonearmError, now: float) -> list[e.Effect]:
        if self.stage in ("preparing", "committed"):
            return self._abort(error)
        return self._take_back(error, now)

    def _release(self, epoch: int) -> list[e.Effect]:
        """The target is heard: let go."""
        ready, switch = self._ready, self._switch
        assert ready is not None
        error_us = ready.clock_error_us
        gone = e.Transferred(
            handoff=self.wish.handoff,
            to=self.wish.to,
            epoch=epoch,
            tight=switch.tight and not self._live,
            switch_ms=(switch.at - self._asked_at) * 1e3,
            clock_error_ms=None if error_us is None else error_us / 1e3,
            live=self._live,
            paused=self._paused or self.wish.to_paused,
        )
        effects: list[e.Effect] = [e.Clear()] if self.in_doubt else []
        effects.append(e.Release(self.wish.to, epoch))
        return [*effects, *self._finish(m.Released(self.wish.handoff), gone)]

    # --- when it goes wrong -----------------------------------------------------------------

    def tick(self, now: float) -> list[e.Effect]:
        """Do what is due."""
        if now >= self._until:
            return self._too_late(now)
        if now >= self._choose_at:
            self._choose_at = math.inf
            return self._choose(now)
        if now < self._again_at:
            return []
        match self.stage:
            case "preparing":
                return self._say_prepare(now)
            case "committed":
                return self._say(now, COMMIT_EVERY)
            case "fading" if now < self._switch.at:
                return self._say(now, GO_EVERY)
            case "in_doubt" if self._linked:
                return self._say(now, ASK_EVERY)
        self._again_at = math.inf
        return []

    def _too_late(self, now: float) -> list[e.Effect]:
        match self.stage:
            case "preparing":
                return self._abort(self._not_ready())
            case "committed":
                why = f"{self._target} did not confirm the switch in time."
                return self._abort(HandoffFailed(why, to=self.wish.to))
            case "fading":
                return self._fall_in_doubt(f"{self._target} does not say whether it plays.", now)
        self._until = math.inf
        return self._answer(
            TargetLost(
                f"Nobody knows whether {self._target} plays; nothing is heard here until it answers"
                " or a command takes the session back.",
                to=self.wish.to,
            )
        )

    def gone(self, now: float, *, dead: bool) -> list[e.Effect]:
        """The target is gone: for sure (`dead`), or only the link to it."""
        self._linked = False
        why = f"{self._target} went away." if dead else f"The link to {self._target} was lost."
        if self.stage in ("preparing", "committed"):
            return self._abort(TargetLost(why, to=self.wish.to))
        if dead:
            return self._take_back(TargetLost(why, to=self.wish.to), now)
        return self._fall_in_doubt(why, now)

    def back(self, now: float) -> list[e.Effect]:
        """The link is there again, to the same process."""
        self._linked = True
        return self._say(now, ASK_EVERY) if self.in_doubt else []

    def insist(self, now: float) -> list[e.Effect]:
        """Somebody wants to command the session and cannot wait: it is here, paused."""
        if not self.in_doubt:
            return []
        error = TargetLost(
            f"A command took the session back while {self._target} was lost.", to=self.wish.to
        )
        return self._take_back(error, now, stand=True)

    def _fall_in_doubt(self, why: str, now: float) -> list[e.Effect]:
        """The target may play or not: stay silent, say why, and ask it."""
        self.stage = "in_doubt"
        self._until = self._switch.at + RESUME_WITHIN if not self._answered else math.inf
        self._message = m.Ask(self.wish.handoff)
        doubt = e.Doubt(Problem(TargetLost.code, f"{why} Nothing is heard here until it is known."))
        return [doubt, *(self._say(now, ASK_EVERY) if self._linked else [])]

    def _take_back(self, error: TonearmError, now: float, *, stand: bool = False) -> list[e.Effect]:
        """The target does not have the session, or must not keep it: play on, if it is not too
        long ago. An epoch is left out, which the target may have used.
        """
        switch, live = self._switch, self._live
        passed = now - switch.at
        effects: list[e.Effect] = [e.KeepEpoch(self.epoch + 2)]
        if self.in_doubt:
            effects.append(e.Clear())
        if self._sounds and (stand or passed > RESUME_WITHIN):
            effects.append(e.StandPaused(None if live else switch.position_ms))
        elif self._sounds:
            effects.append(e.FadeBack(None if live else switch.position_ms, switch.at))
        if self._sounds and not stand and passed > RESUME_WITHIN:
            effects.append(e.Doubt(Problem(error.code, f"{error.message} The music stands here.")))
        return [*effects, *self._abort(error)]

    def _abort(self, error: TonearmError) -> list[e.Effect]:
        return self._finish(m.Abort(self.wish.handoff, error.message), error)

    def _not_ready(self) -> TonearmError:
        why = f"{self._target} did not get ready within {READY_WITHIN:.0f} s; the music stays here."
        return TargetNotReady(why, to=self.wish.to)

    def _finish(
        self, word: m.Released | m.Abort, result: e.Transferred | TonearmError
    ) -> list[e.Effect]:
        self.stage, self.last_word = "finished", word
        self._until = self._again_at = self._choose_at = math.inf
        return [self._send(word), *self._answer(result)]

    def _answer(self, result: e.Transferred | TonearmError) -> list[e.Effect]:
        if self._answered:
            return []
        self._answered = True
        return [e.Answer(self.wish.token, result)]

    # --- helpers ----------------------------------------------------------------------------

    @property
    def _target(self) -> str:
        return self._view.name(self.wish.to)

    @property
    def _live(self) -> bool:
        return self._item is not None and self._item.live

    def _say(self, now: float, every: float) -> list[e.Effect]:
        """Say the message at hand, and again before long."""
        self._again_at = now + every
        return [self._send(self._message)]

    def _send(self, message: m.HandoffMessage) -> e.Send:
        return e.Send(self.wish.to, message)
