"""No louder than the cap in force, whoever wants it and whatever the clock does."""

from __future__ import annotations

import math
from datetime import time
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from receiver.clock.mock import MockWallClock
from receiver.model import orders as o
from receiver.model import reports as r
from receiver.model.hours import Hours
from receiver.model.moment import Moment
from receiver.protocol import commands as c
from receiver.session import effects as e
from receiver.session.caps import LOOK_S, Caps
from receiver.session.memoir import Memoir
from tests.session.stage import Stage, curve

CAPS = Caps(80, 30, Hours.parse("22:00-07:00"))


@pytest.fixture
def stage() -> Stage:
    """By day."""
    stage = Stage(CAPS)
    stage.session.begin()
    looked(stage)
    return stage


def looked(stage: Stage) -> list[e.Effect]:
    """What a look at the clock leads to."""
    stage.now = max(stage.now, stage.session.wake_at)
    return stage.session.tick(stage.now)


def gain(percent: int, *, muted: bool = False) -> list[e.Effect]:
    """The order for so many percent."""
    return [e.Tell(o.SetGain(percent / 100, muted))]


@pytest.mark.parametrize("fields", [{"percent": 90}, {"by": 31}, {"by": 100}])
def test_a_command_is_carried_out_up_to_the_cap(stage: Stage, fields: dict[str, Any]) -> None:
    asked, effects = stage.ask(c.SetVolume, **fields)
    assert effects == gain(80)
    result = stage.answer(asked)
    assert isinstance(result, dict)
    assert result["volume"] == {
        "percent": 80, "muted": False, "db": -20.0, "cap": 80, "cap_until": None,
    }  # fmt: skip


def test_the_night_comes_softly_and_the_morning_changes_nothing(stage: Stage) -> None:
    stage.ask(c.SetVolume, percent=80)
    stage.wall.set(21, 59, 25)
    told = [(80, 80)]
    while stage.wall.time < time(22):
        (effects,) = looked(stage) or gain(stage.state.volume.percent)
        volume = stage.state.volume
        assert effects == e.Tell(o.SetGain(volume.percent / 100))
        assert 0 <= told[-1][0] - volume.percent <= 2
        told.append((volume.percent, volume.cap))
        if stage.wall.time.second == 59:
            stage.wall.set(22)
        else:
            stage.wall.set(21, 59, stage.wall.time.second + 1)
    looked(stage)
    volume = stage.state.volume
    assert (volume.percent, volume.cap, volume.cap_until) == (30, 30, "07:00")
    _, effects = stage.ask(c.SetVolume, by=10)
    assert effects == gain(30)
    stage.wall.set(7)
    assert looked(stage) == []
    volume = stage.state.volume
    assert (volume.percent, volume.cap, volume.cap_until) == (30, 80, None)
    _, effects = stage.ask(c.SetVolume, by=10)
    assert effects == gain(40)


def test_a_clock_that_is_set_into_the_night_counts_before_long(stage: Stage) -> None:
    stage.wall.set(2)
    assert stage.session.wake_at <= stage.now + LOOK_S
    assert looked(stage) == gain(30)
    assert looked(stage) == []


def test_what_is_lower_than_the_cap_of_the_night_stays(stage: Stage) -> None:
    stage.ask(c.SetVolume, percent=20)
    stage.wall.set(23)
    assert looked(stage) == []
    assert stage.state.volume.percent == 20


def test_another_cap_holds_at_once_and_a_higher_one_changes_nothing(stage: Stage) -> None:
    loudness = stage.session.loudness
    stage.ask(c.SetVolume, percent=70)
    assert loudness.cap_by(Caps(50)) == gain(50)
    assert stage.session.wake_at == math.inf, "it is never another one"
    assert loudness.cap_by(CAPS) == []
    assert stage.state.volume.cap == 80
    stage.wall.set(23)
    assert looked(stage) == gain(30), "the clock is looked at again"
    assert loudness.cap_by(Caps(80, 10, CAPS.night)) == gain(10)
    assert loudness.cap_by(Caps(80, 40, CAPS.night)) == []
    assert (stage.state.volume.percent, stage.state.volume.cap) == (10, 40)


def test_mute_is_no_way_around_it(stage: Stage) -> None:
    stage.ask(c.Mute)
    stage.wall.set(23)
    _, effects = stage.ask(c.Mute)
    assert effects == gain(30)


def test_a_card_that_is_moved_above_it_is_pulled_back(stage: Stage) -> None:
    assert stage.say(r.VolumeMoved(0.8, muted=False)) == []
    assert stage.say(r.VolumeMoved(0.801, muted=False)) == gain(80)
    assert stage.say(r.VolumeMoved(1.0, muted=True)) == gain(80, muted=True)
    assert (stage.state.volume.percent, stage.state.volume.muted) == (80, True)


def test_a_card_that_stands_a_little_above_a_percent_is_no_exception(stage: Stage) -> None:
    stage.say(r.VolumeMoved(0.304, muted=False))
    assert stage.state.volume.percent == 30
    stage.wall.set(23)
    assert looked(stage) == gain(30)


@pytest.mark.parametrize(("hour", "percent"), [(12, 80), (23, 30)])
def test_what_comes_back_after_a_power_cut(hour: int, percent: int) -> None:
    stage = Stage(CAPS)
    stage.wall.set(hour)
    Memoir(stage.session).restore(None, [], Moment(100), stage.now)
    assert stage.session.begin() == gain(percent)
    assert stage.state.volume.percent == percent


def test_a_fresh_engine_is_told_what_holds_by_then(stage: Stage) -> None:
    stage.ask(c.SetVolume, percent=80)
    stage.wall.set(23)
    assert stage.say(r.Died("x")) == gain(30)


def test_without_a_night_the_clock_is_not_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MockWallClock, "time_of_day", None)
    stage = Stage(Caps(60))
    assert stage.session.wake_at == math.inf
    assert stage.ask(c.SetVolume, percent=90)[1] == gain(60)
    assert stage.session.state.volume.cap == 60


class Anybody(RuleBasedStateMachine):
    """Whatever comes in whatever order."""

    def __init__(self) -> None:
        super().__init__()
        self.stage = Stage(CAPS)
        self.sounds = 1.0
        """The gain of the engine."""
        self._take(self.stage.session.begin())

    def _take(self, effects: list[e.Effect]) -> None:
        for effect in effects:
            if isinstance(effect, e.Tell) and isinstance(effect.order, o.SetGain):
                self.sounds = effect.order.gain
                assert self.sounds <= curve(CAPS.at(self.stage.wall.time).percent)[0]

    @rule(percent=st.integers(0, 100))
    def set(self, percent: int) -> None:
        self._take(self.stage.ask(c.SetVolume, percent=percent)[1])

    @rule(by=st.integers(-100, 100))
    def step(self, by: int) -> None:
        self._take(self.stage.ask(c.SetVolume, by=by)[1])

    @rule(muted=st.none() | st.booleans())
    def mute(self, muted: bool | None) -> None:
        self._take(self.stage.ask(c.Mute, muted=muted)[1])

    @rule(gain=st.floats(0.0, 1.0), muted=st.booleans())
    def turn_the_card(self, gain: float, muted: bool) -> None:
        self.sounds = gain
        self._take(self.stage.say(r.VolumeMoved(gain, muted)))
        assert self.sounds <= curve(CAPS.at(self.stage.wall.time).percent)[0]

    @rule(percent=st.integers(0, 100))
    def take_a_handoff(self, percent: int) -> None:
        self._take(self.stage.loudness.set(percent, muted=False))

    @rule(percent=st.integers(0, 100))
    def start_again(self, percent: int) -> None:
        wall = self.stage.wall.time
        self.stage = Stage(CAPS)
        self.stage.wall.time = wall
        Memoir(self.stage.session).restore(None, [], Moment(percent), self.stage.now)
        self._take(self.stage.session.begin())

    @rule(at=st.times() | st.sampled_from([time(21, 59, 50), time(22), time(7)]))
    def set_the_clock(self, at: time) -> None:
        self.stage.wall.time = at

    @rule(seconds=st.floats(0.0, 20.0), dies=st.booleans())
    def wait(self, seconds: float, dies: bool) -> None:
        """What happens by itself makes it no louder."""
        before = self.stage.state.volume.percent
        self.stage.now += seconds
        self._take(self.stage.say(r.Died("x")) if dies else self.stage.session.tick(self.stage.now))
        assert self.stage.state.volume.percent <= before
        if seconds > LOOK_S:
            self._take(self.stage.session.tick(self.stage.now))
            assert self.sounds <= curve(CAPS.at(self.stage.wall.time).percent)[0]

    @invariant()
    def looks_again_before_long(self) -> None:
        assert self.stage.session.wake_at <= self.stage.now + LOOK_S


Anybody.TestCase.settings = settings(max_examples=60, stateful_step_count=20, deadline=None)
TestAnybody = Anybody.TestCase
