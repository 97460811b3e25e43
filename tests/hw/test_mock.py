"""The bench obeys physics."""

from __future__ import annotations

import asyncio

import pytest

from hw.pins.base import NoPins, PinError
from hw.pins.mock import MockPins
from receiver.clock.mock import MockClock


def test_a_wire_carries_what_an_output_drives_to_an_input() -> None:
    pins = MockPins()
    pins.line(5).wire(pins.line(6))
    out, into = pins.output(5, False), pins.input(6, "up")
    heard: list[bool] = []
    into.watch(heard.append)
    for high in (True, True, False):
        out.drive(high)
    assert heard == [True, False]


def test_ground_wins() -> None:
    pins = MockPins()
    pins.output(5, True)
    pins.line(5).drive_low()
    assert not pins.line(5).level
    pins.line(5).release()
    assert pins.line(5).level


@pytest.mark.parametrize(("pull", "level"), [("up", True), ("down", False)])
def test_what_is_let_go_of_goes_where_its_resistor_pulls(pull: str, level: bool) -> None:
    pins = MockPins()
    pin = pins.input(5, pull)  # type: ignore[arg-type]
    line = pins.line(5)
    line.drive_low() if level else line.drive_high()
    assert pin.level is not level
    line.release()
    assert pin.level is level


def test_a_line_without_a_resistor_stays_where_it_was() -> None:
    pins = MockPins()
    pin = pins.input(5, "none")
    pins.line(5).drive_high()
    pins.line(5).release()
    assert pin.level


def test_a_welded_line_does_not_move() -> None:
    pins = MockPins()
    pin = pins.input(5, "up")
    pins.line(5).stick(False)
    pins.line(5).drive_high()
    pins.line(5).release()
    assert not pin.level


async def test_a_script_bounces() -> None:
    clock, pins = MockClock(), MockPins()
    pins.input(5, "up")
    line = pins.line(5)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(line.play(clock, [(0.1, False), (0.001, None), (0.001, False)]))
        await clock.advance(0.1)
        assert (line.level, line.edges) == (False, 2)  # one came of the resistor
        await clock.advance(0.001)
        assert line.level
        await clock.advance(0.001)
    assert (line.level, line.edges, line.told) == (False, 4, 0)


def test_pins_that_are_taken_or_missing() -> None:
    pins = MockPins()
    pins.input(5, "up")
    with pytest.raises(PinError, match="GPIO 5"):
        pins.output(5, True)
    with pytest.raises(NoPins, match="no chip"):
        MockPins(missing="There is no chip.")
