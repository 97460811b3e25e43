"""A track that stops with the frame heard at an instant, in virtual time."""

from __future__ import annotations

import numpy as np
import pytest

from receiver.model import orders as o
from receiver.model import reports as r
from tests.engine.cues import FADE, FADE_S, UP, assert_true, in_s
from tests.engine.stage import RATE, Stage, frames, numbers
from tests.engine.test_engine import SECOND, constant, steady


def test_it_fades_out_from_the_instant_and_stands(playing: Stage) -> None:
    at = in_s(playing, 0.1)
    playing.give(o.FadeOut(1, at, FADE_S))
    playing.run(0.5)
    begins = playing.index(at)
    heard = playing.heard[:, 0]
    expected = np.arange(begins + 1, begins + 1 + FADE) / 2**20 * (1 - UP)
    np.testing.assert_allclose(heard[begins : begins + FADE], expected, atol=1e-7)
    assert numbers(playing.heard)[begins - 1000 : begins] == list(range(begins - 999, begins + 1))
    assert not heard[begins + FADE :].any()
    assert [p.position_ms for p in playing.all(r.Paused)] == [
        pytest.approx((begins + FADE - 1) * 1000 / RATE)
    ]


def test_two_receivers_are_one_for_who_hears_both(playing: Stage, standing: Stage) -> None:
    standing.run(playing.clock.now() - standing.clock.now())
    standing.give(o.Warm())
    for both in (playing, standing):
        both.run(0.0137)
    at = in_s(playing, 0.1)
    position_ms = playing.index(at) * 1000 / RATE
    playing.give(o.FadeOut(1, at, FADE_S))
    standing.give(o.FadeIn(1, position_ms, at, FADE_S))
    for both in (playing, standing):
        both.run(0.3)
    span = slice(-round(0.1 * RATE), round(0.1 * RATE))
    around = np.arange(span.start, span.stop)
    one = playing.heard[playing.index(at) + around]
    two = standing.heard[standing.index(at) + around]
    whole = (playing.index(at) + around + 1) / 2**20
    np.testing.assert_allclose((one + two)[:, 0] / whole, 1.0, atol=1e-6)


def test_after_a_failed_handoff_it_goes_on_where_it_would_be(playing: Stage) -> None:
    at = in_s(playing, 0.1)
    position_ms = playing.index(at) * 1000 / RATE
    playing.give(o.FadeOut(1, at, FADE_S))
    playing.run(0.4)
    assert playing.all(r.Paused)
    playing.give(o.FadeIn(1, position_ms, at, FADE_S))
    playing.run(0.2)
    assert_true(playing, at, position_ms)
    found = steady(playing.heard)
    missed = sorted(set(range(found[0], found[-1])) - set(found))
    assert missed == list(range(missed[0], missed[-1] + 1))
    assert len(missed) < 0.4 * RATE


def test_it_can_come_back_while_it_still_fades(playing: Stage) -> None:
    at = in_s(playing, 0.1)
    position_ms = playing.index(at) * 1000 / RATE
    playing.give(o.FadeOut(1, at, 0.2))
    playing.run(0.2)
    playing.give(o.FadeIn(1, position_ms, at, FADE_S))
    playing.run(0.5)
    assert_true(playing, at, position_ms)


@pytest.mark.parametrize("buffer_s", [0.0116, 0.08])
def test_it_can_come_back_when_the_fade_is_mixed_and_not_heard_yet(buffer_s: float) -> None:
    playing = Stage(buffer_s=buffer_s)
    playing.load(1, frames(4 * RATE))
    playing.run(0.5)
    at = in_s(playing, 0.1)
    position_ms = playing.index(at) * 1000 / RATE
    playing.give(o.FadeOut(1, at, FADE_S))
    playing.run(0.1 - 0.2 * buffer_s)
    playing.give(o.FadeIn(1, position_ms, at, FADE_S))
    playing.run(0.4)
    assert_true(playing, at, position_ms)
    assert not playing.all(r.Paused)


def test_out_late_it_begins_at_once(playing: Stage) -> None:
    playing.give(o.FadeOut(1, in_s(playing, -1.0), FADE_S))
    playing.run(0.1)
    assert playing.all(r.Paused)
    assert not playing.heard[-1000:].any()
    assert np.abs(np.diff(playing.heard[:, 0])).max() < 2 / FADE


def test_what_follows_without_a_gap_fades_out_as_well() -> None:
    for prepared_after in (False, True):
        stage = Stage()
        stage.load(1, frames(SECOND))
        stage.run(0.6)
        at = in_s(stage, 0.41)  # ten milliseconds into the second
        if prepared_after:
            stage.give(o.FadeOut(1, at, FADE_S))
            stage.run(0.05)
        stage.prepare(2, frames(SECOND, SECOND + 1))
        stage.run(0.1)
        stage.give(o.FadeOut(1, at, FADE_S))
        stage.run(0.5)
        begins = stage.index(at)
        heard = numbers(stage.heard)
        assert heard[begins - 900 : begins] == list(range(begins - 899, begins + 1))
        assert not stage.heard[begins + FADE :].any()
        assert stage.last(r.Joined).track == 2
        assert stage.last(r.Paused).track == 2


def test_a_fade_that_crosses_a_joint_goes_on_in_the_follower() -> None:
    stage = Stage()
    stage.load(1, constant(SECOND, 0.5))
    stage.prepare(2, constant(SECOND, 0.5))
    stage.run(0.5)
    at = in_s(stage, 0.49)
    stage.give(o.FadeOut(1, at, FADE_S))
    stage.run(0.8)
    begins = stage.index(at)
    np.testing.assert_allclose(
        stage.heard[begins : begins + FADE, 0], 0.5 * (1 - UP), atol=0.5 / FADE + 1e-6
    )
    assert not stage.heard[begins + FADE + 1 :].any()
