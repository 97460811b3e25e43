"""The source, once it has said `go`: it falls silent, and lets go as soon as the target is heard.

Whether the target has heard `go` only the target knows. Until it says so the session is here.
"""

from __future__ import annotations

import math
from typing import Literal

import msgspec

from receiver.errors import TargetLost, TonearmError, error_from_code
from receiver.handoff import effects as e
from receiver.handoff.part import Effects, Part
from receiver.handoff.switch import Switch
from receiver.model.state import Problem, Transferred
from receiver.protocol import peers as m

GO_EVERY = 0.01
ASK_EVERY = 0.1
DONE_WITHIN = 0.3
"""From the end of the fade. Then the target is asked, and the state says why nothing is heard."""
RESUME_WITHIN = 10.0
"""From the switch. Music that was gone for longer does not come back unasked."""
TOLD_WITHIN = 5.0

Stage = Literal["fading", "in_doubt", "kept", "finished"]


class Agreed(msgspec.Struct, frozen=True):
    """What both will do. `target`: its name; `sounds`: something is heard here until the switch;
    `outcome`: what is answered when it went well.
    """

    attempt: int
    token: e.Token
    target: str
    epoch: int
    switch: Switch
    sounds: bool
    outcome: Transferred


class Parting(Part):
    """The part of the source from `go` on."""

    def __init__(self, handoff: str, peer: str, session: str, agreed: Agreed) -> None:
        super().__init__(handoff, peer, session)
        self.stage: Stage = "fading"
        self._agreed = agreed
        self._linked = True
        self._answered = False

    @property
    def holds_commands(self) -> bool:
        """Until it is known whether the target has it."""
        return self.stage in ("fading", "in_doubt")

    @property
    def in_doubt(self) -> bool:
        """The target does not say."""
        return self.stage == "in_doubt"

    def begin(self, now: float) -> Effects:
        """Tell the target to be heard, and fall silent."""
        switch = self._agreed.switch
        self._until = switch.at + switch.fade + DONE_WITHIN
        effects: list[e.Effect] = [self._say(self._go, now, GO_EVERY)]
        if self._agreed.sounds:
            effects.append(e.FadeOut(switch.at, switch.fade))
        return effects

    def hear(self, message: m.HandoffMessage, now: float) -> Effects:
        """`done` or `failed`."""
        match message, self.stage:
            case m.TakenOver(epoch=epoch), "fading" | "in_doubt":
                return self._release(epoch)
            case m.TakenOver(), "kept":
                return [self._send(self._abort)]
            case m.Failed(code=code, message=why), "fading" | "in_doubt":
                return self._take_back(error_from_code(code, f"{self._agreed.target}: {why}"), now)
            case m.Failed(), "kept":
                self.rest()
        return ()

    def handed_back(self, prepare: m.Prepare) -> Effects:
        """Who hands the session back has taken it over, though `done` has not come yet."""
        moved_on = prepare.session.epoch > self._agreed.epoch + 1
        if self.holds_commands and prepare.session.id == self.session and moved_on:
            return self._release(prepare.session.epoch - 1)
        return ()

    def _release(self, epoch: int) -> Effects:
        """The target is heard: let go."""
        return [
            *self._cleared(),
            e.Release(self.peer, epoch),
            self._end(m.Released(self.handoff)),
            *self._answer(self._agreed.outcome),
        ]

    def tick(self, now: float) -> Effects:
        """Say again what was said, or give up waiting."""
        if now >= self._until:
            return self._too_late(now)
        if now < self._again_at:
            return ()
        match self.stage:
            case "fading" if now < self._agreed.switch.at:
                return [self._say(self._go, now, GO_EVERY)]
            case "in_doubt" if self._linked:
                return [self._say(self._ask, now, ASK_EVERY)]
            case "kept" if self._linked:
                return [self._say(self._abort, now, ASK_EVERY)]
        self._again_at = math.inf
        return ()

    def _too_late(self, now: float) -> Effects:
        target = self._agreed.target
        match self.stage:
            case "fading":
                return self._fall_in_doubt(f"{target} does not say whether it plays.", now)
            case "in_doubt":
                self._until = math.inf
                why = f"Nobody knows whether {target} plays. Nothing is heard here until it answers"
                return self._answer(
                    TargetLost(f"{why}, or until a command takes the session back.", to=self.peer)
                )
        self.rest()
        return ()

    # --- when it goes wrong -----------------------------------------------------------------

    def gone(self, now: float, *, dead: bool) -> Effects:
        """Without a target the music is heard here again; without a link nobody knows."""
        self._linked = False
        target = self._agreed.target
        effects: Effects = ()
        if self.stage == "kept":
            self._until = math.inf
        elif dead:
            effects = self._take_back(TargetLost(f"{target} went away.", to=self.peer), now)
        else:
            effects = self._fall_in_doubt(f"The link to {target} was lost.", now)
        if dead:
            self.rest()
        return effects

    def back(self, now: float) -> Effects:
        """Ask what became of it, or say it."""
        self._linked = True
        match self.stage:
            case "in_doubt":
                return [self._say(self._ask, now, ASK_EVERY)]
            case "kept":
                self._until = now + TOLD_WITHIN
                return [self._say(self._abort, now, ASK_EVERY)]
        return ()

    def insist(self, now: float) -> Effects:
        """The session is here, and stands, so that the command can be carried out."""
        if not self.in_doubt:
            return ()
        why = f"A command took the session back while {self._agreed.target} was lost."
        return self._take_back(TargetLost(why, to=self.peer), now, stand=True)

    def rest(self) -> None:
        """Wait no longer for the target to hear that the session is here."""
        if self.stage == "kept":
            self._end(self._abort)

    def _fall_in_doubt(self, why: str, now: float) -> Effects:
        """The target may play or not: stay silent, say why, and ask it."""
        self.stage = "in_doubt"
        self._until = math.inf if self._answered else self._agreed.switch.at + RESUME_WITHIN
        doubt = e.Doubt(Problem(TargetLost.code, f"{why} Nothing is heard here until it is known."))
        return [doubt, *([self._say(self._ask, now, ASK_EVERY)] if self._linked else [])]

    def _take_back(self, error: TonearmError, now: float, *, stand: bool = False) -> Effects:
        """The target does not have the session, or must not keep it: play on, unless that would
        come as a surprise. An epoch is left out, which the target may have used.
        """
        switch = self._agreed.switch
        position_ms = None if self._agreed.outcome.live else switch.position_ms
        effects: list[e.Effect] = [e.KeepEpoch(self._agreed.epoch + 2), *self._cleared()]
        if self._agreed.sounds and (stand or now - switch.at > RESUME_WITHIN):
            why = Problem(error.code, f"{error.message} The music stands here.")
            effects += [e.StandPaused(position_ms), e.Doubt(why)]
        elif self._agreed.sounds:
            effects.append(e.FadeBack(position_ms, switch.at))
        self.stage = "kept"
        self._until = now + TOLD_WITHIN if self._linked else math.inf
        return [*effects, self._say(self._abort, now, ASK_EVERY), *self._answer(error)]

    # --- helpers ----------------------------------------------------------------------------

    @property
    def _go(self) -> m.Go:
        return m.Go(self.handoff, self._agreed.attempt)

    @property
    def _ask(self) -> m.Ask:
        return m.Ask(self.handoff)

    @property
    def _abort(self) -> m.Abort:
        return m.Abort(self.handoff, "The session was taken back.")

    def _end(self, word: m.Released | m.Abort) -> e.Send:
        self.stage = "finished"
        return self._finish(word)

    def _cleared(self) -> Effects:
        return [e.Clear()] if self.in_doubt else []

    def _answer(self, result: Transferred | TonearmError) -> Effects:
        if self._answered:
            return ()
        self._answered = True
        return [e.Answer(self._agreed.token, result)]
