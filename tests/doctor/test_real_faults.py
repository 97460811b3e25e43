"""Faults of this very machine."""

from __future__ import annotations

import os
import shutil
import socket
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest

from receiver.config.config import Config
from receiver.doctor.base import Patient
from receiver.doctor.checks.disk import check_disk
from receiver.doctor.checks.gpio import check_gpio
from receiver.doctor.checks.power import check_power
from receiver.doctor.checks.reach import check_port
from receiver.doctor.checks.wifi import check_wifi
from receiver.doctor.machine import ThisMachine
from receiver.doctor.mock import MockMachine
from receiver.model.health import Finding

NOBODY = 65534


def patient(**options: object) -> Patient:
    return Patient(Config(**options), "")  # type: ignore[arg-type]


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that comes first in the search for programs."""
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    return tmp_path


def install(folder: Path, name: str, script: str) -> None:
    """Put a program there."""
    program = folder / name
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)


@pytest.mark.tools("ss")
def test_a_port_that_another_process_has() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        (finding,) = check_port(ThisMachine(), patient(port=port))
    assert finding.verdict == "fail"
    assert f"Port {port} is taken by " in finding.seen
    assert f"(process {os.getpid()})" in finding.seen


def test_a_port_that_is_free() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    (finding,) = check_port(ThisMachine(), patient(port=port))
    assert finding.verdict == "warn"


@contextmanager
def somebody_else() -> Iterator[None]:
    """Be a user who may do little, if we are root."""
    root = os.geteuid() == 0
    if root:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)


@pytest.mark.parametrize("below", ["", "not/yet"])
@pytest.mark.parametrize("mode", [0o500, 0o555])
def test_a_state_folder_that_may_not_be_written(below: str, mode: int) -> None:
    folder = Path(tempfile.mkdtemp())
    try:
        folder.chmod(mode)
        with somebody_else():
            finding = check_disk(ThisMachine(), patient(state_dir=folder / below))[0]
        assert finding.verdict == "fail"
        assert "Permission denied" in finding.seen
    finally:
        shutil.rmtree(folder)


def test_a_state_folder_that_cannot_be() -> None:
    finding = check_disk(ThisMachine(), patient(state_dir=Path("/proc/tonearm")))[0]
    assert finding.verdict == "fail"


@pytest.mark.parametrize(
    ("script", "verdict"),
    [
        ("echo throttled=0x0", "ok"),
        ("echo throttled=0x50005", "fail"),
        ("echo throttled=0x50000", "warn"),
        ("echo VCHI initialization failed; exit 255", "ok"),
        ("echo nonsense", "ok"),
    ],
)
def test_what_vcgencmd_says(programs: Path, script: str, verdict: str) -> None:
    install(programs, "vcgencmd", script)
    (finding,) = check_power(ThisMachine(), patient())
    assert finding.verdict == verdict


class OnPi(ThisMachine):
    """The real one, if its devices were the mock's."""

    def names(self, folder: str) -> list[str]:
        return MockMachine().names(folder)

    def may_write(self, path: str) -> bool:
        return MockMachine().may_write(path)


class OnWifi(ThisMachine):
    """The real one, if its links were the mock's."""

    def read(self, path: str) -> str | None:
        return MockMachine().read(path)

    def names(self, folder: str) -> list[str]:
        return MockMachine().names(folder)


@pytest.mark.parametrize(("saving", "verdict"), [("on", "warn"), ("off", "ok")])
def test_what_iw_says(programs: Path, saving: str, verdict: str) -> None:
    install(
        programs, "iw", f'test "$*" = "dev wlan0 get power_save" && echo "Power save: {saving}"'
    )
    (finding,) = check_wifi(OnWifi(), patient())
    assert finding.verdict == verdict


def test_a_program_that_hangs_is_left(programs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("receiver.doctor.system.PATIENCE_S", 0.05)
    install(programs, "vcgencmd", "sleep 60")
    (finding,) = check_power(ThisMachine(), patient())
    assert isinstance(finding, Finding)
    assert finding.verdict == "ok"


def test_a_library_of_the_system_is_seen_by_its_module_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The Debian package links it into its environment, without what says which package it is."""
    (tmp_path / "Pins").mkdir()
    (tmp_path / "Pins" / "__init__.py").touch()
    (tmp_path / "Pins" / "GPIO.py").write_text("raise RuntimeError('only on a Pi')")
    monkeypatch.setattr("receiver.doctor.checks.gpio.LIBRARY", "Pins.GPIO")
    named = msgspec.structs.replace(patient(), hardware=["buttons"])
    (finding,) = check_gpio(OnPi(), named)
    assert "library for GPIO is missing" in finding.seen
    monkeypatch.syspath_prepend(tmp_path)
    (finding,) = check_gpio(OnPi(), named)
    assert finding.verdict == "ok"
    sys.modules.pop("Pins")
