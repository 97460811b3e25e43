"""The threat model names a test for each row, and there are such tests."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from tests.house.code import ROOT
from tests.threats import MODEL, Threat, threats

LEAST = 40


def test_there_are_many() -> None:
    assert len(threats(MODEL.read_text("utf-8"))) >= LEAST


@pytest.mark.parametrize("threat", threats(MODEL.read_text("utf-8")), ids=lambda t: t.fault)
def test_each_row_names_a_test_that_exists(threat: Threat) -> None:
    path, _, name = threat.test.partition("::")
    text = (ROOT / path).read_text("utf-8")
    assert re.search(rf"^(?:async )?def {name}\(|^{name} = ", text, re.MULTILINE)


def test_a_row_can_be_tried() -> None:
    command = [sys.executable, "-m", "tests.threats", "codes tried one after the other"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert "as expected (once)" in done.stdout
