"""The engine and its device: at rest, let go of, run dry, made larger."""

from __future__ import annotations

import numpy as np
import pytest

from receiver.engine.buffer import STEADY_S
from receiver.engine.rest import RELEASE_S, Rest
from receiver.model import orders as o
from receiver.model import reports as r
from tests.engine.stage import Stage, frames
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


def test_a_device_is_let_go_of_and_opened_again_without_losing_a_frame(stage: Stage) -> None:
    stage.load(1, frames(2 * SECOND))
    stage.run(0.5)
    stage.give(o.Pause())
    stage.run(RELEASE_S + 0.2)
    first = stage.sink
    assert first._reader is None, "closed"
    assert stage.last(r.Device).problem is None
    stage.give(o.Resume())
    stage.run(0.002)
    assert stage.sink is not first
    assert np.any(stage.heard), "heard at once"
    stage.run(1.6)
    found = steady(np.concatenate([first.heard, stage.heard]))
    assert found == sorted(set(found))
    assert found[-1] >= 2 * SECOND - 1
    assert len(set(range(301, found[-1])) - set(found)) < 3 * 200, "more than the ramps"


def test_a_device_that_vanished_while_it_was_let_go_of_is_no_problem_before_it_is_missed(
    stage: Stage,
) -> None:
    stage.run(RELEASE_S + 0.2)
    stage.device.break_("vanish")
    stage.run(RELEASE_S)
    assert stage.last(r.Device).problem is None
    stage.load(1, frames(SECOND))
    stage.run(0.1)
    assert stage.last(r.Device).problem is not None
    stage.device.mend()
    stage.run(2.0)
    assert stage.last(r.Ended).track == 1


def test_a_device_that_is_never_to_be_let_go_of_stays_open() -> None:
    rest = Rest(linger_s=1.0, release_s=0.0)
    assert [rest.may_stop(at) for at in (0.0, 0.9, 1.0)] == [False, False, True]
    assert (rest.wait(0.4), rest.wait(2.0)) == (0.6, float("inf"))
    assert not rest.may_release(1e9)
    rest.interrupt()
    assert not rest.may_stop(1e9)


def test_a_device_that_ran_dry_twice_has_a_larger_buffer_behind_a_fade(stage: Stage) -> None:
    stage.load(1, frames(4 * SECOND))
    stage.run(0.5)
    for _ in range(2):
        assert len(stage.sinks) == 1
        stage.sink.run_dry(300)
        stage.run(0.5)
    first, second = stage.sinks
    assert first.gap_s < second.info.buffer < 1.5 * first.gap_s
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
