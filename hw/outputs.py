"""The light and the amplifier, each joined to its pin. Event loop only; raises `PinError`."""

from __future__ import annotations

from hw.amplifier import Amplifier
from hw.led import Led, Light
from hw.pins.base import PinFactory
from hw.settings import AmplifierSettings, LedSettings
from receiver.clock.base import Clock


class _Switch:
    """An output that is on or off, and is written only when that changes."""

    def __init__(self, pins: PinFactory, number: int, *, active_low: bool) -> None:
        self._active_low = active_low
        self._pin = pins.output(number, active_low)
        self._on = False

    def set(self, on: bool) -> None:
        if on != self._on:
            self._pin.drive(on != self._active_low)
            self._on = on

    def close(self) -> None:
        self.set(False)
        self._pin.close()


class LedOutput:
    """The light."""

    def __init__(self, settings: LedSettings, pins: PinFactory, clock: Clock, light: Light) -> None:
        self._led = Led(settings.patterns, light, clock.now())
        self._switch = _Switch(pins, settings.pin, active_low=settings.active_low)

    @property
    def wake_at(self) -> float:
        """The instant at which `tick` is due."""
        return self._led.wake_at

    def show(self, light: Light, now: float) -> None:
        """Show this from now on."""
        self._led.show(light, now)
        self.tick(now)

    def flash(self, now: float) -> None:
        """Show an error once."""
        self._led.flash(now)
        self.tick(now)

    def tick(self, now: float) -> None:
        """Time has passed."""
        if now >= self._led.wake_at:
            self._switch.set(self._led.lit(now))

    def close(self) -> None:
        """Switch it off, and let go of the pin."""
        self._switch.close()


class AmplifierOutput:
    """The amplifier. It is on when a call that says so returns."""

    def __init__(self, settings: AmplifierSettings, pins: PinFactory) -> None:
        self._amplifier = Amplifier(settings.off_after_s)
        self._switch = _Switch(pins, settings.pin, active_low=settings.active_low)

    @property
    def wake_at(self) -> float:
        """The instant at which `tick` is due."""
        return self._amplifier.wake_at

    def sound(self, sounding: bool, now: float) -> None:
        """There is sound, or about to be; or there is none."""
        self._amplifier.sound(sounding, now)
        self._switch.set(self._amplifier.on)

    def herald(self, now: float) -> None:
        """Something is opened that may sound soon."""
        self._amplifier.herald(now)
        self._switch.set(self._amplifier.on)

    def tick(self, now: float) -> None:
        """Time has passed."""
        self._amplifier.tick(now)
        self._switch.set(self._amplifier.on)

    def close(self) -> None:
        """Switch it off, and let go of the pin."""
        self._switch.close()
