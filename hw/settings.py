"""What hardware there is, and what it does. Every value has been checked (`hw/parse.py`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from hw.actions import Action
from hw.button import DOUBLE_S, HOLD_S, Manners
from hw.encoder import EdgesPerDetent
from hw.led import Light, Pattern
from hw.pins.base import Pull

Bound = Literal["press", "double", "hold"]
"""The gestures that one can give an action."""


@dataclass(frozen=True, slots=True)
class ButtonSettings:
    """A button. `active_low`: it connects the pin to ground."""

    name: str
    pin: int
    actions: Mapping[Bound, Action]
    active_low: bool = True
    pull: Pull = "up"
    hold_s: float = HOLD_S
    double_s: float = DOUBLE_S

    @property
    def manners(self) -> Manners:
        """What has to be told apart: what has an action, and whether that is repeated."""
        press = self.actions.get("press")
        return Manners(
            hold="hold" in self.actions,
            double="double" in self.actions,
            repeat=press is not None and press.nudge is not None,
            hold_s=self.hold_s,
            double_s=self.double_s,
        )


@dataclass(frozen=True, slots=True)
class EncoderSettings:
    """A knob. A detent changes what `command` is about by `step`: percent, or milliseconds."""

    a: int
    b: int
    command: Literal["volume", "seek"] = "volume"
    step: int = 2
    edges: EdgesPerDetent = 4
    pull: Pull = "up"
    acceleration: bool = True
    push: ButtonSettings | None = None


@dataclass(frozen=True, slots=True)
class LedSettings:
    """A light, and how it says what."""

    pin: int
    patterns: Mapping[Light, Pattern]
    active_low: bool = False


@dataclass(frozen=True, slots=True)
class AmplifierSettings:
    """The enable pin of an amplifier."""

    pin: int
    active_low: bool = False
    off_after_s: float = 300.0


@dataclass(frozen=True, slots=True)
class Hardware:
    """All of it, and where each part of it was asked for: (key, what it is, origin)."""

    buttons: tuple[ButtonSettings, ...] = ()
    encoder: EncoderSettings | None = None
    led: LedSettings | None = None
    amplifier: AmplifierSettings | None = None
    rows: tuple[tuple[str, str, str], ...] = ()

    @property
    def parts(self) -> tuple[str, ...]:
        """The tables that are there, by their names in the configuration."""
        there = {
            "buttons": self.buttons,
            "encoder": self.encoder,
            "led": self.led,
            "amplifier": self.amplifier,
        }
        return tuple(name for name, part in there.items() if part)
