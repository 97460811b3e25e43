"""A track that starts or stops with the frame heard at an instant, in virtual time."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from receiver.engine.output import LINGER_S
from receiver.engine.wire import Data, Tail
from receiver.model import orders as o
from receiver.model import reports as r
from tests.engine.stage import RATE, Stage, frames, numbers
from tests.engine.test_engine import SECOND, constant, steady

FADE_S = 0.03
FADE = round(FADE_S * RATE)
UP = np.arange(1, FADE + 1) / FADE


@pytest.fixture
def stage() -> Stage:
    """With a track of four seconds that stands ready."""
    stage = Stage()
    stand(stage, frames(4 * SECOND))
    return stage


@pytest.fixture
def playing() -> Stage:
    """With a track of four seconds that has sounded for half a second."""
    stage = Stage()
    stage.load(1, frames(4 * SECOND))
    stage.run(0.5)
    return stage


def stand(stage: Stage, stream: bytes) -> None:
    stage.load(1, stream, paused=True)
    stage.run(0.05)
    assert stage.last(r.Ready).track == 1


def in_s(stage: Stage, seconds: float) -> float:
    """An instant."""
    return stage.clock.now() + seconds


def assert_true(stage: Stage, at: float, position_ms: float, track: int = 1) -> None:
    """What was heard last, and what was told of it, is what is due if `position_ms` is at `at`."""
    heard = numbers(stage.heard)
    first = stage.index(at) - round(position_ms * RATE / 1000)  # index of frame 1
    assert all(heard[-1000:]), "it sounds"
    assert heard[-1000:] == list(range(len(heard) - 999 - first, len(heard) + 1 - first))
    sounding = stage.last(r.Sounding)
    assert sounding.track == track
    assert sounding.position_ms - position_ms == pytest.approx(
        (sounding.heard_at - at) * 1000, abs=0.02
    )


# --- in ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("warm", [True, False])
@pytest.mark.parametrize("position_ms", [0.0, 700.0, None])
def test_it_is_heard_at_the_instant_from_the_position(
    stage: Stage, warm: bool, position_ms: float | None
) -> None:
    if warm:
        stage.give(o.Warm())
        stage.run(0.3)
    at = in_s(stage, 0.2)
    stage.give(o.FadeIn(1, position_ms, at, FADE_S))
    stage.run(0.6)
    begins = stage.index(at)
    place = round((position_ms or 0.0) * RATE / 1000)
    heard = stage.heard[:, 0]
    assert not heard[:begins].any()
    expected = np.arange(place + 1, place + 1 + FADE) / 2**20 * UP
    np.testing.assert_allclose(heard[begins : begins + FADE], expected, rtol=1e-5)
    after = numbers(stage.heard[begins + FADE :])
    assert after == list(range(place + FADE + 1, place + FADE + 1 + len(after)))
    assert_true(stage, at, position_ms or 0.0)


@pytest.mark.parametrize("late_s", [0.001, 0.1, 2.0])
def test_late_it_is_heard_where_it_would_be_by_then(stage: Stage, late_s: float) -> None:
    at = in_s(stage, -late_s)
    stage.give(o.FadeIn(1, 300.0, at, FADE_S))
    stage.run(0.2)
    assert_true(stage, at, 300.0)
    assert not stage.all(r.Want)
    assert np.count_nonzero(stage.heard) > 2 * 0.15 * RATE, "at once"


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


def test_what_is_in_hand_but_not_decoded_yet_is_not_sought(stage: Stage) -> None:
    at = in_s(stage, 0.1)
    stage.give(o.FadeIn(1, 3200.0, at, FADE_S))
    stage.run(0.4)
    assert not stage.all(r.Want)
    assert_true(stage, at, 3200.0)


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


@pytest.mark.parametrize("pace", [0.5, 2.0])
def test_a_track_that_comes_slowly_says_where_it_is(pace: float) -> None:
    stage = Stage()
    stream = frames(60 * SECOND)
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


def test_past_its_end_it_ends(stage: Stage) -> None:
    stage.give(o.FadeIn(1, 60_000.0, in_s(stage, 0.1), FADE_S))
    stage.run(0.5)
    assert stage.last(r.Ended).track == 1
    assert not stage.heard.any()


def test_an_instant_can_be_put_off(stage: Stage) -> None:
    stage.give(o.FadeIn(1, 100.0, in_s(stage, 0.1), FADE_S))
    stage.run(0.05)
    at = in_s(stage, 0.1)
    stage.give(o.FadeIn(1, 150.0, at, FADE_S))
    stage.run(0.5)
    assert not stage.heard[: stage.index(at)].any()
    assert_true(stage, at, 150.0)


def test_a_device_that_was_lost_comes_back_to_the_place_by_then(stage: Stage) -> None:
    at = in_s(stage, 0.1)
    stage.give(o.FadeIn(1, 100.0, at, FADE_S))
    stage.run(0.05)
    stage.sink.vanish()
    stage.run(1.5)
    assert len(stage.sinks) == 2
    assert_true(stage, at, 100.0)


# --- out --------------------------------------------------------------------------------------


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


def test_two_receivers_are_one_for_who_hears_both(playing: Stage, stage: Stage) -> None:
    stage.run(playing.clock.now() - stage.clock.now())
    stage.give(o.Warm())
    for both in (playing, stage):
        both.run(0.0137)
    at = in_s(playing, 0.1)
    position_ms = playing.index(at) * 1000 / RATE
    playing.give(o.FadeOut(1, at, FADE_S))
    stage.give(o.FadeIn(1, position_ms, at, FADE_S))
    for both in (playing, stage):
        both.run(0.3)
    span = slice(-round(0.1 * RATE), round(0.1 * RATE))
    around = np.arange(span.start, span.stop)
    one = playing.heard[playing.index(at) + around]
    two = stage.heard[stage.index(at) + around]
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


# --- neither ----------------------------------------------------------------------------------


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


def test_a_fade_in_that_is_forgotten_leaves_it_standing(stage: Stage) -> None:
    stage.give(o.FadeIn(1, 0.0, in_s(stage, 0.1), FADE_S))
    stage.run(0.05)
    stage.give(o.KeepOn(1))
    stage.run(0.3)
    assert not stage.heard.any()
    assert stage.last(r.Paused).position_ms == 0.0
    stage.give(o.Resume())
    stage.run(0.1)
    assert steady(stage.heard)[0] < 300


def test_one_that_has_begun_is_not_forgotten(stage: Stage) -> None:
    at = in_s(stage, 0.1)
    stage.give(o.FadeIn(1, 0.0, at, FADE_S))
    stage.run(0.11)
    stage.give(o.KeepOn(1))
    stage.run(0.3)
    assert_true(stage, at, 0.0)


def test_with_nothing_to_be_kept_on_nothing_happens(stage: Stage, playing: Stage) -> None:
    for each in (stage, playing):
        each.give(o.KeepOn(1))
        each.run(0.1)
        assert not each.all(r.Paused)
    assert not stage.heard.any()
    assert len(steady(playing.heard)) > 0.5 * RATE
    Stage().give(o.KeepOn(1))


# --- something else in between ------------------------------------------------------------------


@pytest.mark.parametrize("order", [o.Pause(), o.Stop(), o.Load(2)])
def test_what_ends_it_ends_what_was_to_happen(stage: Stage, order: o.Order) -> None:
    stage.give(o.FadeIn(1, 0.0, in_s(stage, 0.1), FADE_S))
    stage.run(0.05)
    stage.give(order)
    stage.run(0.3)
    assert not stage.heard.any()


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


def test_a_seek_takes_the_place_of_a_fade_in(stage: Stage) -> None:
    stage.give(o.FadeIn(1, 0.0, in_s(stage, 0.5), FADE_S))
    stage.run(0.05)
    stage.give(o.Seek(1, 7, 2000.0))
    stage.run(0.1)
    assert stage.last(r.Sounding).seek == 7
    assert steady(stage.heard)[0] > 2 * RATE


@pytest.mark.parametrize("before_s", [0.3, 0.001])
def test_a_seek_does_not_change_when_it_fades_out(playing: Stage, before_s: float) -> None:
    at = in_s(playing, before_s)
    playing.give(o.FadeOut(1, at, FADE_S))
    playing.give(o.Seek(1, 7, 2000.0))
    playing.run(before_s + 0.5)
    assert not playing.heard[playing.index(at) + FADE + 600 :].any()
    assert playing.all(r.Paused) or playing.all(r.Ready)


def test_pause_and_resume_after_a_fade_in(stage: Stage) -> None:
    at = in_s(stage, 0.1)
    stage.give(o.FadeIn(1, 0.0, at, FADE_S))
    stage.run(0.3)
    stage.give(o.Pause())
    stage.run(0.2)
    stage.give(o.Resume())
    stage.run(0.2)
    found = steady(stage.heard)
    assert found == sorted(set(found))
    assert found[-1] > 0.3 * RATE


# --- warm -------------------------------------------------------------------------------------


def test_a_warm_device_runs_on_silence_for_a_while(stage: Stage) -> None:
    stage.give(o.Warm())
    stage.run(LINGER_S - 0.5)
    assert stage.sink.started
    stage.give(o.Warm())
    stage.run(LINGER_S - 0.5)
    assert stage.sink.started
    stage.run(1.0)
    assert not stage.sink.started
    assert not stage.heard.any()


def test_a_warm_device_costs_a_play_nothing(stage: Stage) -> None:
    stage.give(o.Warm())
    stage.run(1.0)
    stage.give(o.Resume())
    stage.run(0.002)
    assert stage.heard[-48:].any()


def test_what_is_loaded_to_stand_leaves_it_warm(stage: Stage) -> None:
    stage.give(o.Warm())
    stage.run(0.5)
    stage.load(2, frames(SECOND), paused=True)
    assert stage.sink.started


# --- anything -----------------------------------------------------------------------------------

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
