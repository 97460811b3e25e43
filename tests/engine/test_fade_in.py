"""A track that is heard from an instant on, in virtual time."""

from __future__ import annotations

import numpy as np
import pytest

from receiver.engine.rest import LINGER_S
from receiver.engine.wire import Data, Tail
from receiver.model import orders as o
from receiver.model import reports as r
from tests.engine.cues import FADE, FADE_S, UP, assert_true, in_s
from tests.engine.stage import RATE, Stage, frames, numbers
from tests.engine.test_engine import SECOND


@pytest.mark.parametrize("warm", [True, False])
@pytest.mark.parametrize("position_ms", [0.0, 700.0, None])
def test_it_is_heard_at_the_instant_from_the_position(
    standing: Stage, warm: bool, position_ms: float | None
) -> None:
    if warm:
        standing.give(o.Warm())
        standing.run(0.3)
    at = in_s(standing, 0.2)
    standing.give(o.FadeIn(1, position_ms, at, FADE_S))
    standing.run(0.6)
    begins = standing.index(at)
    place = round((position_ms or 0.0) * RATE / 1000)
    heard = standing.heard[:, 0]
    assert not heard[:begins].any()
    expected = np.arange(place + 1, place + 1 + FADE) / 2**20 * UP
    np.testing.assert_allclose(heard[begins : begins + FADE], expected, rtol=1e-5)
    after = numbers(standing.heard[begins + FADE :])
    assert after == list(range(place + FADE + 1, place + FADE + 1 + len(after)))
    assert_true(standing, at, position_ms or 0.0)


@pytest.mark.parametrize("late_s", [0.001, 0.1, 2.0])
def test_late_it_is_heard_where_it_would_be_by_then(standing: Stage, late_s: float) -> None:
    at = in_s(standing, -late_s)
    standing.give(o.FadeIn(1, 300.0, at, FADE_S))
    standing.run(0.2)
    assert_true(standing, at, 300.0)
    assert not standing.all(r.Want)
    assert np.count_nonzero(standing.heard) > 2 * 0.15 * RATE, "at once"


@pytest.mark.parametrize("position_ms", [30.0, 3500.0])
def test_what_is_not_in_hand_is_sought(position_ms: float) -> None:
    stage = Stage()
    stream = frames(6 * SECOND)
    stage.held_back.add(1)
    stage.load(1, stream, paused=True)
    stage.give(Data(1, 0, stream[:1000]))
    stage.give(o.Seek(1, 1, 500.0))
    stage.run(0.05)
    stage.give(Data(1, 1, stream[stage.last(r.Want).offset :][: 8 * SECOND]))
    stage.run(0.05)
    assert stage.all(r.Ready)
    stage.held_back.clear()
    at = in_s(stage, 0.2)
    stage.give(o.FadeIn(1, position_ms, at, FADE_S))
    stage.run(0.6)
    assert len(stage.all(r.Want)) == 2
    assert_true(stage, at, position_ms)


def test_what_is_in_hand_but_not_decoded_yet_is_not_sought(standing: Stage) -> None:
    at = in_s(standing, 0.1)
    standing.give(o.FadeIn(1, 3200.0, at, FADE_S))
    standing.run(0.4)
    assert not standing.all(r.Want)
    assert_true(standing, at, 3200.0)


def test_a_place_just_passed_is_waited_for(playing: Stage) -> None:
    playing.give(o.Pause())
    playing.run(0.1)
    stands = playing.last(r.Paused).position_ms
    at = in_s(playing, 0.1)
    playing.give(o.FadeIn(1, stands - 50.0, at, FADE_S))
    playing.run(0.5)
    assert_true(playing, at, stands - 50.0)
    assert not playing.heard[playing.index(at) : playing.index(at + 0.0499)].any()
    assert not playing.all(r.Want)


def test_a_track_that_is_not_ready_yet_is_heard_as_soon_as_it_is() -> None:
    stage = Stage()
    stage.held_back.add(1)
    stage.load(1, frames(4 * SECOND), paused=True)
    at = in_s(stage, 0.1)
    stage.give(o.FadeIn(1, 100.0, at, FADE_S))
    stage.run(0.5)
    stage.held_back.clear()
    stage.send(1, 0, 0)
    stage.run(0.2)
    assert_true(stage, at, 100.0)


@pytest.mark.parametrize(("pace", "seconds"), [(0.8, 12), (2.0, 60)])
def test_a_track_that_comes_slowly_says_where_it_is(pace: float, seconds: int) -> None:
    stage = Stage()
    stream = frames(seconds * SECOND)
    stage.streams[1] = stream
    stage.give(o.Load(1, paused=True))
    stage.give(Tail(1, 0, len(stream), stream))
    feed = at = 0
    heard_from = in_s(stage, 1.0)
    stage.held_back.add(1)
    for turn in range(9000):
        want = stage.all(r.Want)
        if want and want[-1].feed != feed:
            feed, at = want[-1].feed, want[-1].offset
        taken = [t.taken for t in stage.all(r.Taken) if t.feed == feed]
        begun = want[-1].offset if want else 0
        room = 128 * 1024 - (at - begun - (taken[-1] if taken else 0))
        count = min(round(8 * RATE * pace / 1000), room)
        stage.give(Data(1, feed, stream[at : at + count]))
        at += count
        if turn == 0:
            stage.give(o.FadeIn(1, 800.0, heard_from, FADE_S))
        stage.run(0.001)
    sounding = stage.all(r.Sounding)
    assert sounding, "it sounds in the end, be it late"
    if pace > 1:
        assert_true(stage, heard_from, 800.0)
    for told in sounding:
        number = numbers(stage.heard)[stage.index(told.heard_at) + 2 * FADE]
        assert number - 2 * FADE == pytest.approx(told.position_ms * RATE / 1000 + 1, abs=1.5)


def test_past_its_end_it_ends(standing: Stage) -> None:
    standing.give(o.FadeIn(1, 60_000.0, in_s(standing, 0.1), FADE_S))
    standing.run(0.5)
    assert standing.last(r.Ended).track == 1
    assert not standing.heard.any()


def test_an_instant_can_be_put_off(standing: Stage) -> None:
    standing.give(o.FadeIn(1, 100.0, in_s(standing, 0.1), FADE_S))
    standing.run(0.05)
    at = in_s(standing, 0.1)
    standing.give(o.FadeIn(1, 150.0, at, FADE_S))
    standing.run(0.5)
    assert not standing.heard[: standing.index(at)].any()
    assert_true(standing, at, 150.0)


def test_a_device_that_was_lost_comes_back_to_the_place_by_then(standing: Stage) -> None:
    at = in_s(standing, 0.1)
    standing.give(o.FadeIn(1, 100.0, at, FADE_S))
    standing.run(0.05)
    standing.sink.vanish()
    standing.run(1.5)
    assert len(standing.sinks) == 2
    assert_true(standing, at, 100.0)


def test_a_warm_device_runs_on_silence_for_a_while(standing: Stage) -> None:
    standing.give(o.Warm())
    standing.run(LINGER_S - 0.5)
    assert standing.sink.started
    standing.give(o.Warm())
    standing.run(LINGER_S - 0.5)
    assert standing.sink.started
    standing.run(1.0)
    assert not standing.sink.started
    assert not standing.heard.any()


def test_a_warm_device_costs_a_play_nothing(standing: Stage) -> None:
    standing.give(o.Warm())
    standing.run(1.0)
    standing.give(o.Resume())
    standing.run(0.002)
    assert standing.heard[-48:].any()


def test_what_is_loaded_to_stand_leaves_it_warm(standing: Stage) -> None:
    standing.give(o.Warm())
    standing.run(0.5)
    standing.load(2, frames(SECOND), paused=True)
    assert standing.sink.started
