"""Who may command the receiver."""

from __future__ import annotations

from receiver.doctor.base import Machine, Patient
from receiver.model.health import Finding


def check_access(_: Machine, patient: Patient) -> list[Finding]:
    """An open receiver is for a closed network."""
    if patient.config.auth == "open":
        return [
            Finding(
                "access",
                "warn",
                "Whoever reaches it may command it, at any volume and any hour.",
                'Let in only who is paired: auth = "pair" in receiver.toml, then tonearm pair.',
            )
        ]
    return [Finding("access", "ok", "for those who are paired")]
