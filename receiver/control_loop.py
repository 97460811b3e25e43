"""The one task that owns the state: commands and reports come in by one queue, and go through the
session one at a time.
"""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Callable
from typing import Any, Literal

import msgspec

from receiver.clock.base import Clock
from receiver.errors import TonearmError
from receiver.model import orders
from receiver.model.reports import Report
from receiver.model.state import State
from receiver.peers.house import House
from receiver.player.player import Player
from receiver.protocol.commands import Command, Transfer
from receiver.protocol.events import Answer, Done, Error
from receiver.protocol.peers import HandoffMessage
from receiver.session import effects as e
from receiver.session.caps import Caps
from receiver.session.observer import Observer
from receiver.session.roaming import RoamingSession
from receiver.trust.caller import PEER

log = logging.getLogger(__name__)

HEAD_START = 2
"""Turns of the event loop that a track is given to send its request before everybody is told."""

Reply = Callable[[Answer], None]
"""Takes the one answer to a command, on the event loop. Must not wait."""


class _Asked(msgspec.Struct, frozen=True):
    """A command, whom to answer, and when it came. Its identity is the session's token."""

    command: Command
    reply: Reply
    accepted: float


class _Set(msgspec.Struct, frozen=True):
    """How the receiver is set from now on, on whose command, and the answer to that."""

    asked: _Asked
    name: str
    caps: Caps
    result: dict[str, Any]


class _Said(msgspec.Struct, frozen=True):
    """What another receiver says of a handoff."""

    peer: str
    message: HandoffMessage


class _Linked(msgspec.Struct, frozen=True):
    """What became of the link to another receiver."""

    peer: str
    how: Literal["back", "lost", "dead"]


_Message = _Asked | _Set | Report | _Said | _Linked | None
"""None: time has passed, or the house has changed."""


class ControlLoop:
    """See the module. Every method but `run` may be called from anywhere on the event loop."""

    def __init__(
        self,
        session: RoamingSession,
        clock: Clock,
        publish: Callable[[State], None],
        remember: Callable[[], None],
        observer: Observer,
    ) -> None:
        """`publish` is told each state, `remember` that there may be something to keep."""
        self._session = session
        self._clock = clock
        self._publish = publish
        self._remember = remember
        self._observer = observer
        self._inbox: asyncio.Queue[_Message] = asyncio.Queue()
        self._alarm_at = math.inf
        self._look_due = False

    def ask(self, command: Command, reply: Reply) -> None:
        """Have a command carried out; `reply` gets exactly one answer."""
        self._inbox.put_nowait(_Asked(command, reply, self._clock.now()))

    def be_set(
        self, command: Command, reply: Reply, name: str, caps: Caps, result: dict[str, Any]
    ) -> None:
        """Be called so, and never be louder than these caps: what `command` has led to. It is
        answered with `result` when everybody has been told.
        """
        asked = _Asked(command, reply, self._clock.now())
        self._inbox.put_nowait(_Set(asked, name, caps, result))

    def report(self, report: Report) -> None:
        """Take in what the player's side says."""
        self._inbox.put_nowait(report)

    # --- as the listener of the house -------------------------------------------------------

    def changed(self) -> None:
        """See `receiver.peers.house.Listener`."""
        self._look()

    def handed(self, peer: str, message: HandoffMessage) -> None:
        """See `Listener`."""
        self._inbox.put_nowait(_Said(peer, message))

    def connected(self, peer: str) -> None:
        """See `Listener`."""
        self._inbox.put_nowait(_Linked(peer, "back"))

    def lost(self, peer: str, *, dead: bool) -> None:
        """See `Listener`."""
        self._inbox.put_nowait(_Linked(peer, "dead" if dead else "lost"))

    # --- its life ---------------------------------------------------------------------------

    async def run(self, player: Player, house: House) -> None:
        """Work through what comes in, until cancelled."""
        self._act(self._session.begin(), player)
        self._publish(self._session.state)
        async with asyncio.TaskGroup() as tasks:
            self._set_alarm(tasks)
            while True:
                message = await self._inbox.get()
                effects = self._step(message, house, self._clock.now())
                if self._act(effects, player):
                    for _ in range(HEAD_START):
                        await asyncio.sleep(0)
                # The news goes out before the answer: who has the answer has the state.
                self._publish(self._session.state)
                self._say(effects, player, house)
                self._remember()
                self._set_alarm(tasks)

    def _step(self, message: _Message, house: House, now: float) -> list[e.Effect]:
        """What the session makes of one message."""
        session = self._session
        match message:
            case None:
                self._look_due = False
                effects = session.tick(now) if now >= session.wake_at else []
                for peer in house.peers.values():
                    if peer.session is not None and peer.connected:
                        effects += session.peer_plays(peer.id, peer.session)
                return effects
            case _Asked(Transfer() as command):
                try:
                    to = house.locate(command.to)
                except TonearmError as error:
                    return [e.Answer(message, error)]
                return session.transfer(command, to, message, now)
            case _Asked(command):
                return session.command(command, message, now)
            case _Set(asked, name, caps, result):
                return [*session.be_set(name, caps), e.Answer(asked, result)]
            case _Linked(peer, "back"):
                return session.peer_back(peer, now)
            case _Linked(peer, how):
                return session.peer_gone(peer, now, dead=how == "dead")
            case _Said(peer, said):
                return session.hear(peer, said, now)
            case _:
                self._observer.reported(message)
                return session.report(message, now)

    def _set_alarm(self, tasks: asyncio.TaskGroup) -> None:
        """Look at the clock when the session wants it. An alarm too many does no harm."""
        wake_at = self._session.wake_at
        if wake_at < self._alarm_at:
            self._alarm_at = wake_at
            tasks.create_task(self._ring(wake_at))

    async def _ring(self, at: float) -> None:
        await self._clock.sleep(at - self._clock.now())
        if self._alarm_at >= at:
            self._alarm_at = math.inf
        self._look()

    def _look(self) -> None:
        """Have a look around before long: one is enough for all that has happened until then."""
        if not self._look_due:
            self._look_due = True
            self._inbox.put_nowait(None)

    def _act(self, effects: list[e.Effect], player: Player) -> bool:
        """Carry out what concerns the sound; whether something was opened."""
        opened = False
        for effect in effects:
            match effect:
                case e.OpenItem():
                    order = orders.Load(
                        effect.track, effect.start_ms, effect.paused, effect.ahead_s, effect.through
                    )
                    player.load(order, effect.item.url, effect.accepted)
                    opened = True
                case e.PrepareItem(track, item, crossfade_s):
                    player.prepare(orders.Prepare(track, crossfade_s), item.url)
                case e.ForgetItem(track):
                    player.forget(track)
                case e.CloseItem():
                    player.close()
                case e.Tell(order):
                    player.order(order)
        return opened

    def _say(self, effects: list[e.Effect], player: Player, house: House) -> None:
        """Tell others what concerns them."""
        for effect in effects:
            match effect:
                case e.SayToPeer(peer, message):
                    house.say(peer, message)
                case e.Forward(token, peer):
                    assert isinstance(token, _Asked)
                    forwarded = msgspec.structs.replace(token.command, receiver=peer)
                    house.forward(forwarded, PEER, token.reply)
                case e.AnswerPlay(token, track):
                    receipt = player.receipt(track)
                    self._observer.played(receipt)
                    self._answer(token, {"receipt": msgspec.to_builtins(receipt)})
                case e.Answer(token, result):
                    self._answer(token, result)

    def _answer(self, token: e.Token, result: dict[str, Any] | TonearmError) -> None:
        assert isinstance(token, _Asked)
        if isinstance(result, TonearmError):
            self._observer.was_refused(result.code)
            self._note_failure(token.command, result)
            token.reply(error_answer(token.command.id, result))
        else:
            token.reply(Done(token.command.id, result))

    def _note_failure(self, command: Command, error: TonearmError) -> None:
        """Into the log, unless it tells of the problem that everybody is told of."""
        problem = self._session.state.problem
        if problem is None or problem.message != error.message:
            log.info("The command %s failed: %s", command.__struct_config__.tag, error.message)


def error_answer(command_id: str | None, error: TonearmError) -> Error:
    """An error as the answer to a command."""
    return Error(command_id, error.code, error.message, error.detail)
