"""Wi-Fi that sleeps, or that hardly carries."""

from __future__ import annotations

import re

from receiver.doctor.base import Patient, System
from receiver.model.health import Finding

WEAK_DBM = -75
"""Below this, streams stall and clocks of the house are known badly."""
LINKS = "/sys/class/net"


def check_wifi(machine: System, _: Patient) -> list[Finding]:
    """One finding for each link by radio."""
    links = [n for n in machine.names(LINKS) if machine.read(f"{LINKS}/{n}/phy80211/name")]
    if not links:
        return [Finding("wifi", "ok", "not in use")]
    return [_link(machine, link) for link in links]


def _link(machine: System, link: str) -> Finding:
    saving = machine.run("iw", "dev", link, "get", "power_save") or ""
    if saving.endswith("on"):
        return Finding(
            "wifi",
            "warn",
            f"{link} saves power: what is sent to it arrives late, and mDNS may not at all.",
            f"sudo iw dev {link} set power_save off; for good: wifi.powersave=2 in"
            " NetworkManager's configuration.",
        )
    dbm = _signal(machine, link)
    strength = "" if dbm is None else f", {dbm} dBm"
    if dbm is not None and dbm < WEAK_DBM:
        seen = f"{link} hardly hears its network{strength}."
        return Finding("wifi", "warn", seen, "Move it or the router, or use a cable.")
    power = "does not save power" if saving else "power saving not known (iw is not installed)"
    return Finding("wifi", "ok", f"{link} {power}{strength}")


def _signal(machine: System, link: str) -> int | None:
    """How strongly it hears its network, in dBm."""
    table = machine.read("/proc/net/wireless") or ""
    found = re.search(rf"^\s*{re.escape(link)}:\s+\S+\s+\S+\s+(-\d+)", table, re.MULTILINE)
    return int(found[1]) if found else None
