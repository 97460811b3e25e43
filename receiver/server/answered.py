"""Commands that were taken before: the same one again is not done again."""

from __future__ import annotations

from collections.abc import Callable

from receiver.protocol.commands import Command, QueueList
from receiver.protocol.events import Answer
from receiver.protocol.limits import UNIQUE_ID

Reply = Callable[[Answer], None]

REMEMBERED = 256
"""Commands. A controller asks again within seconds, or not at all."""


class _Taken:
    """A command, and its answer or those who wait for it."""

    __slots__ = ("answer", "command", "waiting")

    def __init__(self, command: Command) -> None:
        self.command = command
        self.answer: Answer | None = None
        self.waiting: tuple[Reply, ...] = ()

    def take(self, answer: Answer) -> None:
        self.answer = answer
        waiting, self.waiting = self.waiting, ()
        for reply in waiting:
            reply(answer)


class Answered:
    """Remembers the newest commands with ids long enough to be unique. Event loop only."""

    def __init__(self) -> None:
        self._taken: dict[str, _Taken] = {}

    def once(self, command: Command, reply: Reply, ask: Callable[[Command, Reply], None]) -> None:
        """`ask` for the command, unless the same one (the same id, the same wish) came before: then
        `reply` gets the answer of that, now or when it is there. A look at the queue changes
        nothing, and its answer is long: it is not remembered.
        """
        if len(command.id) < UNIQUE_ID or isinstance(command, QueueList):
            ask(command, reply)
            return
        taken = self._taken.get(command.id)
        if taken is None or taken.command != command:
            taken = self._taken[command.id] = _Taken(command)
            while len(self._taken) > REMEMBERED:
                del self._taken[next(iter(self._taken))]
            taken.waiting += (reply,)
            ask(command, taken.take)
        elif taken.answer is not None:
            reply(taken.answer)
        else:
            taken.waiting += (reply,)
