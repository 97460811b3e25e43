"""The audio process logs as control does, also when it is a fresh interpreter."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_a_fault_is_one_line_with_a_time() -> None:
    no_socket = "199"
    done = subprocess.run(
        [sys.executable, "-m", "receiver.engine.child", no_socket, '{"backend": "mock"}'],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert re.fullmatch(
        r"[-\d]{10} [:\d]{8} critical This is a fault in Tonearm, which ends it: OSError: .*\n",
        done.stderr,
    )
