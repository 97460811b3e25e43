"""What comes out of the sound card, frame by frame: a real receiver, real PortAudio, real ALSA, and
a null sink that is recorded. The music is such that any few milliseconds of it tell where they are
from.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import signal
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import numpy as np
import pytest

from controller.client import Client
from tests.rig.card import RATE, Card, Recorder, Recording
from tests.rig.heard import Ears, Stretch, dropouts, largest_step
from tests.rig.http_server import HttpServer, Serving
from tests.rig.receiver_process import ReceiverProcess
from tests.rig.tracks import Track, Tracks, decode, in_parts

pytestmark = [pytest.mark.device, pytest.mark.tools("oggenc", "oggdec")]

BUFFER_MS = "100"
"""Large, since a shared machine stalls now and then: these tests are of frames, not of time."""
PARTS = 4
PART_S = 2.5
RAMP = 200
"""Frames of an edge, at most, that are not at full gain."""
FAINT = 8
"""Frames at the end of a fade out and the start of the next in that may be rounded to nothing."""


@pytest.fixture
def receiver_process(tmp_path: Path, card: Card) -> Iterator[ReceiverProcess]:
    """A receiver that plays on the stand-in card."""
    flags = ["--audio", "portaudio", "--device", "dac", "--buffer-ms", BUFFER_MS]
    with ReceiverProcess(tmp_path, *flags, environ=card.env) as process:
        yield process


@pytest.fixture
async def client(receiver_process: ReceiverProcess) -> AsyncIterator[Client]:
    """A controller of it, at full volume."""
    async with Client("127.0.0.1", receiver_process.port) as client:
        await client.set_volume(100)
        yield client


def serve(server: HttpServer, track: Track) -> str:
    return server.serve(f"/{track.name}.ogg", Serving(track.path.read_bytes()))


async def hear(recorder: Recorder, seconds: float) -> None:
    """Let the card play for so long."""
    await asyncio.to_thread(recorder.wait_frames, recorder.frames + round(seconds * 44100), 20.0)


def music(recording: Recording, *tracks: Track) -> list[Stretch]:
    """The stretches of known music, at least a tenth of a second long."""
    found = Ears(tracks).listen(recording)
    return [s for s in found if s.track and s.frames > 4410]


async def test_what_is_heard_is_the_reference_decode_to_the_frame(
    client: Client, recorder: Recorder, tracks: Tracks, server: HttpServer
) -> None:
    track = tracks.get(11, 3.0417)
    await client.play(serve(server, track))
    await hear(recorder, 4.5)
    recording = recorder.pcm().astype(np.int32)
    (stretch,) = music(recorder.pcm(), track)
    inside = slice(stretch.start + RAMP, stretch.end)
    reference = track.heard[stretch.position + RAMP : stretch.position + stretch.frames]
    assert np.abs(recording[inside] - reference.astype(np.int32)).max() <= 1
    assert stretch.position < RAMP
    assert stretch.end_position >= track.frames - 20


async def test_pause_and_resume_lose_and_double_nothing(
    client: Client, recorder: Recorder, tracks: Tracks, server: HttpServer
) -> None:
    track = tracks.get(12, 20)
    await client.play(serve(server, track))
    for _ in range(3):
        await hear(recorder, 0.7)
        await client.pause()
        await hear(recorder, 0.5)
        await client.resume()
    await hear(recorder, 0.7)
    recording = recorder.pcm()
    stretches = music(recording, track)
    assert len(stretches) == 4
    sounding = np.flatnonzero(recording.any(axis=1))
    for before, after in itertools.pairwise(stretches):
        silent = (before.end + after.start) // 2
        at = int(np.searchsorted(sounding, silent))
        last, first = int(sounding[at - 1]) + before.offset, int(sounding[at]) + after.offset
        assert 1 <= first - last <= 1 + FAINT
    paused = client.state.session.anchor
    assert paused is not None


async def test_a_seek_lands_on_the_frame(
    client: Client, recorder: Recorder, tracks: Tracks, server: HttpServer
) -> None:
    track = tracks.get(13, 60)
    await client.play(serve(server, track))
    await hear(recorder, 0.5)
    requests = len(server.requests)
    targets = [30.0, 7.5, 55.25]
    for target in targets:
        await client.seek(target * 1000)
        await hear(recorder, 0.6)
    assert len(server.requests) - requests <= 2 * len(targets)
    found = music(recorder.pcm(), track)[1:]
    assert len(found) == len(targets)
    for target, stretch in zip(targets, found, strict=True):
        # The first frames are under the fade of what was heard before.
        assert 0 <= stretch.position - round(target * track.rate) <= 2 * RAMP


async def test_the_position_told_is_the_position_heard(
    client: Client, recorder: Recorder, tracks: Tracks, server: HttpServer
) -> None:
    track = tracks.get(14, 20)
    await client.play(serve(server, track))
    await hear(recorder, 2.0)
    now, told = time.monotonic(), client.position_ms()
    assert told is not None
    await hear(recorder, 0.5)
    frame = recorder.frame_at(now)
    stretch = next(s for s in music(recorder.pcm(), track) if s.start <= frame < s.end)
    heard = (frame + stretch.offset) * 1000 / track.rate
    assert told == pytest.approx(heard, abs=25), "within a period of the stand-in"


async def test_a_control_process_that_stands_still_is_not_heard(
    client: Client,
    receiver_process: ReceiverProcess,
    recorder: Recorder,
    tracks: Tracks,
    server: HttpServer,
) -> None:
    track = tracks.get(15, 20)
    await client.play(serve(server, track))
    await hear(recorder, 1.5)
    os.kill(receiver_process.process.pid, signal.SIGSTOP)
    try:
        await hear(recorder, 1.5)
    finally:
        os.kill(receiver_process.process.pid, signal.SIGCONT)
    await hear(recorder, 1.0)
    recording = Ears([track]).listen(recorder.pcm())
    state = await client.status()
    assert state.output.underruns <= 1, "the machine stood still as well"
    # Nothing is missing but where the device told that it ran dry, and not a frame of the track.
    gaps = dropouts(recording)
    assert len(gaps) <= state.output.underruns
    assert all(abs(gap.lost) <= 2 * RAMP for gap in gaps)
    assert sum(stretch.frames for stretch in recording if stretch.track) > 3.9 * track.rate


async def test_no_edge_clicks(
    client: Client, recorder: Recorder, tracks: Tracks, server: HttpServer
) -> None:
    tone = tracks.tone(60.0, 20, level=0.9)
    url = serve(server, tone)
    await client.play(url)
    await hear(recorder, 0.4)
    await client.pause()
    await hear(recorder, 0.3)
    await client.resume()
    await hear(recorder, 0.3)
    await client.seek(10_000.0)
    await hear(recorder, 0.3)
    await client.mute(True)
    await hear(recorder, 0.3)
    await client.mute(False)
    await hear(recorder, 0.3)
    await client.set_volume(60)
    await client.set_volume(100)
    await hear(recorder, 0.3)
    await client.play(url)
    await hear(recorder, 0.3)
    await client.stop()
    await hear(recorder, 0.4)
    recording = recorder.pcm()
    assert np.abs(recording).max() > 0.8 * 32767
    assert largest_step(recording) <= 1 / 64


async def test_the_end_of_the_process_does_not_click(
    receiver_process: ReceiverProcess, recorder: Recorder, tracks: Tracks, server: HttpServer
) -> None:
    tone = tracks.tone(60.0, 20, level=0.9)
    async with Client("127.0.0.1", receiver_process.port) as client:
        await client.set_volume(100)
        await client.play(serve(server, tone))
        await hear(recorder, 0.5)
    await asyncio.to_thread(receiver_process.stop)
    await hear(recorder, 0.3)
    recording = recorder.pcm()
    assert np.abs(recording).max() > 0.8 * 32767
    assert largest_step(recording) <= 1 / 64


@pytest.mark.parametrize("ranges", [True, False])
async def test_parts_of_one_recording_play_as_one(
    client: Client,
    recorder: Recorder,
    tracks: Tracks,
    server: HttpServer,
    tmp_path: Path,
    ranges: bool,
) -> None:
    whole = tracks.get(31, PARTS * PART_S)
    paths = in_parts(whole.reference, PARTS, tmp_path)
    urls = [
        server.serve(f"/{path.name}", Serving(path.read_bytes(), ranges=ranges)) for path in paths
    ]
    await client.play(urls[0])
    await client.queue.add(urls[1:])
    async with asyncio.timeout(30):
        async for state in client.changes():
            if state.session.playback == "idle":
                break
    assert state.problem is None
    await hear(recorder, 0.5)
    recording = recorder.pcm()
    reference = np.concatenate([decode(path, 2) for path in paths])
    assert len(reference) == whole.frames, "the encoder keeps every frame"
    first = next(s for s in Ears([whole]).listen(recording) if s.track)
    heard = recording[first.start :][: whole.frames - first.position].astype(np.int32)
    expected = reference[first.position :].astype(np.int32)
    apart = np.flatnonzero(np.abs(heard - expected)[300:].max(axis=1) > 1)
    assert not len(apart), (
        f"not one frame lost, added or touched: from frame {300 + apart[0]} on, with parts of"
        f" {PART_S * RATE:.0f} frames and {state.output.underruns} underruns counted,"
        f" {len(apart)} frames; heard {Ears([whole]).listen(recording)}"
    )
    assert first.position < 300


async def test_items_that_overlap_are_both_heard_to_the_frame(
    client: Client, recorder: Recorder, tracks: Tracks, server: HttpServer
) -> None:
    one, two = tracks.get(32, 9), tracks.get(33, 10)
    overlap = 4 * one.rate
    await client.set_crossfade(4)
    await client.play(serve(server, one))
    await client.queue.add([serve(server, two)])
    async with asyncio.timeout(40):
        async for state in client.changes():
            if state.session.playback == "idle":
                break
    await hear(recorder, 0.5)
    angle = np.arange(overlap)[:, None] * np.pi / 2 / overlap
    both = one.heard[-overlap:] * np.cos(angle) + two.heard[:overlap] * np.sin(angle)
    expected = np.concatenate([one.heard[:-overlap], both, two.heard[overlap:]])
    first = next(s for s in Ears([one]).listen(recorder.pcm()) if s.track)
    heard = recorder.pcm().astype(np.int32)[first.start :][: len(expected) - first.position]
    assert np.abs(heard - expected[first.position :])[RAMP:].max() <= 2
    assert first.position < 300
