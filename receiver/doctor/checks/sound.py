"""The sound device: there, at which rates, and whether it runs dry."""

from __future__ import annotations

import re

from receiver.doctor.base import Machine, Patient, Sound, System
from receiver.errors import NoDevice
from receiver.model.health import Finding
from receiver.model.state import Output, State
from receiver.sink.devices import Device

CHOOSE = "See tonearm-receiver --list-devices, and set device = in the configuration."
CONNECT = "Connect one, or enable it: dtoverlay= in /boot/firmware/config.txt of a Pi."
LAY_HANDS = "See that it is connected and switched on, and that no other program holds it:"


def check_device(machine: Machine, patient: Patient) -> list[Finding]:
    """The device as the receiver uses it now; of one that does not run, as it would."""
    if patient.config.audio == "mock":
        return [Finding("device", "ok", "the mock, which nobody hears: audio = mock")]
    if patient.live is None:
        return [_idle(machine, patient)]
    return [_in_use(machine, patient, patient.live.state)]


def _in_use(machine: System, patient: Patient, state: State) -> Finding:
    output, problem, asked = state.output, state.problem, patient.config.rate
    if problem is not None and problem.code == NoDevice.code:
        return Finding("device", "fail", problem.message, f"{LAY_HANDS} fuser -v /dev/snd/*.")
    if output.backend == "mock":
        seen = "This machine has no sound device: the mock plays, which nobody hears."
        return Finding("device", "fail", seen, CHOOSE)
    seen = f"{output.device}, {output.rate} Hz, {output.channels} channels"
    if asked and output.rate and output.rate != asked:
        return Finding(
            "device",
            "warn",
            f"{output.device} plays at {output.rate} Hz, not at {asked} Hz as is asked for.",
            f"It does not take that rate{_takes(machine, output)}: leave rate at 0.",
        )
    return Finding("device", "ok", seen + _takes(machine, output))


def _takes(machine: System, output: Output) -> str:
    """The rates that a USB device tells of; nothing of others, which would have to be opened."""
    card = re.search(r"\(hw:(\d+),\d+\)", output.device)
    told = machine.read(f"/proc/asound/card{card[1]}/stream0") if card else None
    rates = re.search(r"Rates: (.+)", told or "")
    return f" (takes {rates[1].strip()})" if rates else ""


def _idle(machine: Sound, patient: Patient) -> Finding:
    advice = CHOOSE
    try:
        if not machine.devices():
            advice = CONNECT
        return _opened(machine, machine.chosen(patient.config.device))
    except NoDevice as error:
        return Finding("device", "fail", error.message, advice)


def _opened(machine: Sound, device: Device) -> Finding:
    rates = machine.rates(device)
    if not rates:
        seen = f"{device.name} cannot be opened."
        return Finding("device", "fail", seen, f"{LAY_HANDS} fuser -v /dev/snd/*.")
    return Finding("device", "ok", f"{device.name}, takes {', '.join(map(str, rates))} Hz")


def check_underruns(_: System, patient: Patient) -> list[Finding]:
    """How often the device ran dry since the receiver was started."""
    if patient.live is None:
        return []
    output, most_ms = patient.live.state.output, patient.config.max_buffer_ms
    if output.underruns == 0:
        return [Finding("underruns", "ok", f"none, {output.buffer_ms:g} ms buffer")]
    seen = f"The device ran dry {output.underruns} times; its buffer is {output.buffer_ms:g} ms."
    grown = output.buffer_ms >= most_ms
    first = "Raise max_buffer_ms." if grown else "The buffer grows by itself."
    advice = f"{first} If it goes on, see what keeps the machine busy: top."
    return [Finding("underruns", "warn", seen, advice)]
