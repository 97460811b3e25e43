"""The engine in virtual time: what is heard, to the frame, and what it reports."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from receiver.decoder.mock import encode
from receiver.engine.engine import GRACE_S
from receiver.engine.wire import Data, Tail
from receiver.model import orders as o
from receiver.model import reports as r
from receiver.pcm.format import Block, Format, Samples
from tests.engine.stage import BUFFER_S, RATE, Stage, frames, numbers

SECOND = RATE


@pytest.fixture
def stage() -> Stage:
    return Stage()


def constant(count: int, value: float = 1.0) -> bytes:
    """A stream at full scale: the hardest to fade."""
    return encode(Block(np.full((count, 2), value, np.float32), Format(RATE, 2)))


def steady(heard: Samples) -> list[int]:
    """The frame numbers heard at full gain (those while a fade runs are left out)."""
    found = numbers(heard)
    return [n for before, n in itertools.pairwise(found) if n == before + 1]


def test_a_track_sounds_from_its_first_frame_to_its_last(stage: Stage) -> None:
    began = stage.clock.now()
    stage.load(1, frames(SECOND))
    stage.run(1.2)
    sounding, ended = stage.last(r.Sounding), stage.last(r.Ended)
    assert (sounding.track, ended.track) == (1, 1)
    assert sounding.position_ms == pytest.approx((sounding.heard_at - began) * 1000, abs=1)
    heard = numbers(stage.heard)
    assert heard[300:SECOND] == list(range(301, SECOND + 1))
    assert not any(heard[SECOND:])


def test_the_delay_of_the_device_is_told(stage: Stage) -> None:
    stage.load(1, frames(4 * SECOND))
    stage.run(1.2)
    assert stage.last(r.Device).output.delay_ms == pytest.approx(BUFFER_S * 1000, abs=7)


def test_it_sounds_at_once(stage: Stage) -> None:
    stage.load(1, frames(SECOND))
    stage.run(0.001)
    assert np.any(stage.heard)


def test_pause_and_resume_lose_no_frame_and_double_none(stage: Stage) -> None:
    stage.load(1, frames(2 * SECOND))
    stage.run(0.5)
    stage.give(o.Pause())
    stage.run(0.3)
    paused = stage.last(r.Paused)
    before = len(stage.heard)
    assert not np.any(stage.heard[-1000:])
    stage.run(2.0)
    stage.give(o.Resume())
    stage.run(2.0)
    after = stage.last(r.Sounding)
    assert after.position_ms == pytest.approx(paused.position_ms, abs=12)
    found = steady(stage.heard)
    assert found == sorted(set(found))
    gap = sorted(set(range(301, 2 * SECOND)) - set(found))
    assert len(gap) < 2 * 200, "only the two ramps are not at full gain"
    assert gap == list(range(gap[0], gap[-1] + 1)), "nothing else is missing"
    assert before < len(stage.heard)


@pytest.mark.parametrize("order", [o.Pause(), o.Stop(), o.SetGain(0.0), o.Seek(1, 1, 100.0)])
def test_no_edge_steps_by_more_than_a_64th(stage: Stage, order: o.Order) -> None:
    stage.load(1, constant(3 * SECOND))
    stage.run(0.4)
    stage.give(order)
    stage.run(0.4)
    stage.give(o.Resume())
    stage.give(o.SetGain(1.0))
    stage.run(0.4)
    steps = np.abs(np.diff(np.concatenate([np.zeros((1, 2)), stage.heard]), axis=0))
    assert steps.max() <= 1 / 64


def test_a_skip_sounds_on_until_the_next_is_there(stage: Stage) -> None:
    stage.load(1, constant(3 * SECOND, 0.5))
    stage.run(0.4)
    stage.held_back.add(2)
    stage.load(2, constant(SECOND, 0.25))
    stage.run(GRACE_S / 2)
    assert stage.heard[-1, 0] == 0.5
    stage.held_back.clear()
    stage.send(2, 0, 0)
    stage.run(0.1)
    assert stage.heard[-1, 0] == 0.25
    assert stage.heard[300:, 0].min() >= 0.25, "no hole between them"


def test_a_skip_to_something_slow_falls_silent(stage: Stage) -> None:
    stage.load(1, constant(3 * SECOND, 0.5))
    stage.run(0.4)
    stage.held_back.add(2)
    stage.load(2, frames(SECOND))
    stage.run(GRACE_S + 0.1)
    assert not np.any(stage.heard[-1000:])


def test_a_skip_on_from_something_slow_sounds_at_once(stage: Stage) -> None:
    stage.load(1, constant(3 * SECOND, 0.5))
    stage.run(0.4)
    stage.held_back.add(2)
    stage.load(2, frames(SECOND))
    stage.run(GRACE_S + 0.1)
    stage.load(3, constant(SECOND))
    stage.run(0.05)
    assert stage.heard[-1, 0] == 1.0


def test_what_stands_ready_lets_the_device_rest(stage: Stage) -> None:
    stage.load(1, constant(3 * SECOND, 0.5))
    stage.run(0.4)
    stage.load(2, frames(SECOND), paused=True)
    stage.run(6.0)
    assert not stage.sink.started
    stage.load(3, constant(SECOND))
    stage.run(0.05)
    assert stage.heard[-1, 0] == 1.0


@pytest.mark.parametrize("requests", [1, 2])
@pytest.mark.parametrize("target_ms", [0.0, 333.3, 1900.0])
def test_a_seek_lands_on_the_frame(requests: int, target_ms: float) -> None:
    stage = Stage(requests)
    stage.load(1, frames(2 * SECOND))
    stage.run(0.5)
    stage.give(o.Seek(1, 7, target_ms))
    stage.run(0.05)
    assert stage.last(r.Sounding).seek == 7
    target = round(target_ms * RATE / 1000)
    after = stage.last(r.Sounding)
    assert after.position_ms == pytest.approx(target_ms, abs=12)
    now = steady(stage.heard)[-1]
    heard_for = now - target
    assert 0 < heard_for < 0.05 * RATE
    assert len(stage.all(r.Want)) == requests


def test_a_seek_while_paused_is_ready_there_and_silent(stage: Stage) -> None:
    stage.load(1, frames(2 * SECOND))
    stage.run(0.5)
    stage.give(o.Pause())
    stage.run(0.1)
    stage.give(o.Seek(1, 3, 1000.0))
    stage.run(0.1)
    ready = stage.last(r.Ready)
    assert (ready.seek, ready.position_ms) == (3, 1000.0)
    assert not np.any(stage.heard[-2000:])
    stage.give(o.Resume())
    stage.run(0.1)
    assert steady(stage.heard)[-1] > SECOND


def test_a_seek_past_the_end_ends(stage: Stage) -> None:
    stage.load(1, frames(SECOND))
    stage.run(0.3)
    stage.give(o.Seek(1, 1, 60_000.0))
    stage.run(0.2)
    assert stage.last(r.Ended).track == 1


def test_a_track_can_start_in_the_middle(stage: Stage) -> None:
    stage.load(1, frames(2 * SECOND), start_ms=1500.0)
    stage.run(0.05)
    assert stage.last(r.Sounding).position_ms == pytest.approx(1500, abs=12)
    assert steady(stage.heard)[0] == pytest.approx(1500 * RATE / 1000, abs=300)


def test_a_start_in_the_middle_of_what_cannot_seek_fails(stage: Stage) -> None:
    stage.streams[1] = frames(SECOND)
    stage.give(o.Load(1, start_ms=500.0))
    stage.send(1, 0, 0)
    stage.give(Tail(1, 0, 0, b""))
    stage.run(0.05)
    assert stage.last(r.Failed).code == "not_seekable"


def test_a_seek_in_what_cannot_seek_is_refused_and_it_plays_on(stage: Stage) -> None:
    stage.streams[1] = frames(SECOND)
    stage.give(o.Load(1))
    stage.send(1, 0, 0)
    stage.give(Tail(1, 0, 0, b""))
    stage.run(0.2)
    stage.give(o.Seek(1, 5, 500.0))
    stage.run(0.2)
    refused = stage.last(r.SeekRefused)
    assert (refused.seek, refused.code) == (5, "not_seekable")
    found = steady(stage.heard)
    assert found == list(range(found[0], found[-1] + 1))


def test_running_dry_fades_waits_and_goes_on_with_the_next_frame(stage: Stage) -> None:
    stream = frames(6 * SECOND)
    stage.streams[1] = stream
    stage.give(o.Load(1))
    half = len(stream) // 12  # half a second
    stage.give(Data(1, 0, stream[:half]))
    stage.run(1.5)
    dry = stage.last(r.Buffering)
    assert dry.ran_dry
    assert not np.any(stage.heard[-1000:])
    for start in range(half, len(stream), 60_000):
        stage.give(Data(1, 0, stream[start : start + 60_000]))
        stage.run(0.02)
    stage.run(1.0)
    assert stage.last(r.Sounding).position_ms == pytest.approx(dry.position_ms, abs=12)
    found = steady(stage.heard)
    missing = set(range(301, found[-1])) - set(found)
    assert len(missing) < 2 * 200
    steps = np.abs(np.diff(stage.heard[:, 0]))
    assert steps.max() < 1 / 64


def test_resumed_with_hardly_a_frame_in_hand_it_goes_on_when_more_comes(stage: Stage) -> None:
    stream = frames(6 * SECOND)
    stage.streams[1] = stream
    stage.give(o.Load(1))
    half = len(stream) // 12
    stage.give(Data(1, 0, stream[:half]))
    while not (stage.voices and stage.voices[0].buffered < 700):
        stage.run(0.001)
    stage.give(o.Pause())
    stage.run(0.1)
    assert stage.all(r.Paused)
    assert not stage.all(r.Buffering)
    stage.give(o.Resume())
    stage.run(0.1)
    assert stage.last(r.Buffering).ran_dry
    stage.give(Data(1, 0, stream[half:]))
    stage.run(1.0)
    assert len(stage.all(r.Sounding)) == 2
    assert all(numbers(stage.heard)[-SECOND // 2 :])


@pytest.mark.parametrize("buffer_s", [0.05, 0.25])
def test_it_begins_with_more_in_hand_than_the_device_takes_at_once(buffer_s: float) -> None:
    stage = Stage(buffer_s=buffer_s)
    stage.load(1, frames(SECOND))
    stage.run(1.6)
    heard = numbers(stage.heard)
    assert heard[300:SECOND] == list(range(301, SECOND + 1))
    assert not stage.all(r.Buffering)


def test_a_slow_stream_waits_until_the_buffer_will_last(stage: Stage) -> None:
    stream = frames(20 * SECOND)
    stage.streams[1] = stream
    stage.give(o.Load(1))
    stage.give(Tail(1, 0, len(stream), stream))
    per_ms = 8 * RATE // 1000
    at = 0
    for _ in range(1000):  # comes in at half of the pace at which it plays
        stage.give(Data(1, 0, stream[at : at + per_ms // 2]))
        at += per_ms // 2
        stage.run(0.001)
    assert not np.any(stage.heard)
    assert stage.all(r.Buffering)
    assert not stage.last(r.Buffering).ran_dry


def test_orders_for_no_track_do_nothing(stage: Stage) -> None:
    for order in (o.Pause(), o.Resume(), o.Stop(), o.Seek(9, 1, 0.0), o.SetGain(0.3), o.Ping()):
        stage.give(order)
    stage.give(Data(9, 0, b"x"))
    stage.give(Tail(9, 0, 1, b"x"))
    stage.run(0.1)
    assert stage.all(r.Pong)
    assert not stage.all(r.Failed)


def test_what_is_not_music_fails(stage: Stage) -> None:
    stage.load(1, b"<html>")
    stage.run(0.05)
    assert stage.last(r.Failed).code == "unsupported_format"
    assert not np.any(stage.heard)


ORDERS = st.one_of(
    st.just(o.Pause()),
    st.just(o.Resume()),
    st.builds(o.SetGain, st.floats(0, 1)),
    st.builds(o.Seek, st.just(1), st.integers(1, 9), st.floats(0, 2500)),
    st.just("load"),
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(ORDERS, st.floats(0, 0.08)), max_size=12))
def test_whatever_is_ordered_there_is_no_click(script: list[tuple[o.Order | str, float]]) -> None:
    stage = Stage()
    track = 1
    stage.load(1, constant(4 * SECOND))
    for order, seconds in script:
        if isinstance(order, str):
            track += 1
            stage.load(track, constant(4 * SECOND))
        else:
            stage.give(order)
        stage.run(seconds)
    stage.give(o.Stop())
    stage.run(0.1)
    heard = np.concatenate([np.zeros((1, 2), np.float32), stage.heard])
    assert np.abs(np.diff(heard, axis=0)).max(initial=0.0) <= 1 / 64 + 1e-6
    assert not np.any(heard[-100:])  # more there need not be: a silent device may be stopped
