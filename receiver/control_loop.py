"""The one task that owns the state: commands and reports come in by one queue, and go through the
session one at a time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec

from receiver.clock.base import Clock
from receiver.errors import TonearmError
from receiver.model import orders
from receiver.model.reports import Report
from receiver.model.state import State
from receiver.player.player import Player
from receiver.protocol.commands import Command
from receiver.protocol.events import Answer, Done, Error
from receiver.protocol.peers import HandoffMessage
from receiver.session import effects as e
from receiver.session.observer import Observer
from receiver.session.session import Session

Reply = Callable[[Answer], None]
"""Takes the one answer to a command, on the event loop. Must not wait."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """A command, whom to answer, and when it came. Its identity is the session's token."""

    command: Command
    reply: Reply
    accepted: float


class ControlLoop:
    """See the module. Every method but `run` may be called from anywhere on the event loop."""

    def __init__(
        self,
        session: Session,
        clock: Clock,
        publish: Callable[[State], None],
        remember: Callable[[int, bool], None],
        observer: Observer,
    ) -> None:
        self._session = session
        self._clock = clock
        self._publish = publish
        self._remember = remember
        self._observer = observer
        self._inbox: asyncio.Queue[_Asked | Report | None] = asyncio.Queue()

    def ask(self, command: Command, reply: Reply) -> None:
        """Have a command carried out; `reply` gets exactly one answer."""
        self._inbox.put_nowait(_Asked(command, reply, self._clock.now()))

    def report(self, report: Report) -> None:
        """Take in what the player's side says."""
        self._inbox.put_nowait(report)

    # --- as the listener of the house -------------------------------------------------------

    def changed(self) -> None:
        """See `receiver.peers.house.Listener`."""
        self._inbox.put_nowait(None)

    def handed(self, peer: str, message: HandoffMessage) -> None:
        """See `Listener`."""

    def connected(self, peer: str) -> None:
        """See `Listener`."""

    def lost(self, peer: str, *, dead: bool) -> None:
        """See `Listener`."""

    # --- its life ---------------------------------------------------------------------------

    async def run(self, player: Player) -> None:
        """Work through what comes in, until cancelled."""
        self._carry_out(self._session.begin(), player)
        self._publish(self._session.state)
        while True:
            message = await self._inbox.get()
            now = self._clock.now()
            effects: list[e.Effect] = []
            if isinstance(message, _Asked):
                effects = self._session.command(message.command, message, now)
            elif message is not None:
                self._observer.reported(message)
                effects = self._session.report(message, now)
            # The news goes out before the answer: who has the answer has the state.
            self._publish(self._session.state)
            self._carry_out(effects, player)

    def _carry_out(self, effects: list[e.Effect], player: Player) -> None:
        for effect in effects:
            match effect:
                case e.OpenItem():
                    order = orders.Load(effect.track, effect.start_ms, effect.paused)
                    player.load(order, effect.item.url, effect.accepted)
                case e.PrepareItem(track, item):
                    player.prepare(track, item.url)
                case e.ForgetItem(track):
                    player.forget(track)
                case e.CloseItem():
                    player.close()
                case e.Tell(order):
                    player.order(order)
                case e.Remember(percent, muted):
                    self._remember(percent, muted)
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
            token.reply(error_answer(token.command.id, result))
        else:
            token.reply(Done(token.command.id, result))


def error_answer(command_id: str | None, error: TonearmError) -> Error:
    """An error as the answer to a command."""
    return Error(command_id, error.code, error.message, error.detail)
