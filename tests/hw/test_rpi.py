"""What is said when the pins of a Pi cannot be had."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from hw.pins import rpi
from hw.pins.base import NoPins, PinError
from hw.pins.rpi import RpiPins
from tests.hw.fake_gpio import FakeGpio, LgpioError


@pytest.fixture
def gpio(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[FakeGpio]:
    """The module is there, and so is a chip."""
    (tmp_path / "gpiochip0").touch()
    monkeypatch.setattr(rpi, "DEVICES", tmp_path)
    fake = FakeGpio()
    fake.install(monkeypatch)
    yield fake
    fake.stop()


def test_without_the_library_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "RPi", None)
    with pytest.raises(
        NoPins, match=r"RPi\.GPIO is missing .*; install Tonearm with its extra `pi`"
    ):
        RpiPins()


class Refuses:
    """Finds `RPi`, which fails while it is loaded."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def find_spec(self, name: str, *_rest: object) -> None:
        if name == "RPi":
            raise self._error


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (
            RuntimeError("This module can only be run on a Raspberry Pi!"),
            r"run on a Raspberry Pi\); buttons, LED and amplifier need a Pi; the rest does not\.$",
        ),
        (FileNotFoundError("No such file: '.lgd-nfy-3'"), r"GPIO cannot be used \(No such file"),
    ],
)
def test_a_library_that_does_not_load_is_quoted(
    monkeypatch: pytest.MonkeyPatch, error: Exception, said: str
) -> None:
    for name in ("RPi", "RPi.GPIO"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.setattr(sys, "meta_path", [Refuses(error), *sys.meta_path])
    with pytest.raises(NoPins, match=said):
        RpiPins()


def test_no_chip_is_named(gpio: FakeGpio) -> None:
    (rpi.DEVICES / "gpiochip0").unlink()
    gpio.broken["setmode"] = LgpioError("can not open gpiochip")
    with pytest.raises(NoPins) as caught:
        RpiPins()
    assert str(caught.value) == (
        "The GPIO chip cannot be opened (can not open gpiochip);"
        f" there is no {rpi.DEVICES}/gpiochip*."
    )


def test_a_chip_that_is_not_ours_is_a_matter_of_groups(
    gpio: FakeGpio, monkeypatch: pytest.MonkeyPatch
) -> None:
    gpio.broken["setmode"] = LgpioError("can not open gpiochip")
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(NoPins, match="add the user of the speaker to the group gpio"):
        RpiPins()


@pytest.mark.parametrize(
    ("call", "error", "said"),
    [
        ("setup", LgpioError("GPIO busy"), r"cannot be read \(GPIO busy\); something else uses it"),
        (
            "setup",
            RuntimeError("No access to /dev/mem.  Try running as root!"),
            "add the user of the speaker to the group gpio",
        ),
        (
            "setup",
            RuntimeError("Cannot determine SOC peripheral base address"),
            r"wants rpi-lgpio .*its extra `pi`",
        ),
        (
            "add_event_detect",
            RuntimeError("Failed to add edge detection"),
            r"cannot be watched .* wants rpi-lgpio .*its extra `pi`",
        ),
        (
            "input",
            LgpioError("unknown handle"),
            r"cannot be read \(unknown handle\); see hw/README",
        ),
        ("cleanup", LgpioError("unknown handle"), "cannot be let go of"),
        ("remove_event_detect", LgpioError("unknown handle"), "cannot be let alone"),
    ],
)
def test_what_is_wrong_with_a_pin_is_told(
    gpio: FakeGpio, call: str, error: Exception, said: str
) -> None:
    gpio.broken[call] = error
    with pytest.raises(PinError, match=f"^GPIO 5 {said}|^GPIO 5 .*{said}"):
        use(RpiPins())


def use(pins: RpiPins) -> None:
    """Everything that one does with an input."""
    pin = pins.input(5, "up")
    pin.watch(lambda _level: None)
    assert pin.level
    pin.close()


def test_an_output_that_does_not_obey_is_told(gpio: FakeGpio) -> None:
    pin = RpiPins().output(5, False)
    gpio.broken["output"] = LgpioError("bad GPIO write")
    with pytest.raises(PinError, match="GPIO 5 cannot be driven"):
        pin.drive(True)


def test_an_edge_of_a_pin_that_cannot_be_read_is_let_be(gpio: FakeGpio) -> None:
    pin = RpiPins().input(5, "up")
    told: list[bool] = []
    pin.watch(told.append)
    gpio.broken["input"] = LgpioError("unknown handle")
    gpio.bench.line(5).drive_low()
    gpio.stop()  # all edges have been told by then
    assert told == []


def test_the_library_is_loaded_in_a_folder_of_its_own(
    gpio: FakeGpio, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """It makes a pipe where it is loaded, and the folder of a service cannot be written to."""
    monkeypatch.setenv("RUNTIME_DIRECTORY", str(tmp_path))
    seen: list[Path] = []
    before = Path.cwd()

    class Looks:
        def find_spec(self, name: str, *_rest: object) -> None:
            if name == "RPi":
                seen.append(Path.cwd())
                (seen[0] / ".lgd-nfy0").touch()

    monkeypatch.delitem(sys.modules, "RPi")
    monkeypatch.setattr(sys, "meta_path", [Looks(), *sys.meta_path])
    with pytest.raises(NoPins):
        RpiPins()
    assert seen[0].parent == tmp_path
    assert Path.cwd() == before
    assert not seen[0].exists()
