"""A file that is dropped onto the page: from the upload to the sound, here and at the next
receiver, over a restart, and in a cache that is full.
"""

from __future__ import annotations

import io
from pathlib import Path

import aiohttp
import pytest

from controller.client import Client
from receiver.errors import HttpRefused
from tests.rig.receiver_process import ReceiverProcess
from tests.rig.tracks import Track, Tracks
from tests.whole.test_process import until

OGG = {"Content-Type": "application/ogg"}
NOISE = b"OggS" + bytes(600_000)
"""What passes for a file until somebody plays it; two of them are more than a megabyte."""


async def bring(process: ReceiverProcess, data: bytes) -> tuple[int, dict[str, str]]:
    """Status and answer."""
    where = f"http://127.0.0.1:{process.port}/v1/uploads?name=mix.ogg"
    async with (
        aiohttp.ClientSession() as http,
        http.post(where, data=io.BytesIO(data), headers=OGG) as answer,
    ):
        return answer.status, await answer.json()


def receiver(folder: Path, *flags: str) -> ReceiverProcess:
    return ReceiverProcess(folder, "--audio", "mock", *flags)


@pytest.fixture
def track(tracks: Tracks) -> Track:
    return tracks.get(1, 60)


@pytest.mark.tools("oggenc", "oggdec")
async def test_it_is_heard_from_the_disk_and_sought_in_over_a_restart(
    tmp_path: Path, track: Track
) -> None:
    with receiver(tmp_path) as process:
        _, answer = await bring(process, track.path.read_bytes())
        async with Client("127.0.0.1", process.port) as client:
            receipt = await client.play(answer["url"])
            assert receipt.resolved is None
            assert receipt.first_frame is not None
            item = (await until(client, _has_length)).session.item
            assert item is not None
            assert item.seekable
            assert item.duration_ms == pytest.approx(60_000, abs=1)
            await client.seek(30_000.0)
    with receiver(tmp_path) as process:  # on another port
        async with Client("127.0.0.1", process.port) as client:
            await until(client, lambda s: s.session.playback == "playing")
            await until(client, lambda s: (s.output.level_dbfs or -99.0) > -60)
            assert client.position_ms() == pytest.approx(30_000, abs=9000)
            await client.seek(10_000.0)
            assert client.position_ms() == pytest.approx(10_000, abs=2000)


def _has_length(state: object) -> bool:
    item = state.session.item  # type: ignore[attr-defined]
    return item is not None and item.duration_ms is not None


@pytest.mark.tools("oggenc", "oggdec")
async def test_the_next_receiver_fetches_it(tmp_path: Path, track: Track) -> None:
    with receiver(tmp_path / "one") as one, receiver(tmp_path / "two") as two:
        _, answer = await bring(one, track.path.read_bytes())
        async with Client("127.0.0.1", two.port) as client:
            await client.play(answer["url"], position_ms=40_000.0)
            await until(client, lambda s: (s.output.level_dbfs or -99.0) > -60)
            await client.seek(5_000.0)
            assert client.state.session.item is not None
            assert client.state.session.item.seekable


async def test_what_is_in_the_queue_stays_and_the_rest_makes_room(tmp_path: Path) -> None:
    with receiver(tmp_path, "--cache-mb", "1") as process:
        async with Client("127.0.0.1", process.port) as client:
            _, answer = await bring(process, NOISE)
            await client.queue.add([answer["url"]])
            status, refused = await bring(process, NOISE)
            assert (status, refused["code"]) == (507, "no_room")
            await client.queue.clear()
            status, _ = await bring(process, NOISE)
            assert status == 200
            with pytest.raises(HttpRefused, match="upload it again"):
                await client.play(answer["url"])


async def test_the_page_is_there(tmp_path: Path) -> None:
    with receiver(tmp_path) as process:
        async with (
            aiohttp.ClientSession() as http,
            http.get(f"http://127.0.0.1:{process.port}/") as answer,
        ):
            assert answer.status == 200
            assert answer.content_type == "text/html"
            assert "Tonearm" in await answer.text()
