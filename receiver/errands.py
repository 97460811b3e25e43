"""What `tonearm-receiver` does instead of running, when a flag asks for it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from receiver.config.load import Loaded, table
from receiver.config.sources import Task
from receiver.errors import NoDevice
from receiver.logs.lines import set_up

if TYPE_CHECKING:
    from hw.settings import Hardware


def run_errand(task: Task, loaded: Loaded, hardware: Hardware | None) -> int:
    """Do it, and write down what comes of it; returns the exit code. Raises `TonearmError`."""
    return _ERRANDS[task](loaded, hardware)


def _check_config(loaded: Loaded, hardware: Hardware | None) -> int:
    for trouble in loaded.kept.troubles:
        sys.stderr.write(f"{trouble}\n")
    sys.stdout.write(table(loaded, hardware.rows if hardware else ()))
    return 0


def _print_config(_: Loaded, __: Hardware | None) -> int:
    from receiver.config.sample import sample  # noqa: PLC0415 - each loads what it needs alone

    sys.stdout.write(sample())
    return 0


def _list_devices(_: Loaded, __: Hardware | None) -> int:
    from receiver.sink.portaudio import list_devices  # noqa: PLC0415

    devices = list_devices()
    if not devices:
        raise NoDevice(
            "This machine has no sound device that can play; check that it is connected, and that "
            "no other program uses it. Without one, --audio mock plays for nobody."
        )
    for device in devices:
        card = f"  card {device.card}" if device.card else ""
        sys.stdout.write(f"{device.name}  {device.channels} channels, {device.rate} Hz{card}\n")
    return 0


def _test_buttons(loaded: Loaded, hardware: Hardware | None) -> int:
    from receiver.front import try_out  # noqa: PLC0415

    set_up(loaded.config.log_level)
    try_out(hardware)
    return 0


def _doctor(loaded: Loaded, hardware: Hardware | None) -> int:
    from receiver.doctor.machine import ThisMachine  # noqa: PLC0415
    from receiver.doctor.visit import report, visit  # noqa: PLC0415
    from receiver.model.health import exit_code  # noqa: PLC0415

    told = visit(ThisMachine(), loaded.config, hardware.parts if hardware else ())
    for line in report(told, as_json=loaded.json, colour=sys.stdout.isatty()):
        sys.stdout.write(f"{line}\n")
    return exit_code(told.verdict)


def _pair(loaded: Loaded, _: Hardware | None) -> int:
    from receiver.pairing import qr_lines  # noqa: PLC0415
    from receiver.server.local_door import Invitation, knock, local_doors  # noqa: PLC0415

    invitation = knock(local_doors(loaded.config.state_dir), "pair", Invitation)
    code = f"{invitation.code[:3]} {invitation.code[3:]}"
    lines = [f"Code: {code}, for {invitation.seconds:.0f} s. Or scan, or open {invitation.url}"]
    sys.stdout.write("\n".join([*lines, *qr_lines(invitation.url), ""]))
    return 0


_ERRANDS: Mapping[Task, Callable[[Loaded, Hardware | None], int]] = {
    "check_config": _check_config,
    "print_config": _print_config,
    "list_devices": _list_devices,
    "test_buttons": _test_buttons,
    "doctor": _doctor,
    "pair": _pair,
}
