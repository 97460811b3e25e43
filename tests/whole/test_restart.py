"""The receiver as a process that is killed, stopped, and started again."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from controller.client import Client
from receiver.store.file import FILE_NAME
from tests.rig.http_server import HttpServer, Serving
from tests.rig.receiver_process import ReceiverProcess
from tests.rig.tracks import Tracks
from tests.whole.test_process import until

pytestmark = pytest.mark.tools("oggenc", "oggdec")


@pytest.fixture
def url(tracks: Tracks, server: HttpServer) -> str:
    return server.serve("/track.ogg", Serving(tracks.get(1, 60).path.read_bytes()))


@contextlib.asynccontextmanager
async def started(folder: Path, *flags: str) -> AsyncIterator[tuple[ReceiverProcess, Client]]:
    """A receiver whose state is in a folder, and a controller of it."""
    with ReceiverProcess(folder, "--audio", "mock", *flags) as process:
        async with Client("127.0.0.1", process.port) as client:
            yield process, client


async def kept(folder: Path, before: int) -> None:
    """Wait until what is heard has been kept, after a time of the clock of files."""
    file = folder / "state" / FILE_NAME
    while file.stat().st_mtime_ns <= before:
        await asyncio.sleep(0.05)


@pytest.mark.slow
async def test_killed_it_plays_on_and_killed_again_it_stands(tmp_path: Path, url: str) -> None:
    async with started(tmp_path) as (process, client):
        await client.set_volume(23)
        before = time.time_ns()
        await client.play(url, position_ms=20_000.0)
        await kept(tmp_path, before)
        was = client.position_ms()
        assert was is not None
        process.process.kill()
    async with started(tmp_path) as (process, client):
        state = await until(client, lambda s: s.session.playback == "playing")
        assert state.problem is None
        assert state.volume.percent == 23
        assert client.position_ms() == pytest.approx(was, abs=5000)
        await until(client, lambda s: s.history.length > 0)
        assert [played.url for played in await client.history()] == [url]
        await until(client, lambda s: (s.output.level_dbfs or -99.0) > -60)
        was = client.position_ms()
        process.process.kill()
    async with started(tmp_path) as (process, client):
        state = client.state
        assert state.session.playback == "paused"
        assert state.problem is not None
        assert state.problem.code == "crashed"
        assert any("crashed twice" in line for line in process.log)
        assert client.position_ms() == pytest.approx(was, abs=5000)
        await client.resume()
        await until(client, lambda s: s.session.playback == "playing")
        assert client.state.problem is None


async def test_stopped_it_plays_on_exactly_where_it_was(
    tmp_path: Path, url: str, server: HttpServer
) -> None:
    async with started(tmp_path) as (process, client):
        await client.play(url, position_ms=20_000.0)
        epoch = client.state.session
        was, at = client.position_ms(), time.monotonic()
        assert was is not None
        process.stop()
        was += (time.monotonic() - at) * 1000
    async with started(tmp_path) as (_, client):
        assert client.state.session.id == epoch.id
        anchor = client.state.session.anchor
        assert anchor is None or anchor.position_ms <= was
        await until(client, lambda s: s.session.playback == "playing")
        assert [played.url for played in await client.history()] == [url], "once"
        await client.pause()
        was = client.position_ms()
        requests = len(server.requests)
    async with started(tmp_path, "--no-resume") as (_, client):
        assert client.state.session.playback == "paused"
        assert client.position_ms() == pytest.approx(was, abs=50)
        assert len(server.requests) == requests, "what stands needs no network"


async def test_without_resume_it_stands(tmp_path: Path, url: str) -> None:
    async with started(tmp_path) as (process, client):
        await client.play(url)
        process.stop()
    async with started(tmp_path, "--no-resume") as (_, client):
        assert client.state.session.playback == "paused"
        assert client.state.problem is None


async def test_a_torn_file_is_said_and_no_reason_not_to_start(tmp_path: Path, url: str) -> None:
    async with started(tmp_path) as (process, client):
        await client.play(url)
        process.stop()
    file = tmp_path / "state" / FILE_NAME
    file.write_bytes(file.read_bytes()[:100])
    async with started(tmp_path) as (process, client):
        assert client.state.problem is not None
        assert client.state.problem.code == "state_lost"
        assert any(f"{FILE_NAME} is not ours" in line for line in process.log)
        await client.play(url)
        assert client.state.problem is None
