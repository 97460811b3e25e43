"""A receiver with hardware, as its users run it."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from controller.client import Client
from receiver.model.state import State
from tests.hw.header import Header
from tests.rig.http_server import HttpServer, Serving
from tests.rig.receiver_process import ROOT, ReceiverProcess
from tests.rig.tracks import Tracks

PLAY, LED, AMPLIFIER = 5, 23, 25
TABLES = f"""
[buttons]
play = {{pin = {PLAY}, press = "toggle"}}
[led]
pin = {LED}
ready = []
[amplifier]
pin = {AMPLIFIER}
"""


@pytest.fixture
def header(tmp_path: Path) -> Iterator[Header]:
    with Header(tmp_path) as header:
        yield header


@pytest.fixture
async def server() -> AsyncIterator[HttpServer]:
    async with HttpServer() as server:
        yield server


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "receiver.toml"
    path.write_text(TABLES)
    return path


async def until(client: Client, condition: Callable[[State], bool]) -> None:
    """Wait for news that make `condition` true."""
    if not condition(client.state):
        async for state in client.changes():
            if condition(state):
                return


@pytest.mark.tools("oggenc", "oggdec")
async def test_a_finger_on_a_pin_pauses_what_was_cast(
    header: Header, config: Path, tmp_path: Path, server: HttpServer, tracks: Tracks
) -> None:
    url = server.serve("/track.ogg", Serving(tracks.get(1, 20).path.read_bytes()))
    flags = ["--audio", "mock", "--config", str(config)]
    with ReceiverProcess(tmp_path, *flags, environ=header.environ) as receiver:
        await asyncio.to_thread(header.until, LED, False)
        async with Client("127.0.0.1", receiver.port) as client:
            await client.play(url)
            assert (AMPLIFIER, True) in header.driven
            await asyncio.to_thread(header.until, LED, True)
            header.press(PLAY)
            await until(client, lambda state: state.session.playback == "paused")
            await asyncio.to_thread(header.until, LED, False)
        await asyncio.to_thread(receiver.stop)
    last = dict(header.driven)
    assert (last[AMPLIFIER], last[LED]) == (False, False)
    assert not [line for line in receiver.log if "WARNING" in line]


@pytest.mark.tools("oggenc", "oggdec")
async def test_without_the_library_it_plays_on_and_says_so_once(
    config: Path, tmp_path: Path, server: HttpServer, tracks: Tracks
) -> None:
    package = tmp_path / "library" / "RPi"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("raise ImportError('there is none')")
    url = server.serve("/track.ogg", Serving(tracks.get(1, 20).path.read_bytes()))
    environ = {**os.environ, "PYTHONPATH": str(package.parent)}
    flags = ["--audio", "mock", "--config", str(config)]
    with ReceiverProcess(tmp_path, *flags, environ=environ) as receiver:
        async with Client("127.0.0.1", receiver.port) as client:
            await client.play(url)
            assert client.state.session.playback == "playing"
    told = [line for line in receiver.log if "RPi.GPIO is missing" in line]
    assert len(told) == 1
    assert told[0].endswith("The speaker plays on without it.\n")


def run(*flags: str) -> subprocess.CompletedProcess[str]:
    """`tonearm-receiver` with flags, until it ends."""
    return subprocess.run(
        [sys.executable, "-m", "receiver", *flags],
        cwd=ROOT,
        env={key: value for key, value in os.environ.items() if not key.startswith("TONEARM_")},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_check_shows_the_hardware(config: Path) -> None:
    done = run("--config", str(config), "--check-config")
    assert done.returncode == 0
    assert "buttons.play   GPIO 5: press toggle" in done.stdout
    assert f"{config}:3\n" in done.stdout


def test_the_check_refuses_what_cannot_be(config: Path) -> None:
    config.write_text("[amplifier]\npin = 19")
    done = run("--config", str(config), "--check-config")
    assert (done.returncode, done.stdout) == (78, "")
    assert done.stderr.startswith(
        f"tonearm-receiver: {config}:2: amplifier.pin: GPIO 19 belongs to I2S (word clock)"
    )


def test_to_test_buttons_takes_some(tmp_path: Path) -> None:
    config = tmp_path / "empty.toml"
    config.touch()
    done = run("--config", str(config), "--test-buttons")
    assert (done.returncode, done.stdout) == (78, "")
    assert "names no hardware" in done.stderr


def test_buttons_can_be_tested_until_ctrl_c(header: Header, config: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "receiver", "--config", str(config), "--test-buttons"],
        cwd=ROOT,
        env=header.environ,
        stdout=subprocess.PIPE,
        text=True,
    ) as trial:
        assert trial.stdout is not None
        header.until(LED, True)
        header.press(PLAY)
        seen = next(line for line in trial.stdout if "goes down" in line)
        assert seen.split(maxsplit=1)[1] == "play (GPIO 5) goes down\n"
        assert "pressed -> toggle" in trial.stdout.readline()
        assert '"type": "toggle"' in trial.stdout.readline()
        trial.send_signal(signal.SIGINT)
        trial.stdout.read()
    assert trial.returncode == 0
    assert dict(header.driven) == {LED: False, AMPLIFIER: False}
