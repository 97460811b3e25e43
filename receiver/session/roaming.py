"""A session that can move: commands and reports go through here, and so does what other receivers
say. Pure, as all of the session is.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from msgspec.structs import replace

from receiver.errors import TonearmError
from receiver.model import reports
from receiver.model.state import SessionState, State
from receiver.protocol import commands as c
from receiver.protocol.peers import HandoffMessage
from receiver.session.caps import Caps
from receiver.session.effects import Answer, Effect, Forward, Token
from receiver.session.peers import Peers
from receiver.session.session import Session

if TYPE_CHECKING:
    from receiver.session.handover import Handover


class RoamingSession:
    """The session of a receiver among others. One task owns it; every call takes the instant."""

    def __init__(self, session: Session, peers: Peers) -> None:
        self._session = session
        self._peers = peers
        self._handover: Handover | None = None
        """None while there is nobody to hand anything over to."""

    def _among_others(self) -> Handover:
        """There is somebody. What it takes is loaded now: a speaker that is alone does without."""
        if self._handover is None:
            from receiver.session.handover import Handover  # noqa: PLC0415 - see above
            from receiver.session.handover_view import HandoverView  # noqa: PLC0415

            self._handover = Handover(self._session, HandoverView(self._session, self._peers))
        return self._handover

    @property
    def state(self) -> State:
        """The state as controllers see it, but for the other receivers."""
        return self._session.state

    @property
    def wake_at(self) -> float:
        """The instant at which `tick` is due; infinite when there is nothing to wait for. While
        a session moves, nothing comes back.
        """
        if self._rests:
            return self._session.wake_at
        return min(self._moves_at, self._session.loudness.wake_at)

    def begin(self) -> list[Effect]:
        """What a fresh engine must be told."""
        return self._session.begin()

    def be_set(self, name: str, caps: Caps) -> list[Effect]:
        """Be called so, and never be louder than these caps."""
        session = self._session
        session.receiver = replace(session.receiver, name=name)
        return session.loudness.cap_by(caps)

    def command(self, command: c.Command, token: Token, now: float) -> list[Effect]:
        """Carry out one command. It is answered once, now or later, here or where the session is
        by then.
        """
        try:
            self._session.identity.check(command)
        except TonearmError as error:
            return [Answer(token, error)]
        handover = self._handover
        if handover is None:
            return self._session.command(command, token, now)
        before = handover.hold(command, token, now)
        if before is None:
            return []
        effects = [*before, *self._session.command(command, token, now)]
        return self._settled([*effects, *handover.noticed(command, now)], now)

    def transfer(self, command: c.Transfer, to: str, token: Token, now: float) -> list[Effect]:
        """Hand the session over to the receiver with the id `to`. Answered as any command is."""
        try:
            self._session.identity.check(command)
            if to == self._session.receiver.id:
                return [Answer(token, {})]
            return self._settled(self._among_others().transfer(command, to, token, now), now)
        except TonearmError as error:
            return [Answer(token, error)]

    def report(self, report: reports.Report, now: float) -> list[Effect]:
        """Take in what the engine or a source says."""
        handover = self._handover
        if handover is None:
            return self._session.report(report, now)
        if handover.takes(report):
            return self._settled(handover.report(report, now), now)
        if isinstance(report, reports.Died | reports.Failed) and handover.puts_off(report):
            return self._session.begin() if isinstance(report, reports.Died) else []
        before = self._session.track
        effects = self._session.report(report, now)
        if isinstance(report, reports.Died):
            effects += handover.died(report.reason, now)
        if isinstance(report, reports.Ended) or self._session.track != before:
            effects += handover.moved_on(now)
        return self._settled(effects, now)

    def tick(self, now: float) -> list[Effect]:
        """Do what is due."""
        if self._rests:
            return self._session.tick(now)
        down = self._session.loudness.tick(now)
        return self._settled([*down, *self._among_others().tick(now)], now)

    # --- other receivers --------------------------------------------------------------------

    def hear(self, peer: str, message: HandoffMessage, now: float) -> list[Effect]:
        """Take in what another receiver says of a handoff."""
        return self._settled(self._among_others().hear(peer, message, now), now)

    def peer_gone(self, peer: str, now: float, *, dead: bool) -> list[Effect]:
        """The link to a receiver was lost; `dead`: it does not run any more, surely."""
        return self._settled(self._among_others().gone(peer, now, dead=dead), now)

    def peer_back(self, peer: str, now: float) -> list[Effect]:
        """There is a link to a receiver."""
        return self._settled(self._among_others().back(peer, now), now)

    def peer_plays(self, peer: str, theirs: SessionState) -> list[Effect]:
        """A receiver says which session it has. Of two that have the same, as after a network that
        was split, the one keeps it that got it last.
        """
        mine = self._session.identity
        if theirs.id != mine.id or not self._rests:
            return []
        if (theirs.epoch, self._session.receiver.id) <= (mine.epoch, peer):
            return []
        return self._among_others().yield_to(peer)

    # --- inside -----------------------------------------------------------------------------

    @property
    def _moves_at(self) -> float:
        """When a handoff has something to do."""
        return math.inf if self._handover is None else self._handover.wake_at

    @property
    def _rests(self) -> bool:
        """Whether no handoff is under way."""
        return self._moves_at == math.inf

    def _settled(self, effects: list[Effect], now: float) -> list[Effect]:
        """After each step: what was held back is done, as soon as that is possible."""
        handover = self._among_others()
        effects = [*effects, *handover.looked(now)]
        held, peer = handover.released()
        if peer is not None:
            return [*effects, *(Forward(one.token, peer) for one in held)]
        for one in held:
            effects += self.command(one.command, one.token, now)
        return effects
