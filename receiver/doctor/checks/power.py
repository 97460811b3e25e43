"""Heat, and a supply that is too weak: a Pi slows down for either."""

from __future__ import annotations

from receiver.doctor.base import Patient, System
from receiver.model.health import Finding

HOT_C, TOO_HOT_C = 80.0, 90.0
"""A Pi slows down from 80 degrees on."""
UNDERVOLTAGE, WAS_UNDERVOLTAGE = 1 << 0, 1 << 16
SLOWED, WAS_SLOWED = 1 << 1 | 1 << 2, 1 << 17 | 1 << 18
"""Bits of `vcgencmd get_throttled`: now, and at some time since the start."""
FIRMWARE = "/sys/devices/platform/soc/soc:firmware/get_throttled"
"""The same bits by Raspberry Pi's kernel, for those to whom the firmware's own device is closed."""

SUPPLY = "Use the supply made for this Pi, and a short cable."
COOL = "Give it air or a heat sink."


def check_temperature(machine: System, _: Patient) -> list[Finding]:
    """The hottest place that the machine measures."""
    zones = "/sys/class/thermal"
    texts = [machine.read(f"{zones}/{zone}/temp") or "" for zone in machine.names(zones)]
    celsius = max((int(text) / 1000 for text in texts if text.isdigit()), default=None)
    if celsius is None:
        return [Finding("temperature", "ok", "not measured on this machine")]
    seen = f"{celsius:.0f} °C"
    if celsius >= TOO_HOT_C:
        return [Finding("temperature", "fail", f"It is too hot: {seen}.", COOL)]
    if celsius >= HOT_C:
        return [Finding("temperature", "warn", f"It is hot: {seen}. It slows down.", COOL)]
    return [Finding("temperature", "ok", seen)]


def check_power(machine: System, _: Patient) -> list[Finding]:
    """What the firmware of a Pi says of its supply, or else the kernel's own watch over it."""
    bits = _bits((machine.run("vcgencmd", "get_throttled") or "").removeprefix("throttled="))
    if bits is None:
        bits = _bits(machine.read(FIRMWARE) or "")
    if bits is None:
        return [_by_kernel(machine)]
    if bits & UNDERVOLTAGE:
        return [Finding("power", "fail", "The supply is too weak now.", SUPPLY)]
    if bits & WAS_UNDERVOLTAGE:
        seen = "The supply has been too weak since the start."
        return [Finding("power", "warn", seen, SUPPLY)]
    if bits & (SLOWED | WAS_SLOWED):
        when = "now" if bits & SLOWED else "at some time since the start"
        return [Finding("power", "warn", f"The processor is slowed down {when}.", COOL)]
    return [Finding("power", "ok", "the supply is strong enough")]


def _bits(hexadecimal: str) -> int | None:
    try:
        return int(hexadecimal, 16)
    except ValueError:
        return None


def _by_kernel(machine: System) -> Finding:
    monitors = "/sys/class/hwmon"
    for monitor in machine.names(monitors):
        alarms = [
            machine.read(f"{monitors}/{monitor}/{name}")
            for name in machine.names(f"{monitors}/{monitor}")
            if name.endswith("_lcrit_alarm")
        ]
        if "1" in alarms:
            return Finding("power", "fail", "The supply is too weak now.", SUPPLY)
        if alarms:
            return Finding("power", "ok", "the supply is strong enough")
    return Finding("power", "ok", "not measured on this machine")
