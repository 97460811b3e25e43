"""Pins matter where the configuration names hardware at them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

import pytest

from receiver.config.config import Config
from receiver.doctor.checks.gpio import check_gpio
from receiver.doctor.mock import MockMachine
from tests.doctor.patients import Ward, replace


@dataclass(frozen=True, slots=True, kw_only=True)
class WithButtons(Config):
    """A configuration that names buttons."""

    buttons: str = "play"


def ward() -> Ward:
    made = Ward()
    values: dict[str, Any] = {
        item.name: getattr(made.patient.config, item.name) for item in fields(Config)
    }
    made.patient = replace(made.patient, config=WithButtons(**values))
    return made


def no_chip(machine: MockMachine) -> None:
    del machine.files["/dev/gpiochip0"]


def no_library(machine: MockMachine) -> None:
    del machine.packages["rpi-lgpio"]


@pytest.mark.parametrize(
    ("fault", "verdict", "word"),
    [
        (lambda machine: None, "ok", "gpiochip0"),
        (no_chip, "fail", "no GPIO"),
        (no_library, "fail", "library"),
        (MockMachine.lock_pins, "fail", "may not be used"),
    ],
)
def test_hardware_that_is_named_must_be_usable(
    fault: Callable[[MockMachine], None], verdict: str, word: str
) -> None:
    ill = ward()
    fault(ill.machine)
    (finding,) = check_gpio(ill.machine, ill.patient)
    assert finding.verdict == verdict
    assert word in finding.seen


def test_without_any_all_is_well() -> None:
    ill = Ward()
    no_chip(ill.machine)
    no_library(ill.machine)
    (finding,) = check_gpio(ill.machine, ill.patient)
    assert finding.verdict == "ok"
