"""The cap on the volume, by every way in: a finger on a button, a knob, a controller, another
speaker, a restart; and what is heard then.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from controller.client import Client
from receiver.model.hours import Hours
from receiver.pcm.volume import decibels, gain_of
from receiver.protocol import commands as c
from receiver.session.caps import Caps
from tests.controller.cli.process import tonearm
from tests.hw.stage import hardware
from tests.rig.receiver_process import ReceiverProcess
from tests.whole.moving import moved, playing
from tests.whole.rooms import Room, Rooms, rooms, stream

LOUD, A, B = 16, 17, 27
CAP = Caps(30)
NIGHT = Caps(80, 30, Hours.parse("22:00-07:00"))
LAST = 500
"""Frames."""


def gain(room: Room) -> float:
    """The gain of what was heard last: every frame of a stream is one more than the one before."""
    return float(np.diff(room.numbers[-LAST:]).mean())


async def turned(house: Rooms, room: Room, detents: int) -> None:
    """A hand turns the knob to the right."""
    a, b = room.pins.line(A), room.pins.line(B)
    for _ in range(detents):
        for touch in (a.drive_low, b.drive_low, a.release, b.release):
            touch()
            await house.run(0.002)


async def test_a_finger_on_a_button_and_a_hand_at_the_knob() -> None:
    wanted = hardware(
        buttons={"loud": {"pin": LOUD, "press": "volume_up 5"}}, encoder={"a": A, "b": B}
    )
    async with rooms("kitchen", hardware=wanted, caps=CAP) as house:
        kitchen, _ = await playing(house)
        assert kitchen.state.volume.percent == 30, "it was at full volume when it was switched off"
        assert gain(kitchen) == pytest.approx(0.3, rel=1e-3)
        kitchen.ask(c.SetVolume, percent=10)
        await house.run(0.2)
        line = kitchen.pins.line(LOUD)
        line.drive_low()
        await house.run(1.5)
        line.release()
        await house.run(0.2)
        assert kitchen.state.volume.percent == 30
        kitchen.ask(c.SetVolume, percent=28)
        await turned(house, kitchen, 20)
        await house.run(0.2)
        assert kitchen.state.volume.percent == 30
        assert gain(kitchen) == pytest.approx(0.3, rel=1e-3)


async def test_another_speaker_hands_over_and_names_a_volume() -> None:
    async with rooms("kitchen", "bedroom", caps=CAP) as house:
        kitchen, bedroom = await playing(house)
        await moved(house, kitchen, bedroom, volume=100)
        await house.run(0.3)
        assert bedroom.state.volume.percent == 30
        assert gain(bedroom) == pytest.approx(0.3, rel=1e-3)


async def test_the_night_begins_while_a_handoff_is_under_way() -> None:
    async with rooms("kitchen", "bedroom", caps=NIGHT) as house:
        kitchen, _ = await playing(house)
        house.streams["mock:a", "bedroom"] = stream(20.0, stalls={0: 60.0})
        kitchen.wall.set(21, 59, 50)
        await house.run(11.0, 0.01)
        assert kitchen.state.volume.percent == 50
        transfer = kitchen.ask(c.Transfer, to="bedroom")
        kitchen.wall.set(22)
        for _ in range(12):
            await house.run(0.05)
            assert kitchen.waits_until <= kitchen.session.loudness.wake_at
        assert transfer.code == "open"
        assert kitchen.state.volume.percent == 30
        assert gain(kitchen) == pytest.approx(0.3, rel=1e-3)


async def test_a_receiver_that_was_louder_before_and_a_controller_that_wants_it_again(
    tmp_path: Path,
) -> None:
    with ReceiverProcess(tmp_path, "--audio", "mock") as process:
        async with Client("127.0.0.1", process.port) as client:
            await client.set_volume(100)
    with ReceiverProcess(tmp_path, "--audio", "mock", "--volume-cap", "30") as process:
        async with Client("127.0.0.1", process.port) as client:
            volume = client.state.volume
            assert (volume.percent, volume.cap, volume.cap_until) == (30, 30, None)
            assert volume.db == pytest.approx(decibels(gain_of(30)))
            assert (await client.set_volume(80))["volume"]["percent"] == 30
            assert client.state.volume.percent == 30
        outcome = await tonearm("-d", f"127.0.0.1:{process.port}", "volume", "+50")
        assert outcome.out == "Volume 30 %, the cap\n"


async def test_a_receiver_at_night(tmp_path: Path) -> None:
    night = "--night-cap", "20", "--night-hours", "00:00-00:00"
    with ReceiverProcess(tmp_path, "--audio", "mock", *night) as process:
        address = f"127.0.0.1:{process.port}"
        outcome = await tonearm("-d", address, "volume", "60")
        assert outcome.out == "Volume 20 %, the cap until 00:00\n"
        assert "cap 20 % until 00:00\n" in (await tonearm("-d", address, "status")).out
