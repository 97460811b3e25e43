"""Benches to try pins on: made of arithmetic, with a stand-in for the library, and of a real chip.

The real one is the kernel's `gpio-sim`, whose lines can be pulled from outside through sysfs; it
takes part where the machine has it (`modprobe gpio-sim`, and a chip set up through configfs).
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest

from hw.pins.base import NoPins, PinFactory
from hw.pins.mock import MockPins
from hw.pins.rpi import RpiPins
from tests.hw.fake_gpio import FakeGpio

ROOT = Path(__file__).parents[2]
HOLD = """
import sys
from hw.pins.rpi import RpiPins
pin = RpiPins().input(int(sys.argv[1]), "up")
print("held", flush=True)
sys.stdin.read()
"""


class Bench(Protocol):
    """Pins, and a hand with a wire."""

    pins: PinFactory

    def ground(self, number: int) -> None:
        """Connect a pin to ground."""

    def let_go(self, number: int) -> None:
        """Connect it to nothing but the resistor to 3.3 V that was asked for."""

    def probe(self, number: int) -> bool:
        """The level of a pin, as one sees it from outside."""

    def occupied(self, number: int) -> contextlib.AbstractContextManager[None]:
        """Another program has the pin."""


class MockBench:
    """Lines of arithmetic; with the adapter and a stand-in for its library, or without."""

    def __init__(self, pins: PinFactory, lines: MockPins) -> None:
        self.pins = pins
        self._lines = lines

    def ground(self, number: int) -> None:
        self._lines.line(number).drive_low()

    def let_go(self, number: int) -> None:
        self._lines.line(number).release()

    def probe(self, number: int) -> bool:
        return self._lines.line(number).level

    @contextlib.contextmanager
    def occupied(self, number: int) -> Iterator[None]:
        self._lines.line(number).busy = True
        yield
        self._lines.line(number).busy = False


class SimBench:
    """A chip of the kernel."""

    def __init__(self, chip: Path) -> None:
        self.pins = RpiPins()
        self._chip = chip

    def ground(self, number: int) -> None:
        self._file(number, "pull").write_text("pull-down")

    def let_go(self, number: int) -> None:
        self._file(number, "pull").write_text("pull-up")

    def probe(self, number: int) -> bool:
        return self._file(number, "value").read_text().strip() == "1"

    @contextlib.contextmanager
    def occupied(self, number: int) -> Iterator[None]:
        with subprocess.Popen(
            [sys.executable, "-c", HOLD, str(number)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as other:
            assert other.stdout is not None
            assert other.stdout.readline() == "held\n"
            yield
            other.communicate()

    def _file(self, number: int, name: str) -> Path:
        return self._chip / f"sim_gpio{number}" / name


def _sim_chip() -> Path | None:
    """The chip that the library would take, if it is a simulated one and the library runs."""
    number = os.environ.get("RPI_LGPIO_CHIP", "0")
    chips = sorted(Path("/sys/devices/platform").glob(f"gpio-sim*/gpiochip{number}"))
    if not chips:
        return None
    try:
        # Here and not in a test: the library starts a thread that stays.
        RpiPins()
    except NoPins:
        return None
    return chips[0]


SIM_CHIP = _sim_chip()
KINDS = ["mock", "stand-in", *(["gpio-sim"] if SIM_CHIP else [])]


@contextlib.contextmanager
def bench(kind: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    """One of `KINDS`."""
    if kind == "mock":
        pins = MockPins()
        yield MockBench(pins, pins)
    elif kind == "stand-in":
        fake = FakeGpio()
        fake.install(monkeypatch)
        yield MockBench(RpiPins(), fake.bench)
        fake.stop()
    else:
        assert SIM_CHIP is not None
        yield SimBench(SIM_CHIP)
