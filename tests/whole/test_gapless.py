"""Joints between tracks, as they come out of the sound card: nothing between, nothing lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import numpy as np
import pytest

from controller.client import Client
from tests.rig.card import Card, Recorder
from tests.rig.heard import Ears
from tests.rig.http_server import HttpServer, Serving
from tests.rig.receiver_process import ReceiverProcess
from tests.rig.tracks import Track, Tracks, decode, encode

pytestmark = [pytest.mark.device, pytest.mark.tools("oggenc", "oggdec")]

RATE = 44_100
PARTS = 4
SECONDS = 2.5


@pytest.fixture
def receiver(tmp_path: Path, card: Card) -> Iterator[ReceiverProcess]:
    """A receiver that plays on the stand-in card, with a buffer for a busy machine."""
    flags = ["--audio", "portaudio", "--device", "dac", "--buffer-ms", "100"]
    with ReceiverProcess(tmp_path, *flags, environ=card.env) as process:
        yield process


@pytest.fixture
async def client(receiver: ReceiverProcess) -> AsyncIterator[Client]:
    async with Client("127.0.0.1", receiver.port) as client:
        await client.set_volume(100)
        yield client


def parts_of(track: Track, folder: Path) -> list[Path]:
    """One recording in parts of odd lengths, each encoded for itself, as of a concert."""
    places = [0, *(round(n * len(track.reference) / PARTS) + 7 * n for n in range(1, PARTS))]
    paths = []
    for number, part in enumerate(np.split(track.reference, places[1:])):
        paths.append(folder / f"part-{number}.ogg")
        encode(part, track.rate, paths[-1], "vorbis")
    return paths


async def test_parts_of_one_recording_play_as_one(
    client: Client, recorder: Recorder, tracks: Tracks, server: HttpServer, tmp_path: Path
) -> None:
    whole = tracks.get(31, PARTS * SECONDS)
    paths = parts_of(whole, tmp_path)
    urls = [server.serve(f"/{path.name}", Serving(path.read_bytes())) for path in paths]
    await client.play(urls[0])
    await client.queue.add(urls[1:])
    async with asyncio.timeout(30):
        async for state in client.changes():
            if state.session.playback == "idle":
                break
    assert state.problem is None
    await asyncio.to_thread(recorder.wait_frames, recorder.frames + RATE // 2, 20.0)
    recording = recorder.pcm()
    reference = np.concatenate([decode(path, 2) for path in paths])
    assert len(reference) == whole.frames, "the encoder keeps every frame"
    first = next(s for s in Ears([whole]).listen(recording) if s.track)
    heard = recording[first.start :][: whole.frames - first.position].astype(np.int32)
    expected = reference[first.position :].astype(np.int32)
    assert np.abs(heard - expected)[300:].max() <= 1, "not one frame lost, added or touched"
    assert first.position < 300
