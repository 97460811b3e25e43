"""Another sound device is chosen: while one plays, rests or is missed; and it does not open."""

from __future__ import annotations

import numpy as np
import pytest

from receiver.engine.rest import RELEASE_S
from receiver.model import orders as o
from receiver.model import reports as r
from receiver.model.state import SoundDevice
from tests.engine.stage import RATE, Stage, frames
from tests.engine.test_engine import SECOND, steady
from tests.sink.plugged import Plugged

RAMPS = 3 * 200
"""Frames that may be heard while they fade, and so are not told from silence."""


@pytest.fixture
def stage() -> Stage:
    return Stage()


@pytest.fixture
def usb(stage: Stage) -> Plugged:
    return stage.cards.add("usb", Plugged(stage.clock, RATE))


def all_heard(stage: Stage) -> np.ndarray:
    """What all devices played, one after the other."""
    return np.concatenate([sink.heard for sink in stage.sinks])


def lost(stage: Stage) -> int:
    """How many frames were not heard, or only while they faded, up to the newest one."""
    found = steady(all_heard(stage))
    assert found == sorted(set(found)), "none is heard twice"
    return len(set(range(301, found[-1])) - set(found))


def test_all_is_heard_from_the_other_device_and_no_frame_is_lost(
    stage: Stage, usb: Plugged
) -> None:
    stage.load(1, frames(3 * SECOND))
    stage.run(0.5)
    stage.give(o.UseDevice("usb"))
    stage.run(0.5)
    assert stage.last(r.Chosen) == r.Chosen("usb")
    assert stage.sinks[1:] == usb.sinks
    assert not stage.sinks[0].started
    assert np.any(usb.sinks[0].heard)
    assert lost(stage) < RAMPS
    assert not [told for told in stage.all(r.Device) if told.problem]
    edges = np.abs(np.diff(all_heard(stage)[:, 0]))
    assert edges.max() < 1 / 64, "no click"
    stage.run(3.0)
    assert stage.last(r.Ended).track == 1


def test_one_that_is_not_there_costs_no_frame_and_no_silence(stage: Stage) -> None:
    stage.load(1, frames(3 * SECOND))
    stage.run(0.5)
    stage.give(o.UseDevice("radio"))
    assert stage.last(r.Chosen).problem == 'There is no sound device "radio".'
    stage.run(0.5)
    assert len(stage.sinks) == 1
    assert lost(stage) == 0


@pytest.mark.parametrize("fault", ["occupy", "vanish", "hang"])
def test_with_one_that_cannot_be_opened_the_one_before_plays_on(
    stage: Stage, usb: Plugged, fault: str
) -> None:
    usb.break_(fault)
    stage.load(1, frames(3 * SECOND))
    stage.run(0.5)
    stage.give(o.UseDevice("usb"))
    stage.run(0.5)
    chosen = stage.last(r.Chosen)
    assert chosen.device == "usb"
    assert chosen.problem
    assert stage.sink in stage.device.sinks
    assert stage.sink.started
    assert lost(stage) < RAMPS
    assert not [told for told in stage.all(r.Device) if told.problem], "nothing is wrong"
    stage.device.break_("vanish")
    stage.run(2.0)
    assert stage.sink in stage.device.sinks, "it is the one that is looked for"


def test_what_stands_goes_on_from_there_on_the_other(stage: Stage, usb: Plugged) -> None:
    stage.load(1, frames(3 * SECOND))
    stage.run(0.5)
    stage.give(o.Pause())
    stage.run(0.5)
    stage.give(o.UseDevice("usb"))
    stage.run(0.1)
    assert stage.last(r.Chosen) == r.Chosen("usb")
    assert not stage.sink.started
    stage.give(o.Resume())
    stage.run(0.5)
    assert np.any(usb.sinks[-1].heard)
    assert lost(stage) < RAMPS


@pytest.mark.parametrize("seconds", [0.1, RELEASE_S + 0.5])
def test_a_silent_one_is_opened_to_see_whether_it_can_be(
    stage: Stage, usb: Plugged, seconds: float
) -> None:
    stage.run(seconds)
    stage.give(o.UseDevice("usb"))
    stage.run(0.1)
    assert stage.last(r.Chosen) == r.Chosen("usb")
    assert len(usb.sinks) == 1
    usb.break_("vanish")
    stage.give(o.UseDevice("dac"))
    stage.run(0.1)
    stage.give(o.UseDevice("usb"))
    stage.run(0.1)
    assert stage.last(r.Chosen).problem
    assert stage.last(r.Device).problem is None


def test_in_the_place_of_one_that_is_missed_it_plays_at_once(stage: Stage, usb: Plugged) -> None:
    stage.load(1, frames(3 * SECOND))
    stage.run(0.5)
    stage.device.break_("vanish")
    stage.run(1.0)
    assert stage.last(r.Device).problem
    stage.give(o.UseDevice("usb"))
    stage.run(0.2)
    assert stage.last(r.Chosen) == r.Chosen("usb")
    assert stage.last(r.Device).problem is None
    assert np.any(usb.sinks[-1].heard)
    stage.run(3.0)
    assert stage.last(r.Ended).track == 1


def test_in_the_place_of_one_that_hangs_it_plays_at_once() -> None:
    stage = Stage(fault="hang")
    usb = stage.cards.add("usb", Plugged(stage.clock, RATE))
    stage.load(1, frames(3 * SECOND))
    stage.run(0.5)
    stage.give(o.UseDevice("usb"))
    stage.run(0.2)
    assert stage.last(r.Chosen) == r.Chosen("usb")
    assert np.any(usb.sinks[-1].heard)


def test_one_of_another_rate_goes_on_where_the_first_was(stage: Stage) -> None:
    usb = stage.cards.add("usb", Plugged(stage.clock, 44100))
    stage.load(1, frames(3 * SECOND))
    stage.run(1.0)
    before = stage.last(r.Position)
    stage.give(o.UseDevice("usb"))
    stage.run(0.5)
    assert stage.last(r.Device).output.rate == 44100
    assert np.any(usb.sinks[-1].heard)
    stage.give(o.Locate())
    stage.run(0.1)
    after = stage.last(r.Position)
    passed_ms = (after.heard_at - before.heard_at) * 1000
    assert after.position_ms - before.position_ms == pytest.approx(passed_ms, abs=100)


def test_of_two_that_are_chosen_at_once_the_later_one_is_used(stage: Stage, usb: Plugged) -> None:
    stage.load(1, frames(3 * SECOND))
    stage.run(0.5)
    stage.cards.add("hdmi", Plugged(stage.clock, RATE))
    stage.give(o.UseDevice("hdmi"))
    stage.give(o.UseDevice("usb"))
    stage.run(0.3)
    first, second = stage.all(r.Chosen)
    assert first.device == "hdmi"
    assert first.problem
    assert second == r.Chosen("usb")
    assert stage.sink in usb.sinks
    assert lost(stage) < RAMPS


def test_a_buffer_that_is_to_grow_grows_on_the_other_device(stage: Stage, usb: Plugged) -> None:
    stage.load(1, frames(3 * SECOND))
    stage.run(0.5)
    stage.sink.run_dry(300)
    stage.run(0.1)
    stage.give(o.UseDevice("usb"))
    stage.run(0.3)
    stage.sink.run_dry(300)
    stage.run(0.3)
    assert [sink in usb.sinks for sink in stage.sinks] == [False, True, True]
    assert stage.last(r.Device).output.underruns == 2


def test_the_devices_are_named(stage: Stage, usb: Plugged) -> None:
    stage.give(o.ListDevices())
    assert stage.last(r.Devices).devices == [SoundDevice("dac"), SoundDevice("usb")]
