"""Mutated files neither crash the decoder nor come out above full scale."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.decoder.conftest import Files

FILES = ("short", "brief", "brief-mono", "brief-surround")


@pytest.mark.tools("oggenc", "ffmpeg")
@pytest.mark.parametrize(
    ("first", "count"),
    [(0, 500), pytest.param(500, 5000, marks=pytest.mark.slow)],
    ids=["some", "many"],
)
def test_mutated_files_come_to_a_good_end(first: int, count: int, files: Files) -> None:
    paths = [str(files(name)) for name in FILES]
    done = subprocess.run(
        [sys.executable, "-m", "tests.decoder.mutations", str(first), str(count), *paths],
        cwd=Path(__file__).parents[2],
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},  # each thread takes address space
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 500 * count  # many still play
