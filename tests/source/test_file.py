"""A stream that lies on the disk, and what may happen to it."""

from __future__ import annotations

import asyncio
import errno
import os
from pathlib import Path

import pytest

from receiver.clock.mock import MockClock
from receiver.errors import HttpRefused, Unreachable
from receiver.source.file import FileSource
from receiver.source.window import PIECE
from tests.source.driving import BODY, read_all

URL = "http://10.0.0.7:7766/v1/uploads/1/mix.ogg"


def lying_at(path: Path) -> FileSource:
    return FileSource(path, URL, MockClock())


async def test_one_that_is_gone_says_what_to_do(tmp_path: Path) -> None:
    async with lying_at(tmp_path / "gone") as source:
        with pytest.raises(HttpRefused, match="upload it again"):
            await source.open()


async def test_what_the_disk_does_not_give_is_unreachable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file"
    path.write_bytes(BODY)
    async with lying_at(path / "below") as source:
        with pytest.raises(Unreachable, match="disk"):
            await source.open()
    async with lying_at(path) as source:
        await source.open()

        def broken(*_: object) -> bytes:
            raise OSError(errno.EIO, os.strerror(errno.EIO))

        monkeypatch.setattr(os, "pread", broken)
        with pytest.raises(Unreachable, match="Input/output error"):
            await source.read()


async def test_it_plays_on_when_it_is_removed_meanwhile(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(BODY)
    async with lying_at(path) as source:
        assert (await source.open()).url == URL
        first = await source.read()
        assert len(first) == PIECE
        path.unlink()
        assert first + await read_all(source) == BODY


async def test_a_list_may_name_all(tmp_path: Path) -> None:
    assert lying_at(tmp_path).may_name("http://192.168.1.1/a.ogg")


async def test_whoever_is_cancelled_leaves_nothing_open(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(BODY)
    before = os.listdir("/proc/self/fd")
    async with asyncio.TaskGroup() as tasks:

        async def play() -> None:
            async with lying_at(path) as source:
                await source.open()
                while True:
                    await source.seek(0)
                    await source.read()

        playing = [tasks.create_task(play()) for _ in range(4)]
        await asyncio.sleep(0)
        for task in playing:
            task.cancel()
    assert os.listdir("/proc/self/fd") == before
