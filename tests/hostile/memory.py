"""How much memory a process has taken."""

from __future__ import annotations

import re
from pathlib import Path


def peak(pid: int) -> int:
    """The most bytes that a process has held since it began, or since `forget_peak`."""
    return _read(pid, "VmHWM")


def address_space(pid: int) -> int:
    """Bytes of address space that a process takes."""
    return _read(pid, "VmSize")


def forget_peak(pid: int) -> None:
    """From now on `peak` tells of what comes."""
    Path(f"/proc/{pid}/clear_refs").write_text("5", encoding="ascii")


def _read(pid: int, field: str) -> int:
    text = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
    found = re.search(rf"^{field}:\s+(\d+) kB", text, re.MULTILINE)
    assert found is not None
    return int(found[1]) * 1024
