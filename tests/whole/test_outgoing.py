"""A receiver that is sent to itself, as its users see it."""

from __future__ import annotations

from pathlib import Path

import pytest

from controller.client import Client
from receiver.errors import RefusedAddress
from tests.rig.http_server import HttpServer
from tests.rig.receiver_process import ReceiverProcess


@pytest.mark.parametrize(
    ("flag", "said"),
    [("--no-loopback", "loopback = true"), ("--loopback", "listen to itself")],
)
async def test_it_is_refused_with_a_reason(tmp_path: Path, flag: str, said: str) -> None:
    async with HttpServer() as server:
        with ReceiverProcess(tmp_path, "--audio", "mock", flag) as process:
            port = server.port if flag == "--no-loopback" else process.port
            async with Client("127.0.0.1", process.port) as client:
                with pytest.raises(RefusedAddress, match=said):
                    await client.play(f"http://me:secret@localhost:{port}/a?token=secret")
        assert server.connections == 0
    assert any("it leads to" in line for line in process.log)
    assert not any("secret" in line for line in process.log)
