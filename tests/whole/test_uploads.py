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
from receiver.model.state import State
from tests.rig.receiver_process import ReceiverProcess
from tests.whole.test_process import until

OGG = {"Content-Type": "application/ogg"}
NOISE = b"OggS" + bytes(600_000)
"""What passes for a file until somebody plays it; two of them are more than a megabyte."""
LARGE = b"OggS" + bytes(999_000)
TUNE = (Path(__file__).parents[2] / "controller" / "demo" / "tune.ogg").read_bytes()
LENGTH_MS = 40_000.0


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


async def test_it_is_heard_from_the_disk_and_sought_in_over_a_restart(tmp_path: Path) -> None:
    with receiver(tmp_path) as process:
        _, answer = await bring(process, TUNE)
        async with Client("127.0.0.1", process.port) as client:
            receipt = await client.play(answer["url"])
            assert receipt.first_frame is not None
            state = await until(client, _has_length)
            assert state.session.item is not None
            assert state.session.item.seekable
            assert state.session.item.tags.title == "Needle Drop"
            await client.seek(LENGTH_MS / 2)
    with receiver(tmp_path) as process:  # on another port
        async with Client("127.0.0.1", process.port) as client:
            await until(client, lambda s: s.session.playback == "playing")
            await until(client, lambda s: (s.output.level_dbfs or -99.0) > -60)
            await client.pause()
            await client.seek(1000.0)
            assert client.position_ms() == pytest.approx(1000, abs=50)


def _has_length(state: State) -> bool:
    item = state.session.item
    return item is not None and item.duration_ms == pytest.approx(LENGTH_MS, abs=1)


async def test_it_goes_along_when_the_music_is_handed_over_and_stays_for_it(tmp_path: Path) -> None:
    with receiver(tmp_path / "k", "--name", "Kitchen", "--cache-mb", "1") as kitchen:
        known = f"127.0.0.1:{kitchen.port}"
        with receiver(tmp_path / "b", "--name", "Bedroom", "--peers", known) as bedroom:
            async with (
                Client("127.0.0.1", kitchen.port) as client,
                Client("127.0.0.1", bedroom.port) as other,
            ):
                _, answer = await bring(kitchen, TUNE)
                await client.play(answer["url"])
                await until(client, lambda s: any(p.clock for p in s.peers.values()))
                await client.transfer("Bedroom")
                await until(other, lambda s: (s.output.level_dbfs or -99.0) > -60)
                await other.seek(LENGTH_MS / 2)
                assert other.state.session.item is not None
                assert other.state.session.item.url == answer["url"]
                await until(client, lambda s: _plays_there(s) == answer["url"])
                status, refused = await bring(kitchen, LARGE)
                assert (status, refused["code"]) == (507, "no_room")
                await other.stop()
                await until(client, lambda s: _plays_there(s) is None)
                status, _ = await bring(kitchen, LARGE)
                assert status == 200


def _plays_there(state: State) -> str | None:
    """What the other receiver plays."""
    (peer,) = state.peers.values()
    return peer.session.item.url if peer.session and peer.session.item else None


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
