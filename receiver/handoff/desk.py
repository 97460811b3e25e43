"""A receiver's part in handoffs: one at a time, and what it remembers of the last."""

from __future__ import annotations

import math
from dataclasses import dataclass

from receiver.errors import Busy, HandoffFailed, Stale, TonearmError
from receiver.handoff.effects import Answer, Effect, Release, Send
from receiver.handoff.giving import Giving, Wish
from receiver.handoff.taking import Taking, target_playing
from receiver.handoff.view import View
from receiver.protocol import peers as m

REMEMBERED = 16
"""Handoffs. What comes late of an older one is refused."""

ANSWERED_BY = {
    m.Released: (m.TakenOver,),
    m.Abort: (m.Ready, m.Armed, m.TakenOver),
    m.TakenOver: (m.Commit, m.Go, m.Ask),
    m.Failed: (m.Prepare, m.Commit, m.Go, m.Ask),
}
"""What the last word of a handoff is the answer to."""


@dataclass(frozen=True, slots=True)
class _Past:
    """A finished handoff."""

    peer: str
    session: str
    word: m.Released | m.Abort | m.TakenOver | m.Failed


class Handoffs:
    """Takes what concerns handoffs and says what is to be done. Pure: instants in (seconds on the
    own clock), effects out, to be carried out in order before the next input. Nothing raises.

    After each input, `tick` is due at `wake_at`, and `holds_commands` tells whether commands that
    change the session or its queue must wait; those that came first are carried out as soon as it
    is false again, here or where the session is then.
    """

    def __init__(self, view: View) -> None:
        self._view = view
        self._giving: Giving | None = None
        self._taking: Taking | None = None
        self._past: dict[str, _Past] = {}

    @property
    def wake_at(self) -> float:
        """When `tick` is due; infinite when there is nothing to do."""
        due = [machine.wake_at for machine in (self._giving, self._taking) if machine is not None]
        return min(due, default=math.inf)

    @property
    def holds_commands(self) -> bool:
        """Whether it is open whose session it is: commands for it wait."""
        machines = (self._giving, self._taking)
        return any(machine is not None and machine.holds_commands for machine in machines)

    @property
    def in_doubt(self) -> bool:
        """Whether nobody knows what became of the session, so that a command must `insist`."""
        return self._giving is not None and self._giving.in_doubt

    # --- from controllers -------------------------------------------------------------------

    def transfer(self, wish: Wish, now: float) -> list[Effect]:
        """Hand the session over. Answered once: when the target has it, or why not. Who is asked
        to hand it to itself, or to nobody that is known, does not come here.
        """
        self._let_rest()
        error: TonearmError | None = None
        if wish.if_epoch not in (None, self._view.session.epoch):
            error = Stale("The session has moved since.", epoch=self._view.session.epoch)
        elif self._giving is not None or self._taking is not None:
            error = Busy("Another transfer is being done. Try again when it is over.")
        if error is not None:
            return [Answer(wish.token, error)]
        self._giving = Giving(wish, self._view, now)
        return self._giving.begin(now)

    def changed(self, now: float) -> list[Effect]:
        """A command (not held back) changed what plays here, where in it, or whether it plays."""
        return self._settled(
            [
                *(self._giving.changed(now) if self._giving else []),
                *(self._taking.changed() if self._taking else []),
            ]
        )

    def insist(self, now: float) -> list[Effect]:
        """A command for the session came while it was `in_doubt`: the session is here, paused, and
        the command can be carried out.
        """
        return self._settled(self._giving.insist(now) if self._giving else [])

    # --- from the session and the engine ----------------------------------------------------

    def moved_on(self, now: float) -> list[Effect]:
        """The session went on by itself, to the next item or to its end."""
        return self._settled(self._giving.moved_on(now) if self._giving else [])

    def edited(self, now: float) -> list[Effect]:
        """The queue has another revision; what plays is as it was."""
        return self._settled(self._giving.edited(now) if self._giving else [])

    def opened(self, _now: float) -> list[Effect]:
        """What the last `Open` named could sound: `held` says how much of it."""
        return self._settled(self._taking.opened() if self._taking else [])

    def failed(self, code: str, message: str, _now: float) -> list[Effect]:
        """What the last `Open` named cannot be opened, or be played on before `Own`."""
        return self._settled(self._taking.failed(code, message) if self._taking else [])

    def sounding(self, now: float) -> list[Effect]:
        """What was faded in is heard."""
        return self._settled(self._taking.sounding(now) if self._taking else [])

    def tick(self, now: float) -> list[Effect]:
        """Do what is due."""
        effects = self._giving.tick(now) if self._giving else []
        return self._settled([*effects, *(self._taking.tick(now) if self._taking else [])])

    # --- from the other receivers -----------------------------------------------------------

    def hear(self, peer: str, message: m.HandoffMessage, now: float) -> list[Effect]:
        """Take in what `peer` says. The parts of a queue are collected elsewhere."""
        handoff, giving, taking = message.handoff, self._giving, self._taking
        if giving is not None and (giving.wish.handoff, giving.wish.to) == (handoff, peer):
            return self._settled(giving.hear(message, now))
        if taking is not None and (taking.handoff, taking.peer) == (handoff, peer):
            return self._settled(taking.hear(message, now))
        past = self._past.get(handoff)
        if past is None:
            return self._unheard_of(peer, message, now)
        return self._of_the_past(past, message) if past.peer == peer else []

    def queue_complete(self, handoff: str, revision: int, _now: float) -> list[Effect]:
        """All parts of the queue that `handoff` brings are here, as it was at `revision`: as many
        rows as `prepare` said. Without any rows that is at once.
        """
        taking = self._taking
        if taking is None or taking.handoff != handoff:
            return []
        return self._settled(taking.queue_complete(revision))

    def gone(self, peer: str, now: float, *, dead: bool) -> list[Effect]:
        """The link to `peer` is lost. `dead`: its process is gone for sure, because its kernel
        closed or refused the connection; said also when it comes back with another boot.
        """
        giving, taking, effects = self._giving, self._taking, list[Effect]()
        if giving is not None and giving.wish.to == peer:
            effects += giving.gone(now, dead=dead)
        if taking is not None and taking.peer == peer:
            effects += taking.gone(now, dead=dead)
        return self._settled(effects)

    def back(self, peer: str, now: float) -> list[Effect]:
        """There is a link to `peer` again, and it is the same process."""
        effects: list[Effect] = [
            Send(peer, past.word)
            for past in self._past.values()
            if past.peer == peer and isinstance(past.word, m.Abort)
        ]
        if self._giving is not None and self._giving.wish.to == peer:
            effects += self._giving.back(now)
        return self._settled(effects)

    # --- what fits nothing at hand ----------------------------------------------------------

    def _unheard_of(self, peer: str, message: m.HandoffMessage, now: float) -> list[Effect]:
        """A handoff begins, or was forgotten."""
        match message:
            case m.Prepare():
                return self._asked_to_take(peer, message, now)
            case m.Abort(message=why):  # it may have overtaken what it calls off
                self._remember(peer, "", m.Failed(message.handoff, HandoffFailed.code, why))
            case m.Commit() | m.Go() | m.Ask():
                why = "This handoff is not known here."
                return [Send(peer, m.Failed(message.handoff, HandoffFailed.code, why))]
            case m.TakenOver():
                return [Send(peer, m.Released(message.handoff))]
            case m.Ready() | m.Armed():
                return [Send(peer, m.Abort(message.handoff, "This handoff is not known here."))]
        return []

    def _asked_to_take(self, peer: str, prepare: m.Prepare, now: float) -> list[Effect]:
        effects = self._handed_back(peer, prepare, now)
        self._let_rest()
        view = self._view
        error: TonearmError | None = None
        if prepare.session.id == view.session.id and prepare.session.epoch <= view.session.epoch:
            error = Stale("The session has moved since.")
        elif self._giving is not None or self._taking is not None:
            error = Busy("It takes part in another transfer.")
        elif view.item is not None and not prepare.replace:
            error = target_playing()
        if error is not None:
            refused = m.Failed(prepare.handoff, error.code, error.message)
            self._remember(peer, prepare.session.id, refused)
            return [*effects, Send(peer, refused)]
        self._taking = Taking(peer, prepare, view)
        return [*effects, *self._taking.begin(now)]

    def _handed_back(self, peer: str, prepare: m.Prepare, now: float) -> list[Effect]:
        """Who hands the session back has taken it over, though `done` has not come yet."""
        giving = self._giving
        if giving is None or giving.wish.to != peer or giving.session != prepare.session.id:
            return []
        if prepare.session.epoch <= giving.epoch + 1:
            return []
        taken = m.TakenOver(giving.wish.handoff, prepare.session.epoch - 1)
        return self._settled(giving.hear(taken, now))

    def _of_the_past(self, past: _Past, message: m.HandoffMessage) -> list[Effect]:
        if isinstance(message, ANSWERED_BY[type(past.word)]):
            return [Send(past.peer, past.word)]
        if isinstance(message, m.Abort) and isinstance(past.word, m.TakenOver):
            return self._taken_back(past.peer, past.session, past.word.epoch)
        return []

    def _taken_back(self, peer: str, session: str, epoch: int) -> list[Effect]:
        """A session that came from `peer` is there again, unless it has moved on since."""
        here = self._view.session
        return [Release(peer, epoch + 1)] if (here.id, here.epoch) == (session, epoch) else []

    # --- memory -----------------------------------------------------------------------------

    def _let_rest(self) -> None:
        """A session that was taken over is not in the way, though its source has not let go."""
        if self._taking is not None and self._taking.stage == "owner":
            self._taking.rest()
            self._settled([])

    def _settled(self, effects: list[Effect]) -> list[Effect]:
        """Put what is finished where it is remembered."""
        giving, taking = self._giving, self._taking
        if giving is not None and giving.last_word is not None:
            self._remember(giving.wish.to, giving.session, giving.last_word)
            self._giving = None
        if taking is not None and taking.last_word is not None:
            self._remember(taking.peer, taking.session, taking.last_word)
            self._taking = None
        return effects

    def _remember(
        self, peer: str, session: str, word: m.Released | m.Abort | m.TakenOver | m.Failed
    ) -> None:
        self._past[word.handoff] = _Past(peer, session, word)
        if len(self._past) > REMEMBERED:
            del self._past[next(iter(self._past))]
