"""All the hardware of a speaker: what is pressed is commanded, what is wrong is told once."""

from __future__ import annotations

import pytest

from hw.line import MOST_WAITING, PEACE_S, STORM, STORM_S
from hw.panel import Panel, Scene
from hw.pins.base import PinError
from hw.pins.mock import MockOutput, MockPins
from hw.settings import Hardware
from receiver.clock.mock import MockClock
from receiver.protocol import commands as c
from tests.hw.stage import Stage, hardware, running

PLAY = {"play": {"pin": 5, "press": "toggle"}}
LOUD = {"loud": {"pin": 6, "press": "volume_up 2"}}
READY, PLAYING = Scene("ready", sounding=False), Scene("playing", sounding=True)


async def test_a_press_is_one_command() -> None:
    async with running(Stage(hardware(buttons=PLAY))) as stage:
        for presses in (1, 2, 3):
            await stage.press(5)
            assert stage.names == ["Toggle"] * presses


async def test_a_press_is_commanded_within_a_blink() -> None:
    async with running(Stage(hardware(buttons=PLAY))) as stage:
        stage.line(5).drive_low()
        await stage.clock.advance(0.0045)
        assert stage.names == ["Toggle"]


async def test_short_long_and_double_presses_do_what_they_are_bound_to() -> None:
    bound = {"pin": 5, "press": "toggle", "double": "next", "hold": "stop"}
    async with running(Stage(hardware(buttons={"play": bound}))) as stage:
        await stage.press(5, 1.0)
        await stage.press(5)
        await stage.clock.advance(1.0)
        await stage.press(5, 0.05)
        await stage.press(5, 0.05)
        await stage.clock.advance(1.0)
        assert stage.names == ["Stop", "Toggle", "Next"]


async def test_what_nothing_is_bound_to_does_nothing() -> None:
    async with running(Stage(hardware(buttons={"x": {"pin": 5, "hold": "stop"}}))) as stage:
        await stage.press(5)
        assert stage.commands == []


async def test_volume_goes_on_evenly_while_the_button_is_held() -> None:
    async with running(Stage(hardware(buttons=LOUD))) as stage:
        await stage.press(6, 2.0)
        changes = [command.by for command in stage.commands if isinstance(command, c.SetVolume)]
        assert set(changes) == {2}
        assert len(changes) == pytest.approx(1 + (2.0 - 0.4) / 0.08, abs=1)


async def test_a_button_that_is_stuck_stops_by_itself(caplog: pytest.LogCaptureFixture) -> None:
    async with running(Stage(hardware(buttons={**LOUD, **PLAY}))) as stage:
        stage.line(6).stick(False)
        await stage.clock.advance(60.0)
        told = len(stage.commands)
        assert told < 150
        await stage.clock.advance(3600.0)
        assert len(stage.commands) == told
        assert [m for m in caplog.messages if "loud has been down" in m] == caplog.messages
        await stage.press(5)
        assert stage.names[-1] == "Toggle"


async def test_a_button_that_is_down_from_the_start_is_told_and_does_nothing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    stage = Stage(hardware(buttons=PLAY))
    stage.line(5).drive_low()
    async with running(stage):
        (status,) = stage.panel.status
        assert (status.part, status.ok) == ("buttons.play", False)
        assert "pressed from the start" in caplog.text
        stage.line(5).release()
        await stage.clock.advance(1.0)
        assert stage.commands == []
        await stage.press(5)
        assert stage.names == ["Toggle"]


async def test_a_knob_changes_the_volume_by_how_fast_it_is_turned() -> None:
    async with running(Stage(hardware(encoder={"a": 17, "b": 27}))) as stage:
        await stage.turn(17, 27, 3)
        await stage.turn(17, 27, -2)
        slow = [command.by for command in stage.commands if isinstance(command, c.SetVolume)]
        assert slow == [2, 2, 2, -2, -2]
        stage.commands.clear()
        await stage.clock.advance(1.0)
        await stage.turn(17, 27, 10, seconds=0.02)
        await stage.clock.advance(0.1)
        quick = [command.by or 0 for command in stage.commands if isinstance(command, c.SetVolume)]
        assert sum(quick) == 2 * (1 + 9 * 4)
        assert len(quick) <= 0.2 / 0.03 + 2


async def test_a_push_of_the_knob_is_a_button() -> None:
    push = {"pin": 22, "press": "mute"}
    async with running(Stage(hardware(encoder={"a": 17, "b": 27, "push": push}))) as stage:
        await stage.press(22)
        assert stage.names == ["Mute"]


async def test_an_edge_of_the_knob_that_was_lost_is_made_up_for() -> None:
    async with running(Stage(hardware(encoder={"a": 17, "b": 27}))) as stage:
        stage.line(17).drive_low()
        stage.line(27).drive_low()
        stage.line(17).release()
        stage.line(27).watch(None)  # nobody hears the last one
        stage.line(27).release()
        await stage.clock.advance(0.2)
        assert stage.names == ["SetVolume"]


async def test_a_refused_press_flashes_and_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    async with running(Stage(hardware(buttons=PLAY, led={"pin": 23, "ready": []}))) as stage:
        stage.panel.show(READY)
        stage.refusal = "nothing_playing"
        stage.line(5).drive_low()
        await stage.clock.advance(0.005)
        assert await stage.drawn(23, 2.0, 0.05) == "##...##...##" + 28 * "."
        assert caplog.messages == ["Button play: It cannot be done."]


async def test_the_light_starts_and_then_shows_what_it_is_told() -> None:
    async with running(Stage(hardware(led={"pin": 23}))) as stage:
        assert await stage.drawn(23, 2.0, 0.25) == "##..##.."
        stage.panel.show(PLAYING)
        assert await stage.drawn(23, 2.0, 0.25) == "########"
        stage.panel.show(Scene("buffering", sounding=True))
        assert await stage.drawn(23, 1.0, 0.125) == "#.#.#.#."
    assert not stage.line(23).level


async def test_the_amplifier_is_on_when_the_call_returns_and_off_at_the_end() -> None:
    async with running(Stage(hardware(amplifier={"pin": 25, "off_after_s": 60}))) as stage:
        stage.panel.show(READY)
        assert not stage.line(25).level
        stage.panel.show(PLAYING)
        assert stage.line(25).level
        stage.panel.show(READY)
        await stage.clock.advance(59.0)
        assert stage.line(25).level
        await stage.clock.advance(1.1)
        assert not stage.line(25).level
        stage.panel.herald()
        assert stage.line(25).level
    assert not stage.line(25).level


async def test_one_busy_line_takes_its_own_part_and_no_other(
    caplog: pytest.LogCaptureFixture,
) -> None:
    stage = Stage(hardware("encoder-led", buttons={**PLAY, **LOUD}, amplifier={"pin": 25}))
    for pin in (5, 25, 27):
        stage.line(pin).busy = True
    async with running(stage):
        stage.panel.show(PLAYING)
        await stage.press(5)
        await stage.press(6)
        await stage.press(22)
        assert stage.names == ["SetVolume", "Toggle"]
        assert stage.line(23).level
        wrong = {status.part for status in stage.panel.status if not status.ok}
        assert wrong == {"buttons.play", "encoder", "amplifier"}
        assert sum("GPIO busy" in message for message in caplog.messages) == 3
        assert len(caplog.messages) == 3
        assert not stage.line(17).watched


async def test_without_pins_it_says_so_once_and_is_done(caplog: pytest.LogCaptureFixture) -> None:
    clock = MockClock()
    panel = Panel(
        hardware("pirate-audio"),
        lambda: MockPins(missing="There are no pins; buy some."),
        lambda *_: None,
        clock,
    )
    await panel.run()
    panel.show(PLAYING)
    panel.herald()
    assert panel.status == [("gpio", False, "There are no pins; buy some.")]
    assert caplog.messages == [
        "gpio: There are no pins; buy some. The speaker plays on without it."
    ]


async def test_a_part_that_breaks_later_is_out_and_the_others_stay(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(Stage(hardware(buttons=PLAY, led={"pin": 23}))) as stage:

        def broken(_pin: MockOutput, _high: bool) -> None:
            raise PinError("GPIO 23 cannot be driven.")

        monkeypatch.setattr(MockOutput, "drive", broken)
        for _ in range(3):
            stage.panel.show(PLAYING)
            stage.panel.show(READY)
        await stage.press(5)
        assert stage.names == ["Toggle"]
        assert [status.ok for status in stage.panel.status] == [True, False]
        assert len(caplog.messages) == 1


async def test_a_line_that_storms_costs_little_and_comes_back(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with running(Stage(hardware(buttons={**PLAY, **LOUD}))) as stage:
        line = stage.line(5)
        for _ in range(3000):
            line.drive_low()
            line.release()
            await stage.clock.advance(0.001)
        # Of 6000 edges in 3 s only those are heard that begin each of its three storms.
        assert line.told <= 4 * (STORM + 10)
        assert len(caplog.messages) == 1
        assert "GPIO 5 changes more than 2000 times a second" in caplog.text
        assert stage.commands == []
        await stage.press(6)
        assert stage.names == ["SetVolume"]
        await stage.clock.advance(PEACE_S + STORM_S)
        await stage.press(5)
        assert stage.names == ["SetVolume", "Toggle"]


async def test_a_burst_that_the_loop_cannot_follow_is_bounded() -> None:
    async with running(Stage(hardware(buttons=PLAY))) as stage:
        line = stage.line(5)
        for _ in range(50 * MOST_WAITING):
            line.drive_low()
            line.release()
        line.drive_low()
        await stage.clock.advance(PEACE_S + STORM_S)
        line.release()
        await stage.clock.advance(1.0)
        assert stage.names == ["Toggle"]


async def test_it_leaves_nothing_behind() -> None:
    stage = Stage(hardware("encoder-led", buttons=PLAY, amplifier={"pin": 25}))
    async with running(stage):
        stage.panel.show(PLAYING)
        await stage.press(5)
    assert not any(stage.line(pin).watched for pin in (5, 17, 27, 22))
    stage.line(5).drive_low()
    await stage.clock.advance(1.0)
    assert stage.clock.next_due is None
    assert stage.names == ["Toggle"]


async def test_with_nothing_to_do_it_sleeps() -> None:
    async with running(Stage(hardware("encoder-led", buttons=PLAY))) as stage:
        stage.panel.show(PLAYING)
        await stage.press(5)
        await stage.turn(17, 27, 1)
        await stage.clock.advance(1.0)
        assert stage.clock.next_due is None


async def test_no_hardware_is_nothing_to_open() -> None:
    assert hardware() == Hardware()
