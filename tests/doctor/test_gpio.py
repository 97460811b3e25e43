"""Pins matter where the configuration names hardware at them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from receiver.doctor.checks.gpio import check_gpio
from receiver.doctor.mock import MockMachine
from tests.doctor.patients import Ward, replace


def no_chip(machine: MockMachine) -> None:
    del machine.files["/dev/gpiochip0"]


def no_library(machine: MockMachine) -> None:
    machine.modules.remove("RPi.GPIO")


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
    ward = Ward()
    ward.patient = replace(ward.patient, hardware=["buttons", "led"])
    fault(ward.machine)
    (finding,) = check_gpio(ward.machine, ward.patient)
    assert finding.verdict == verdict
    assert word in finding.seen


def test_without_any_all_is_well() -> None:
    ward = Ward()
    no_chip(ward.machine)
    no_library(ward.machine)
    (finding,) = check_gpio(ward.machine, ward.patient)
    assert finding.verdict == "ok"


def test_what_a_receiver_found_wrong_with_a_part_is_told() -> None:
    ward = Ward()
    live = replace(ward.patient.live, pin_faults=["The light at GPIO 17: another program has it."])
    ward.patient = replace(ward.patient, hardware=["led"], live=live)
    (finding,) = check_gpio(ward.machine, ward.patient)
    assert finding.verdict == "fail"
    assert "another program" in finding.seen
