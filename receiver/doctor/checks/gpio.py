"""Pins, for buttons, a light and an amplifier."""

from __future__ import annotations

from receiver.doctor.base import Patient, System
from receiver.model.health import Finding

LIBRARY = "RPi.GPIO"
"""A module of several packages. What the system has is seen without the name of its package, where
only the module is linked into our environment.
"""


def check_gpio(machine: System, patient: Patient) -> list[Finding]:
    """Where the configuration names hardware: a chip, the right to use it, and the library; and
    what a receiver that runs has found wrong with each part.
    """
    if not patient.hardware:
        return [Finding("gpio", "ok", "not in use")]
    what = ", ".join(patient.hardware)
    chips = [name for name in machine.names("/dev") if name.startswith("gpiochip")]
    if not chips:
        seen = f"This machine has no GPIO, and the configuration names {what}."
        return [Finding("gpio", "fail", seen, "Take those lines out of the configuration.")]
    if not machine.has_module(LIBRARY):
        seen = f"The library for GPIO is missing, and the configuration names {what}."
        return [Finding("gpio", "fail", seen, "Install it: pip install 'tonearm[pi]'.")]
    if not any(machine.may_write(f"/dev/{chip}") for chip in chips):
        seen = f"/dev/{chips[0]} may not be used by this user."
        return [Finding("gpio", "fail", seen, "Add the user to the group gpio.")]
    if patient.live is not None and patient.live.pin_faults:
        advice = "See hw/README.md, and try it with tonearm-receiver --test-buttons."
        return [Finding("gpio", "fail", seen, advice) for seen in patient.live.pin_faults]
    return [Finding("gpio", "ok", f"/dev/{chips[0]} for {what}")]
