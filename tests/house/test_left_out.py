"""What a machine lacks: the tests that need it are not run, and say so; in CI they fail."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.code import ROOT

SMALL = """
import pytest
from tests import conftest

system = conftest._system
system.TEST = (*system.TEST, system.program("nonexistent", "no-such-package"))

def test_that_needs_nothing():
    pass

@pytest.mark.tools("nonexistent")
def test_that_lacks_something():
    raise AssertionError("was run")

def test_that_gives_up():
    pytest.skip("for a reason of its own")

@pytest.mark.xfail(reason="known")
def test_that_may_fail():
    raise AssertionError
"""
"""Tests of which one is marked for something that no machine has, and one as known to fail: that is
left out as well. They are run by a pytest of their own.
"""
FAILING = """
import pytest
from tests import conftest

@pytest.fixture
def receiver():
    raise OSError("it does not start")

def test_that_needs_nothing():
    pass

def test_of_a_part():
    raise AssertionError

def test_of_a_receiver(receiver):
    pass
"""
LACKING = """
system = conftest._system
system.RUN = (*system.RUN, system.library("libnone.so.9", "libnone9"))
system.TEST = (*system.TEST, system.RUN[-1])
"""
LEFT_OUT = ("needs nonexistent (package no-such-package)", "for a reason of its own")


@pytest.mark.parametrize(
    ("ci", "counted", "status"),
    [
        ("", "1 passed, 2 skipped, 1 xfailed", pytest.ExitCode.OK),
        ("1", "2 failed, 1 passed, 1 error", pytest.ExitCode.TESTS_FAILED),
    ],
    ids=["here", "in CI"],
)
def test_what_is_left_out_is_named_and_counted_and_fails_in_ci(
    tmp_path: Path, ci: str, counted: str, status: int
) -> None:
    done = tried(SMALL, tmp_path, ci)
    assert done.returncode == status, done.stdout + done.stderr
    _, _, summary = done.stdout.partition("short test summary")
    assert all(reason in summary for reason in LEFT_OUT)
    assert summary.splitlines()[-1].startswith(f"{counted} in ")
    assert "was run" not in done.stdout
    assert ("left out, and this is CI" in summary) == bool(ci)


@pytest.mark.parametrize(
    ("lacks", "ci", "counted", "status"),
    [
        (True, "", "1 passed, 2 skipped", pytest.ExitCode.OK),
        (True, "1", "1 failed, 1 passed, 1 error", pytest.ExitCode.TESTS_FAILED),
        (False, "", "1 failed, 1 passed, 1 error", pytest.ExitCode.TESTS_FAILED),
    ],
    ids=["here", "in CI", "nothing lacks"],
)
def test_what_fails_where_the_receiver_lacks_something_is_not_run(
    tmp_path: Path, lacks: bool, ci: str, counted: str, status: int
) -> None:
    done = tried(FAILING + (LACKING if lacks else ""), tmp_path, ci)
    assert done.returncode == status, done.stdout + done.stderr
    _, _, summary = done.stdout.partition("short test summary")
    assert summary.splitlines()[-1].startswith(f"{counted} in ")
    assert ("needs libnone.so.9 (package libnone9)" in summary) == lacks


def tried(tests: str, folder: Path, ci: str) -> subprocess.CompletedProcess[str]:
    """A pytest of its own, with the hooks of this project."""
    file = folder / "test_small.py"
    file.write_text(tests, "utf-8")
    command = [
        sys.executable, "-m", "pytest", "--quiet", "-p", "tests.conftest", "-p", "no:cacheprovider",
        "--color=no", "-c", ROOT / "pyproject.toml", f"--rootdir={folder}", file,
    ]  # fmt: skip
    own = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    return subprocess.run(
        command, cwd=ROOT, env=own | {"CI": ci, "COLUMNS": "300"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
