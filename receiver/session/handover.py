"""The session moves to another receiver, or comes from one: what `receiver.handoff` decides is
carried out on the queue and the deck.
"""

from __future__ import annotations

import secrets

import msgspec

from receiver.errors import (
    HandoffFailed,
    NoDevice,
    NothingPlaying,
    Superseded,
    TonearmError,
    Unplayable,
)
from receiver.handoff import effects as h
from receiver.handoff.desk import Handoffs
from receiver.handoff.giving import Wish
from receiver.handoff.part import Effects
from receiver.model import orders, reports
from receiver.model.state import Item, Problem, Transferred
from receiver.protocol import commands as c
from receiver.protocol import peers as m
from receiver.session.cargo import Cargo, parts_of
from receiver.session.effects import (
    Answer,
    CloseItem,
    Effect,
    OpenItem,
    SayToPeer,
    Tell,
    Token,
)
from receiver.session.handover_view import HandoverView
from receiver.session.learning import learn
from receiver.session.session import Session

AHEAD_S = 1.0
"""What is opened has so much in hand before it is ready: time to agree on an instant."""
FADE_BACK_S = 0.03
MOST_TRIES = 3

STANDS_BY_ITSELF = c.SetVolume | c.Mute | c.QueueList | c.HistoryList
"""Commands that are not about the session."""
PLAYS = c.Play | c.Pause | c.Resume | c.Toggle | c.Stop | c.Seek | c.Next | c.Previous | c.QueueJump
"""Commands that change what plays, where, or whether."""


class _Guest(msgspec.Struct):
    """What was opened for a session that is about to come."""

    track: int
    item: Item
    position_ms: float = 0.0
    heard_at: float | None = None
    told: list[reports.Opened | reports.Described | reports.Covered] = []
    """What became known of the item here; its source may not have known it."""


class _Before(msgspec.Struct, frozen=True):
    """What stood here before the guest was opened."""

    position_ms: float
    paused: bool


class _Transfer(msgspec.Struct, frozen=True):
    """A transfer that was asked for, and how often it was tried."""

    token: Token
    command: c.Transfer
    to: str
    tries: int = 1


class Held(msgspec.Struct, frozen=True):
    """A command that waits until it is known where the session is."""

    command: c.Command
    token: Token


class Handover:
    """The part of one receiver in handoffs. Pure, as the session is."""

    def __init__(self, session: Session, view: HandoverView) -> None:
        self._session = session
        self._queue = session.queue
        self._deck = session.deck
        self._view = view
        self._handoffs = Handoffs(view)
        self._cargo = Cargo()
        self._guest: _Guest | None = None
        self._before: _Before | None = None
        self._stands_at: float | None = None
        self._moved_to: str | None = None
        self._put_off: reports.Died | reports.Failed | None = None
        self._held: list[Held] = []
        self._revision = 0

    @property
    def wake_at(self) -> float:
        """The instant at which `tick` is due."""
        return self._handoffs.wake_at

    # --- commands ---------------------------------------------------------------------------

    def transfer(self, command: c.Transfer, to: str, token: Token, now: float) -> list[Effect]:
        """Begin to hand the session over to the receiver `to`. Raises `NothingPlaying`."""
        if not len(self._queue):
            raise NothingPlaying("Nothing is playing and the queue is empty: nothing to hand over.")
        return self._try(_Transfer(token, command, to), now)

    def _try(self, transfer: _Transfer, now: float) -> list[Effect]:
        command = transfer.command
        wish = Wish(
            handoff=f"h-{secrets.token_hex(8)}",
            token=transfer,
            to=transfer.to,
            to_paused=command.paused,
            volume=command.volume,
            replace=command.replace,
        )
        self._moved_to = None
        # The last report may be seconds old, and the device may have run dry since. The new one is
        # here long before the target is ready.
        return [Tell(orders.Locate()), *self._done(self._handoffs.transfer(wish, now), now)]

    def _answer(
        self, transfer: _Transfer, result: Transferred | TonearmError, now: float
    ) -> list[Effect]:
        """Tell how it went. Where a message or a process was only too slow for the instant, the
        next one has better luck.
        """
        if isinstance(result, HandoffFailed) and transfer.tries < MOST_TRIES:
            again = msgspec.structs.replace(transfer, tries=transfer.tries + 1)
            return self._try(again, now)
        if isinstance(result, TonearmError):
            return [Answer(transfer.token, result)]
        return [Answer(transfer.token, {"transfer": msgspec.structs.asdict(result)})]

    def hold(self, command: c.Command, token: Token, now: float) -> list[Effect] | None:
        """What to do before the command; None: it is held back, until it is known where the
        session is.
        """
        if isinstance(command, STANDS_BY_ITSELF) or not self._handoffs.holds_commands:
            return []
        if self._handoffs.in_doubt:
            return self._done(self._handoffs.insist(now), now)
        self._held.append(Held(command, token))
        return None

    def released(self) -> tuple[list[Held], str | None]:
        """The commands that need to be held back no longer, and the receiver that they are for,
        if it is another one now.
        """
        if not self._held or self._handoffs.holds_commands:
            return [], None
        held, self._held = self._held, []
        return held, self._moved_to

    def noticed(self, command: c.Command, now: float) -> list[Effect]:
        """A command was carried out here."""
        if self._guest is not None and self._deck.item is not None:
            why = "Something else was played there meanwhile."
            return self._done(self._handoffs.failed(Superseded.code, why), now)
        if isinstance(command, PLAYS):
            return self._done(self._handoffs.changed(now), now)
        return self.looked(now)

    # --- what happens by itself -------------------------------------------------------------

    def looked(self, now: float) -> list[Effect]:
        """The queue may have changed, or it is known again whose session it is."""
        if self._put_off is not None and not self._handoffs.holds_commands:
            report, self._put_off = self._put_off, None
            return self._session.report(report, now)
        if self._queue.revision == self._revision:
            return []
        self._revision = self._queue.revision
        return self._done(self._handoffs.edited(now), now)

    def moved_on(self, now: float) -> list[Effect]:
        """The session went on to another item, or to its end, by itself."""
        return self._done(self._handoffs.moved_on(now), now)

    def tick(self, now: float) -> list[Effect]:
        """Do what is due."""
        return self._done(self._handoffs.tick(now), now)

    def takes(self, report: reports.Report) -> bool:
        """Whether the report is about what was opened for a handoff."""
        return self._guest is not None and getattr(report, "track", None) == self._guest.track

    def puts_off(self, report: reports.Died | reports.Failed) -> bool:
        """The audio process died, or the track at hand failed. While it is open whose session it
        is, nothing else is begun.
        """
        at_hand = isinstance(report, reports.Died) or report.track == self._session.track
        if self._guest is None and self._handoffs.holds_commands and at_hand:
            self._put_off = report
        return self._put_off is not None

    def died(self, reason: str, now: float) -> list[Effect]:
        """The audio process died, and what was opened for a handoff with it."""
        if self._guest is None:
            return []
        why = f"The decoder died while it opened this ({reason})."
        return self._done(self._handoffs.failed(Unplayable.code, why), now)

    def report(self, report: reports.Report, now: float) -> list[Effect]:
        """Take in what the engine or a source says of it."""
        guest = self._guest
        assert guest is not None
        match report:
            case reports.Ready(position_ms=position_ms, ahead_s=ahead_s):
                self._view.held = position_ms, position_ms + 1000 * ahead_s
                return self._done(self._handoffs.opened(), now)
            case reports.Sounding(position_ms=position_ms, heard_at=heard_at):
                guest.position_ms, guest.heard_at = position_ms, heard_at
                return self._done(self._handoffs.sounding(now), now)
            case reports.Failed(code=code, message=message):
                return self._done(self._handoffs.failed(code, message), now)
            case reports.Unheard(message=message):
                return self._done(self._handoffs.failed(NoDevice.code, message), now)
            case reports.Opened() | reports.Described() | reports.Covered():
                guest.told.append(report)
        return []

    # --- other receivers --------------------------------------------------------------------

    def hear(self, peer: str, message: m.HandoffMessage, now: float) -> list[Effect]:
        """Take in a message of a handoff."""
        effects = self._done(self._handoffs.hear(peer, message, now), now)
        if not self._handoffs.concerns(peer, message.handoff):
            return effects
        match message:
            case m.Prepare():
                self._cargo.expect(message)
            case m.QueuePart():
                self._cargo.put(message)
        if isinstance(message, m.Prepare | m.QueuePart) and self._cargo.complete:
            complete = self._handoffs.queue_complete(message.handoff, self._cargo.revision)
            effects += self._done(complete, now)
        return effects

    def gone(self, peer: str, now: float, *, dead: bool) -> list[Effect]:
        """The link to a receiver was lost; `dead`: it does not run any more."""
        return self._done(self._handoffs.gone(peer, now, dead=dead), now)

    def back(self, peer: str, now: float) -> list[Effect]:
        """There is a link to a receiver."""
        return self._done(self._handoffs.back(peer, now), now)

    def yield_to(self, peer: str) -> list[Effect]:
        """The same session is on another receiver too, and that has the better claim."""
        name = self._view.name(peer)
        effects = self._release()
        self._session.problem = Problem("stale", f"{name} plays this session now.")
        return effects

    # --- what is to be done -----------------------------------------------------------------

    def _done(self, effects: Effects, now: float) -> list[Effect]:
        return [done for effect in effects for done in self._carry_out(effect, now)]

    def _carry_out(self, effect: h.Effect, now: float) -> list[Effect]:
        match effect:
            case h.Send(peer, message):
                return [SayToPeer(peer, message)]
            case h.SendQueue(peer, handoff):
                return [SayToPeer(peer, part) for part in parts_of(self._queue, handoff)]
            case h.Answer(_Transfer() as transfer, result):
                return self._answer(transfer, result, now)
            case h.KeepEpoch(epoch):
                self._session.identity.epoch = epoch
            case h.Doubt(reason):
                self._session.problem = reason
                self._deck.fall_silent(now)
            case h.Clear():
                self._session.problem = None
            case h.SetVolume(percent):
                loudness = self._session.loudness
                return loudness.set(percent, loudness.muted)
            case h.Release(to, _):
                self._moved_to = to
                return self._release()
            case h.FadeOut() | h.FadeBack() | h.StandPaused():
                return self._fade(effect, now)
            case h.Open() | h.FadeIn() | h.Drop() | h.Own():
                return self._take(effect, now)
        return []

    def _release(self) -> list[Effect]:
        """The session is elsewhere; here is a fresh one."""
        effects = self._session.let_go()
        self._put_off = None
        self._queue.reset()
        self._session.identity.renew()
        return effects

    def _fade(self, effect: h.FadeOut | h.FadeBack | h.StandPaused, now: float) -> list[Effect]:
        deck = self._deck
        match effect:
            case h.FadeOut(at, over):
                return [Tell(orders.FadeOut(deck.track, at, over))]
            case h.StandPaused(position_ms) if self._guest is not None:
                self._stands_at = position_ms
                return []
            case h.StandPaused(position_ms):
                return deck.stand_at(position_ms, now)
            case h.FadeBack(position_ms, at):
                end = None if deck.item is None else deck.item.duration_ms
                by_now = None if position_ms is None else position_ms + 1e3 * (now - at)
                if by_now is not None and end is not None and by_now >= end:
                    return self._session.go_on(now)
                return [Tell(orders.FadeIn(deck.track, position_ms, at, FADE_BACK_S))]
        return []

    def _take(self, effect: h.Open | h.FadeIn | h.Drop | h.Own, now: float) -> list[Effect]:
        match effect:
            case h.Open(item, position_ms):
                return self._open(item, position_ms or 0.0, now)
            case h.FadeIn(position_ms, at, over) if self._guest is not None:
                return [Tell(orders.FadeIn(self._guest.track, position_ms, at, over))]
            case h.Drop():
                return self._drop(now)
            case h.Own(session=session, notice=notice):
                return self._own(session, notice, now)
        return []

    # --- taking -----------------------------------------------------------------------------

    def _open(self, item: Item, position_ms: float, now: float) -> list[Effect]:
        effects: list[Effect] = [Tell(orders.Warm())]
        if self._deck.item is not None:
            self._before = _Before(self._deck.position(now), self._deck.paused)
            effects = [*self._session.let_go(), *effects]
        self._guest = _Guest(self._deck.new_track(), item)
        return [
            *effects,
            OpenItem(self._guest.track, item, position_ms, True, now, AHEAD_S, True),
        ]

    def _drop(self, now: float) -> list[Effect]:
        effects: list[Effect] = []
        guest, before = self._guest, self._before
        self._guest = self._before = self._stands_at = None
        if self._deck.item is not None:
            return []  # it has taken the place of the guest already
        if guest is not None:
            effects += [CloseItem(), Tell(orders.Stop())]
        if before is not None and self._queue.current is not None:
            effects += self._deck.start(
                None, now, before.position_ms, paused=before.paused, anew=False
            )
        return effects

    def _own(self, session: m.Moving, notice: Problem | None, now: float) -> list[Effect]:
        guest, stands_at = self._guest, self._stands_at
        self._guest = self._before = self._stands_at = None
        self._moved_to = None
        effects = self._session.let_go() if guest is None else []
        self._queue.adopt(self._cargo.rows, session)
        self._revision = self._queue.revision
        self._session.identity.id, self._session.identity.epoch = session.id, session.epoch
        self._session.problem = notice
        if guest is None:
            return effects
        current = self._queue.current
        if current is None or current.id != guest.item.id:  # it ended before the switch
            return [CloseItem(), Tell(orders.Stop())]
        for report in guest.told:
            learn(self._queue, self._session.history, current.id, report)
        if guest.heard_at is None:
            loaded_at = self._view.held[0]
            return self._deck.adopt_standing(guest.track, loaded_at, stands_at, now)
        self._deck.adopt_playing(guest.track, guest.position_ms, guest.heard_at)
        return self._session.look_ahead(now)
