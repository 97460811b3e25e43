"""A session that can move: commands and reports go through here, and so does what other receivers
say. Pure, as all of the session is.
"""

from __future__ import annotations

import math

from receiver.errors import TonearmError
from receiver.model import reports
from receiver.model.state import SessionState, State
from receiver.protocol import commands as c
from receiver.protocol.peers import HandoffMessage
from receiver.session.effects import Answer, Effect, Token
from receiver.session.handover import Handover, forwarded
from receiver.session.handover_view import HandoverView, Peers
from receiver.session.session import Session


class RoamingSession:
    """The session of a receiver among others. One task owns it; every call takes the instant."""

    def __init__(self, session: Session, peers: Peers) -> None:
        self._session = session
        self._handover = Handover(session, HandoverView(session, peers))

    @property
    def state(self) -> State:
        """The state as controllers see it, but for the other receivers."""
        return self._session.state

    @property
    def wake_at(self) -> float:
        """The instant at which `tick` is due; infinite when there is nothing to wait for."""
        return self._handover.wake_at

    def begin(self) -> list[Effect]:
        """What a fresh engine must be told."""
        return self._session.begin()

    def command(self, command: c.Command, token: Token, now: float) -> list[Effect]:
        """Carry out one command. It is answered once, now or later, here or where the session is
        by then.
        """
        try:
            self._session.identity.check(command)
        except TonearmError as error:
            return [Answer(token, error)]
        before = self._handover.hold(command, token, now)
        if before is None:
            return []
        effects = [*before, *self._session.command(command, token, now)]
        return self._settled([*effects, *self._handover.noticed(command, now)], now)

    def transfer(self, command: c.Transfer, to: str, token: Token, now: float) -> list[Effect]:
        """Hand the session over to the receiver with the id `to`. Answered as any command is."""
        try:
            self._session.identity.check(command)
            if to == self._session.receiver.id:
                return [Answer(token, {})]
            return self._settled(self._handover.transfer(command, to, token, now), now)
        except TonearmError as error:
            return [Answer(token, error)]

    def report(self, report: reports.Report, now: float) -> list[Effect]:
        """Take in what the engine or a source says."""
        if self._handover.takes(report):
            return self._settled(self._handover.report(report, now), now)
        before = self._session.track
        effects = self._session.report(report, now)
        if isinstance(report, reports.Died):
            effects += self._handover.died(report.reason, now)
        if isinstance(report, reports.Ended) or self._session.track != before:
            effects += self._handover.moved_on(now)
        return self._settled(effects, now)

    def tick(self, now: float) -> list[Effect]:
        """Do what is due."""
        return self._settled(self._handover.tick(now), now)

    # --- other receivers --------------------------------------------------------------------

    def hear(self, peer: str, message: HandoffMessage, now: float) -> list[Effect]:
        """Take in what another receiver says of a handoff."""
        return self._settled(self._handover.hear(peer, message, now), now)

    def peer_gone(self, peer: str, now: float, *, dead: bool) -> list[Effect]:
        """The link to a receiver was lost; `dead`: it does not run any more, surely."""
        return self._settled(self._handover.gone(peer, now, dead=dead), now)

    def peer_back(self, peer: str, now: float) -> list[Effect]:
        """There is a link to a receiver."""
        return self._settled(self._handover.back(peer, now), now)

    def peer_plays(self, peer: str, theirs: SessionState) -> list[Effect]:
        """A receiver says which session it has. Of two that have the same, as after a network that
        was split, the one keeps it that got it last.
        """
        mine = self._session.identity
        if theirs.id != mine.id or self._handover.wake_at < math.inf:
            return []
        if (theirs.epoch, self._session.receiver.id) <= (mine.epoch, peer):
            return []
        return self._handover.yield_to(peer)

    # --- inside -----------------------------------------------------------------------------

    def _settled(self, effects: list[Effect], now: float) -> list[Effect]:
        """After each step: what was held back is done, as soon as that is possible."""
        effects = [*effects, *self._handover.looked(now)]
        held, peer = self._handover.released()
        if peer is not None:
            return [*effects, *forwarded(held, peer)]
        for one in held:
            effects += self.command(one.command, one.token, now)
        return effects
