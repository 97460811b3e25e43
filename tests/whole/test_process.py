"""The receiver as a process: two processes, one speaker, and what happens when things break."""

from __future__ import annotations

import asyncio
import os
import resource
import signal
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from controller.client import Client
from receiver.engine.limits import FILES, NICENESS, REALTIME_SPIN_US, SPIN_S
from receiver.errors import NoReceiver, NothingPlaying, TonearmError, Unplayable, UnsupportedFormat
from receiver.model.state import State
from tests.decoder import hostile
from tests.rig.http_server import Fault, HttpServer, Serving
from tests.rig.receiver_process import ReceiverProcess, children
from tests.rig.tracks import Track, Tracks

pytestmark = pytest.mark.tools("oggenc", "oggdec")

STOPPED_S = 2.0
"""A receiver that is asked to end has faded out and is gone by then."""


@pytest.fixture
def track(tracks: Tracks) -> Track:
    return tracks.get(1, 20)


@pytest.fixture
def url(track: Track, server: HttpServer) -> str:
    return server.serve("/track.ogg", Serving(track.path.read_bytes()))


async def until(client: Client, condition: Callable[[State], bool]) -> State:
    """Wait for news that make `condition` true."""
    if condition(client.state):
        return client.state
    async for state in client.changes():
        if condition(state):
            return state
    raise AssertionError("the connection ended first")


async def test_a_play_from_cast_to_stop(client: Client, url: str, track: Track) -> None:
    receipt = await client.play(url)
    stages = [receipt.connected, receipt.first_byte, receipt.first_block, receipt.first_frame]
    assert all(stage is not None for stage in stages)
    assert stages == sorted(stage or 0.0 for stage in stages)
    state = await until(client, lambda s: s.session.item is not None and s.session.item.seekable)
    assert state.session.playback == "playing"
    state = await until(
        client, lambda s: s.session.item is not None and s.session.item.duration_ms is not None
    )
    assert state.session.item is not None
    assert state.session.item.duration_ms == pytest.approx(track.seconds * 1000, abs=0.1)
    await until(client, lambda s: (s.output.level_dbfs or -99.0) > -60)
    await client.seek(10_000.0)
    assert client.position_ms() == pytest.approx(10_000, abs=500)
    await client.pause()
    assert client.state.session.playback == "paused"
    await client.set_volume(20)
    await client.resume()
    await client.stop()
    assert (await client.status()).session.playback == "idle"


async def test_it_begins_no_louder_than_it_was(tmp_path: Path, url: str) -> None:
    for percent in (50, 20):
        with ReceiverProcess(tmp_path, "--audio", "mock") as process:
            async with Client("127.0.0.1", process.port) as client:
                await client.play(url)
                state = await until(client, lambda s: (s.output.level_dbfs or -99.0) > -60)
                assert state.volume.percent == percent
                assert (state.output.level_dbfs or 0.0) < (state.volume.db or 0.0)
                await client.set_volume(20)


def may_go_first() -> bool:
    """Whether this user is granted a niceness below 0."""
    lowest = 20 - resource.getrlimit(resource.RLIMIT_NICE)[0]
    return os.geteuid() == 0 or lowest <= NICENESS


async def test_the_processes_are_as_drawn(
    receiver: ReceiverProcess, client: Client, url: str
) -> None:
    await client.play(url)
    audio = receiver.audio_pid
    sockets = [os.readlink(f"/proc/{audio}/fd/{fd}") for fd in os.listdir(f"/proc/{audio}/fd")]
    assert sum("socket:" in link for link in sockets) == 1, "only the one to control"
    control = await asyncio.to_thread(Path(f"/proc/{receiver.process.pid}/maps").read_text)
    assert "libvorbis" not in control, "control never decodes"
    assert "libportaudio" not in control
    limit, _ = resource.prlimit(audio, resource.RLIMIT_AS)
    assert 0 < limit < 2**31
    assert resource.prlimit(audio, resource.RLIMIT_NOFILE) == (FILES, FILES)
    assert resource.prlimit(audio, resource.RLIMIT_CORE) == (0, 0)
    assert os.getpriority(os.PRIO_PROCESS, audio) == (NICENESS if may_go_first() else 0)
    assert 0 < resource.prlimit(audio, resource.RLIMIT_RTTIME)[0] <= REALTIME_SPIN_US
    used = sum(psutil.Process(audio).cpu_times()[:2])
    assert 0 < resource.prlimit(audio, resource.RLIMIT_CPU)[0] <= used + 1 + SPIN_S


async def test_it_survives_the_death_of_its_audio_process(
    receiver: ReceiverProcess, client: Client, url: str, server: HttpServer
) -> None:
    await client.play(url)
    before, requests = receiver.audio_pid, len(server.requests)
    os.kill(before, signal.SIGKILL)
    state = await until(client, lambda s: s.problem is not None)
    assert state.problem is not None
    assert state.problem.code == "unplayable"
    assert "SIGKILL" in state.problem.message
    assert state.session.playback == "idle"
    assert len(server.requests) == requests, "it is not tried again"
    await client.play(url)
    assert receiver.audio_pid != before
    assert client.state.problem is None
    assert len(server.requests) > requests


async def test_it_survives_one_death_after_the_other(
    receiver: ReceiverProcess, client: Client, url: str
) -> None:
    for _ in range(3):
        await client.play(url)
        os.kill(receiver.audio_pid, signal.SIGKILL)
        await until(client, lambda s: s.problem is not None)
    await client.play(url)
    assert len(children(receiver.process.pid)) == 1, "no process is left behind"


@pytest.mark.parametrize("header", hostile.CRASHERS.values(), ids=hostile.CRASHERS)
async def test_files_that_crash_libvorbis_are_refused(
    receiver: ReceiverProcess,
    client: Client,
    url: str,
    track: Track,
    server: HttpServer,
    header: bytes,
) -> None:
    bad = hostile.with_setup(track.path.read_bytes(), header)
    before = receiver.audio_pid
    with pytest.raises(TonearmError) as refusal:
        await client.play(server.serve("/bad.ogg", Serving(bad)))
    assert refusal.value.code in {Unplayable.code, UnsupportedFormat.code}
    assert receiver.audio_pid == before, "the guard stands in front: nothing had to die"
    await client.play(url)


@pytest.mark.parametrize(
    ("body", "name"),
    [
        (b"<!DOCTYPE html><p>Login", "HTML"),
        ((b"\xff\xfb\x90\x64" + bytes(413)) * 20, "MP3"),
        (b"fLaC" + bytes(99), "FLAC"),
    ],
)
async def test_what_is_not_vorbis_is_named(
    client: Client, server: HttpServer, body: bytes, name: str
) -> None:
    with pytest.raises(UnsupportedFormat, match=name):
        await client.play(server.serve("/x", Serving(body, content_type="audio/mpeg")))
    assert client.state.problem is not None


async def test_a_stream_that_breaks_goes_on(
    client: Client, track: Track, server: HttpServer
) -> None:
    serving = Serving(track.path.read_bytes())
    serving.faults.extend([Fault("reset", 60_000), Fault("close", 40_000)])
    await client.play(server.serve("/t.ogg", serving))
    await server.until(lambda: len(server.requests) >= 3)
    await until(
        client, lambda s: s.session.item is not None and s.session.item.duration_ms is not None
    )
    await client.seek(track.seconds * 1000 - 300)
    state = await until(client, lambda s: s.session.playback == "idle")
    assert state.problem is None


async def test_volume_is_remembered_over_a_restart(tmp_path: Path) -> None:
    for expected, wanted in ((50, 33), (33, 60), (60, 60)):
        with ReceiverProcess(tmp_path, "--audio", "mock") as process:
            async with Client("127.0.0.1", process.port) as client:
                assert client.state.volume.percent == expected
                identity = client.state.receiver.id
                await client.set_volume(wanted)
    assert identity


async def test_it_ends_with_no_orphan_and_no_complaint(
    receiver: ReceiverProcess, client: Client, url: str
) -> None:
    await client.play(url)
    audio = receiver.audio_pid
    began = time.monotonic()
    assert receiver.stop() == 0
    assert time.monotonic() - began < STOPPED_S
    assert not Path(f"/proc/{audio}").exists(), "control has seen it off"
    assert not any("Traceback" in line or "ERROR" in line for line in receiver.log), receiver.log


async def test_two_controllers_see_the_same(
    receiver: ReceiverProcess, client: Client, url: str
) -> None:
    async with Client("127.0.0.1", receiver.port) as other:
        await client.play(url)
        await until(other, lambda s: s.session.playback == "playing")
        await other.pause()
        await until(client, lambda s: s.session.playback == "paused")
        while client.state != other.state:  # news that came after the pause are on their way
            await asyncio.sleep(0)


async def test_a_port_that_is_taken_is_named(receiver: ReceiverProcess, tmp_path: Path) -> None:
    second = ReceiverProcess(tmp_path / "2", "--audio", "mock", "--port", str(receiver.port))
    with pytest.raises(RuntimeError, match=str(receiver.port)):
        second.__enter__()
    assert second.process.returncode not in (0, None)


async def test_errors_come_as_themselves(client: Client) -> None:
    with pytest.raises(NothingPlaying):
        await client.pause()
    with pytest.raises(TonearmError) as wrong:
        await client.play("ftp://x/y")
    assert wrong.value.code == "unsupported_scheme"
    with pytest.raises(NoReceiver):
        async with Client("127.0.0.1", 1):
            pass
