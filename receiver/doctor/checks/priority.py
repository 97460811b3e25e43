"""Whether the audio process may go before all others."""

from __future__ import annotations

import re

from receiver.doctor.base import Patient, System
from receiver.model.health import Finding

NEEDED = 5
"""The real-time priority that the thread of the sound device asks for."""
CAP_SYS_NICE = 1 << 23
REAL_TIME = {"1", "2"}
"""SCHED_FIFO and SCHED_RR, in `/proc/PID/stat`."""
POLICY = 38
"""Place of the policy there, counted from behind the name."""

GRANT = (
    "Grant it: LimitRTPRIO=10 in the service, or a line '@audio - rtprio 10' in"
    " /etc/security/limits.d, and the user in that group."
)


def check_priority(machine: System, patient: Patient) -> list[Finding]:
    """While it plays, what the thread has; else what it would be granted."""
    if patient.config.audio == "mock":
        return [Finding("priority", "ok", "the mock needs none")]
    live = patient.live
    audio = _child(machine, live.pid) if live is not None else "self"
    if live is not None and live.state.session.playback == "playing":
        policies = [_policy(machine, audio, t) for t in machine.names(f"/proc/{audio}/task")]
        granted = bool(REAL_TIME.intersection(policies))
    else:
        granted = _may(machine, audio)
    if granted:
        return [Finding("priority", "ok", "real-time priority is granted")]
    seen = "The sound has no real-time priority: it may be interrupted when the machine is busy."
    return [Finding("priority", "warn", seen, GRANT)]


def _child(machine: System, pid: int) -> str:
    """The audio process: the first that control has started."""
    children = (machine.read(f"/proc/{pid}/task/{pid}/children") or "").split()
    return children[0] if children else str(pid)


def _policy(machine: System, pid: str, thread: str) -> str:
    fields = (machine.read(f"/proc/{pid}/task/{thread}/stat") or "").rpartition(")")[2].split()
    return fields[POLICY] if len(fields) > POLICY else ""


def _may(machine: System, pid: str) -> bool:
    limits = machine.read(f"/proc/{pid}/limits") or ""
    allowed = re.search(r"^Max realtime priority\s+(\d+|unlimited)", limits, re.MULTILINE)
    if allowed and (allowed[1] == "unlimited" or int(allowed[1]) >= NEEDED):
        return True
    status = machine.read(f"/proc/{pid}/status") or ""
    capabilities = re.search(r"^CapEff:\s+([0-9a-f]+)", status, re.MULTILINE)
    return capabilities is not None and bool(int(capabilities[1], 16) & CAP_SYS_NICE)
