"""A receiver's part in handoffs: one at a time, and what it remembers of the last."""

from __future__ import annotations

import msgspec

from receiver.errors import Busy, HandoffFailed, Stale, TonearmError
from receiver.handoff.effects import Answer, Release, Send
from receiver.handoff.giving import Giving, Wish
from receiver.handoff.part import Effects, LastWord, Part
from receiver.handoff.taking import Taking, target_playing
from receiver.handoff.view import View
from receiver.protocol import peers as m

REMEMBERED = 16
"""Handoffs. What comes late of an older one is refused."""

ANSWERED_BY = {
    m.Released: (m.TakenOver,),
    m.Abort: (m.Ready, m.Armed, m.TakenOver),
    m.TakenOver: (m.Commit, m.Go, m.Ask),
    m.Failed: (m.Prepare, m.Commit, m.Go, m.Ask, m.Abort),
}
"""What the last word of a handoff is the answer to."""


class _Past(msgspec.Struct, frozen=True):
    """A finished handoff."""

    peer: str
    session: str
    word: LastWord


class Handoffs:
    """Takes what concerns handoffs and says what is to be done. Pure: instants in (seconds on the
    own clock), effects out, to be carried out in order before the next input. Nothing raises.

    After each input, `tick` is due at `wake_at`, and `holds_commands` tells whether commands that
    change the session or its queue must wait; those that came first are carried out as soon as it
    is false again, here or where the session is then.
    """

    def __init__(self, view: View) -> None:
        self._view = view
        self._part = Part()
        self._past: dict[str, _Past] = {}

    @property
    def wake_at(self) -> float:
        """When `tick` is due; infinite when there is nothing to do."""
        return self._part.wake_at

    @property
    def holds_commands(self) -> bool:
        """Whether it is open whose session it is: commands for it wait."""
        return self._part.holds_commands

    @property
    def in_doubt(self) -> bool:
        """Whether nobody knows what became of the session, so that a command must `insist`."""
        return self._part.in_doubt

    # --- from controllers -------------------------------------------------------------------

    def transfer(self, wish: Wish, now: float) -> Effects:
        """Hand the session over. Answered once: when the target has it, or why not. Who is asked
        to hand it to itself, or to nobody that is known, does not come here.
        """
        self._rest()
        if self._busy:
            why = "Another transfer is being done. Try again when it is over."
            return [Answer(wish.token, Busy(why))]
        giving = Giving(wish, self._view, now)
        self._part = giving
        return giving.begin(now)

    def changed(self, now: float) -> Effects:
        """A command (not held back) changed what plays here, where in it, or whether it plays."""
        return self._settled(self._part.changed(now))

    def insist(self, now: float) -> Effects:
        """A command for the session came while it was `in_doubt`: the session is here, paused, and
        the command can be carried out.
        """
        return self._settled(self._part.insist(now))

    # --- from the session and the engine ----------------------------------------------------

    def moved_on(self, now: float) -> Effects:
        """The session went on by itself, to the next item or to its end."""
        return self._settled(self._part.moved_on(now))

    def edited(self, now: float) -> Effects:
        """The queue has another revision; what plays is as it was."""
        return self._settled(self._part.edited(now))

    def opened(self) -> Effects:
        """What the last `Open` named could sound: `held` says how much of it."""
        return self._settled(self._part.opened())

    def failed(self, code: str, message: str) -> Effects:
        """What the last `Open` named cannot be opened, or be played on before `Own`."""
        return self._settled(self._part.failed(code, message))

    def sounding(self, now: float) -> Effects:
        """What was faded in is heard."""
        return self._settled(self._part.sounding(now))

    def tick(self, now: float) -> Effects:
        """Do what is due."""
        return self._settled(self._part.tick(now))

    # --- from the other receivers -----------------------------------------------------------

    def hear(self, peer: str, message: m.HandoffMessage, now: float) -> Effects:
        """Take in what `peer` says. The parts of a queue are collected elsewhere."""
        part, past = self._part, self._past.get(message.handoff)
        if self.concerns(peer, message.handoff):
            return self._settled(part.hear(message, now))
        if past is None:
            return self._unheard_of(peer, message, now)
        return self._of_the_past(past, message) if past.peer == peer else ()

    def concerns(self, peer: str, handoff: str) -> bool:
        """Whether this handoff with `peer` is being done now."""
        return self._busy and (self._part.handoff, self._part.peer) == (handoff, peer)

    def queue_complete(self, handoff: str, revision: int) -> Effects:
        """All parts of the queue that `handoff` brings are here, as it was at `revision`: as many
        rows as `prepare` said. Without any rows that is at once.
        """
        if self._part.handoff != handoff:
            return ()
        return self._settled(self._part.queue_complete(revision))

    def gone(self, peer: str, now: float, *, dead: bool) -> Effects:
        """The link to `peer` is lost. `dead`: its process is gone for sure, because its kernel
        closed or refused the connection; said also when it comes back with another boot.
        """
        if self._part.peer != peer:
            return ()
        return self._settled(self._part.gone(now, dead=dead))

    def back(self, peer: str, now: float) -> Effects:
        """There is a link to `peer` again, and it is the same process."""
        if self._part.peer != peer:
            return ()
        return self._settled(self._part.back(now))

    # --- what fits nothing at hand ----------------------------------------------------------

    def _unheard_of(self, peer: str, message: m.HandoffMessage, now: float) -> Effects:
        """A handoff begins, or was forgotten."""
        why = "This handoff is not known here."
        match message:
            case m.Prepare():
                return self._asked_to_take(peer, message, now)
            case m.Abort():  # it may have overtaken what it calls off
                return self._refuse(peer, "", m.Failed(message.handoff, HandoffFailed.code, why))
            case m.Commit() | m.Go() | m.Ask():
                return [Send(peer, m.Failed(message.handoff, HandoffFailed.code, why))]
            case m.TakenOver():
                return [Send(peer, m.Released(message.handoff))]
            case m.Ready() | m.Armed():
                return [Send(peer, m.Abort(message.handoff, why))]
        return ()

    def _asked_to_take(self, peer: str, prepare: m.Prepare, now: float) -> Effects:
        let_go = self._part.handed_back(prepare) if self._part.peer == peer else ()
        self._settled(let_go)
        self._rest()
        view = self._view
        error: TonearmError | None = None
        if prepare.session.id == view.session.id and prepare.session.epoch <= view.session.epoch:
            error = Stale("The session has moved since.")
        elif self._busy:
            error = Busy("It takes part in another transfer.")
        elif view.item is not None and not prepare.replace and not let_go:
            error = target_playing()
        if error is not None:
            refused = m.Failed(prepare.handoff, error.code, error.message)
            return [*let_go, *self._refuse(peer, prepare.session.id, refused)]
        taking = Taking(peer, prepare, view)
        self._part = taking
        return [*let_go, *taking.begin(now)]

    def _of_the_past(self, past: _Past, message: m.HandoffMessage) -> Effects:
        if isinstance(message, m.Abort) and isinstance(past.word, m.TakenOver):
            return self._taken_back(past, past.word, message)
        if isinstance(message, ANSWERED_BY[type(past.word)]):
            return [Send(past.peer, past.word)]
        return ()

    def _taken_back(self, past: _Past, taken: m.TakenOver, abort: m.Abort) -> Effects:
        """A session that came from there is there again, unless it has moved on since."""
        here = self._view.session
        failed = m.Failed(abort.handoff, HandoffFailed.code, abort.message)
        refused = self._refuse(past.peer, past.session, failed)
        if (here.id, here.epoch) != (past.session, taken.epoch):
            return refused
        return [Release(past.peer, taken.epoch + 1), *refused]

    # --- memory -----------------------------------------------------------------------------

    @property
    def _busy(self) -> bool:
        return self._part.handoff != ""

    def _rest(self) -> None:
        """What waits for a last word only is not in the way."""
        self._part.rest()
        self._settled(())

    def _refuse(self, peer: str, session: str, word: m.Failed) -> Effects:
        self._remember(peer, session, word)
        return [Send(peer, word)]

    def _settled(self, effects: Effects) -> Effects:
        """Put what is finished where it is remembered, and who follows in its place."""
        part = self._part
        if part.successor is not None:
            self._part = part.successor
        elif part.last_word is not None:
            self._remember(part.peer, part.session, part.last_word)
            self._part = Part()
        return effects

    def _remember(self, peer: str, session: str, word: LastWord) -> None:
        self._past[word.handoff] = _Past(peer, session, word)
        if len(self._past) > REMEMBERED:
            del self._past[next(iter(self._past))]
