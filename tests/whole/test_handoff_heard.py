"""Music that goes from one receiver to another and back, as it is heard: real receivers, real
PortAudio, real ALSA, and one card that is recorded, to whose sides they play.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from controller.client import Client
from receiver.handoff.switch import FADE, LONG_FADE
from tests.rig.card import SIDES, Card, Recorder
from tests.rig.crossing import Crossing, crossing
from tests.rig.heard import Ears
from tests.rig.http_server import HttpServer, Serving
from tests.rig.receiver_process import ReceiverProcess
from tests.rig.tracks import Track, Tracks

pytestmark = [pytest.mark.device, pytest.mark.tools("oggenc", "oggdec")]

BUFFER_MS = "100"
"""Large, since a shared machine stalls now and then; so are the limits."""
LIMIT_MS = 20.0
APART_S = 1.0
AROUND_S = 0.5


@pytest.fixture
def card(tmp_path: Path) -> Iterator[Card]:
    """A stand-in card with its sides apart."""
    with Card(tmp_path / "card", sides=True) as found:
        yield found


@pytest.fixture
async def speakers(tmp_path: Path, card: Card) -> AsyncIterator[tuple[Client, Client]]:
    """Controllers of two receivers that know each other, `left` and `right`."""
    clients, peers = [], ""
    async with contextlib.AsyncExitStack() as stack:
        for side in SIDES:
            flags = ["--audio", "portaudio", "--device", side, "--name", side]
            flags += ["--buffer-ms", BUFFER_MS, "--peers", peers]
            started = ReceiverProcess(tmp_path / side, *flags, environ=card.env)
            process = stack.enter_context(started)
            clients.append(await stack.enter_async_context(Client("127.0.0.1", process.port)))
            peers = f"127.0.0.1:{process.port}"
        left, right = clients
        for client in (left, right):
            await client.set_volume(100)
            await until_it_has_a_peer(client)
        yield left, right


async def until_it_has_a_peer(client: Client) -> None:
    async for state in client.changes():
        if any(peer.connected for peer in state.peers.values()):
            return


async def handed_over(
    recorder: Recorder, track: Track, speakers: tuple[Client, Client], sides: tuple[int, int]
) -> Crossing:
    """A transfer from one side to the other, as it was heard."""
    asked = time.monotonic()
    answer = await speakers[sides[0]].transfer(SIDES[sides[1]])
    assert answer is not None
    await asyncio.sleep(APART_S)
    start = recorder.frame_at(asked - AROUND_S)
    end = recorder.frame_at(asked + answer.switch_ms / 1000 + AROUND_S)
    fade_s = FADE if answer.tight else LONG_FADE
    return crossing(Ears([track]), recorder.pcm(start, end), track, sides, fade_s)


async def test_it_goes_there_and_back_without_a_gap(
    card: Card, speakers: tuple[Client, Client], tracks: Tracks
) -> None:
    track = tracks.get(21, 20)
    async with HttpServer() as server:
        url = server.serve("/music.ogg", Serving(track.path.read_bytes()))
        with Recorder(card) as recorder:
            await speakers[0].play(url)
            await asyncio.sleep(APART_S)
            for sides in ((0, 1), (1, 0)):
                # Both sides sound without a hole, and each but once: `crossing` sees to that.
                heard = await handed_over(recorder, track, speakers, sides)
                assert abs(heard.gap_ms) < LIMIT_MS, "both, or neither, for longer than the fade"
                assert abs(heard.skipped_ms) < LIMIT_MS, "lost, or heard twice"
