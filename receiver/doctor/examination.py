"""All checks, one after the other."""

from __future__ import annotations

from receiver import __version__
from receiver.doctor.base import Check, Machine, Patient
from receiver.doctor.checks.access import check_access
from receiver.doctor.checks.clock import check_clock
from receiver.doctor.checks.disk import check_disk
from receiver.doctor.checks.gpio import check_gpio
from receiver.doctor.checks.house import check_house, check_problem
from receiver.doctor.checks.power import check_power, check_temperature
from receiver.doctor.checks.priority import check_priority
from receiver.doctor.checks.reach import check_mdns, check_multicast, check_port
from receiver.doctor.checks.software import check_libraries, check_packages, check_python
from receiver.doctor.checks.sound import check_device, check_underruns
from receiver.doctor.checks.volume import check_cap
from receiver.doctor.checks.wifi import check_wifi
from receiver.model.health import Examination, worst

CHECKS: tuple[Check, ...] = (
    check_port,
    check_mdns,
    check_multicast,
    check_wifi,
    check_access,
    check_house,
    check_device,
    check_underruns,
    check_cap,
    check_priority,
    check_gpio,
    check_clock,
    check_disk,
    check_temperature,
    check_power,
    check_python,
    check_packages,
    check_libraries,
    check_problem,
)
"""In the order in which their findings are told."""


def examine(machine: Machine, patient: Patient) -> Examination:
    """Look at everything. Takes some seconds; not on the event loop's thread. Never raises."""
    findings = [finding for check in CHECKS for finding in check(machine, patient)]
    return Examination(
        patient.id,
        patient.config.name,
        __version__,
        patient.live is not None,
        worst(findings),
        findings,
    )
