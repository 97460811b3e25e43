"""What the light says over time, and when the amplifier is on."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hw.amplifier import Amplifier
from hw.led import PATTERNS, Led, Light, Pattern
from hw.outputs import AmplifierOutput, LedOutput
from hw.pins.mock import MockPins
from hw.settings import AmplifierSettings, LedSettings
from receiver.clock.mock import MockClock


def drawn(led: Led, now: float, seconds: float) -> list[tuple[float, bool]]:
    """When it changes, and to what; asked only when it wants to be."""
    changes = [(0.0, led.lit(now))]
    end = now + seconds
    began = now
    while led.wake_at < end:
        now = led.wake_at
        lit = led.lit(now)
        assert led.wake_at > now
        if lit != changes[-1][1]:
            changes.append((round(now - began, 6), lit))
    return changes


def test_every_light_has_a_pattern_and_no_two_are_alike() -> None:
    assert set(PATTERNS) == set(get_args(Light))
    assert len(set(PATTERNS.values())) == len(PATTERNS)


@pytest.mark.parametrize(
    ("light", "changes"),
    [
        ("starting", [(0, True), (0.5, False), (1, True), (1.5, False)]),
        ("ready", [(0, True), (0.05, False)]),
        ("playing", [(0, True)]),
        ("buffering", [(n * 0.125, n % 2 == 0) for n in range(16)]),
        ("pairing", [(t, on) for k in (0, 1) for t, on in
                     [(k, True), (k + 0.1, False), (k + 0.2, True), (k + 0.3, False)]]),
        ("error", [(0, True), (0.1, False), (0.25, True), (0.35, False), (0.5, True), (0.6, False),
                   (1.5, True), (1.6, False), (1.75, True), (1.85, False)]),
    ],
)  # fmt: skip
def test_the_grammar(light: Light, changes: list[tuple[float, bool]]) -> None:
    assert drawn(Led(PATTERNS, light, 50.0), 50.0, 1.99) == changes


def test_a_new_light_begins_at_its_start() -> None:
    led = Led(PATTERNS, "starting", 0.0)
    led.lit(0.7)
    led.show("buffering", 0.7)
    assert led.wake_at == 0.7
    assert drawn(led, 0.7, 0.2) == [(0, True), (0.125, False)]


def test_the_same_light_goes_on_as_it_is() -> None:
    led = Led(PATTERNS, "buffering", 0.0)
    led.lit(0.1)
    led.show("buffering", 0.1)
    assert drawn(led, 0.1, 0.1) == [(0, True), (0.025, False)]


def test_a_flash_breaks_in_for_a_moment() -> None:
    led = Led(PATTERNS, "playing", 0.0)
    assert drawn(led, 0.0, 5.0) == [(0, True)]
    led.flash(5.0)
    led.flash(5.2)  # it flashes already
    once = [(0, True), (0.1, False), (0.25, True), (0.35, False), (0.5, True), (0.6, False)]
    assert drawn(led, 5.0, 10.0) == [*once, (1.5, True)]
    assert led.wake_at == math.inf


PATTERN = st.lists(st.floats(0.02, 60.0), max_size=6).filter(
    lambda p: len(p) < 2 or len(p) % 2 == 0
)


@given(PATTERN.map(tuple), st.floats(0, 1e6))
def test_any_pattern_changes_as_often_as_it_says(pattern: Pattern, now: float) -> None:
    led = Led({**PATTERNS, "ready": pattern}, "ready", now)
    changes = drawn(led, now, 2 * sum(pattern) - 0.001)
    assert changes[0][1] == bool(pattern)
    assert len(changes) == (1 if len(pattern) < 2 else 2 * len(pattern))
    gaps = [later - earlier for (earlier, _), (later, _) in pairwise(changes)]
    assert gaps == pytest.approx([*pattern, *pattern][: len(gaps)], abs=1e-5)


@pytest.mark.parametrize("active_low", [False, True])
def test_the_pin_of_the_light(active_low: bool) -> None:
    clock, pins = MockClock(), MockPins()
    lamp = LedOutput(LedSettings(5, PATTERNS, active_low), pins, clock, "playing")
    line = pins.line(5)
    assert line.level is active_low
    lamp.tick(clock.now())
    assert line.level is not active_low
    edges = line.edges
    lamp.show("playing", clock.now())
    assert line.edges == edges
    lamp.flash(clock.now())
    clock.step(0.1)
    lamp.tick(clock.now())
    assert line.level is active_low
    lamp.close()
    assert line.level is active_low


def test_the_amplifier_goes_off_after_silence_and_not_before() -> None:
    amplifier = Amplifier(60.0)
    amplifier.sound(False, 0.0)
    assert (amplifier.on, amplifier.wake_at) == (False, math.inf)
    amplifier.sound(True, 1.0)
    assert (amplifier.on, amplifier.wake_at) == (True, math.inf)
    amplifier.sound(False, 2.0)
    amplifier.sound(False, 30.0)
    amplifier.tick(61.9)
    assert (amplifier.on, amplifier.wake_at) == (True, 62.0)
    amplifier.tick(62.0)
    assert (amplifier.on, amplifier.wake_at) == (False, math.inf)


def test_sound_that_comes_back_keeps_it_on() -> None:
    amplifier = Amplifier(60.0)
    for at in (0.0, 50.0, 100.0):
        amplifier.sound(True, at)
        amplifier.sound(False, at + 1)
    amplifier.tick(102.0)
    assert amplifier.on
    amplifier.tick(161.0)
    assert not amplifier.on


def test_what_is_opened_has_it_on_and_if_nothing_sounds_it_goes_off() -> None:
    amplifier = Amplifier(60.0)
    amplifier.herald(0.0)
    assert amplifier.on
    amplifier.sound(False, 1.0)
    amplifier.herald(30.0)
    amplifier.tick(89.0)
    assert amplifier.on
    amplifier.tick(90.0)
    assert not amplifier.on
    amplifier.sound(True, 100.0)
    amplifier.herald(101.0)
    assert (amplifier.on, amplifier.wake_at) == (True, math.inf)


@pytest.mark.parametrize("active_low", [False, True])
def test_the_pin_of_the_amplifier(active_low: bool) -> None:
    pins = MockPins()
    pins.line(5).drive_high()  # as its own resistor may have it before we come
    pins.line(5).release()
    output = AmplifierOutput(AmplifierSettings(5, active_low, 60.0), pins)
    line = pins.line(5)
    on, off = not active_low, active_low
    assert line.level is off
    output.herald(0.0)
    assert line.level is on
    output.sound(True, 1.0)
    output.sound(False, 2.0)
    output.tick(62.0)
    assert line.level is off
    output.sound(True, 63.0)
    output.close()
    assert line.level is off
