"""All the hardware of one speaker: what is pressed goes to the door, what it does is shown.

Each part is opened by itself, so that what is wrong with one takes none of the others; and
whatever is wrong, the speaker plays.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
from collections.abc import Callable
from functools import partial
from typing import NamedTuple, Protocol, TypeVar

from hw.actions import Action
from hw.button import Gesture
from hw.controls import ButtonControl, EncoderControl
from hw.hand import Hand, Take
from hw.led import Light
from hw.line import Edges
from hw.outputs import AmplifierOutput, LedOutput
from hw.pins.base import NoPins, PinError, PinFactory
from hw.settings import ButtonSettings, EncoderSettings, Hardware
from receiver.clock.base import Clock, within

log = logging.getLogger(__name__)


class Scene(NamedTuple):
    """What the panel has to know of the speaker. `sounding`: there is sound, or about to be."""

    light: Light
    sounding: bool


class PartStatus(NamedTuple):
    """How one part is: its name in the configuration, and a sentence for people."""

    part: str
    ok: bool
    sentence: str


class Observer(Protocol):
    """Is told what is seen, for those who try out their wiring. All of it may be left as it is."""

    def gesture(self, button: ButtonSettings, gesture: Gesture, action: Action | None) -> None:
        """A button did this, and the action comes of it."""

    def turn(self, encoder: EncoderSettings, detent: int, amount: int) -> None:
        """The knob went one detent, and what it is about changes by this amount."""


class _Part(Protocol):
    """What the panel does with every part alike."""

    @property
    def wake_at(self) -> float: ...

    def tick(self, now: float) -> None: ...

    def close(self) -> None: ...


P = TypeVar("P", bound=_Part)
R = TypeVar("R")


class Panel:
    """The hardware. Event loop only; nothing but `run` waits. Run once."""

    def __init__(
        self,
        hardware: Hardware,
        open_pins: Callable[[], PinFactory],
        take: Take,
        clock: Clock,
        observer: Observer | None = None,
    ) -> None:
        """`open_pins` may be slow, and is called on a thread of its own; raises `NoPins`."""
        self._hardware = hardware
        self._open_pins = open_pins
        self._clock = clock
        self._observer = observer
        self._hand = Hand(take, clock, self._answered)
        self._parts: dict[str, _Part] = {}
        self._led: LedOutput | None = None
        self._amplifier: AmplifierOutput | None = None
        self._scene = Scene("starting", sounding=False)
        self._alarm_at = math.inf
        self._sooner = asyncio.Event()
        self.status: list[PartStatus] = []
        """How each part is, once they have been opened."""

    async def run(self) -> None:
        """Open the parts and serve them until cancelled; then all is switched off. Without pins it
        says so, and is done.
        """
        try:
            pins = await asyncio.to_thread(self._open_pins)
        except NoPins as error:
            self._note("gpio", str(error), ok=False)
            return
        edges = Edges(self._clock, self._look)
        try:
            self._open_all(pins, edges)
            self.show(self._scene)
            await self._serve()
        finally:
            edges.close()
            for name, part in list(self._parts.items()):
                self._guarded(name, part.close)

    def show(self, scene: Scene) -> None:
        """The speaker does this now. When it returns, the amplifier is on if it has to be."""
        self._scene = scene
        now = self._clock.now()
        amplifier, led = self._amplifier, self._led
        if amplifier is not None:
            self._guarded("amplifier", partial(amplifier.sound, scene.sounding, now))
        if led is not None:
            self._guarded("led", partial(led.show, scene.light, now))
        self._look()

    def herald(self) -> None:
        """Something is being opened that may sound at any time from now on."""
        amplifier = self._amplifier
        if amplifier is not None:
            self._guarded("amplifier", partial(amplifier.herald, self._clock.now()))
            self._look()

    # --- opening ----------------------------------------------------------------------------

    def _open_all(self, pins: PinFactory, edges: Edges) -> None:
        hardware, clock = self._hardware, self._clock
        if hardware.amplifier is not None:
            switch = hardware.amplifier
            self._amplifier = self._open("amplifier", lambda: AmplifierOutput(switch, pins))
        if hardware.led is not None:
            lamp, light = hardware.led, self._scene.light
            self._led = self._open("led", lambda: LedOutput(lamp, pins, clock, light))
        buttons = {f"buttons.{button.name}": button for button in hardware.buttons}
        if hardware.encoder is not None:
            knob = hardware.encoder
            self._open("encoder", lambda: EncoderControl(knob, pins, edges, self._turned))
            if knob.push is not None:
                buttons["encoder.push"] = knob.push
        for name, button in buttons.items():
            self._open_button(name, button, pins, edges)

    def _open_button(
        self, name: str, settings: ButtonSettings, pins: PinFactory, edges: Edges
    ) -> None:
        button = self._open(
            name, lambda: ButtonControl(settings, pins, edges, self._clock, self._gesture)
        )
        if button is not None and button.pressed:
            self._note(
                name,
                f"GPIO {settings.pin} reads as pressed from the start: let go of it, or look at its"
                " wires and at `active`.",
                ok=False,
            )

    def _open(self, name: str, make: Callable[[], P]) -> P | None:
        """Open one part; without it the others go on."""
        part = self._guarded(name, make)
        if part is not None:
            self._parts[name] = part
            self._note(name, "Works.", ok=True)
        return part

    def _guarded(self, name: str, work: Callable[[], R]) -> R | None:
        """Do what may fail for a part; then the part is out, and that is said, once."""
        try:
            return work()
        except PinError as error:
            broken = self._parts.pop(name, None)
            if broken is not None:
                with contextlib.suppress(PinError):
                    broken.close()
            self._led = None if name == "led" else self._led
            self._amplifier = None if name == "amplifier" else self._amplifier
            self._note(name, str(error), ok=False)
            return None

    def _note(self, part: str, sentence: str, *, ok: bool) -> None:
        self.status = [known for known in self.status if known.part != part]
        self.status.append(PartStatus(part, ok, sentence))
        if not ok:
            log.warning("%s: %s The speaker plays on without it.", part, sentence)

    # --- its life ---------------------------------------------------------------------------

    async def _serve(self) -> None:
        """Do what is due, when it is due."""
        while True:
            now = self._clock.now()
            for name, part in list(self._parts.items()):
                if now >= part.wake_at:
                    self._guarded(name, partial(part.tick, now))
            self._hand.tick(now)
            self._sooner.clear()
            self._alarm_at = self._wake_at
            if self._alarm_at == math.inf:
                await self._sooner.wait()
            else:
                with contextlib.suppress(TimeoutError):
                    await within(self._clock, self._alarm_at - now, self._sooner.wait())

    @property
    def _wake_at(self) -> float:
        return min([self._hand.wake_at, *(part.wake_at for part in self._parts.values())])

    def _look(self) -> None:
        """Something has happened: it may be that something is due sooner than it was."""
        if self._wake_at < self._alarm_at:
            self._sooner.set()

    def _gesture(self, button: ButtonSettings, gesture: Gesture) -> None:
        if gesture == "stuck":
            log.warning(
                "Button %s has been down for a long time; it counts again once it has been up."
                " Does something lie on it?", button.name,
            )  # fmt: skip
        action = _bound(button, gesture)
        if self._observer is not None:
            self._observer.gesture(button, gesture, action)
        if action is not None:
            self._hand.do(action, f"Button {button.name}")

    def _turned(self, encoder: EncoderSettings, detent: int, weight: int) -> None:
        amount = weight * encoder.step
        if self._observer is not None:
            self._observer.turn(encoder, detent, amount)
        self._hand.nudge(encoder.command, amount, "Knob")

    def _answered(self, refused: bool) -> None:
        led = self._led
        if refused and led is not None:
            self._guarded("led", partial(led.flash, self._clock.now()))
        self._look()


def _bound(button: ButtonSettings, gesture: Gesture) -> Action | None:
    """The action of a gesture; while a button is held, its press is done again and again."""
    match gesture:
        case "press" | "repeat":
            return button.actions.get("press")
        case "double" | "hold":
            return button.actions.get(gesture)
        case _:
            return None
