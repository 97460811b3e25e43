"""A station, as Icecast serves one: a stream without length or end, at a whole receiver."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from itertools import accumulate
from pathlib import Path
from statistics import median

import numpy as np
import pytest

from controller.client import Client
from receiver.source.retry import Limits
from tests.decoder import pages
from tests.rig.http_server import Fault, HttpServer, Serving
from tests.rig.receiver_process import ReceiverProcess
from tests.rig.soak import Held, Watch
from tests.rig.tracks import Tracks, encode
from tests.whole.test_process import until

pytestmark = pytest.mark.tools("oggenc", "oggdec")

TUNE = Path(__file__).parents[2] / "controller" / "demo" / "tune.ogg"
HEARD_S = 2.0
"""Of music that comes before the connection is cut."""
RATE = 192_000
FULL = Limits().behind + (1 << 18)
"""Bytes that were played when control holds all that it may: it fetches ahead twice of what was."""
MORE = 2 << 20
"""Bytes that are played then."""
GROWN_KIB = MORE >> 11
"""Half a kibibyte of each that was played would be a leak."""
LOOKS = 12


@pytest.fixture
async def server() -> AsyncIterator[HttpServer]:
    """A server of streams that waits until nobody listens any more."""
    async with HttpServer() as server:
        yield server
        while server._handlers:
            await asyncio.sleep(0.01)


async def end(client: Client) -> None:
    """It plays, all is well, and now it stops."""
    state = await until(client, lambda s: (s.output.level_dbfs or -99.0) > -60)
    assert (state.session.playback, state.problem) == ("playing", None)
    await client.stop()


def station(body: bytes, *faults: Fault) -> Serving:
    headers = {"Server": "Icecast 2.4.4", "icy-name": "Night Radio"}
    return Serving(body, endless=True, framing="close", headers=headers, faults=deque(faults))


def within_a_page(stream: bytes, seconds: float, rate: int) -> int:
    """A place in the middle of the page with which so much of the music has come."""
    raw = pages.split(stream)
    sizes = [len(page.to_bytes()) for page in raw]
    number = next(n for n, page in enumerate(raw) if page.granule >= seconds * rate)
    return list(accumulate(sizes))[number] - sizes[number] // 2


async def test_a_connection_cut_within_a_page_goes_on_with_what_is_sent_now(
    client: Client, server: HttpServer, tracks: Tracks, receiver: ReceiverProcess
) -> None:
    track = tracks.get(71, 20)
    stream = track.path.read_bytes()
    cut = within_a_page(stream, HEARD_S, track.rate)
    url = server.serve("/station", station(stream, Fault("close", cut)))
    audio = receiver.audio_pid
    async with asyncio.TaskGroup() as tasks:
        playing = tasks.create_task(client.play(url))
        await server.until(lambda: len(server.requests) == 1)
        server.serve("/station", station(TUNE.read_bytes()))
        await playing
    item = client.state.session.item
    assert item is not None
    assert item.live
    assert item.tags.title is None
    state = await until(
        client, lambda s: s.session.item is not None and s.session.item.tags.title is not None
    )
    assert state.session.item is not None
    assert (state.session.item.id, state.session.item.tags.title) == (item.id, "Needle Drop")
    assert len(server.requests) == 2
    assert "range" not in server.requests[1].headers, "it has no place to go on at"
    await until(client, lambda _: (client.position_ms() or 0.0) > 1000 * (HEARD_S + 2))
    assert receiver.audio_pid == audio
    await end(client)


@pytest.fixture
def broad(tmp_path: Path) -> bytes:
    """A second of noise that takes many bytes."""
    path = tmp_path / "broad.ogg"
    noise = np.random.default_rng(1).uniform(-0.2, 0.2, (RATE, 2))
    encode(np.round(noise * 32767).astype(np.int16), RATE, path, "vorbis-most")
    return path.read_bytes()


@pytest.mark.slow
async def test_what_has_gone_through_is_not_kept(
    client: Client, server: HttpServer, receiver: ReceiverProcess, broad: bytes
) -> None:
    """It is sent as fast as it is taken, which is, in the end, as fast as it is heard."""
    await client.play(server.serve("/station", station(broad)))
    watch = Watch(receiver.process.pid)
    for look in range(2 * LOOKS):
        due = FULL + MORE * look / (2 * LOOKS - 1)
        while (client.position_ms() or 0.0) / 1000 * len(broad) < due:
            await asyncio.sleep(0.05)
        watch.look()
    for name, held in watch.held.items():
        first, last = held[:LOOKS], held[LOOKS:]
        assert kib(last) - kib(first) < GROWN_KIB, name
    await end(client)


def kib(held: list[Held]) -> float:
    return median(look.kib for look in held)
