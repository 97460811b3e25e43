"""A receiver on the mock sink, and a server of streams."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from controller.client import Client
from tests.rig.http_server import HttpServer
from tests.rig.receiver_process import ReceiverProcess


@pytest.fixture(autouse=True)
def state_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing a command does is remembered outside of the test."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "home"))


@pytest.fixture
def receiver(tmp_path: Path) -> Iterator[ReceiverProcess]:
    """A receiver process on the mock sink."""
    with ReceiverProcess(tmp_path, "--audio", "mock", "--name", "Kitchen") as process:
        yield process


@pytest.fixture
async def client(receiver: ReceiverProcess) -> AsyncIterator[Client]:
    """A controller connected to it."""
    async with Client("127.0.0.1", receiver.port) as client:
        yield client


@pytest.fixture
async def server() -> AsyncIterator[HttpServer]:
    """A server of streams."""
    async with HttpServer() as server:
        yield server
