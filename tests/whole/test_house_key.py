"""Two receivers become one house, over real TLS, and are two again."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.controller.cli.process import tonearm
from tests.rig.receiver_process import ReceiverProcess

FLAGS = ["--audio", "mock", "--auth", "pair"]


async def paired(speaker: ReceiverProcess) -> str:
    """Its address, after this user was let in."""
    async with asyncio.timeout(30):
        while not (found := re.search(r"Code: (\d{6})", "".join(speaker.log))):
            await asyncio.sleep(0.01)
    address = f"127.0.0.1:{speaker.port}"
    outcome = await tonearm("pair", address, "--code", found[1], "--name", "Laptop")
    assert (outcome.code, outcome.err) == (0, "")
    return address


async def status(address: str) -> Any:
    return json.loads((await tonearm("-d", address, "status", "--json")).out)["state"]


async def connected(address: str, wanted: bool) -> None:
    """Wait until it has a peer, or none."""
    async with asyncio.timeout(30):
        while any(p["connected"] for p in (await status(address))["peers"].values()) != wanted:
            await asyncio.sleep(0.1)


@pytest.fixture
async def kitchen(tmp_path: Path) -> AsyncIterator[ReceiverProcess]:
    with ReceiverProcess(tmp_path / "k", *FLAGS, "--name", "Kitchen") as process:
        yield process


async def test_a_house_of_two(kitchen: ReceiverProcess, tmp_path: Path) -> None:
    peers = ["--peers", f"127.0.0.1:{kitchen.port}"]
    with ReceiverProcess(tmp_path / "b", *FLAGS, "--name", "Bath", *peers) as bath:
        first, second = await paired(kitchen), await paired(bath)
        assert not any(p["connected"] for p in (await status(second))["peers"].values())
        joined = await tonearm("join", second, first)
        assert (joined.err, joined.out) == (
            "", "Bath is of one house with Kitchen from now on.\n",
        )  # fmt: skip
        await connected(first, wanted=True)
        (peer,) = (await status(first))["peers"].values()
        assert re.fullmatch("[0-9a-f]{64}", peer["fingerprint"])
        named = await tonearm("-d", "Bath", "volume", "21")
        assert named.out == "Volume 21 %\n"
        listed = await tonearm("-d", first, "pairings")
        assert "Of the same house: Bath." in listed.out
        revoked = await tonearm("-d", first, "pairings", "revoke", "Bath")
        assert revoked.out == "Bath is of this house no more.\n"
        await connected(first, wanted=False)
