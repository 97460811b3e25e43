"""How loud the receiver may be made."""

from __future__ import annotations

from receiver.config.config import Config
from receiver.doctor.base import Patient, System
from receiver.model.health import Finding


def check_cap(_: System, patient: Patient) -> list[Finding]:
    """The caps of the configuration, and the one that is in force now."""
    config = patient.config
    if config.night_cap < config.volume_cap and not config.night_hours:
        seen = f"night_cap is {config.night_cap}, but night_hours is empty: it never holds."
        return [Finding("cap", "warn", seen, "Set night_hours, or leave night_cap out.")]
    seen = ", ".join(_told(config)) or "none"
    if seen != "none" and patient.live is not None:
        seen += f"; {patient.live.state.volume.cap} % now"
    return [Finding("cap", "ok", seen)]


def _told(config: Config) -> list[str]:
    told = [] if config.volume_cap == 100 else [f"{config.volume_cap} %"]
    if config.night_cap < config.volume_cap:
        told.append(f"{config.night_cap} % at night ({config.night_hours})")
    return told
