"""Two receiver processes that know each other: a session moves, and commands follow it."""

from __future__ import annotations

import json
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from controller.client import Client
from controller.file_server import FileServer
from receiver.model.state import State
from tests.controller.cli.process import Outcome, Tonearm, tonearm
from tests.rig.receiver_process import ReceiverProcess

TUNE = Path(__file__).parents[2] / "controller" / "demo" / "tune.ogg"
TITLE = "Tonearm - Needle Drop"


@pytest.fixture
def kitchen(tmp_path: Path) -> Iterator[ReceiverProcess]:
    with ReceiverProcess(tmp_path / "k", "--audio", "mock", "--name", "Kitchen") as process:
        yield process


@pytest.fixture
async def bedroom(tmp_path: Path, kitchen: ReceiverProcess) -> AsyncIterator[ReceiverProcess]:
    """The other one; they know each other, and their clocks."""
    flags = ("--audio", "mock", "--name", "Bedroom", "--peers", at(kitchen))
    with ReceiverProcess(tmp_path / "b", *flags) as process:
        await becomes_so(kitchen, lambda state: any(p.clock for p in state.peers.values()))
        await becomes_so(process, lambda state: any(p.clock for p in state.peers.values()))
        yield process


@pytest.fixture
async def url() -> AsyncIterator[str]:
    """The tune, over HTTP."""
    async with FileServer([str(TUNE)], Client("127.0.0.1").address) as server:
        yield server.files[0].url


def at(receiver: ReceiverProcess) -> str:
    return f"127.0.0.1:{receiver.port}"


async def becomes_so(receiver: ReceiverProcess, true: Callable[[State], bool]) -> None:
    async with Client("127.0.0.1", receiver.port) as client:
        async for state in client.changes():
            if true(state):
                return


async def call(*words: str) -> str:
    """Run one command, which works, and return what it prints."""
    outcome = await tonearm(*words)
    assert (outcome.code, outcome.err) == (0, ""), outcome
    return outcome.out


async def fails(*words: str) -> tuple[int, str]:
    """Run one command, which does not work; its exit code and its one line."""
    outcome: Outcome = await tonearm(*words)
    assert outcome.out == ""
    assert outcome.err.count("\n") == 1
    return outcome.code, outcome.err


async def playback(receiver: ReceiverProcess) -> str:
    """What one receiver does, asked without becoming the default."""
    async with Client("127.0.0.1", receiver.port) as client:
        return client.state.session.playback


async def test_a_session_moves_command_by_command(
    kitchen: ReceiverProcess, bedroom: ReceiverProcess, url: str
) -> None:
    listed = await call("discover", "-d", at(kitchen))
    assert [row.split()[0] for row in listed.splitlines()] == ["Bedroom", "Kitchen"]
    await call("-d", at(kitchen), "cast", url)

    moved = await call("transfer", "bedroom")
    assert moved.startswith(f"Bedroom plays {TITLE}; switched after ")
    assert [await playback(kitchen), await playback(bedroom)] == ["idle", "playing"]
    assert "\nKitchen: idle\n" in await call("status")
    rows = [
        json.loads(row)
        for row in (await call("discover", "-d", at(kitchen), "--json")).split("\n")[:-1]
    ]
    assert {row["name"]: row["session"]["playback"] for row in rows} == {
        "Bedroom": "playing",
        "Kitchen": "idle",
    }
    assert (await call("pause")).startswith("Paused at 0:")
    assert (await call("resume")).startswith("Playing at 0:")

    told = await call("transfer", "bedroom", at(kitchen), "--volume", "35", "--json")
    went = json.loads(told)["transfer"]
    assert (went["epoch"], went["paused"], went["live"]) == (2, False, False)
    assert went["switch_ms"] > 0
    assert await call("volume") == "Volume 35 %\n"

    moved = await call("transfer", "bedroom", "--to-paused")
    assert moved.startswith(f"Bedroom has {TITLE}, paused; moved after ")
    assert [await playback(kitchen), await playback(bedroom)] == ["idle", "paused"]
    assert (await call("resume")).startswith("Playing at 0:")
    assert await call("transfer", "bedroom") == f"Bedroom has it already: playing {TITLE}\n"


async def test_a_local_file_is_followed(kitchen: ReceiverProcess, bedroom: ReceiverProcess) -> None:
    async with Tonearm("-d", at(kitchen), "cast", "--start", "0:20", str(TUNE)) as process:
        await process.shows(f"playing, {TITLE}, 0:2")
        await call("transfer", "bedroom")
        await process.shows("Moved to Bedroom.\n")
        assert (await call("seek", "0:05")).startswith("Playing at 0:05"), "it is served there"
        kitchen.stop()
        assert (await call("seek", "0:39")).startswith("Playing at 0:39")
        outcome = await process.ends()
    assert (outcome.code, outcome.err) == (0, "")
    assert await playback(bedroom) == "idle"


async def test_what_does_not_work_says_so_and_where_the_music_is(
    kitchen: ReceiverProcess, bedroom: ReceiverProcess, url: str, tmp_path: Path
) -> None:
    await call("status", "-d", at(bedroom))
    await call("status", "-d", at(kitchen))
    code, told = await fails("transfer", "bedroom")
    assert (code, "othing" in told) == (3, True)
    track = Path(shutil.copy(TUNE, tmp_path))
    async with FileServer([str(track)], Client("127.0.0.1").address) as server:
        await call("cast", server.files[0].url)
        await server.files[0].wait_fetched()
        track.unlink()
        code, told = await fails("transfer", "bedroom")
    assert code == 4
    assert told.startswith("tonearm: Bedroom: ")
    assert told.endswith(" The music is on Kitchen.\n")

    await call("-d", "bedroom", "cast", url)
    code, told = await fails("transfer", "kitchen", "bedroom")
    assert code == 3
    assert "--replace" in told
    await call("transfer", "bedroom", "kitchen", "--replace")

    code, told = await fails("transfer", "kitchen", "attic")
    assert code == 7
    assert "it knows: Bedroom" in told
    bedroom.stop()
    await becomes_so(kitchen, lambda state: not any(p.connected for p in state.peers.values()))
    code, told = await fails("transfer", "kitchen", "bedroom")
    assert code == 7
    assert "Bedroom is not connected" in told
    assert await playback(kitchen) == "playing"
