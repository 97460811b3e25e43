"""The door for who has a shell on the machine."""

from __future__ import annotations

import asyncio
import stat
from pathlib import Path

import pytest

from receiver.errors import NoReceiver
from receiver.server.local_door import (
    FILE_NAME,
    Invitation,
    knock,
    local_door,
    local_door_path,
    local_doors,
)

INVITATION = Invitation("123456", "http://192.0.2.1:7766/#pair=123456", 120.0)


async def invite() -> Invitation:
    return INVITATION


ANSWERS = {"pair": invite}


def ask(*paths: Path, word: str = "pair") -> Invitation:
    return knock(paths, word, Invitation)


async def test_it_gives_an_invitation(tmp_path: Path) -> None:
    path = tmp_path / FILE_NAME
    async with local_door(path, ANSWERS):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        missing = tmp_path / "elsewhere"
        assert await asyncio.to_thread(ask, missing, path) == INVITATION
        with pytest.raises(NoReceiver):
            await asyncio.to_thread(ask, path, word="play")
    assert not path.exists()


async def test_what_a_crash_left_behind_is_in_nobodys_way(tmp_path: Path) -> None:
    path = tmp_path / FILE_NAME
    path.write_text("")
    async with local_door(path, ANSWERS):
        assert await asyncio.to_thread(ask, path) == INVITATION


def test_where_no_receiver_runs(tmp_path: Path) -> None:
    with pytest.raises(NoReceiver, match="it does not run"):
        ask(tmp_path / FILE_NAME)


def test_where_the_socket_is(tmp_path: Path) -> None:
    assert local_door_path({}, tmp_path) == tmp_path / FILE_NAME
    assert tmp_path / FILE_NAME in local_doors(tmp_path)
    service = {"RUNTIME_DIRECTORY": "/run/tonearm"}
    assert local_door_path(service, tmp_path) == Path("/run/tonearm") / FILE_NAME
