"""What was to happen at an instant and does not, or not alone, in virtual time."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from receiver.model import orders as o
from receiver.model import reports as r
from tests.engine.cues import FADE, FADE_S, assert_true, in_s
from tests.engine.stage import RATE, Stage, frames, numbers
from tests.engine.test_engine import SECOND, constant, steady


def test_a_fade_out_that_is_forgotten_leaves_no_trace(playing: Stage) -> None:
    playing.give(o.FadeOut(1, in_s(playing, 0.1), FADE_S))
    playing.run(0.05)
    playing.give(o.KeepOn(1))
    playing.run(0.5)
    heard = numbers(playing.heard)
    assert heard[300:] == list(range(301, len(heard) + 1))
    assert not playing.all(r.Paused)


def test_a_fade_in_for_a_track_that_sounds_keeps_it_on(playing: Stage) -> None:
    playing.give(o.FadeOut(1, in_s(playing, 0.1), FADE_S))
    playing.give(o.FadeIn(1, 0.0, in_s(playing, 0.1), FADE_S))
    playing.run(0.5)
    heard = numbers(playing.heard)
    assert heard[300:] == list(range(301, len(heard) + 1))


@pytest.mark.parametrize("after_s", [0.095, 0.11, 0.2])
def test_too_late_to_keep_on_it_stands(playing: Stage, after_s: float) -> None:
    playing.give(o.FadeOut(1, in_s(playing, 0.1), FADE_S))
    playing.run(after_s)
    playing.give(o.KeepOn(1))
    playing.run(0.3)
    assert len(playing.all(r.Paused)) == 1
    assert not playing.heard[-1000:].any()
    playing.give(o.Resume())
    playing.run(0.1)
    assert steady(playing.heard[-1000:])


def test_a_fade_in_that_is_forgotten_leaves_it_standing(standing: Stage) -> None:
    standing.give(o.FadeIn(1, 0.0, in_s(standing, 0.1), FADE_S))
    standing.run(0.05)
    standing.give(o.KeepOn(1))
    standing.run(0.3)
    assert not standing.heard.any()
    assert standing.last(r.Paused).position_ms == 0.0
    standing.give(o.Resume())
    standing.run(0.1)
    assert steady(standing.heard)[0] < 300


def test_one_that_has_begun_is_not_forgotten(standing: Stage) -> None:
    at = in_s(standing, 0.1)
    standing.give(o.FadeIn(1, 0.0, at, FADE_S))
    standing.run(0.11)
    standing.give(o.KeepOn(1))
    standing.run(0.3)
    assert_true(standing, at, 0.0)


def test_with_nothing_to_be_kept_on_nothing_happens(standing: Stage, playing: Stage) -> None:
    for each in (standing, playing):
        each.give(o.KeepOn(1))
        each.run(0.1)
        assert not each.all(r.Paused)
    assert not standing.heard.any()
    assert len(steady(playing.heard)) > 0.5 * RATE
    Stage().give(o.KeepOn(1))


@pytest.mark.parametrize("order", [o.Pause(), o.Stop(), o.Load(2)])
def test_what_ends_it_ends_what_was_to_happen(standing: Stage, order: o.Order) -> None:
    standing.give(o.FadeIn(1, 0.0, in_s(standing, 0.1), FADE_S))
    standing.run(0.05)
    standing.give(order)
    standing.run(0.3)
    assert not standing.heard.any()


@pytest.mark.parametrize("order", [o.Pause(), o.Stop()])
def test_what_ends_it_before_it_was_to_fade_out_is_not_undone(
    playing: Stage, order: o.Order
) -> None:
    playing.give(o.FadeOut(1, in_s(playing, 0.1), FADE_S))
    playing.run(0.05)
    playing.give(order)
    playing.run(0.3)
    assert len(playing.all(r.Paused)) == (1 if order == o.Pause() else 0)
    playing.load(2, frames(SECOND))
    playing.run(0.2)
    assert playing.last(r.Sounding).track == 2
    assert steady(playing.heard[-1000:])


def test_a_seek_takes_the_place_of_a_fade_in(standing: Stage) -> None:
    standing.give(o.FadeIn(1, 0.0, in_s(standing, 0.5), FADE_S))
    standing.run(0.05)
    standing.give(o.Seek(1, 7, 2000.0))
    standing.run(0.1)
    assert standing.last(r.Sounding).seek == 7
    assert steady(standing.heard)[0] > 2 * RATE


@pytest.mark.parametrize("before_s", [0.3, 0.001])
def test_a_seek_does_not_change_when_it_fades_out(playing: Stage, before_s: float) -> None:
    at = in_s(playing, before_s)
    playing.give(o.FadeOut(1, at, FADE_S))
    playing.give(o.Seek(1, 7, 2000.0))
    playing.run(before_s + 0.5)
    assert not playing.heard[playing.index(at) + FADE + 600 :].any()
    assert playing.all(r.Paused) or playing.all(r.Ready)


def test_pause_and_resume_after_a_fade_in(standing: Stage) -> None:
    at = in_s(standing, 0.1)
    standing.give(o.FadeIn(1, 0.0, at, FADE_S))
    standing.run(0.3)
    standing.give(o.Pause())
    standing.run(0.2)
    standing.give(o.Resume())
    standing.run(0.2)
    found = steady(standing.heard)
    assert found == sorted(set(found))
    assert found[-1] > 0.3 * RATE


AHEAD = st.floats(-0.05, 0.15)
STEPS = st.one_of(
    st.just(("pause",)),
    st.just(("resume",)),
    st.just(("keep",)),
    st.just(("warm",)),
    st.tuples(st.just("seek"), st.floats(0, 2500)),
    st.tuples(st.just("in"), AHEAD, st.floats(0, 4000)),
    st.tuples(st.just("out"), AHEAD),
    st.just(("load",)),
    st.just(("load", "paused")),
)


@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(STEPS, st.floats(0, 0.1)), max_size=12))
def test_whatever_is_ordered_there_is_no_click_and_it_can_be_stopped_and_played(
    script: list[tuple[tuple[str, ...], float]],
) -> None:
    stage, track = Stage(), 1
    stage.load(1, constant(6 * SECOND))
    for (what, *values), seconds in script:
        match what, *values:
            case "load", *how:
                track += 1
                stage.load(track, constant(6 * SECOND), paused=bool(how))
            case "in", ahead, position_ms:
                stage.give(o.FadeIn(track, position_ms, in_s(stage, ahead), FADE_S))
            case "out", ahead:
                stage.give(o.FadeOut(track, in_s(stage, ahead), FADE_S))
            case "seek", position_ms:
                stage.give(o.Seek(track, 1, position_ms))
            case "keep", *_:
                stage.give(o.KeepOn(track))
            case _:
                stage.give({"pause": o.Pause(), "resume": o.Resume(), "warm": o.Warm()}[what])
        stage.run(seconds)
    stage.give(o.Pause())
    stage.run(0.3)
    assert not stage.heard[-1000:].any()
    stage.load(track + 1, constant(6 * SECOND))
    stage.run(0.3)
    assert (stage.heard[-1000:] == 1.0).all()
    assert np.abs(np.diff(stage.heard, axis=0, prepend=0)).max() <= 1 / 64 + 1e-6
