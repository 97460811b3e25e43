"""The look at the packages: what the lock must be, and that CI can do without a network."""

from __future__ import annotations

import tomllib
from types import ModuleType

import pytest

from tests.house.code import ROOT
from tests.rig.script import load_script

PROJECT = {
    "project": {
        "dependencies": ["Big_Thing>=2,<3"],
        "optional-dependencies": {"pi": ["pin-driver>=1"]},
    },
    "dependency-groups": {"dev": ["checker>=5"]},
}
HASH = "--hash=sha256:" + "0" * 64
GOOD = f"""\
big-thing==2.1 \\
    {HASH} \\
    {HASH}
    # via tonearm
checker==5.0 ; python_full_version < '3.12' {HASH}
checker==5.1 ; python_full_version >= '3.12' {HASH}
pin-driver==1.0 {HASH}
"""


@pytest.fixture(scope="module")
def audit() -> ModuleType:
    return load_script("audit")


def test_our_own_lock_pins_all_that_is_asked_for(audit: ModuleType) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    assert audit.wrong_with(audit.LOCK.read_text("utf-8"), project) == []


def test_a_lock_that_fits_is_fine(audit: ModuleType) -> None:
    assert audit.wrong_with(GOOD, PROJECT) == []


@pytest.mark.parametrize(
    ("good", "bad", "said"),
    [
        ("big-thing==2.1", "big-thing==3.0", "does not allow 3.0"),
        ("big-thing==2.1", "other==2.1", "Big_Thing is missing"),
        ("pin-driver==1.0", "pin-driver>=1.0", "names no version"),
        (f"pin-driver==1.0 {HASH}", "pin-driver==1.0", "pin-driver has no hash"),
        ("pin-driver==1.0", "-e .", "-e ."),
    ],
)
def test_a_lock_that_does_not_do_is_told(audit: ModuleType, good: str, bad: str, said: str) -> None:
    (wrong,) = audit.wrong_with(GOOD.replace(good, bad), PROJECT)
    assert said in wrong


def test_without_a_network_the_lock_is_looked_at(
    audit: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(audit, "INDEX", "http://127.0.0.1:1/")
    assert audit.main() == 0
    assert "cannot be reached" in capsys.readouterr().err


def test_a_hole_is_told_and_fails(
    audit: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(audit, "is_reachable", lambda: True)
    monkeypatch.setattr(audit, "has_pip_audit", lambda: True)
    monkeypatch.setattr(audit, "holes", lambda: ["checker 5.0 has X-1, mended in 5.1"])
    assert audit.main() == 1
    assert "X-1" in capsys.readouterr().err
    monkeypatch.setattr(audit, "holes", list)
    assert audit.main() == 0
