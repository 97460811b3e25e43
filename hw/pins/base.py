"""The promise of pins.

Numbers are those of the chip (BCM), as in `GPIO 17`, not places on the header. Levels are True for
high, which is 3.3 V.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, Protocol

Pull = Literal["up", "down", "none"]
"""The resistor inside the chip that holds an input where nothing else does."""

OnEdge = Callable[[bool], None]
"""Takes the level as it was read just after an edge. Called on any thread, one call at a time;
must not wait. Bounce is not filtered, and the same level may be told twice.
"""


class PinError(Exception):
    """A pin cannot be had or used. The message is one sentence: which, why, what to do."""


class NoPins(PinError):
    """A machine without pins, or without any for us."""


class InputPin(Protocol):
    """A pin that is read. Every method raises `PinError`."""

    number: int

    @property
    def level(self) -> bool:
        """What it reads now. Any thread."""
        ...

    def watch(self, on_edge: OnEdge) -> None:
        """Call `on_edge` after each edge from now on. In a burst some may be lost, the last one
        too: who has to be sure looks at the level a while later. Not twice without `unwatch`.
        """
        ...

    def unwatch(self) -> None:
        """Call nobody any more; a call that has begun may still be on its way. Harmless twice."""
        ...

    def close(self) -> None:
        """Stop watching, and let go of the pin. Harmless twice."""
        ...


class OutputPin(Protocol):
    """A pin that is driven. Every method raises `PinError`."""

    number: int

    def drive(self, high: bool) -> None:
        """Make it high or low. Any thread; at once."""
        ...

    def close(self) -> None:
        """Let go of the pin, which stays at its last level as far as the system allows: an
        amplifier that was switched off is to stay off.
        """
        ...


class PinFactory(Protocol):
    """Gives the pins of one machine."""

    def input(self, number: int, pull: Pull) -> InputPin:
        """An input. Raises `PinError` for a pin that is taken."""
        ...

    def output(self, number: int, high: bool) -> OutputPin:
        """An output that begins at a level, without a pulse of the other before it. Raises
        `PinError` for a pin that is taken.
        """
        ...
