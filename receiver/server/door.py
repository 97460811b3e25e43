"""What every door does with a message: read it, answer what needs no state, pass on the rest."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from receiver.clock.base import Clock
from receiver.errors import TonearmError
from receiver.protocol import codec
from receiver.protocol.commands import Command, Status, TimeRequest
from receiver.protocol.events import Done, Error
from receiver.server.answered import Answered, Reply
from receiver.server.hub import Hub

Ask = Callable[[Command, Reply], None]


class Door:
    """The way in for commands. Event loop only."""

    def __init__(self, hub: Hub, ask: Ask, forward: Ask, clock: Clock) -> None:
        """`forward` takes the commands for other receivers."""
        self._hub = hub
        self._ask = ask
        self._forward = forward
        self._clock = clock
        self._answered = Answered()

    def take(self, message: bytes | str, reply: Reply) -> None:
        """Take one message; `reply` gets exactly one answer, now or later."""
        received = self._clock.now()
        try:
            command = codec.decode_command(message)
        except TonearmError as error:
            reply(Error(codec.id_of(message), error.code, error.message, error.detail))
            return
        self.carry(command, received, reply)

    def carry(self, command: Command, received: float, reply: Reply) -> None:
        """Have one command carried out, here or elsewhere; `received` is when it came."""
        if command.receiver is not None and not self._is_mine(command.receiver):
            self._forward(command, reply)
            return
        match command:
            case TimeRequest(id=command_id, t1_us=t1_us):
                reply(Done(command_id, self._time(t1_us, round(received * 1e6))))
            case Status(id=command_id):
                reply(Done(command_id, self.status()))
            case _:
                self._answered.once(command, reply, self._ask)

    def _is_mine(self, receiver: str) -> bool:
        me = self._hub.snapshot().state.receiver
        return receiver == me.id or receiver.casefold() == me.name.casefold()

    def status(self) -> dict[str, Any]:
        """Revision and state, as plain values."""
        return self._hub.plain()

    def _time(self, t1_us: int, t2_us: int) -> dict[str, Any]:
        """The four-timestamp exchange of RFC 5905; the client adds its own t4."""
        t3_us = round(self._clock.now() * 1e6)
        return {"t1_us": t1_us, "t2_us": t2_us, "t3_us": t3_us, "clock": self._hub.clock_id()}
