"""The source of a handoff, until it says `go`: its sound is untouched, and it can turn back."""

from __future__ import annotations

import math
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
from receiver.handoff.part import Effects, Part
from receiver.handoff.parting import Agreed, Parting
from receiver.handoff.switch import FARTHEST, Behind, Ends, Switch, TooSoon, choose_switch
from receiver.handoff.view import View
from receiver.model.state import Transferred
from receiver.protocol import peers as m

PREPARE_EVERY = 0.5
QUEUE_EVERY = 3
"""The queue is sent with every so many `prepare`: it may be large, and is rarely lost."""
COMMIT_EVERY = 0.03
READY_WITHIN = 5.0
MOST_TRIES = 3
MOST_ITEMS = 5
"""The session may go on by itself so often before there is a switch; then its items are all too
short for one."""

Stage = Literal["preparing", "committed", "finished"]


class Wish(msgspec.Struct, frozen=True):
    """A transfer as it was asked for. `to` is the target's id; `volume` is for its speaker, None:
    as it is; `replace`: also if it plays something else.
    """

    handoff: str
    token: e.Token
    to: str
    to_paused: bool = False
    volume: int | None = None
    replace: bool = False


class Giving(Part):
    """The part of the source until `go`; `Parting` follows it."""

    def __init__(self, wish: Wish, view: View, now: float) -> None:
        super().__init__(wish.handoff, wish.to, view.session.id)
        self.stage: Stage = "preparing"
        self._wish, self._view = wish, view
        self._asked_at = now
        self._epoch = view.session.epoch
        self._attempt = 0
        self._said = 0
        self._slow = 0
        self._items = 0
        self._commits = 0
        self._committed_at = now
        self._ready: m.Ready | None = None
        self._waiting = False
        self._choose_at = math.inf

    @property
    def wake_at(self) -> float:
        """When `tick` is due."""
        return min(super().wake_at, self._choose_at)

    @property
    def holds_commands(self) -> bool:
        """From the first commit on."""
        return self.stage == "committed"

    # --- preparing --------------------------------------------------------------------------

    def begin(self, now: float) -> Effects:
        """Ask the target to make ready, with what is here now."""
        self._until = now + READY_WITHIN
        self._slow = 0
        return self._prepare(now)

    def moved_on(self, now: float) -> Effects:
        """Begin anew with what plays now."""
        self._items += 1
        return self._not_ready() if self._items > MOST_ITEMS else self.begin(now)

    def edited(self, now: float) -> Effects:
        """Begin anew with another queue."""
        return self.begin(now)

    def changed(self, now: float) -> Effects:
        """Follow a pause, or its end. Anything else means that the transfer is out of date."""
        if self.stage != "preparing":
            return ()
        item = self._view.item
        same = item is not None and self._item is not None and item.id == self._item.id
        if same and self._view.session.paused != self._paused:
            return self.begin(now)
        return self._abort(Superseded("Another command came before the transfer was done."))

    def _prepare(self, now: float, ahead: float = 0.0) -> Effects:
        """Name the item, and where it will be after `ahead` seconds."""
        view, wish = self._view, self._wish
        self.stage = "preparing"
        self._attempt += 1
        self._said = 0
        self._ready, self._waiting, self._choose_at = None, False, math.inf
        self._prepared_at = now
        self._item, self._paused = view.item, view.session.paused
        self._sounds = self._item is not None and not self._paused
        self._live = self._item is not None and self._item.live
        self._ends_paused = self._item is not None and (self._paused or wish.to_paused)
        self._prepared = m.Prepare(
            handoff=self.handoff,
            attempt=self._attempt,
            session=msgspec.structs.replace(
                view.session, epoch=self._epoch + 1, paused=self._ends_paused
            ),
            item=self._item,
            position_ms=0.0 if self._item is None or self._live else view.position(now + ahead),
            at_us=round((now + ahead) * 1e6),
            replace=wish.replace,
            volume=wish.volume,
        )
        return self._say_prepare(now)

    def _say_prepare(self, now: float) -> Effects:
        effects: list[e.Effect] = [self._say(self._prepared, now, PREPARE_EVERY)]
        if self._ready is None and self._said % QUEUE_EVERY == 0:
            effects.append(e.SendQueue(self.peer, self.handoff))
        self._said += 1
        return effects

    def _choose(self, now: float) -> Effects:
        """The target is ready: agree on an instant, if there is a good one."""
        match self._plan(now):
            case Switch() as switch:
                return self._commit(switch, now)
            case Ends(within=within):
                if not self._waiting:  # for the join; or for the end, and then all is easy
                    self._waiting = True
                    self._until = now + within + READY_WITHIN
            case TooSoon(after=after):
                self._choose_at = now + after
            case Behind(at=at):
                self._slow += 1
                if self._slow > MOST_TRIES:
                    return self._not_ready()
                return self._prepare(now, (now - self._prepared_at) + (at - now))
        return ()

    def _plan(self, now: float, no_sooner: float = -math.inf) -> Switch | Ends | TooSoon | Behind:
        assert self._ready is not None
        return choose_switch(
            self._view, self.peer, self._ready, now, sounds=self._sounds, no_sooner=no_sooner
        )

    # --- committed --------------------------------------------------------------------------

    def _commit(self, switch: Switch, now: float) -> Effects:
        self.stage = "committed"
        self._switch = switch
        self._commits += 1
        self._committed_at = now
        self._choose_at = math.inf
        self._until = switch.no_return
        return [self._say_commit(now)]

    def _say_commit(self, now: float) -> e.Send:
        switch = self._switch
        commit = m.Commit(
            self.handoff,
            self._attempt,
            round(switch.at * 1e6),
            switch.position_ms,
            round(switch.fade * 1e6),
            self._prepared.session.queue_revision,
        )
        return self._say(commit, now, COMMIT_EVERY)

    def _armed(self, late: float, now: float) -> Effects:
        if now >= self._until:
            return self._too_late()
        if late > 0:
            return self._commit_later(late, now)
        parting = Parting(self.handoff, self.peer, self.session, self._agreed())
        self.successor = parting
        return parting.begin(now)

    def _commit_later(self, late: float, now: float) -> Effects:
        """The target cannot make it, by `late`. The next commit takes as long to get there."""
        if self._commits >= MOST_TRIES or late > FARTHEST:
            why = f"{self._target} came too late {self._commits} times; the music stays here."
            return self._abort(HandoffFailed(why, to=self.peer))
        self._attempt += 1
        switch = self._plan(now, self._switch.at + late + (now - self._committed_at))
        return self._commit(switch, now) if isinstance(switch, Switch) else self.begin(now)

    def _agreed(self) -> Agreed:
        assert self._ready is not None
        error_us = self._ready.clock_error_us
        outcome = Transferred(
            handoff=self.handoff,
            to=self.peer,
            epoch=self._epoch + 1,
            tight=self._switch.tight and not self._live,
            switch_ms=(self._switch.at - self._asked_at) * 1e3,
            clock_error_ms=None if error_us is None else error_us / 1e3,
            live=self._live,
            paused=self._ends_paused,
        )
        return Agreed(
            attempt=self._attempt,
            token=self._wish.token,
            target=self._target,
            epoch=self._epoch,
            switch=self._switch,
            sounds=self._sounds,
            outcome=outcome,
        )

    # --- what comes in ----------------------------------------------------------------------

    def hear(self, message: m.HandoffMessage, now: float) -> Effects:
        """`ready`, `armed` or `failed`."""
        match message:
            case m.Ready(attempt=self._attempt) if self.stage == "preparing":
                self._ready = message
                return self._choose(now)
            case m.Armed(attempt=self._attempt, late_us=late_us) if self.stage == "committed":
                return self._armed(late_us / 1e6, now)
            case m.Failed(code=code, message=why):
                return self._abort(error_from_code(code, f"{self._target}: {why}"))
        return ()

    def tick(self, now: float) -> Effects:
        """Say again what was said, choose, or give up."""
        if now >= self._until:
            return self._too_late()
        if now >= self._choose_at:
            self._choose_at = math.inf
            return self._choose(now)
        if now < self._again_at:
            return ()
        return self._say_prepare(now) if self.stage == "preparing" else [self._say_commit(now)]

    def gone(self, now: float, *, dead: bool) -> Effects:  # noqa: ARG002 - as `Part` has it
        """Without the target there is nothing to be done."""
        why = f"{self._target} went away." if dead else f"The link to {self._target} was lost."
        return self._abort(TargetLost(f"{why} The music stays here.", to=self.peer))

    # --- when it goes wrong -----------------------------------------------------------------

    def _too_late(self) -> Effects:
        if self.stage == "preparing":
            return self._not_ready()
        why = f"{self._target} did not confirm the switch in time; the music stays here."
        return self._abort(HandoffFailed(why, to=self.peer))

    def _not_ready(self) -> Effects:
        why = f"{self._target} did not get ready in time; the music stays here."
        return self._abort(TargetNotReady(why, to=self.peer))

    def _abort(self, error: TonearmError) -> Effects:
        """Turn back: nothing has happened yet."""
        self.stage = "finished"
        word = self._finish(m.Abort(self.handoff, error.message))
        return [word, e.Answer(self._wish.token, error)]

    @property
    def _target(self) -> str:
        return self._view.name(self.peer)
