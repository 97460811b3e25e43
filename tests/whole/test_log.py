"""The log of a receiver, as its owner reads it."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from controller.client import Client
from receiver.errors import TonearmError
from tests.rig.http_server import HttpServer, Serving
from tests.rig.receiver_process import ReceiverProcess
from tests.rig.tracks import Tracks

pytestmark = pytest.mark.tools("oggenc")
LINE = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d (debug|info|warning) +\S.*\n")
SECRETS = ("hunter2", "s3cr3t", "bob")


@pytest.fixture
def receiver(tmp_path: Path) -> Iterator[ReceiverProcess]:
    """One that logs all it can."""
    flags = ("--audio", "mock", "--name", "Kitchen", "--log-level", "debug")
    with ReceiverProcess(tmp_path, *flags) as process:
        yield process


@pytest.fixture
async def client(receiver: ReceiverProcess) -> AsyncIterator[Client]:
    """A controller connected to it."""
    async with Client("127.0.0.1", receiver.port) as client:
        yield client


def test_a_port_that_is_taken_is_one_sentence(receiver: ReceiverProcess, tmp_path: Path) -> None:
    second = ReceiverProcess(tmp_path / "second", "--audio", "mock", "--port", str(receiver.port))
    with pytest.raises(RuntimeError), second:
        pass
    assert second.log[-1] == (
        f"tonearm-receiver: cannot listen on port {receiver.port} (Address already in use);"
        " choose another with --port\n"
    )


async def test_an_evening_is_told_in_lines_without_secrets(
    receiver: ReceiverProcess, client: Client, server: HttpServer, tracks: Tracks
) -> None:
    url = server.serve("/track.ogg", Serving(tracks.get(1, 20).path.read_bytes()))
    private = url.replace("//", "//bob:hunter2@") + "?token=s3cr3t"
    server.serve("/track.ogg?token=s3cr3t", Serving(tracks.get(1, 20).path.read_bytes()))
    await client.play(private)
    os.kill(receiver.audio_pid, signal.SIGKILL)
    with pytest.raises(TonearmError):
        await client.play(private.replace("track", "missing"))
    await client.play(private)
    receiver.stop()
    log = "".join(receiver.log)
    assert all(LINE.fullmatch(line) for line in receiver.log), log
    assert not any(secret in log for secret in SECRETS)
    for told in (
        "Kitchen is ready on port",
        "The sound device is open: mock",
        "Playing track.ogg from http://127.0.0.1:",
        "The audio process died: ended by SIGKILL. It has been started again.",
        "missing.ogg is not played: ",
        "Stopping: told by SIGTERM.",
    ):
        assert told in log
