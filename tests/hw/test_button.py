"""What a button came to: gestures, whatever the contact does."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hw.button import (
    DOUBLE_S,
    HOLD_S,
    REPEAT_AFTER_S,
    REPEAT_EVERY_S,
    STUCK_S,
    Button,
    Gesture,
    Manners,
)
from hw.debounce import CLOSED_AFTER_S, OPEN_AFTER_S, Debounce

Told = list[tuple[float, Gesture]]

PLAIN = Manners()
ALL = Manners(hold=True, double=True)
MANNERS = [
    Manners(hold=hold, double=double, repeat=repeat)
    for hold in (False, True)
    for double in (False, True)
    for repeat in (False, True)
]
JUST = 1e-6


class Finger:
    """A button, and a finger on it. Time stands still but for `wait`."""

    def __init__(self, manners: Manners = PLAIN, pressed: bool = False) -> None:
        self.now = 0.0
        self.pressed = pressed
        self.button = Button(manners, pressed, self.now)
        self.told: Told = []
        self.ticks = 0

    def touch(self, pressed: bool) -> None:
        """The contact changes, and that is told."""
        self.pressed = pressed
        self.button.edge(pressed, self.now)

    def wait(self, seconds: float) -> None:
        """Let time pass; the button is asked whenever it wants to be."""
        end = self.now + seconds
        while self.button.wake_at <= end:
            self.now = max(self.now, self.button.wake_at)
            self.ticks += 1
            self.told += [(self.now, what) for what in self.button.tick(self.pressed, self.now)]
        self.now = end

    def press(self, seconds: float) -> None:
        """Down for so long, and up for long enough to count."""
        self.touch(True)
        self.wait(seconds)
        self.touch(False)
        self.wait(OPEN_AFTER_S + JUST)

    def bounce(self, pressed: bool, gaps: list[float]) -> None:
        """Change over and over, and end like this."""
        for gap in gaps:
            self.touch(not self.pressed)
            self.wait(gap)
        if self.pressed != pressed:
            self.touch(pressed)

    @property
    def meant(self) -> list[Gesture]:
        """What was told, but for the contact itself."""
        return [what for _, what in self.told if what not in ("down", "up")]

    def when(self, what: Gesture) -> float:
        """When it was told."""
        return next(at for at, told in self.told if told == what)


def test_a_press_is_told_at_once_where_it_can_be_nothing_else() -> None:
    finger = Finger()
    finger.press(0.1)
    assert [what for _, what in finger.told] == ["down", "press", "up"]
    assert finger.when("press") == pytest.approx(CLOSED_AFTER_S)


def test_where_it_could_be_held_a_press_is_told_when_the_button_comes_up() -> None:
    finger = Finger(Manners(hold=True))
    finger.press(0.1)
    assert finger.meant == ["press"]
    assert finger.when("press") == pytest.approx(0.1 + OPEN_AFTER_S)


def test_a_long_press_is_told_while_the_button_is_held_and_is_no_short_one() -> None:
    finger = Finger(Manners(hold=True))
    finger.press(2.0)
    assert finger.meant == ["hold"]
    assert finger.when("hold") == pytest.approx(CLOSED_AFTER_S + HOLD_S)


def test_two_presses_are_a_double_one_when_the_second_goes_down() -> None:
    finger = Finger(ALL)
    finger.press(0.05)
    began = finger.now
    finger.press(0.05)
    finger.wait(1.0)
    assert finger.meant == ["double"]
    assert finger.when("double") == pytest.approx(began + CLOSED_AFTER_S)


def test_a_single_press_waits_for_a_second_one_no_longer_than_it_must() -> None:
    finger = Finger(ALL)
    finger.press(0.05)
    finger.wait(1.0)
    assert finger.meant == ["press"]
    assert finger.when("press") == pytest.approx(CLOSED_AFTER_S + DOUBLE_S)


def test_presses_that_are_far_apart_are_two() -> None:
    finger = Finger(ALL)
    for _ in range(2):
        finger.press(0.05)
        finger.wait(DOUBLE_S)
    assert finger.meant == ["press", "press"]


def test_three_quick_presses_are_a_double_one_and_a_single_one() -> None:
    finger = Finger(Manners(double=True))
    for _ in range(3):
        finger.press(0.02)
    finger.wait(1.0)
    assert finger.meant == ["double", "press"]


def test_a_press_between_double_and_hold_is_a_press() -> None:
    finger = Finger(ALL)
    finger.press((DOUBLE_S + HOLD_S) / 2)
    assert finger.meant == ["press"]


def test_held_for_more_it_repeats_evenly() -> None:
    finger = Finger(Manners(repeat=True))
    finger.press(1.5)
    times = [at for at, what in finger.told if what in ("press", "repeat")]
    assert times[1] - times[0] == pytest.approx(REPEAT_AFTER_S)
    assert all(b - a == pytest.approx(REPEAT_EVERY_S) for a, b in pairwise(times[1:]))
    assert len(times) == 2 + int((1.5 + OPEN_AFTER_S - times[1]) / REPEAT_EVERY_S)
    told = len(finger.told)
    finger.wait(5.0)
    assert len(finger.told) == told


def test_a_late_call_does_not_become_many() -> None:
    finger = Finger(Manners(repeat=True))
    finger.touch(True)
    finger.wait(1.0)
    late = finger.now + 3.0
    assert finger.button.tick(True, late) == ["repeat"]
    assert finger.button.tick(True, late + REPEAT_EVERY_S / 2) == []


def test_a_stuck_button_gives_up_and_says_so_once() -> None:
    finger = Finger(Manners(repeat=True))
    finger.touch(True)
    finger.wait(3600.0)
    assert finger.meant[-1] == "stuck"
    assert finger.meant.count("stuck") == 1
    assert finger.when("stuck") == pytest.approx(CLOSED_AFTER_S + STUCK_S)
    assert finger.button.wake_at == math.inf
    assert len(finger.meant) <= 2 + STUCK_S / REPEAT_EVERY_S
    finger.touch(False)
    finger.wait(1.0)
    finger.press(0.1)
    assert finger.meant[-1] == "press"


@pytest.mark.parametrize("manners", MANNERS)
def test_a_button_that_is_down_from_the_start_means_nothing(manners: Manners) -> None:
    finger = Finger(manners, pressed=True)
    finger.wait(60.0)
    assert finger.meant == ["stuck"]
    finger.touch(False)
    finger.wait(1.0)
    assert finger.meant == ["stuck"]


def test_a_spark_is_no_press() -> None:
    finger = Finger()
    for _ in range(100):
        finger.touch(True)
        finger.wait(CLOSED_AFTER_S / 2)
        finger.touch(False)
        finger.wait(0.1)
    assert finger.told == []


def test_an_edge_that_nobody_told_of_is_noticed_with_the_next() -> None:
    contact = Debounce(closed=False)
    contact.edge(True, 0.0)
    # It opened again, and that was lost.
    assert not contact.tick(False, CLOSED_AFTER_S)
    assert not contact.closed
    assert not contact.tick(False, CLOSED_AFTER_S + OPEN_AFTER_S)
    assert contact.wake_at == math.inf


BOUNCE = st.lists(st.floats(0.00005, 0.0039), max_size=12)
"""Gaps between edges that are too short for any level to count."""


@st.composite
def presses(draw: st.DrawFn) -> list[tuple[list[float], float, list[float], float]]:
    """Bounce, how long it is down, bounce, how long it is up."""
    press = st.tuples(BOUNCE, st.floats(0.03, 2.0), BOUNCE, st.floats(0.03, 2.0))
    return draw(st.lists(press, max_size=6))


@given(st.sampled_from(MANNERS), presses())
def test_never_more_than_was_done(
    manners: Manners, done: list[tuple[list[float], float, list[float], float]]
) -> None:
    finger = Finger(manners)
    for going_down, down_s, coming_up, up_s in done:
        finger.bounce(True, going_down)
        finger.wait(down_s)
        finger.bounce(False, coming_up)
        finger.wait(up_s)
    finger.wait(5.0)
    told = [what for _, what in finger.told]
    contact = [what for what in told if what in ("down", "up")]
    assert contact == ["down", "up"] * len(done)
    assert len(done) == told.count("press") + told.count("hold") + 2 * told.count("double")
    assert manners.hold or "hold" not in told
    assert manners.double or "double" not in told
    assert manners.repeat or "repeat" not in told


@given(st.lists(st.tuples(st.booleans(), st.floats(0.0, 0.5)), max_size=60), st.data())
def test_whatever_the_contact_does_closed_and_open_take_turns(
    edges: list[tuple[bool, float]], data: st.DataObject
) -> None:
    finger = Finger(data.draw(st.sampled_from(MANNERS)))
    for pressed, gap in edges:
        if data.draw(st.booleans()):
            finger.touch(pressed)
        else:
            finger.pressed = pressed  # and nobody is told
        finger.wait(gap)
    finger.wait(5.0)
    contact = [what for _, what in finger.told if what in ("down", "up")]
    assert contact == [("down", "up")[n % 2] for n in range(len(contact))]
    downs = contact.count("down")
    meant = finger.meant
    assert meant.count("press") + meant.count("hold") + 2 * meant.count("double") <= downs


@settings(max_examples=20)
@given(st.lists(st.floats(0.00005, 0.0039), min_size=50, max_size=100))
def test_a_contact_that_chatters_comes_to_nothing_and_costs_little(gaps: list[float]) -> None:
    finger = Finger(ALL)
    finger.bounce(True, gaps)
    assert finger.told == []
    assert finger.ticks == 0
