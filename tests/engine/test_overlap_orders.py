"""Two tracks that overlap, and orders amid it: nothing clicks, and nothing is lost."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from receiver.decoder.mock import encode
from receiver.model import orders as o
from receiver.model import reports as r
from receiver.pcm.format import Block, Format
from tests.engine.stage import RATE, Stage
from tests.engine.test_overlap import (
    LEFT,
    RIGHT,
    SECOND,
    frames_of,
    gains,
    largest_step,
    on_side,
    overlapping,
)


def loud(frames: int, value: float = 1.0) -> bytes:
    """A stream at full scale on both sides, but for its end: it dies away in ten milliseconds."""
    samples = np.full((frames, 2), value, np.float32)
    samples[-480:] *= np.linspace(1, 0, 480, dtype=np.float32)[:, None]
    return encode(Block(samples, Format(RATE, 2)))


def amid(seconds: float = 0.5) -> Stage:
    """Two tracks of four and six seconds, so far into their overlap of one second."""
    stage = overlapping(1.0, 4 * SECOND, 6 * SECOND, 3.0 + seconds)
    assert stage.last(r.Joined).overlaps
    return stage


# --- orders amid the overlap ----------------------------------------------------------------


@pytest.mark.parametrize("at", [-0.002, 0.0, 0.001, 0.3, 0.99, 0.999])
def test_a_pause_stands_both_and_resumes_both(at: float) -> None:
    stage = overlapping(1.0, 4 * SECOND, 4 * SECOND, 3.0 + at)
    stage.give(o.Pause())
    stage.run(0.3)
    assert not stage.heard[-1000:].any()
    assert stage.all(r.Paused)
    stage.run(1.0)
    stage.give(o.Resume())
    stage.run(5.0)
    assert largest_step(stage) <= 1 / 64
    # Every frame is heard, but for those whose gain is nothing: the first of each curve and fade.
    assert frames_of(stage, LEFT) == pytest.approx(4 * SECOND, abs=8)
    assert frames_of(stage, RIGHT) == pytest.approx(4 * SECOND, abs=8)
    left, right = gains(stage).T
    silent = np.flatnonzero((left == 0) & (right == 0))
    assert np.all(np.diff(silent[(silent > 9) & (silent < 8 * SECOND)]) == 1), "one pause"
    assert [ended.track for ended in stage.all(r.Ended)] == [1, 2]


@pytest.mark.parametrize(
    "order", [o.Seek(2, 1, 3000.0), o.Load(3), o.Stop()], ids=["seek", "load", "stop"]
)
def test_whatever_else_plays_the_track_that_falls_is_gone_at_once(order: o.Order) -> None:
    stage = amid()
    stage.streams[3] = on_side(RIGHT, SECOND)
    before = len(stage.heard)
    stage.give(order)
    if isinstance(order, o.Load):
        stage.send(3, 0, 0)
    stage.run(0.3)
    assert not stage.heard[before + round(0.03 * RATE) :, LEFT].any()
    assert largest_step(stage) <= 1 / 64
    assert stage.all(r.Ended)[0].track == 1
    assert bool(stage.heard[-1, RIGHT]) == (not isinstance(order, o.Stop))


def test_a_seek_lands_and_is_at_full_gain() -> None:
    stage = amid()
    stage.give(o.Seek(2, 7, 3000.0))
    stage.run(0.2)
    assert stage.last(r.Sounding).seek == 7
    assert np.all(gains(stage)[-2000:, RIGHT] == 1.0)


def test_the_volume_moves_both() -> None:
    stage = amid(0.3)
    stage.give(o.SetGain(0.25))
    stage.run(0.4)
    power = np.square(gains(stage)).sum(axis=1)
    assert power[round(3.2 * RATE)] == pytest.approx(1.0, abs=1e-5)
    assert power[round(3.6 * RATE)] == pytest.approx(0.25**2, abs=1e-5)
    assert largest_step(stage) <= 1 / 64


@pytest.mark.parametrize("wait", [0.0, 0.001, 0.002])
def test_two_that_fade_out_a_third_and_the_volume_make_no_click(wait: float) -> None:
    stage = Stage()
    stage.load(1, loud(4 * SECOND))
    stage.prepare(2, loud(20 * SECOND), 1.0)
    stage.run(3.5)
    stage.give(o.SetGain(0.0))
    stage.run(wait)
    stage.load(3, loud(20 * SECOND, -1.0))
    stage.run(0.1)
    assert largest_step(stage) <= 1 / 64


def test_a_skip_goes_on_rising_until_the_next_is_there() -> None:
    stage = amid()
    stage.held_back.add(3)
    stage.load(3, on_side(RIGHT, SECOND))
    before = len(stage.heard)
    stage.run(0.2)
    right = gains(stage)[before:, RIGHT]
    assert np.all(np.diff(right) > 0)


def test_a_fade_out_at_an_instant_takes_both_along() -> None:
    stage = amid(0.2)
    at = stage.clock.now() + 0.2
    stage.give(o.FadeOut(2, at, 0.05))
    stage.run(0.19)
    assert stage.heard[-1].all()
    stage.run(0.3)
    assert not stage.heard[-1000:].any()
    assert stage.last(r.Paused).position_ms == pytest.approx(450, abs=15)
    stage.give(o.Resume())
    stage.run(0.1)
    assert stage.heard[-1].all()
    stage.run(1.0)
    assert frames_of(stage, LEFT) == pytest.approx(4 * SECOND, abs=8)


def test_a_fade_out_that_is_taken_back_takes_none_along() -> None:
    stage = amid(0.2)
    stage.give(o.FadeOut(2, stage.clock.now() + 0.2, 0.05))
    stage.run(0.1)
    stage.give(o.KeepOn(2))
    stage.run(1.0)
    assert frames_of(stage, LEFT) == pytest.approx(4 * SECOND, abs=8)
    assert stage.heard[-1, RIGHT] == 0.5


def test_a_fade_out_that_was_told_before_takes_both_along() -> None:
    stage = overlapping(1.0, 4 * SECOND, 6 * SECOND, 2.5)
    stage.give(o.FadeOut(1, stage.clock.now() + 1.0, 0.05))
    stage.run(1.1)
    assert stage.last(r.Joined).overlaps
    assert not stage.heard[-1000:].any()
    assert largest_step(stage) <= 1 / 64


# --- anything at any time -------------------------------------------------------------------

ORDERS = st.sampled_from(
    [
        o.Pause(),
        o.Resume(),
        o.SetGain(0.0),
        o.SetGain(1.0),
        o.Seek(1, 1, 500.0),
        o.Seek(2, 2, 100.0),
        o.Forget(2),
        o.Load(3),
        o.Stop(),
    ]
)
SCRIPT = st.lists(st.tuples(ORDERS, st.sampled_from([0.001, 0.003, 0.01, 0.1, 0.5])), max_size=8)


@settings(max_examples=80, deadline=None)
@given(SCRIPT, st.floats(0.7, 2.1), st.sampled_from([0.1, 0.5, 1.0]))
def test_whatever_is_ordered_amid_an_overlap_there_is_no_click(
    script: list[tuple[o.Order, float]], begin: float, crossfade_s: float
) -> None:
    stage = Stage()
    stage.load(1, loud(2 * SECOND))
    stage.prepare(2, loud(20 * SECOND), crossfade_s)
    stage.streams[3] = loud(20 * SECOND)
    stage.run(begin)
    for order, seconds in script:
        stage.give(order)
        if isinstance(order, o.Load):
            stage.send(3, 0, 0)
        stage.run(seconds)
    stage.give(o.Resume())
    stage.run(0.05)
    assert np.abs(np.diff(stage.heard[:, 0], prepend=0.0)).max() <= 1 / 64 + 1e-6
    assert len(stage.voices) <= 2


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.floats(0.001, 0.3)), max_size=8))
def test_while_both_have_frames_it_is_never_silent_but_for_a_pause(
    script: list[tuple[bool, float]],
) -> None:
    stage = overlapping(2.0, 4 * SECOND, 30 * SECOND, 1.9)
    heard = []
    for paused, seconds in script:
        stage.give(o.Pause() if paused else o.Resume())
        stage.run(0.02)  # the fade, and what the device still holds
        before = len(stage.heard)
        stage.run(seconds)
        heard.append((paused, stage.heard[before:]))
    for paused, part in heard:
        assert paused != bool(part.any(axis=1).all())
    stage.give(o.Resume())
    stage.run(6.0)
    assert frames_of(stage, LEFT) == pytest.approx(4 * SECOND, abs=10 + 2 * len(script))
