"""A receiver that is sent to itself or its machine, as its users see it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import pytest

from controller.client import Client
from receiver.errors import RefusedAddress
from tests.rig.http_server import HttpServer
from tests.rig.network import Cable, enter, inside
from tests.rig.receiver_process import ROOT, ReceiverProcess
from tests.rig.tracks import Tracks

OWN, PORT = "10.77.0.1", 8123
PATIENCE_S = 60.0
REFUSED = RefusedAddress.exit_code


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


class Shelf(NamedTuple):
    """A receiver in a network of two machines, and a server of music beside it."""

    here: str
    elsewhere: str
    receiver: ReceiverProcess

    def cast(self, space: str, what: str) -> tuple[int, str]:
        """Exit code, and what is complained of."""
        words = ["cast", "--device", f"{OWN}:{self.receiver.port}", what]
        done = subprocess.run(
            [*inside(space), sys.executable, "-m", "controller.cli", *words],
            cwd=ROOT, capture_output=True, text=True, check=False, timeout=PATIENCE_S,
            env={**os.environ, "XDG_STATE_HOME": str(self.receiver.folder)},
        )  # fmt: skip
        return done.returncode, done.stderr


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    served = ["--bind", OWN, "--directory", str(tmp_path), str(PORT)]
    receiver = ReceiverProcess(tmp_path, "--audio", "mock", "--no-loopback")
    with Cable() as cable, ThreadPoolExecutor(1, initializer=enter, initargs=(cable.near,)) as near:
        cable.give(OWN)
        with subprocess.Popen(
            [*inside(cable.near), sys.executable, "-u", "-m", "http.server", *served],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        ) as server:  # fmt: skip
            try:
                assert server.stdout is not None
                assert "Serving" in server.stdout.readline()
                near.submit(receiver.__enter__).result()  # it is where the thread is that starts it
                yield Shelf(cable.near, cable.far, receiver)
                receiver.stop()
            finally:
                server.terminate()


@pytest.mark.netns
@pytest.mark.slow
@pytest.mark.tools("oggenc")
def test_its_machine_is_for_who_is_on_it(shelf: Shelf, tmp_path: Path, tracks: Tracks) -> None:
    track = tmp_path / "track.ogg"
    track.write_bytes(tracks.get(1, 1).path.read_bytes())
    url = f"http://{OWN}:{PORT}/track.ogg"
    code, said = shelf.cast(shelf.elsewhere, url)
    assert (code, "whose services are for who is on it" in said) == (REFUSED, True), said
    assert shelf.cast(shelf.here, str(track)) == (0, ""), "a file is lent from here"
    assert shelf.cast(shelf.elsewhere, url) == (REFUSED, said), "that was another port"
    assert shelf.cast(shelf.here, url) == (0, "")
    assert shelf.cast(shelf.elsewhere, url) == (0, ""), "it is known by now"
