"""Tracks that overlap at equal power, in virtual time. One is heard left, the other right, so that
the gain of each can be read off what is heard.
"""

from __future__ import annotations

import numpy as np
import pytest

from receiver.decoder.mock import encode
from receiver.engine.wire import Data, Tail
from receiver.model import orders as o
from receiver.model import reports as r
from receiver.pcm.format import Block, Format, Samples
from tests.engine.stage import RATE, Stage

SECOND = RATE
LEVEL = 0.5
LEFT, RIGHT = 0, 1
START = 300
"""Frames after which the first fade in is over."""


def on_side(side: int, count: int, rate: int = RATE) -> bytes:
    """A constant on one side, silence on the other."""
    samples = np.zeros((count, 2), np.float32)
    samples[:, side] = LEVEL
    return encode(Block(samples, Format(rate, 2)))


def overlapping(crossfade_s: float, first: int, second: int, seconds: float = 0.0) -> Stage:
    """Two tracks of so many frames, left and right, played for so long."""
    stage = Stage()
    stage.load(1, on_side(LEFT, first))
    stage.run(0.01)
    stage.prepare(2, on_side(RIGHT, second), crossfade_s)
    stage.run(seconds)
    return stage


def gains(stage: Stage) -> Samples:
    """The gain of the left track and that of the right one, frame by frame."""
    return stage.heard / LEVEL


def falling(frames: int) -> Samples:
    """The gains of a track that falls."""
    return np.cos(np.arange(frames) * np.pi / 2 / frames).astype(np.float32)


def rising(frames: int) -> Samples:
    """The gains of a track that rises."""
    return np.sin(np.arange(frames) * np.pi / 2 / frames).astype(np.float32)


def frames_of(stage: Stage, side: int) -> int:
    """How many frames of the track of one side were heard."""
    return int(np.count_nonzero(stage.heard[:, side]))


def largest_step(stage: Stage) -> float:
    """From one frame to the next, but for that from a last frame at full level to the silence."""
    last = np.flatnonzero(stage.heard.any(axis=1))[-1]
    return float(np.abs(np.diff(stage.heard[: last + 1], axis=0, prepend=0.0)).max())


# --- the curve ------------------------------------------------------------------------------


@pytest.mark.parametrize("crossfade_s", [0.06, 0.5, 2.0, 3.0, 12.0])
def test_the_gains_are_a_cosine_and_a_sine_and_no_frame_is_lost(crossfade_s: float) -> None:
    overlap = round(crossfade_s * RATE)
    first, second = 2 * overlap + SECOND + 7, 2 * overlap + SECOND + 1234
    start, total = first - overlap, first + second - overlap
    stage = overlapping(crossfade_s, first, second, total / RATE + 0.3)
    left, right = gains(stage).T
    assert np.all(left[START:start] == 1.0)
    assert np.abs(left[start:first] - falling(overlap)).max() < 1e-6
    assert np.abs(right[start:first] - rising(overlap)).max() < 1e-6
    assert np.all(right[first:total] == 1.0)
    assert not left[first:].any()
    assert not right[: start + 1].any()
    assert not right[total:].any()


@pytest.mark.parametrize(("first", "second"), [(6, 40), (40, 6)])
def test_it_is_half_of_the_shorter_track_at_most(first: int, second: int) -> None:
    stage = overlapping(12.0, first * SECOND, second * SECOND, first + 0.5)
    start, overlap = (first - 3) * SECOND, 3 * SECOND
    left, right = gains(stage).T
    assert np.abs(left[start:][:overlap] - falling(overlap)).max() < 1e-6
    assert np.abs(right[start:][:overlap] - rising(overlap)).max() < 1e-6
    assert np.all(right[start + overlap :] == 1.0)


def test_short_tracks_rise_and_fall_one_after_the_other() -> None:
    length, overlap = 2 * SECOND, SECOND
    stage = overlapping(12.0, length, length)
    for number in (3, 4):
        while not any(joint.track == number - 1 for joint in stage.all(r.Joined)):
            stage.run(0.05)
        stage.prepare(number, on_side(1 - number % 2, length), 12.0)
    stage.run(3.5)
    heard = gains(stage)
    angle = np.arange(overlap) * np.pi / 2 / overlap
    for joint in range(3):
        start = SECOND + joint * overlap
        sides = heard[start : start + overlap]
        old, new = sides.T if joint % 2 == 0 else sides[:, ::-1].T
        assert np.abs(old - np.cos(angle)).max() < 1e-6
        assert np.abs(new - np.sin(angle)).max() < 1e-6
    assert [ended.track for ended in stage.all(r.Ended)] == [1, 2, 3, 4]


def test_the_follower_is_the_track_at_hand_from_its_first_frame() -> None:
    stage = overlapping(1.0, 4 * SECOND, 4 * SECOND, 3.2)
    joined = stage.last(r.Joined)
    assert (joined.track, joined.overlaps) == (2, True)
    assert joined.heard_at == pytest.approx(stage.clock.now() - 0.21, abs=0.003)
    assert not stage.all(r.Ended)
    stage.run(3.0)
    assert [ended.track for ended in stage.all(r.Ended)] == [1]
    position = stage.last(r.Position)
    assert position.track == 2
    assert position.position_ms / 1000 == pytest.approx(
        position.heard_at - joined.heard_at, abs=0.003
    )


def test_after_a_seek_it_is_where_the_end_is() -> None:
    first, overlap = 30 * SECOND, 2 * SECOND
    stage = overlapping(2.0, first, 30 * SECOND, 1.0)
    stage.give(o.Seek(1, 1, 25_000.0))
    stage.run(5.5)
    left, right = gains(stage).T
    at = int(np.flatnonzero(right)[0]) - 1
    assert at / RATE == pytest.approx(4.0, abs=0.03)
    assert np.abs(left[at:][:overlap] - falling(overlap)).max() < 1e-6
    assert frames_of(stage, LEFT) == pytest.approx(SECOND + 5 * SECOND, abs=0.05 * SECOND)


def test_one_that_was_arranged_before_the_first_was_heard_is_where_it_should_be() -> None:
    stage = Stage()
    stage.load(1, on_side(LEFT, 4 * SECOND), start_ms=2000.0, paused=True)
    stage.run(0.05)
    stage.prepare(2, on_side(RIGHT, 4 * SECOND), 1.0)
    stage.run(0.1)
    stage.give(o.Resume())
    stage.run(2.5)
    left, right = gains(stage).T
    begins, ends = int(np.flatnonzero(right)[0]) - 1, int(np.flatnonzero(left)[-1]) + 1
    assert ends - begins == SECOND


def test_another_rate_is_no_other_length() -> None:
    stage = Stage()
    stage.load(1, on_side(LEFT, 4 * 44100, 44100))
    stage.prepare(2, on_side(RIGHT, 4 * SECOND), 1.0)
    stage.run(4.5)
    left, right = gains(stage).T
    both = slice(3 * SECOND, 4 * SECOND - 100)  # the resampler rings at the very end
    power = left[both] ** 2 + right[both] ** 2
    assert np.abs(power - 1.0).max() < 1e-3


# --- where there is none --------------------------------------------------------------------


@pytest.mark.parametrize("crossfade_s", [0.0, 0.04])
def test_a_very_short_one_is_a_joint(crossfade_s: float) -> None:
    stage = overlapping(crossfade_s, SECOND, SECOND, 2.3)
    left, right = gains(stage).T
    assert np.all(left[START:SECOND] == 1.0)
    assert np.all(right[SECOND : 2 * SECOND] == 1.0)
    assert not stage.last(r.Joined).overlaps


@pytest.mark.parametrize("number", [1, 2])
def test_a_track_whose_length_is_not_known_does_not_overlap(number: int) -> None:
    """Two links, so that the length is that of neither; longer than is decoded ahead."""
    unknown = on_side(number - 1, 4 * SECOND) * 2
    known = on_side(2 - number, 8 * SECOND)
    stage = Stage()
    stage.load(1, unknown if number == 1 else known)
    stage.prepare(2, known if number == 1 else unknown, 4.0)
    stage.run(9.0)
    left, right = gains(stage).T
    assert np.all(left[START : 8 * SECOND] == 1.0)
    assert np.all(right[8 * SECOND :] == 1.0)
    assert not stage.last(r.Joined).overlaps


def test_a_follower_that_comes_late_overlaps_what_is_left() -> None:
    stage = Stage()
    stage.load(1, on_side(LEFT, 6 * SECOND))
    stage.run(4.5)
    stage.prepare(2, on_side(RIGHT, 20 * SECOND), 4.0)
    stage.run(2.0)
    left, right = gains(stage).T
    start = int(np.flatnonzero(right)[0]) - 1
    overlap = 6 * SECOND - start
    assert start / RATE == pytest.approx(4.6, abs=0.03)
    assert np.abs(left[start:][:overlap] - falling(overlap)).max() < 1e-6
    assert np.abs(right[start:][:overlap] - rising(overlap)).max() < 1e-6


def test_one_that_is_forgotten_before_it_begins_leaves_no_trace() -> None:
    stage = overlapping(1.0, 4 * SECOND, 4 * SECOND, 2.9)
    stage.give(o.Forget(2))
    stage.run(1.3)
    left, right = gains(stage).T
    assert np.all(left[START : 4 * SECOND] == 1.0)
    assert not right.any()
    assert stage.last(r.Ended).track == 1


# --- what goes wrong amid the overlap -------------------------------------------------------


def fed_by_hand(first: bytes) -> Stage:
    """A first track of which only `first` came, but whose length is known, at its overlap of two
    seconds with the second.
    """
    whole = on_side(LEFT, 10 * SECOND)
    stage = Stage()
    stage.held_back.add(1)
    stage.load(1, whole)
    for start in range(0, len(first), 65536):
        stage.give(Data(1, 0, first[start : start + 65536]))
    stage.give(Tail(1, 0, len(whole), whole))
    stage.prepare(2, on_side(RIGHT, 10 * SECOND), 2.0)
    return stage


@pytest.mark.parametrize("last", [False, True], ids=["slow", "cut"])
def test_a_track_that_runs_dry_fades_out_and_the_other_goes_on(last: bool) -> None:
    stage = fed_by_hand(on_side(LEFT, 10 * SECOND)[: 9 * SECOND * 8])
    if last:
        stage.give(Data(1, 0, b"", last=True))
    stage.run(8.5)
    assert stage.last(r.Joined).overlaps
    stage.run(1.0)
    assert largest_step(stage) <= 1 / 64
    left, right = gains(stage).T
    start = 8 * SECOND
    assert not left[9 * SECOND :].any()
    assert np.abs(right[start:][:SECOND] - rising(2 * SECOND)[:SECOND]).max() < 1e-6
    assert stage.last(r.Ended).track == 1
    stage.give(o.Pause())
    stage.run(0.1)
    stage.give(o.Resume())
    stage.run(0.1)
    assert not stage.heard[9 * SECOND :, LEFT].any()


def test_a_stream_that_is_shorter_than_it_says_is_followed_all_the_same() -> None:
    stage = fed_by_hand(on_side(LEFT, 10 * SECOND)[: 7 * SECOND * 8])
    stage.give(Data(1, 0, b"", last=True))
    stage.run(9.0)
    right = gains(stage)[:, RIGHT]
    assert stage.last(r.Joined).track == 2
    assert int(np.flatnonzero(right)[0]) == pytest.approx(7 * SECOND, abs=2 * SECOND)


def test_both_are_decoded_no_further_ahead_than_one_is() -> None:
    stage = overlapping(12.0, 40 * SECOND, 40 * SECOND, 30.0)
    most = {1: 0, 2: 0}
    for _ in range(40):
        stage.run(0.1)
        voices = stage.voices
        for number, voice in zip((1, 2), voices, strict=True):
            most[number] = max(most[number], voice.buffered)
            assert voice.buffered > 0.2 * RATE
    assert max(most.values()) < 3 * RATE
