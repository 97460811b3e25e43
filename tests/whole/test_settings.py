"""Settings as people change them: in a receiver that plays, over its restarts, before the house."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from controller.address import Address
from controller.client import Client
from controller.one_shot import send
from receiver.errors import NoDevice
from receiver.protocol import commands as c
from receiver.session.caps import Caps
from receiver.store.settings import FILE_NAME
from tests.controller.cli.process import tonearm
from tests.rig.card import RATE, Card, Recorder
from tests.rig.heard import Ears
from tests.rig.http_server import HttpServer, Serving
from tests.rig.receiver_process import ReceiverProcess
from tests.rig.tracks import Tracks
from tests.whole.moving import is_unbroken, playing
from tests.whole.rooms import Room, rooms
from tests.whole.test_process import until


def ignored(*_: object) -> None:
    """Takes an answer that nobody waits for."""


def be_set(room: Room, name: str, caps: Caps) -> None:
    """As `receiver.settings` does it."""
    room.house.rename(name)
    room.loop.be_set(c.SettingsSet(id="1"), ignored, name, caps, {})


async def test_a_cap_holds_at_once_while_it_plays_and_without_a_click() -> None:
    async with rooms("kitchen") as house:
        kitchen, _ = await playing(house)
        be_set(kitchen, "Kitchen", Caps(40))
        await house.run(0.2)
        assert (kitchen.state.volume.percent, kitchen.state.volume.cap) == (40, 40)
        heard = kitchen.numbers[-400:]
        assert float(np.diff(heard).mean()) == pytest.approx(0.4, rel=1e-3)
        steps = np.abs(np.diff(kitchen.numbers[RATE // 2 :])) / 2**21
        assert steps.max() < 0.01, "it comes down on a ramp"
        be_set(kitchen, "Kitchen", Caps(80))
        await house.run(0.2)
        assert kitchen.state.volume.percent == 40, "nobody has turned it up"
        kitchen.ask(c.SetVolume, percent=100)
        await house.run(0.2)
        assert kitchen.state.volume.percent == 80


async def test_another_name_is_known_in_the_house_and_nothing_is_heard_of_it() -> None:
    async with rooms("kitchen", "bedroom") as house:
        kitchen, bedroom = await playing(house)
        be_set(kitchen, "Kök", Caps())
        await house.run(0.5)
        assert kitchen.state.receiver.name == "Kök"
        assert bedroom.state.peers["kitchen"].name == "Kök"
        paused = bedroom.ask(c.Pause, receiver="kök")
        await house.until(lambda: paused.code == "done")
        assert kitchen.playback == "paused"
        assert bedroom.ask(c.Pause, receiver="Kitchen").code == "no_receiver"
        assert is_unbroken(kitchen.numbers)


def checked(process: ReceiverProcess, *flags: str) -> str:
    """What `--check-config` shows."""
    command = [sys.executable, "-m", "receiver", "--check-config"]
    state = ["--state-dir", str(process.folder / "state")]
    environ = {**os.environ, "XDG_CONFIG_HOME": str(process.folder)}
    return subprocess.run(
        [*command, *state, *flags], capture_output=True, text=True, check=True, env=environ
    ).stdout


async def call(process: ReceiverProcess, *words: str) -> str:
    outcome = await tonearm("-d", f"127.0.0.1:{process.port}", "settings", *words)
    assert outcome.code == 0, outcome.err
    return outcome.out


async def test_what_is_set_holds_at_once_and_over_restarts_and_others_see_it(
    tmp_path: Path,
) -> None:
    flags = ["--audio", "mock", "--guest-skips", "3"]
    file = tmp_path / "state" / FILE_NAME
    with ReceiverProcess(tmp_path, *flags) as process:
        async with Client("127.0.0.1", process.port) as client:
            await client.set_volume(90)
            shown = await call(process, "volume-cap", "55%")
            assert shown.split() == ["volume_cap", "55", str(file)]
            await call(process, "name", "Kök")
            state = await until(client, lambda s: s.settings.revision == 2)
        assert (state.receiver.name, state.volume.cap, state.volume.percent) == ("Kök", 55, 55)
        refused = await tonearm("-d", "Kök", "settings", "guest_skips", "4")
        assert (refused.code, "--guest-skips" in refused.err) == (3, True)
        assert "guest_skips   3" in await call(process)
        process.stop()
        told = [line.split() for line in checked(process).splitlines()]
        assert ["volume_cap", "55", str(file)] in told
        assert ["name", '"Kök"', str(file)] in told
        assert ["volume_cap", "70", "--volume-cap"] in [
            line.split() for line in checked(process, "--volume-cap", "70").splitlines()
        ]
    with ReceiverProcess(tmp_path, *flags) as process:
        async with Client("127.0.0.1", process.port) as client:
            assert (client.state.receiver.name, client.state.volume.cap) == ("Kök", 55)
    file.write_bytes(file.read_bytes()[:30])
    with ReceiverProcess(tmp_path, *flags) as process:
        async with Client("127.0.0.1", process.port) as client:
            assert client.state.volume.cap in (55, 100), "the one before, if there was one"
        assert any(f"Settings: {FILE_NAME} is not ours" in line for line in process.log)


# --- a real card --------------------------------------------------------------------------------


@pytest.fixture
def card(tmp_path: Path) -> Iterator[Card]:
    with Card(tmp_path / "card", ("dac", "dac2")) as found:
        yield found


def set_device(process: ReceiverProcess, device: str) -> dict[str, Any]:
    return send(Address("127.0.0.1", process.port), "settings.set", {"device": device})


@pytest.mark.slow
@pytest.mark.device
@pytest.mark.tools("oggenc", "oggdec")
async def test_the_music_goes_on_where_it_was_on_the_other_card(
    tmp_path: Path, card: Card, tracks: Tracks, server: HttpServer
) -> None:
    track = tracks.get(51, 60)
    config = tmp_path / "tonearm" / "receiver.toml"
    config.parent.mkdir()
    config.write_text('device = "dac"\n')
    flags = ["--audio", "portaudio", "--buffer-ms", "40"]
    with ReceiverProcess(tmp_path, *flags, environ=card.env) as process:
        async with Client("127.0.0.1", process.port) as client:
            await client.set_volume(100)
            with Recorder(card, "dac") as first, Recorder(card, "dac2") as second:
                await client.play(server.serve("/a.ogg", Serving(track.path.read_bytes())))
                await asyncio.to_thread(first.wait_frames, first.frames + RATE, 20.0)
                with pytest.raises(NoDevice, match="The one before stays"):
                    await asyncio.to_thread(set_device, process, "radio")
                result = await asyncio.to_thread(set_device, process, "dac2")
                await asyncio.to_thread(second.wait_frames, second.frames + RATE, 20.0)
            assert result["device"] == client.state.output.device == "dac2"
            assert {device["name"] for device in result["devices"]} >= {"dac", "dac2"}
            assert client.state.problem is None
        before = [s for s in Ears([track]).listen(first.pcm()) if s.track]
        after = [s for s in Ears([track]).listen(second.pcm()) if s.track]
        gap = after[0].position - before[-1].end_position
        assert abs(gap) < RATE // 10, "it goes on where it was, but for the fades"
