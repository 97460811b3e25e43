"""The engine and its device: at rest, run dry, made larger, lost and found."""

from __future__ import annotations

import numpy as np
import pytest

from receiver.engine.output import STEADY_S
from receiver.engine.wire import Tail
from receiver.model import orders as o
from receiver.model import reports as r
from tests.engine.stage import RATE, Stage, frames
from tests.engine.test_engine import SECOND, constant, steady


@pytest.fixture
def stage() -> Stage:
    return Stage()


def test_the_device_rests_after_a_while_of_silence(stage: Stage) -> None:
    stage.load(1, frames(SECOND // 2))
    stage.run(0.7)
    assert stage.sink.started
    stage.run(5.2)
    assert not stage.sink.started
    stage.load(2, frames(SECOND))
    stage.run(0.01)
    assert stage.sink.started


def test_a_device_that_ran_dry_twice_has_a_larger_buffer_behind_a_fade(stage: Stage) -> None:
    stage.load(1, frames(4 * SECOND))
    stage.run(0.5)
    for _ in range(2):
        assert len(stage.sinks) == 1
        stage.sink.run_dry(300)
        stage.run(0.5)
    first, second = stage.sinks
    assert second.info.buffer == pytest.approx(2 * first.info.buffer, rel=0.2)
    found = steady(np.concatenate([first.heard, second.heard]))
    assert len(set(range(301, found[-1])) - set(found)) < 2 * 200, "more than the two ramps"
    assert found == sorted(set(found))
    # The edges of the two gaps are the device's own; behind the second there is none.
    after = np.concatenate([first.heard[-1500:], second.heard])
    last_gap = np.flatnonzero(np.abs(np.diff(after[:, 0])) > 1 / 64)
    assert stage.last(r.Device).output.underruns == 2
    assert not len(last_gap) or last_gap[-1] < 1500


def test_a_device_that_ran_dry_long_ago_is_left_as_it_is(stage: Stage) -> None:
    stage.load(1, frames(9 * SECOND))
    stage.run(0.5)
    stage.sink.run_dry(300)
    stage.run(0.1)
    stage.give(o.Pause())
    stage.run(6.0)
    stage.clock.step(STEADY_S)
    stage.give(o.Resume())
    stage.run(0.5)
    stage.sink.run_dry(300)
    stage.run(0.5)
    assert len(stage.sinks) == 1, "once in a while is an accident"


def test_a_device_is_not_made_larger_while_a_pause_lasts_but_at_its_end(stage: Stage) -> None:
    stage.load(1, frames(4 * SECOND))
    stage.run(0.3)
    stage.sink.run_dry(300)
    stage.run(0.1)
    stage.sink.run_dry(300)
    stage.give(o.Pause())
    stage.run(0.5)
    stage.give(o.Resume())
    stage.run(0.5)
    assert len(stage.sinks) == 2
    found = steady(np.concatenate([sink.heard for sink in stage.sinks]))
    assert len(set(range(301, found[-1])) - set(found)) < 4 * 200


def test_resuming_drops_the_silence_that_stands_before_the_music(stage: Stage) -> None:
    stage.load(1, constant(4 * SECOND))
    stage.run(0.5)
    stage.give(o.Pause())
    stage.run(0.5)
    stage.give(o.Resume())
    stage.run(0.002)
    assert np.any(stage.heard[-48:]), "heard within two milliseconds, not a buffer later"


def test_without_a_device_a_play_fails_and_says_why() -> None:
    stage = Stage(unplugged=True)
    assert stage.last(r.Device).problem is not None
    stage.load(1, frames(SECOND))
    assert stage.last(r.Failed).code == "no_device"
    stage.unplugged = False
    stage.run(1.5)
    stage.load(2, frames(SECOND))
    stage.run(0.1)
    assert stage.last(r.Sounding).track == 2


def test_a_device_that_comes_back_goes_on_where_it_was(stage: Stage) -> None:
    stage.load(1, frames(4 * SECOND))
    stage.run(0.5)
    at = steady(stage.heard)[-1]
    stage.sink.vanish()
    stage.unplugged = True
    stage.run(0.5)
    assert stage.last(r.Device).problem is not None
    stage.unplugged = False
    stage.run(2.0)
    assert stage.last(r.Device).problem is None
    found = steady(stage.heard)
    assert found[0] - at < 0.05 * RATE


def test_a_play_does_not_wait_until_a_lost_device_is_tried_again(stage: Stage) -> None:
    stage.load(1, frames(4 * SECOND))
    stage.run(0.5)
    stage.sink.vanish()
    stage.run(0.1)
    assert stage.last(r.Device).problem is not None
    stage.load(2, frames(4 * SECOND))
    stage.run(0.1)
    assert stage.last(r.Sounding).track == 2
    assert not stage.all(r.Failed)


@pytest.mark.parametrize("paused", [False, True])
def test_a_device_that_comes_back_at_another_rate_goes_on_where_it_was(
    stage: Stage, paused: bool
) -> None:
    stage.load(1, constant(6 * SECOND))
    stage.prepare(2, constant(SECOND), 1.0)
    stage.run(2.5)
    if paused:
        stage.give(o.Pause())
        stage.run(0.1)
    stage.rate = 44100
    stage.sink.vanish()
    stage.run(1.5)
    stage.give(o.Resume())
    stage.run(1.3)
    began = stage.last(r.Sounding)
    assert began.position_ms == pytest.approx(2500, abs=20)
    assert stage.heard[-1000:] == pytest.approx(1.0, abs=1e-6)
    stage.run(3.5)
    assert stage.last(r.Ended).track == 1


def test_what_cannot_seek_goes_on_at_another_rate_with_what_is_next(stage: Stage) -> None:
    stream = constant(8 * SECOND)
    stage.streams[1] = stream
    stage.give(o.Load(1))
    stage.send(1, 0, 0)
    stage.give(Tail(1, 0, 0, b""))
    stage.run(1.0)
    stage.rate = 44100
    stage.sink.vanish()
    stage.run(2.5)
    assert stage.heard[-1000:] == pytest.approx(1.0, abs=1e-6)
