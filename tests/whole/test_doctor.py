"""The doctor of a receiver that runs, and of one that does not."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from controller import one_shot
from controller.address import Address
from controller.client import Client
from receiver.model.health import FAILED
from tests.rig.http_server import HttpServer, Serving
from tests.rig.network import Cable, inside
from tests.rig.receiver_process import ROOT, ReceiverProcess
from tests.rig.tracks import Tracks

PATIENCE_S = 60.0
Told = tuple[int, dict[str, Any]]


def ask(folder: Path, port: int, *more: str, prefix: Sequence[str] = ()) -> Told:
    """What `tonearm-receiver --doctor` says, and its exit code."""
    words = ["--doctor", "--json", "--state-dir", str(folder / "state"), "--port", str(port)]
    done = subprocess.run(
        [*prefix, sys.executable, "-m", "receiver", *words, "--audio", "mock", *more],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=PATIENCE_S,
    )  # fmt: skip
    assert not done.stderr
    return done.returncode, json.loads(done.stdout)


def verdicts(told: dict[str, Any]) -> dict[str, str]:
    return {finding["name"]: finding["verdict"] for finding in told["findings"]}


@pytest.mark.tools("oggenc")
async def test_a_receiver_that_plays_tells_of_itself_and_plays_on(
    receiver: ReceiverProcess, client: Client, server: HttpServer, tracks: Tracks
) -> None:
    url = server.serve("/track.ogg", Serving(tracks.get(1, 20).path.read_bytes()))
    await client.play(url)
    told = await asyncio.to_thread(one_shot.fetch_examination, Address("127.0.0.1", receiver.port))
    assert told["running"]
    assert told["name"] == "Kitchen"
    assert verdicts(told)["port"] == "ok"
    assert (await client.status()).session.playback == "playing"
    control = await asyncio.to_thread(Path(f"/proc/{receiver.process.pid}/maps").read_text)
    assert "libportaudio" not in control, "it never touches the device"


async def test_the_one_that_runs_is_asked(receiver: ReceiverProcess) -> None:
    code, told = await asyncio.to_thread(ask, receiver.folder, receiver.port)
    assert told["running"]
    assert code == (FAILED if told["verdict"] == "fail" else 0)


async def test_another_receiver_on_the_port_is_told(
    receiver: ReceiverProcess, tmp_path: Path
) -> None:
    state = tmp_path / "other" / "state"
    state.mkdir(parents=True)
    (state / "state.json").write_text(json.dumps({"receiver_id": "c" * 32}))
    code, told = await asyncio.to_thread(ask, tmp_path / "other", receiver.port)
    assert code == FAILED
    assert not told["running"]
    assert verdicts(told)["port"] == "fail"


@pytest.mark.netns
@pytest.mark.slow
@pytest.mark.tools("nft")
def test_mdns_that_a_firewall_blocks(tmp_path: Path) -> None:
    with Cable() as cable:
        cable.give("10.77.0.1")
        flags = ["--audio", "mock", "--name", "Kitchen", "--port", "7766"]
        words = [sys.executable, "-m", "receiver", *flags, "--state-dir", str(tmp_path / "state")]
        with subprocess.Popen(
            [*inside(cable.near), *words], cwd=ROOT, stderr=subprocess.PIPE, text=True
        ) as receiver:
            try:
                assert receiver.stderr is not None
                while "Advertised as" not in receiver.stderr.readline():
                    assert receiver.poll() is None
                _, told = ask(tmp_path, 7766, prefix=inside(cable.near))
                assert verdicts(told)["mdns"] == "ok"
                assert "10.77.0.1" in str(told["findings"])
                for rule in ("add table inet t",
                             "add chain inet t in { type filter hook input priority 0; }",
                             "add rule inet t in udp dport 5353 drop"):  # fmt: skip
                    subprocess.run([*inside(cable.near), "nft", rule], check=True)
                code, told = ask(tmp_path, 7766, prefix=inside(cable.near))
            finally:
                receiver.terminate()
    assert code == FAILED
    assert verdicts(told)["mdns"] == "fail"
    assert verdicts(told)["multicast"] == "ok", "it is the port of mDNS that is blocked"
    assert verdicts(told)["port"] == "ok"
