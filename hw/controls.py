"""A button and a knob, each joined to its pins: edges in, what was meant by them out.

Event loop only; every method that touches a pin raises `PinError`.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from hw.button import Button, Gesture
from hw.encoder import Pace, Quadrature
from hw.line import Edges, Line
from hw.pins.base import PinFactory
from hw.settings import ButtonSettings, EncoderSettings
from receiver.clock.base import Clock

QUIET_S = 0.05
"""After so much quiet the contacts of a knob are looked at again, for an edge that was lost."""

OnGesture = Callable[[ButtonSettings, Gesture], None]
OnTurn = Callable[[EncoderSettings, int, int], None]
"""Gets the detent, 1 or -1, and how many it counts for, with its sign."""


class ButtonControl:
    """A button on its pin."""

    def __init__(
        self,
        settings: ButtonSettings,
        pins: PinFactory,
        edges: Edges,
        clock: Clock,
        heard: OnGesture,
    ) -> None:
        self.settings = settings
        self._heard = heard
        pin = pins.input(settings.pin, settings.pull)
        self._button = Button(settings.manners, self._means(pin.level), clock.now())
        self._line = Line(pin, settings.name, edges, self._edge)

    @property
    def pressed(self) -> bool:
        """Whether it is down."""
        return self._button.pressed

    @property
    def wake_at(self) -> float:
        """The instant at which `tick` is due."""
        return min(self._line.wake_at, self._button.wake_at)

    def tick(self, now: float) -> None:
        """Time has passed."""
        self._line.tick(now)
        if now >= self._button.wake_at:
            for gesture in self._button.tick(self._means(self._line.level), now):
                self._heard(self.settings, gesture)

    def close(self) -> None:
        """Let go of the pin."""
        self._line.close()

    def _means(self, level: bool) -> bool:
        return level != self.settings.active_low

    def _edge(self, level: bool, at: float) -> None:
        self._button.edge(self._means(level), at)


class EncoderControl:
    """A knob on its two pins; its push is a button of its own."""

    def __init__(
        self,
        settings: EncoderSettings,
        pins: PinFactory,
        edges: Edges,
        turned: OnTurn,
    ) -> None:
        self.settings = settings
        self._turned = turned
        self._pace = Pace()
        first = pins.input(settings.a, settings.pull)
        try:
            second = pins.input(settings.b, settings.pull)
        except BaseException:
            first.close()
            raise
        self._a, self._b = first.level, second.level
        self._quadrature = Quadrature(self._a, self._b, settings.edges)
        self._lines = (
            Line(first, "encoder", edges, lambda level, at: self._see(level, self._b, at)),
            Line(second, "encoder", edges, lambda level, at: self._see(self._a, level, at)),
        )
        self._look_at = math.inf

    @property
    def wake_at(self) -> float:
        """The instant at which `tick` is due."""
        return min(self._look_at, *(line.wake_at for line in self._lines))

    def tick(self, now: float) -> None:
        """Time has passed."""
        for line in self._lines:
            line.tick(now)
        if now >= self._look_at:
            first, second = self._lines
            self._see(first.level, second.level, now)
            self._look_at = math.inf

    def close(self) -> None:
        """Let go of the pins."""
        for line in self._lines:
            line.close()

    def _see(self, a: bool, b: bool, at: float) -> None:
        self._look_at = at + QUIET_S
        self._a, self._b = a, b
        detent = self._quadrature.turn(a, b)
        if detent:
            weight = self._pace.weigh(detent, at) if self.settings.acceleration else detent
            self._turned(self.settings, detent, weight)
