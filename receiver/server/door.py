"""What every door does with a message: read it, look who sends it, answer what needs no state, pass
on the rest.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from receiver.clock.base import Clock
from receiver.errors import TonearmError
from receiver.protocol import codec, limits
from receiver.protocol.commands import Command, PairingsOpen, Play, QueueAdd, Status, TimeRequest
from receiver.protocol.events import Done, Error
from receiver.server.answered import Answered, Reply
from receiver.server.hub import Hub
from receiver.trust.caller import AT_THE_SPEAKER, Caller
from receiver.trust.doorkeeper import Doorkeeper, TrustCommand
from receiver.trust.rights import check

Ask = Callable[[Command, Reply], None]
Forward = Callable[[Command, Caller, Reply], None]


class Door:
    """The way in for commands. Event loop only."""

    def __init__(
        self, hub: Hub, ask: Ask, forward: Forward, doorkeeper: Doorkeeper, clock: Clock
    ) -> None:
        """`forward` takes the commands for other receivers."""
        self.named_here: Callable[[list[str]], None] = lambda _urls: None
        """Is told the URLs that somebody on this machine, who may, wants to be played."""
        self._hub = hub
        self._ask = ask
        self._forward = forward
        self.doorkeeper = doorkeeper
        """Who says whom this door is open to."""
        self._clock = clock
        self._answered = Answered()

    def take(self, message: bytes | str, caller: Caller | None, reply: Reply) -> None:
        """Take one message; `reply` gets exactly one answer, now or later. `caller`: None for who
        is not paired.
        """
        received = self._clock.now()
        try:
            if caller is None and len(message) > limits.MAX_STRANGER_BYTES:
                raise self.doorkeeper.unknown()
            command = codec.decode_command(message)
        except TonearmError as error:
            reply(Error(codec.id_of(message), error.code, error.message, error.detail))
            return
        self.carry(command, caller, received, reply)

    def take_here(self, message: str, reply: Reply) -> None:
        """Take one message of who stands before the speaker."""
        self.take(message, AT_THE_SPEAKER, reply)

    def carry(self, command: Command, caller: Caller | None, received: float, reply: Reply) -> None:
        """Have one command carried out, here or elsewhere; `received` is when it came."""
        try:
            self._carry(command, caller, received, reply)
        except TonearmError as error:
            reply(Error(command.id, error.code, error.message, error.detail))

    def _carry(
        self, command: Command, caller: Caller | None, received: float, reply: Reply
    ) -> None:
        if command.receiver is not None and not self._is_mine(command.receiver):
            # How much of it a guest may do is judged where it is done.
            if caller is None:
                raise self.doorkeeper.unknown()
            check(caller, command)
            self._note_urls(command, caller)
            self._forward(command, caller, reply)
            return
        result = self.doorkeeper.judge(caller, command, self._hub.snapshot().state)
        if result is not None:
            reply(Done(command.id, result))
            return
        match command:
            case TimeRequest(t1_us=t1_us):
                reply(Done(command.id, self._time(t1_us, round(received * 1e6))))
            case Status():
                reply(Done(command.id, self.status()))
            case PairingsOpen(role=role):
                self.doorkeeper.invite(role, caller, lambda told: reply(Done(command.id, told)))
            case _ if isinstance(command, TrustCommand):
                reply(Done(command.id, self.doorkeeper.carry_out(command, caller)))
            case _:
                self._note_urls(command, caller)
                self._answered.once(_signed(command, caller), reply, self._ask)

    def _note_urls(self, command: Command, caller: Caller | None) -> None:
        if caller is None or not caller.here or not isinstance(command, Play | QueueAdd):
            return
        entries = command.entries if isinstance(command, Play) else command.items
        self.named_here([entry.url for entry in entries])

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


def _signed(command: Command, caller: Caller | None) -> Command:
    """What a guest adds bears the guest's own name, whatever it says."""
    if caller is None or caller.role != "guest" or not hasattr(command, "by"):
        return command
    return msgspec.structs.replace(command, by=caller.name)
