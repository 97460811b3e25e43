"""A real process on a real folder, killed a thousand times while it saves."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
TIMES = 1000


@pytest.mark.slow
def test_a_thousand_kills_lose_nothing_that_was_safe(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.store.killed", str(tmp_path), str(TIMES)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert f"killed {TIMES} times" in done.stdout
    writes = int(done.stdout.split()[3])
    assert writes > TIMES, "they were killed while they saved, not before"
