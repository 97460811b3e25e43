"""How the installed service runs our receiver, so that what is measured is what people have."""

from __future__ import annotations

import shlex
from pathlib import Path

ROOT = Path(__file__).parents[1]
UNIT = ROOT / "systemd" / "tonearm.service"


def environment() -> dict[str, str]:
    """The variables that the unit sets."""
    lines = (line.partition("=") for line in UNIT.read_text("utf-8").splitlines())
    words = [word for key, _, text in lines if key == "Environment" for word in shlex.split(text)]
    return dict(word.split("=", 1) for word in words)
