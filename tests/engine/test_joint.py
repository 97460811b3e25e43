"""Tracks that follow one another without a gap, in virtual time."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from receiver.model import orders as o
from receiver.model import reports as r
from tests.engine.stage import RATE, Stage, frames, numbers
from tests.engine.test_engine import SECOND, constant, steady

HALF = SECOND // 2


@pytest.fixture
def stage() -> Stage:
    return Stage()


def joined(stage: Stage, *lengths: int) -> None:
    """Play tracks of these lengths, whose frames count on from one to the next."""
    start = 1
    for number, length in enumerate(lengths, 1):
        stream = frames(length, start)
        if number == 1:
            stage.load(1, stream)
        else:
            stage.prepare(number, stream)
            while not any(joint.track == number for joint in stage.all(r.Joined)):
                stage.run(0.05)
        start += length


def test_no_frame_is_lost_or_added_at_a_joint(stage: Stage) -> None:
    lengths = [SECOND, HALF + 77, 12_345, SECOND]
    joined(stage, *lengths)
    stage.run(1.2)
    heard = numbers(stage.heard)
    assert heard[300 : sum(lengths)] == list(range(301, sum(lengths) + 1))
    assert not any(heard[sum(lengths) :])
    assert [e.track for e in stage.all(r.Ended)] == [4]


def test_the_joint_is_told_with_the_instant_at_which_it_is_heard(stage: Stage) -> None:
    began = stage.clock.now()
    stage.load(1, frames(SECOND))
    stage.prepare(2, frames(SECOND))
    stage.run(1.2)
    assert stage.last(r.Joined).track == 2
    assert stage.last(r.Joined).heard_at == pytest.approx(began + 1.0, abs=0.002)
    stage.run(0.5)
    position = stage.last(r.Position)
    assert position.track == 2
    assert position.position_ms / 1000 == pytest.approx(position.heard_at - began - 1.0, abs=0.002)


def test_a_follower_that_comes_too_late_does_not_follow(stage: Stage) -> None:
    stage.held_back.add(2)
    stage.load(1, frames(HALF))
    stage.prepare(2, frames(HALF))
    stage.run(0.7)
    assert stage.last(r.Ended).track == 1
    assert not stage.all(r.Joined)


def test_a_follower_without_a_frame_does_not_follow(stage: Stage) -> None:
    stage.load(1, frames(HALF))
    stage.run(0.2)
    stage.prepare(2, frames(0, HALF + 1))
    stage.run(0.8)
    assert stage.last(r.Ended).track == 1
    assert not stage.all(r.Joined)


def test_one_that_is_forgotten_does_not_follow(stage: Stage) -> None:
    stage.load(1, frames(HALF))
    stage.prepare(2, frames(HALF))
    stage.run(0.3)
    stage.give(o.Forget(3))
    stage.give(o.Forget(2))
    stage.run(0.5)
    assert stage.last(r.Ended).track == 1
    assert max(numbers(stage.heard)) == HALF


def test_another_can_take_its_place(stage: Stage) -> None:
    stage.load(1, frames(HALF))
    stage.prepare(2, constant(HALF))
    stage.run(0.2)
    stage.prepare(3, frames(HALF, HALF + 1))
    stage.run(1.2)
    heard = numbers(stage.heard)
    assert heard[300:SECOND] == list(range(301, SECOND + 1))


def test_what_cannot_be_played_is_told_while_the_one_before_sounds(stage: Stage) -> None:
    stage.load(1, frames(SECOND))
    stage.prepare(2, b"garbage" * 99)
    stage.run(0.5)
    assert stage.last(r.Failed).track == 2
    stage.run(0.7)
    assert stage.last(r.Ended).track == 1
    assert len([n for n in numbers(stage.heard) if n]) > SECOND - 300


def test_a_seek_back_is_not_followed_until_the_end(stage: Stage) -> None:
    stage.load(1, frames(2 * SECOND))
    stage.prepare(2, frames(HALF, 2 * SECOND + 1))
    stage.run(1.9)
    stage.give(o.Seek(1, 1, 1000.0))
    stage.run(2.0)
    found = steady(stage.heard)
    assert found[-1] == 2 * SECOND + HALF
    assert stage.last(r.Joined).track == 2
    joint = found.index(2 * SECOND)
    assert found[joint : joint + 5] == list(range(2 * SECOND, 2 * SECOND + 5))


def test_paused_across_a_joint_nothing_is_lost(stage: Stage) -> None:
    stage.load(1, frames(HALF))
    stage.prepare(2, frames(HALF, HALF + 1))
    stage.run(0.498)
    stage.give(o.Pause())
    stage.run(0.5)
    assert not np.any(stage.heard[-1000:])
    stage.give(o.Resume())
    stage.run(1.0)
    found = steady(stage.heard)
    assert found == sorted(set(found))
    assert len(set(range(301, SECOND)) - set(found)) < 3 * 200
    assert stage.last(r.Ended).track == 2


def test_what_followed_is_faded_out_as_any_other(stage: Stage) -> None:
    stage.load(1, constant(HALF))
    stage.prepare(2, constant(4 * RATE))
    stage.run(0.7)
    stage.load(3, constant(4 * RATE))
    stage.run(0.3)
    stage.give(o.Stop())
    stage.run(0.1)
    assert np.abs(np.diff(stage.heard[:, 0], prepend=0.0)).max() <= 1 / 64


SCRIPT = st.lists(
    st.tuples(
        st.sampled_from([o.Pause(), o.Resume(), o.Seek(1, 1, 300.0), o.Forget(2), o.SetGain(0.5)]),
        st.floats(0.001, 0.4),
    ),
    max_size=6,
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(script=SCRIPT, begin=st.floats(0.0, 0.6))
def test_whatever_is_ordered_around_a_joint_there_is_no_click(
    script: list[tuple[o.Order, float]], begin: float
) -> None:
    stage = Stage()
    stage.load(1, constant(HALF))
    stage.prepare(2, constant(4 * RATE))
    stage.run(begin)
    for order, seconds in script:
        stage.give(order)
        stage.run(seconds)
    steps = np.abs(np.diff(stage.heard[:, 0], prepend=0.0))
    # What is not followed is cut off at its very last frame: that step is its own.
    cuts = np.count_nonzero(steps > 1 / 64 + 1e-6)
    orders = [order for order, _ in script]
    assert cuts <= sum(isinstance(order, o.Seek) for order in orders) + (o.Forget(2) in orders)
