"""A sound card that is unplugged, dies, or hangs while music plays, and comes back: a real receiver
on the stand-in. What the promise is, and where the music is by then.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path

import pytest

from controller.client import Client
from receiver.errors import NoDevice
from receiver.model.state import Anchor, State
from tests.rig.card import RATE, Card, Recorder
from tests.rig.heard import Ears, Stretch
from tests.rig.http_server import HttpServer, Serving
from tests.rig.receiver_process import ReceiverProcess
from tests.rig.tracks import Track, Tracks
from tests.whole.test_process import STOPPED_S

pytestmark = [pytest.mark.device, pytest.mark.tools("oggenc", "oggdec")]

BUFFER_MS = 40
LOST_MS = 2.5 * BUFFER_MS
"""The music goes on so near to where it stopped: what was in the buffers of device and stand-in
when it went is lost.
"""
NOTICED_S = 1.0
BACK_S = 3.0
PATIENCE_S = 10.0
"""Longer than any of these; what comes later than it was promised says by how much."""


@contextmanager
def unplugged(card: Card) -> Iterator[None]:
    """Its plug is pulled."""
    card.unplug("dac")
    yield
    card.plug_in("dac")


@contextmanager
def killed(card: Card) -> Iterator[None]:
    """Its sound server dies."""
    card.kill()
    yield
    card.start()


FAULTS: list[Callable[[Card], AbstractContextManager[None]]] = [unplugged, killed, Card.frozen]


@pytest.fixture
def card(tmp_path: Path) -> Iterator[Card]:
    """A card with one device: there is no other to which a stream could be moved."""
    with Card(tmp_path / "card", ("dac",)) as found:
        yield found


@pytest.fixture
def receiver_process(tmp_path: Path, card: Card) -> Iterator[ReceiverProcess]:
    flags = ["--audio", "portaudio", "--device", "dac", "--buffer-ms", str(BUFFER_MS)]
    with ReceiverProcess(tmp_path, *flags, environ=card.env) as process:
        yield process


@pytest.fixture
async def client(receiver_process: ReceiverProcess) -> AsyncIterator[Client]:
    async with Client("127.0.0.1", receiver_process.port) as client:
        await client.set_volume(100)
        yield client


async def until(client: Client, condition: Callable[[State], bool], within: float) -> None:
    """Wait for news that make `condition` true. They have to come within so many seconds."""
    began = time.monotonic()
    async with asyncio.timeout(PATIENCE_S):
        if not condition(client.state):
            async for state in client.changes():
                if condition(state):
                    break
    assert time.monotonic() - began < within


def silent(state: State) -> bool:
    """Whether the state says that there is no device."""
    lost = state.problem is not None and state.problem.code == "no_device"
    return lost and state.session.playback == "buffering"


def sounds(state: State) -> bool:
    return state.problem is None and state.session.playback == "playing"


def anchor_of(client: Client) -> Anchor:
    anchor = client.state.session.anchor
    assert anchor is not None
    return anchor


def last_heard(recorder: Recorder, track: Track) -> Stretch:
    return [s for s in Ears([track]).listen(recorder.pcm()) if s.track][-1]


@pytest.mark.parametrize("fault", FAULTS, ids=["unplugged", "killed", "frozen"])
async def test_it_is_noticed_and_the_music_goes_on_where_it_stopped(
    client: Client,
    card: Card,
    tracks: Tracks,
    server: HttpServer,
    fault: Callable[[Card], AbstractContextManager[None]],
) -> None:
    track = tracks.get(51, 60)
    with Recorder(card) as before:
        await client.play(server.serve("/a.ogg", Serving(track.path.read_bytes())))
        await asyncio.to_thread(before.wait_frames, before.frames + RATE, 20.0)
        with fault(card):
            await until(client, silent, NOTICED_S)
            stood = anchor_of(client)
            assert stood.rate == 0
            await asyncio.sleep(1.5)
            assert anchor_of(client) == stood
        await until(client, sounds, BACK_S)
    stopped = last_heard(before, track)
    if fault is not Card.frozen:  # else it was recorded all along
        assert abs(stopped.end_position * 1000 / RATE - stood.position_ms) < LOST_MS
    now = anchor_of(client)
    resumed = now.position_ms - (now.at_us - anchor_of(client).at_us) / 1000
    assert abs(resumed - stood.position_ms) < LOST_MS
    with Recorder(card) as after:
        await asyncio.to_thread(after.wait_frames, after.frames + RATE // 2, 20.0)
        at, told = time.monotonic(), client.position_ms()
        await asyncio.to_thread(after.wait_frames, after.frames + RATE // 2, 20.0)
        assert told is not None
        frame = after.frame_at(at)
        heard = (frame + last_heard(after, track).offset) * 1000 / RATE
        assert told == pytest.approx(heard, abs=BUFFER_MS)


async def test_a_play_without_a_card_is_told_so_and_sounds_when_there_is_one(
    client: Client, card: Card, tracks: Tracks, server: HttpServer
) -> None:
    track = tracks.get(52, 20)
    url = server.serve("/a.ogg", Serving(track.path.read_bytes()))
    with unplugged(card):
        with pytest.raises(NoDevice):
            await client.play(url)
        assert silent(client.state)
    await until(client, sounds, BACK_S)
    item = client.state.session.item
    assert item is not None
    assert item.url == url
    with Recorder(card) as recorder:
        await asyncio.to_thread(recorder.wait_frames, recorder.frames + RATE, 20.0)
        assert last_heard(recorder, track).frames > RATE // 2


async def test_the_speaker_answers_while_the_card_hangs(
    client: Client, card: Card, tracks: Tracks, server: HttpServer
) -> None:
    url = server.serve("/a.ogg", Serving(tracks.get(51, 60).path.read_bytes()))
    await client.play(url)
    with card.frozen():
        await until(client, silent, NOTICED_S)
        async with asyncio.timeout(10.0):
            await client.set_volume(30)
            await client.pause()
            await client.resume()
            with pytest.raises(NoDevice):
                await client.seek(30_000.0)
            with pytest.raises(NoDevice):
                await client.play(url, position_ms=40_000.0)
            assert (await client.status()).session.playback == "buffering"
    await until(client, sounds, BACK_S)
    position = client.position_ms()
    assert position is not None
    assert position >= 40_000.0 - LOST_MS


@pytest.mark.parametrize("hangs", [False, True])
async def test_a_speaker_that_is_asked_to_end_is_gone_soon_also_when_its_card_hangs(
    client: Client,
    card: Card,
    receiver_process: ReceiverProcess,
    tracks: Tracks,
    server: HttpServer,
    hangs: bool,
) -> None:
    await client.play(server.serve("/a.ogg", Serving(tracks.get(51, 60).path.read_bytes())))
    await until(client, sounds, BACK_S)
    with card.frozen() if hangs else nullcontext():
        began = time.monotonic()
        assert await asyncio.to_thread(receiver_process.stop) == 0
        assert time.monotonic() - began < STOPPED_S
