"""A stand-in for the module `RPi.GPIO`, over lines that behave as electricity does.

It does what both packages of that name have in common: one thread calls all callbacks, each with
the number of the pin and nothing else, some time after the edge.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from queue import SimpleQueue
from types import ModuleType

import pytest

from hw.pins.mock import MockLine, MockPins

Callback = Callable[[int], None]


class LgpioError(Exception):
    """As lgpio raises it: nothing but an `Exception`, and its text is in quotes."""

    def __str__(self) -> str:
        return repr(self.args[0])


class FakeGpio(ModuleType):
    """The module."""

    BCM, IN, OUT, LOW, HIGH = 11, 1, 0, 0, 1
    PUD_OFF, PUD_DOWN, PUD_UP, BOTH = 20, 21, 22, 33

    def __init__(self) -> None:
        super().__init__("RPi.GPIO")
        self.bench = MockPins()
        self.broken: dict[str, Exception] = {}
        """What a call raises, by its name."""
        self._mode: int | None = None
        self._directions: dict[int, int] = {}
        self._watched: set[int] = set()
        self._edges: SimpleQueue[tuple[Callback, int] | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._call_back, name="fake-gpio")
        self._thread.start()

    def install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Be what `from RPi import GPIO` finds."""
        package = ModuleType("RPi")
        package.GPIO = self  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, "RPi", package)
        monkeypatch.setitem(sys.modules, "RPi.GPIO", self)

    def stop(self) -> None:
        """End its thread."""
        self._edges.put(None)
        self._thread.join()

    # --- what the module does ---------------------------------------------------------------

    def setwarnings(self, _on: bool) -> None:
        self._may("setwarnings")

    def setmode(self, mode: int) -> None:
        self._may("setmode")
        self._mode = mode

    def setup(
        self, pin: int, direction: int, pull_up_down: int = PUD_OFF, initial: int | None = None
    ) -> None:
        self._may("setup")
        assert self._mode == self.BCM, "no mode was set"
        line = self._line(pin)
        if line.busy:
            raise LgpioError("GPIO busy")
        self._directions[pin] = direction
        if direction == self.IN:
            assert initial is None
            line.set_up({self.PUD_UP: "up", self.PUD_DOWN: "down"}.get(pull_up_down, "none"))  # type: ignore[arg-type]
        else:
            assert pull_up_down == self.PUD_OFF
            line.drive(bool(initial))

    def input(self, pin: int) -> int:
        self._may("input")
        if pin not in self._directions:
            raise RuntimeError("You must setup() the GPIO channel first")
        return int(self._line(pin).level)

    def output(self, pin: int, level: int) -> None:
        self._may("output")
        if self._directions.get(pin) != self.OUT:
            raise RuntimeError("The GPIO channel has not been set up as an OUTPUT")
        self._line(pin).drive(bool(level))

    def add_event_detect(self, pin: int, edge: int, callback: Callback) -> None:
        self._may("add_event_detect")
        assert edge == self.BOTH
        if pin in self._watched:
            raise RuntimeError("Conflicting edge detection already enabled for this GPIO channel")
        self._watched.add(pin)
        self._line(pin).watch(lambda _level: self._edges.put((callback, pin)))

    def remove_event_detect(self, pin: int) -> None:
        self._may("remove_event_detect")
        self._watched.discard(pin)
        self._line(pin).watch(None)

    def cleanup(self, pin: int) -> None:
        self._may("cleanup")
        del self._directions[pin]
        self._line(pin).set_up("none")

    # --- inside -----------------------------------------------------------------------------

    def _may(self, call: str) -> None:
        if call in self.broken:
            raise self.broken[call]

    def _line(self, pin: int) -> MockLine:
        return self.bench.line(pin)

    def _call_back(self) -> None:
        while (edge := self._edges.get()) is not None:
            callback, pin = edge
            callback(pin)
