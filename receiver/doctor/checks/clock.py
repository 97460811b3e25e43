"""The clock of the system, and how steadily it runs."""

from __future__ import annotations

from receiver.doctor.base import Patient, System
from receiver.model.health import Finding

OLDEST_YEAR = 2026
"""Tonearm is no older: a clock that shows less has never been set."""
MOST_PPM = 300.0
"""Crystals are off by less than 100; time daemons correct by 500 at most."""

SYNCHRONISE = "Let the system keep its time: sudo timedatectl set-ntp true."


def check_clock(machine: System, _: Patient) -> list[Finding]:
    """Certificates need the right day; peers need a clock that runs at a steady pace."""
    year, ppm = machine.year, machine.correction_ppm
    if year < OLDEST_YEAR:
        seen = f"The clock shows the year {year}: https streams are refused."
        return [Finding("clock", "fail", seen, SYNCHRONISE)]
    if abs(ppm) > MOST_PPM:
        return [
            Finding(
                "clock",
                "warn",
                f"The clock is corrected by {ppm:+.0f} millionths, far more than a crystal needs.",
                "See that only one time service runs: timedatectl status.",
            )
        ]
    synchronised = machine.run("timedatectl", "show", "--property=NTPSynchronized", "--value")
    if synchronised == "no":
        return [Finding("clock", "warn", "The clock is not synchronised.", SYNCHRONISE)]
    how = "synchronised" if synchronised == "yes" else "set"
    return [Finding("clock", "ok", f"{how}, corrected by {ppm:+.1f} millionths")]
