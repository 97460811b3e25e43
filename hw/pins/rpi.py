"""The pins of a Raspberry Pi, through the module `RPi.GPIO`.

Two packages provide it: `rpi-lgpio`, which talks to the kernel's `/dev/gpiochip*`, and the old
`RPi.GPIO`, which writes to the chip behind the kernel's back and so runs on no Pi 5 and sees no
edges on kernels from 6.6. Neither debounces for us: they do it in different ways.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hw.pins.base import InputPin, NoPins, OnEdge, OutputPin, PinError, Pull

DEVICES = Path("/dev")

_INSTALL = "install Tonearm with its extra `pi`, as hw/README.md tells"
_GROUP = "add the user of the speaker to the group gpio"
_HINTS = {
    "busy": "something else uses it; `gpioinfo` names what",
    "no access": _GROUP,
    "permission": _GROUP,
    "add edge detection": f"this kernel wants rpi-lgpio in the place of RPi.GPIO; {_INSTALL}",
    "only be run on a raspberry pi": "buttons, LED and amplifier need a Pi; the rest does not",
    "peripheral base": f"this Pi wants rpi-lgpio in the place of RPi.GPIO; {_INSTALL}",
}
"""What to do, by what the library says."""


class RpiPins:
    """See `PinFactory`. Loading takes some tenths of a second on a small Pi; any thread."""

    def __init__(self) -> None:
        """Raises `NoPins` where there are none."""
        self._gpio = _load()
        with _told("The GPIO chip cannot be opened", NoPins):
            self._gpio.setwarnings(False)  # it warns of pins that others have set up before
            self._gpio.setmode(self._gpio.BCM)

    def input(self, number: int, pull: Pull) -> InputPin:
        """See `PinFactory`."""
        return _Input(self._gpio, number, pull)

    def output(self, number: int, high: bool) -> OutputPin:
        """See `PinFactory`."""
        return _Output(self._gpio, number, high)


class _Input:
    """See `InputPin`."""

    def __init__(self, gpio: Any, number: int, pull: Pull) -> None:
        self.number = number
        self._gpio = gpio
        self._watched = False
        self._open = True
        resistor = {"up": gpio.PUD_UP, "down": gpio.PUD_DOWN, "none": gpio.PUD_OFF}[pull]
        with _told(f"GPIO {number} cannot be read"):
            gpio.setup(number, gpio.IN, pull_up_down=resistor)

    @property
    def level(self) -> bool:
        with _told(f"GPIO {self.number} cannot be read"):
            return bool(self._gpio.input(self.number))

    def watch(self, on_edge: OnEdge) -> None:
        def called(_channel: int) -> None:
            # A pin that is let go of meanwhile has nothing to tell.
            with contextlib.suppress(PinError):
                on_edge(self.level)

        with _told(f"GPIO {self.number} cannot be watched"):
            self._gpio.add_event_detect(self.number, self._gpio.BOTH, callback=called)
        self._watched = True

    def unwatch(self) -> None:
        if self._watched:
            self._watched = False
            with _told(f"GPIO {self.number} cannot be let alone"):
                self._gpio.remove_event_detect(self.number)

    def close(self) -> None:
        self.unwatch()
        if self._open:
            self._open = False
            with _told(f"GPIO {self.number} cannot be let go of"):
                self._gpio.cleanup(self.number)


class _Output:
    """See `OutputPin`."""

    def __init__(self, gpio: Any, number: int, high: bool) -> None:
        self.number = number
        self._gpio = gpio
        with _told(f"GPIO {number} cannot be driven"):
            gpio.setup(number, gpio.OUT, initial=gpio.HIGH if high else gpio.LOW)
        self.drive(high)  # what this process drove before, lgpio would leave as it is

    def drive(self, high: bool) -> None:
        with _told(f"GPIO {self.number} cannot be driven"):
            self._gpio.output(self.number, self._gpio.HIGH if high else self._gpio.LOW)

    def close(self) -> None:
        """Does not clean up: that would make it an input, and let the line float."""


def _load() -> Any:
    """The module. Raises `NoPins`."""
    with _told("GPIO cannot be used", NoPins), _scratch_folder():
        try:
            from RPi import GPIO  # noqa: PLC0415 - few have it, and it starts a thread
        except ImportError as error:
            raise NoPins(f"The Python package RPi.GPIO is missing ({error}); {_INSTALL}.") from None
        return GPIO


@contextlib.contextmanager
def _scratch_folder() -> Iterator[None]:
    """Be in a folder that can be written to: lgpio makes a pipe in the current one while it is
    loaded. Once it has it open, it needs the name no more.
    """
    with (
        tempfile.TemporaryDirectory(dir=os.environ.get("RUNTIME_DIRECTORY")) as folder,
        contextlib.chdir(folder),
    ):
        yield


@contextlib.contextmanager
def _told(what: str, kind: type[PinError] = PinError) -> Iterator[None]:
    """Whatever goes wrong becomes a `PinError`: what, why, and what to do."""
    try:
        yield
    except PinError:
        raise
    except Exception as error:  # lgpio's own error is nothing but an Exception
        why = str(error).strip("'\".!")
        raise kind(f"{what} ({why}); {_advice(why)}.") from error


def _advice(why: str) -> str:
    """What to do about it."""
    for sign, advice in _HINTS.items():
        if sign in why.casefold():
            return advice
    chips = sorted(DEVICES.glob("gpiochip*"))
    if not chips:
        return f"there is no {DEVICES}/gpiochip*"
    if not all(os.access(chip, os.R_OK | os.W_OK) for chip in chips):
        return _GROUP
    return "see hw/README.md"
