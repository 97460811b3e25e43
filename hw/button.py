"""What is done with a button: short, long and double presses, and holding on for more.

Pure: every call takes the instant, in seconds, and returns what it came to.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum
from typing import Literal

from hw.debounce import Debounce

Gesture = Literal["down", "up", "press", "double", "hold", "repeat", "stuck"]
"""`down` and `up` are the contact, free of bounce; the others are what was meant by it. `stuck`: it
has been down for longer than anybody means it."""

HOLD_S = 0.6
DOUBLE_S = 0.35
"""From the first press to the second."""
REPEAT_AFTER_S = 0.4
REPEAT_EVERY_S = 0.08
STUCK_S = 10.0
"""Nobody leans on a button for so long, and a whole range of volume is through in half of it."""


@dataclass(frozen=True, slots=True)
class Manners:
    """What a button is asked to tell apart. What is not, does not delay the press."""

    hold: bool = False
    double: bool = False
    repeat: bool = False
    hold_s: float = HOLD_S
    double_s: float = DOUBLE_S


class _Phase(Enum):
    UP = "up"
    DOWN = "down"
    """Down, and it is not known yet what that will be."""
    BETWEEN = "between"
    """Up again, but a second press would make it a double one."""
    SPENT = "spent"
    """Down, and it is known what it was."""


class Button:
    """One button. A press is told as soon as it can be nothing else: when the button goes down, if
    nothing else is asked for; when it comes up again, if it could have been held; when `double_s`
    are over, if it could have been a double press.
    """

    def __init__(self, manners: Manners, pressed: bool, now: float) -> None:
        """A button that is pressed from the start has to be let go of first."""
        self._manners = manners
        self._contact = Debounce(pressed)
        self._phase = _Phase.SPENT if pressed else _Phase.UP
        self._down_at = now
        self._due = math.inf
        """When the phase comes to its end by itself."""
        self._repeat_at = math.inf
        self._stuck_at = now + STUCK_S if pressed else math.inf

    @property
    def pressed(self) -> bool:
        """Whether it is down, free of bounce."""
        return self._contact.closed

    @property
    def wake_at(self) -> float:
        """The instant at which `tick` is due."""
        return min(self._contact.wake_at, self._due, self._repeat_at, self._stuck_at)

    def edge(self, pressed: bool, now: float) -> None:
        """There was an edge."""
        self._contact.edge(pressed, now)

    def tick(self, pressed: bool, now: float) -> list[Gesture]:
        """Time has passed, and the contact is seen like this."""
        told: list[Gesture] = []
        if self._contact.tick(pressed, now):
            told += self._goes_down(now) if self._contact.closed else self._comes_up()
        if now >= self._due:
            told += self._decided(now)
        if now >= self._stuck_at:
            self._stuck_at = self._repeat_at = math.inf
            told.append("stuck")
        if now >= self._repeat_at:
            # Counted from now, so that a late call does not become many.
            self._repeat_at = now + REPEAT_EVERY_S
            told.append("repeat")
        return told

    def _goes_down(self, now: float) -> list[Gesture]:
        self._stuck_at = now + STUCK_S
        second = self._phase is _Phase.BETWEEN
        self._phase, self._due = _Phase.SPENT, math.inf
        if second:
            return ["down", "double"]
        self._down_at = now
        manners = self._manners
        if manners.hold or manners.double:
            self._phase = _Phase.DOWN
            self._due = now + (manners.hold_s if manners.hold else manners.double_s)
            return ["down"]
        return ["down", *self._pressed(now)]

    def _comes_up(self) -> list[Gesture]:
        self._repeat_at = self._stuck_at = math.inf
        undecided = self._phase is _Phase.DOWN
        self._phase, self._due = _Phase.UP, math.inf
        if not undecided:
            return ["up"]
        if self._manners.double:
            self._phase = _Phase.BETWEEN
            self._due = self._down_at + self._manners.double_s
            return ["up"]
        return ["up", "press"]

    def _decided(self, now: float) -> list[Gesture]:
        """Nothing more came of it in time."""
        self._due = math.inf
        if self._phase is _Phase.BETWEEN:
            self._phase = _Phase.UP
            return ["press"]
        self._phase = _Phase.SPENT
        return ["hold"] if self._manners.hold else self._pressed(now)

    def _pressed(self, now: float) -> list[Gesture]:
        """It is a press, and it is still down."""
        if self._manners.repeat:
            self._repeat_at = now + REPEAT_AFTER_S
        return ["press"]
