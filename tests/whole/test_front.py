"""A speaker with buttons, a light and an amplifier: a finger on a pin, and what is heard of it."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from hw.settings import Hardware
from receiver.model.state import Playback
from receiver.protocol import commands as c
from tests.hw.stage import hardware
from tests.trust.doors import CODE
from tests.whole.moving import moved, playing
from tests.whole.rooms import RATE, STEP_S, Room, Rooms, rooms, stream

PLAY, NEXT, LOUD, PAIR, LED, AMPLIFIER = 5, 6, 16, 24, 23, 25


@pytest.fixture
def wanted() -> Hardware:
    return hardware(
        buttons={
            "play": {"pin": PLAY, "press": "toggle"},
            "next": {"pin": NEXT, "press": "next"},
            "loud": {"pin": LOUD, "press": "volume_down 2"},
            "pair": {"pin": PAIR, "press": "mute", "hold": "pair"},
        },
        led={"pin": LED, "ready": [0.1, 0.9]},
        amplifier={"pin": AMPLIFIER, "off_after_s": 10},
    )


async def press(house: Rooms, room: Room, pin: int, seconds: float = 0.1) -> None:
    """A finger on a button that bounces."""
    line = room.pins.line(pin)
    for touch in (line.drive_low, line.release, line.drive_low):
        touch()
        await house.run(STEP_S)
    await house.run(seconds)
    line.release()
    await house.run(0.05)


async def shown(house: Rooms, room: Room, seconds: float, step_s: float = 0.025) -> str:
    """The light over time."""
    drawn = ""
    for _ in range(round(seconds / step_s)):
        drawn += "#" if room.pins.line(LED).level else "."
        await house.run(step_s)
    return drawn


def is_heard(room: Room, seconds: float = 0.05) -> bool:
    """Whether the last of what was played was sound."""
    return bool(np.any(room.numbers[-round(seconds * RATE) :] > 0.5))


def playback(room: Room) -> Playback:
    return room.state.session.playback


async def test_a_button_pauses_the_music_and_lets_it_go_on(wanted: Hardware) -> None:
    async with rooms("kitchen", hardware=wanted) as house:
        (kitchen,) = house.rooms
        kitchen.ask(c.Play, url=house.serve("mock:a", stream(20.0)))
        await house.until(lambda: playback(kitchen) == "playing")
        revision = kitchen.hub.revision
        await press(house, kitchen, PLAY)
        assert playback(kitchen) == "paused"
        assert kitchen.hub.revision > revision, "controllers are told"
        assert not is_heard(kitchen)
        await press(house, kitchen, PLAY)
        assert playback(kitchen) == "playing"
        assert is_heard(kitchen)


async def test_a_held_button_turns_the_volume_down_smoothly(wanted: Hardware) -> None:
    async with rooms("kitchen", hardware=wanted) as house:
        (kitchen,) = house.rooms
        volumes = []
        line = kitchen.pins.line(LOUD)
        line.drive_low()
        for _ in range(40):
            await house.run(0.05)
            volumes.append(kitchen.state.volume.percent)
        line.release()
        await house.run(0.1)
        falls = [before - after for before, after in pairwise(volumes)]
        assert set(falls) == {0, 2}
        assert volumes[-1] == pytest.approx(100 - 2 * (1 + 1.6 / 0.08), abs=2)


async def test_the_light_says_what_the_speaker_does(wanted: Hardware) -> None:
    async with rooms("kitchen", hardware=wanted) as house:
        (kitchen,) = house.rooms
        await house.run(0.5)
        assert (await shown(house, kitchen, 2.0, 0.05)).count(".#") == 2, "ready: a flash a second"
        stalled = stream(20.0, stalls={RATE * 4: 10.0})
        kitchen.ask(c.Play, url=house.serve("mock:a", stalled))
        await house.until(lambda: playback(kitchen) == "playing")
        assert set(await shown(house, kitchen, 0.2)) == {"#"}
        await house.until(lambda: playback(kitchen) == "buffering")
        assert await shown(house, kitchen, 1.0, 0.125) == "#.#.#.#."
        kitchen.ask(c.Play, url="mock:nothing")
        await house.until(lambda: kitchen.problem is not None)
        assert await shown(house, kitchen, 1.5, 0.05) == "##...##...##" + 18 * "."
        kitchen.ask(c.Play, url=house.serve("mock:b", stream(5.0)))
        await house.until(lambda: playback(kitchen) == "playing")
        assert set(await shown(house, kitchen, 1.0)) == {"#"}


async def test_the_light_says_that_the_device_is_gone_and_who_is_let_in_meanwhile(
    wanted: Hardware,
) -> None:
    async with rooms("kitchen", hardware=wanted) as house:
        (kitchen,) = house.rooms
        kitchen.ask(c.Play, url=house.serve("mock:a", stream(60.0)))
        await house.until(lambda: playback(kitchen) == "playing")
        kitchen.device.break_("vanish")
        await house.until(lambda: playback(kitchen) == "buffering")
        assert kitchen.problem == "no_device"
        assert await shown(house, kitchen, 1.5, 0.05) == "##...##...##" + 18 * "."
        line = kitchen.pins.line(PAIR)
        line.drive_low()
        await house.until(lambda: kitchen.state.access.pairing)
        assert kitchen.problem == "no_device"
        assert await shown(house, kitchen, 1.0, 0.05) == "##..##" + 14 * "."
        line.release()


async def test_a_button_that_is_held_lets_somebody_in(wanted: Hardware) -> None:
    async with rooms("kitchen", hardware=wanted) as house:
        (kitchen,) = house.rooms
        await house.run(0.2)
        await press(house, kitchen, PAIR)
        assert not kitchen.state.access.pairing, "a short press is something else"
        await press(house, kitchen, PAIR, seconds=1.0)
        assert kitchen.state.access.pairing
        light = await shown(house, kitchen, 1.0)
        assert light.count("#.") >= 1, "the light says so"
        paired = kitchen.ask(c.Pair, code=CODE, name="Phone")
        await house.run(0.1)
        assert paired.result["role"] == "owner"
        assert not kitchen.state.access.pairing


async def test_a_press_that_is_refused_flashes(wanted: Hardware) -> None:
    async with rooms("kitchen", hardware=wanted) as house:
        (kitchen,) = house.rooms
        await house.run(0.2)
        kitchen.pins.line(NEXT).drive_low()
        await house.run(0.01)
        assert kitchen.problem is None
        assert (await shown(house, kitchen, 0.6, 0.05)).startswith("##...##...##")


def switched(room: Room) -> list[tuple[bool, bool]]:
    """Whenever the amplifier goes on or off from now on: which, and whether music was heard."""
    seen: list[tuple[bool, bool]] = []

    def look(high: bool) -> None:
        seen.append((high, is_heard(room)))

    # The card asks for frames after this step, so what is heard of it comes later.
    room.pins.line(AMPLIFIER).watch(look)
    return seen


async def test_the_amplifier_is_on_before_the_first_frame_and_off_after_silence(
    wanted: Hardware,
) -> None:
    async with rooms("kitchen", hardware=wanted) as house:
        (kitchen,) = house.rooms
        seen = switched(kitchen)
        kitchen.ask(c.Play, url=house.serve("mock:a", stream(60.0)))
        await house.until(lambda: is_heard(kitchen))
        assert seen == [(True, False)]
        kitchen.ask(c.Pause)
        await house.run(9.5, 0.01)
        assert seen == [(True, False)]
        await house.run(1.0, 0.01)
        assert seen == [(True, False), (False, False)]
        kitchen.ask(c.Resume)
        await house.until(lambda: is_heard(kitchen))
        assert seen == [(True, False), (False, False), (True, False)]


async def test_it_is_on_before_what_another_speaker_hands_over_is_heard(wanted: Hardware) -> None:
    async with rooms("kitchen", "bedroom", hardware=wanted) as house:
        kitchen, bedroom = await playing(house)
        seen = switched(bedroom)
        await moved(house, kitchen, bedroom)
        await house.until(lambda: is_heard(bedroom))
        assert seen == [(True, False)]


async def test_it_is_off_when_the_speaker_ends(wanted: Hardware) -> None:
    async with rooms("kitchen", hardware=wanted) as house:
        (kitchen,) = house.rooms
        kitchen.ask(c.Play, url=house.serve("mock:a", stream(5.0)))
        await house.until(lambda: is_heard(kitchen))
    assert not kitchen.pins.line(AMPLIFIER).level
    assert not kitchen.pins.line(LED).level
