"""The hand of whoever presses a button, as the receiver sees it: one more controller."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable
from dataclasses import dataclass

from hw.actions import NUDGES, Action, Message, compose
from receiver.clock.base import Clock
from receiver.errors import Superseded
from receiver.protocol.events import Answer, Error

log = logging.getLogger(__name__)

NUDGE_EVERY_S = 0.03
"""So often at most a number is changed; what comes meanwhile is added up."""
MOST_PERCENT = 100
"""More than that a volume is not changed by at once."""

Take = Callable[[str, Callable[[Answer], None]], None]
"""The door: takes one message of the protocol, and whom to answer."""


@dataclass(slots=True)
class _Pending:
    """Changes of one number that have not been sent yet."""

    amount: int = 0
    by: str = ""
    open: bool = False
    """One was sent, and is not answered yet."""
    not_before: float = -math.inf


class Hand:
    """Carries actions to the door, and says what became of them. Event loop only."""

    def __init__(self, take: Take, clock: Clock, answered: Callable[[bool], None]) -> None:
        """`answered` is called after each answer; True: it was refused."""
        self._take = take
        self._clock = clock
        self._answered = answered
        self._pending = {command: _Pending() for command in NUDGES}
        self._count = 0

    @property
    def wake_at(self) -> float:
        """The instant at which `tick` is due."""
        waiting = (p.not_before for p in self._pending.values() if p.amount and not p.open)
        return min(waiting, default=math.inf)

    def do(self, action: Action, by: str) -> None:
        """Do it; `by` is the button, as it is called in the log."""
        if action.nudge is not None:
            self.nudge(str(action.message["type"]), action.nudge, by)
        else:
            credit = {"by": by} if action.message["type"] == "play" else {}
            self._send({**action.message, **credit}, by, lambda: None)

    def nudge(self, command: str, amount: int, by: str) -> None:
        """Change what `command`, one of `NUDGES`, is about: percent, or milliseconds."""
        pending = self._pending[command]
        pending.amount += amount
        pending.by = by
        self.tick(self._clock.now())

    def tick(self, now: float) -> None:
        """Send what has added up, if it is time."""
        for command, pending in self._pending.items():
            if pending.amount and not pending.open and now >= pending.not_before:
                self._flush(command, pending, now)

    def _flush(self, command: str, pending: _Pending, now: float) -> None:
        amount, pending.amount = pending.amount, 0
        if command == "volume":
            amount = max(-MOST_PERCENT, min(amount, MOST_PERCENT))

        def closed() -> None:
            pending.open = False

        pending.open, pending.not_before = True, now + NUDGE_EVERY_S
        self._send({"type": command, NUDGES[command]: amount}, pending.by, closed)

    def _send(self, message: Message, by: str, closed: Callable[[], None]) -> None:
        self._count += 1

        def reply(answer: Answer) -> None:
            closed()
            # Who presses next again before the item sounds has not done anything wrong.
            if isinstance(answer, Error) and answer.code != Superseded.code:
                log.warning("%s: %s", by, answer.message)
                self._answered(True)
            else:
                self._answered(False)

        self._take(compose(message, f"hw-{self._count}"), reply)
