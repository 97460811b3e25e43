"""`tonearm-receiver --test-buttons`: says what it sees of the hardware, and commands nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from hw.actions import Action
from hw.button import Gesture
from hw.led import PATTERNS
from hw.panel import Panel, Scene
from hw.pins.base import PinFactory
from hw.settings import ButtonSettings, EncoderSettings, Hardware
from receiver.clock.base import Clock
from receiver.protocol import codec
from receiver.protocol.events import Answer, Done

EACH_LIGHT_S = 3.0

_SEEN: dict[Gesture, str] = {
    "down": "goes down",
    "up": "comes up",
    "press": "pressed",
    "double": "pressed twice",
    "hold": "held",
    "repeat": "still held",
    "stuck": "has been down for a long time",
}


class Trial:
    """The hardware of a receiver without the receiver."""

    def __init__(
        self,
        hardware: Hardware,
        open_pins: Callable[[], PinFactory],
        clock: Clock,
        say: Callable[[str], None],
    ) -> None:
        """`say` gets one line at a time."""
        self._hardware = hardware
        self._say = say
        self._clock = clock
        self._began = clock.now()
        self._panel = Panel(hardware, open_pins, self._take, clock, self)

    async def run(self) -> None:
        """Say what there is, and what happens to it, until cancelled. Ends by itself where there
        are no pins; what is wrong is in the log.
        """
        for key, what, origin in self._hardware.rows:
            self._say(f"{key}: {what} ({origin})")
        self._say("Press, hold and turn what there is. Ctrl-C ends it.")
        async with asyncio.TaskGroup() as tasks:
            shown = tasks.create_task(self._show_all())
            await self._panel.run()
            shown.cancel()

    async def _show_all(self) -> None:
        """Show each light in turn, and have the amplifier on while it would play."""
        for light in PATTERNS:
            if self._hardware.led is not None:
                self._line(f"led: {light}")
            self._panel.show(Scene(light, sounding=light == "playing"))
            await self._clock.sleep(EACH_LIGHT_S)
        self._panel.show(Scene("ready", sounding=False))

    # --- as the observer of the panel -------------------------------------------------------

    def gesture(self, button: ButtonSettings, gesture: Gesture, action: Action | None) -> None:
        """See `Observer`."""
        does = f" -> {action.words}" if action is not None else ""
        self._line(f"{button.name} (GPIO {button.pin}) {_SEEN[gesture]}{does}")

    def turn(self, encoder: EncoderSettings, detent: int, amount: int) -> None:
        """See `Observer`."""
        way = "clockwise" if detent > 0 else "back"
        number = f"{amount:+} %" if encoder.command == "volume" else f"{amount / 1000:+g} s"
        self._line(f"knob (GPIO {encoder.a}, {encoder.b}) {way} -> {encoder.command} {number}")

    def _take(self, message: str, reply: Callable[[Answer], None]) -> None:
        """A door that leads nowhere: what comes is read, shown, and taken to be done."""
        command = codec.decode_command(message)
        self._line(f"would send {message}")
        reply(Done(command.id))

    def _line(self, text: str) -> None:
        self._say(f"{self._clock.now() - self._began:8.3f}  {text}")
