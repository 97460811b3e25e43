"""What `--list-devices` says: a line for each sound device, with what `device =` may be."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from receiver.config.load import Loaded, load
from receiver.errands import run_errand
from receiver.errors import NoDevice
from receiver.sink import portaudio
from receiver.sink.devices import Device
from tests.rig.card import RATE, Card
from tests.rig.receiver_process import ROOT

FOUND = [
    Device(0, "USB DAC: Audio (hw:1,0)", "DAC", 2, 48000),
    Device(1, "bcm2835 Headphones: - (hw:0,0)", "Headphones", 8, 44100),
    Device(4, "default", None, 32, 44100),
]
TOLD = """\
USB DAC: Audio (hw:1,0)  2 channels, 48000 Hz  card DAC
bcm2835 Headphones: - (hw:0,0)  8 channels, 44100 Hz  card Headphones
default  32 channels, 44100 Hz
"""


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    """A configuration that sets nothing."""
    file = tmp_path / "receiver.toml"
    file.touch()
    return file


@pytest.fixture
def loaded(settings: Path) -> Loaded:
    return load(["--config", str(settings), "--list-devices"], {})


def test_each_device_has_a_line(
    loaded: Loaded, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert loaded.task == "list_devices"
    monkeypatch.setattr(portaudio, "list_devices", lambda: FOUND)
    assert run_errand("list_devices", loaded, None) == 0
    assert capsys.readouterr() == (TOLD, "")


def test_that_there_is_none_is_said(loaded: Loaded, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(portaudio, "list_devices", list)
    with pytest.raises(NoDevice, match="no sound device that can play"):
        run_errand("list_devices", loaded, None)


@pytest.mark.device
def test_the_devices_of_this_machine(card: Card, settings: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "receiver", "--config", str(settings), "--list-devices"],
        cwd=ROOT,
        env={**os.environ, **card.env},
        capture_output=True,
        text=True,
        check=True,
    )
    lines = done.stdout.splitlines()
    names = [re.fullmatch(rf"(\S+)  \d+ channels, {RATE} Hz", line) for line in lines]
    assert [name and name[1] for name in names] == ["dac", "dac2", "default"]
    assert done.stderr == ""
