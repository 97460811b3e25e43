"""`--test-buttons`: what it says of what is pressed and turned."""

from __future__ import annotations

import asyncio

import pytest

from hw.pins.mock import MockPins
from hw.trial import EACH_LIGHT_S, Trial
from tests.hw.stage import Stage, hardware


async def test_it_says_what_it_sees_and_what_it_would_send() -> None:
    wanted = hardware(
        buttons={"play": {"pin": 5, "press": "toggle", "hold": "pair"}},
        encoder={"a": 17, "b": 27},
        led={"pin": 23},
        amplifier={"pin": 25},
    )
    said: list[str] = []
    stage = Stage(wanted)  # for its pins and its finger; its own panel does not run
    trial = Trial(wanted, lambda: stage.pins, stage.clock, said.append)
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(trial.run())
        while not stage.line(5).watched:
            await asyncio.sleep(0)
        await stage.press(5)
        await stage.press(5, 1.0)
        await stage.turn(17, 27, 1)
        await stage.turn(17, 27, -1)
        await stage.clock.advance(2 * EACH_LIGHT_S)
        assert (stage.line(23).level, stage.line(25).level) == (True, True)
        await stage.clock.advance(5 * EACH_LIGHT_S)
        task.cancel()
    assert said[:5] == [
        "buttons.play: GPIO 5: press toggle, hold pair (test)",
        "encoder: GPIO 17 and 27: volume, 2% a detent (test)",
        "led: GPIO 23, lit when high (test)",
        "amplifier: GPIO 25, on when high, off after 300 s of silence (test)",
        "Press, hold and turn what there is. Ctrl-C ends it.",
    ]
    seen = [line[10:] for line in said[5:]]
    assert [line for line in seen if line.startswith("led")] == [
        f"led: {light}"
        for light in ("starting", "ready", "playing", "buffering", "pairing", "error")
    ]
    assert [line for line in seen if not line.startswith("led")] == [
        "play (GPIO 5) goes down",
        "play (GPIO 5) comes up",
        "play (GPIO 5) pressed -> toggle",
        'would send {"type": "toggle", "id": "hw-1"}',
        "play (GPIO 5) goes down",
        "play (GPIO 5) held -> pair",
        'would send {"type": "pairings.open", "role": "owner", "id": "hw-2"}',
        "play (GPIO 5) comes up",
        "knob (GPIO 17, 27) clockwise -> volume +2 %",
        'would send {"type": "volume", "by": 2, "id": "hw-3"}',
        "knob (GPIO 17, 27) back -> volume -2 %",
        'would send {"type": "volume", "by": -2, "id": "hw-4"}',
    ]
    assert not stage.line(23).level
    assert not stage.line(25).level


async def test_without_pins_it_ends_and_the_log_says_why(caplog: pytest.LogCaptureFixture) -> None:
    said: list[str] = []
    stage = Stage(hardware(led={"pin": 23}))
    wanted = hardware("pirate-audio")
    trial = Trial(wanted, lambda: MockPins(missing="None here."), stage.clock, said.append)
    await trial.run()
    assert caplog.messages == ["gpio: None here. The speaker plays on without it."]
