"""Curves and marks: gains by the place of a frame, and the frame with which a voice begins."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from receiver.pcm.crossfade import Curve, Mark
from receiver.pcm.format import Samples
from receiver.pcm.mixer import Mixer
from receiver.pcm.slew import MAX_BLOCK
from receiver.pcm.voice import Voice
from tests.pcm.test_mixer import FORMAT, RAMP


def gains(curve: Curve, frames: int, period: int) -> list[float]:
    """What the curve makes of ones, a period at a time."""
    out = np.ones((frames, 2), np.float32)
    for start in range(0, frames, period):
        curve.apply(out[start : start + period], start)
    assert np.array_equal(out[:, 0], out[:, 1])
    found: list[float] = out[:, 0].astype(float).tolist()
    return found


@given(
    st.integers(1, 3000),
    st.integers(0, 3000),
    st.integers(1, 3000),
    st.integers(1, MAX_BLOCK),
)
def test_a_voice_rises_stands_and_falls(rise: int, between: int, fall: int, period: int) -> None:
    curve = Curve(2, rise, rise + between, fall)
    found = gains(curve, rise + between + fall + 50, period)
    up, down = np.arange(rise) / rise, np.arange(fall) / fall
    expected = np.concatenate(
        [np.sin(up * np.pi / 2), np.ones(between), np.cos(down * np.pi / 2), np.zeros(50)]
    )
    assert found == pytest.approx(expected.tolist(), abs=1e-6)


def test_the_power_of_both_is_that_of_one() -> None:
    frames = 12 * 96_000
    place = frames // 3
    out = np.ones((2, 1000, 2), np.float32)
    Curve(2, frames).apply(out[0], place)
    Curve(2, 0, 500, frames).apply(out[1], place + 500)
    assert np.square(out).sum(axis=0) == pytest.approx(1.0, abs=1e-6)


def test_where_a_curve_bends() -> None:
    curve = Curve(2, 100, 1000, 50)
    assert [curve.bends(place, 64) for place in (0, 99, 100, 936, 937, 5000)] == [
        True, True, False, False, True, True,
    ]  # fmt: skip
    assert not Curve(2, 100).bends(100, MAX_BLOCK)


def pair(start: int) -> tuple[Mixer, Voice, Voice]:
    """A voice of 3000 frames, and one that begins at a mark in it: left and right."""
    mixer = Mixer(FORMAT)
    voices = []
    for side in (0, 1):
        voice = Voice(FORMAT, 0.1)
        samples = np.zeros((3000, 2), np.float32)
        samples[:, side] = 0.5
        voice.write(samples)
        voice.end()
        voice.fade_to(1.0)
        mixer.add(voice)
        voices.append(voice)
    voices[1].mark = Mark(voices[0], start)
    return mixer, voices[0], voices[1]


def hear(mixer: Mixer, frames: int, period: int = 256) -> Samples:
    """The next frames."""
    out = np.zeros((frames, 2), np.float32)
    for at in range(0, frames, period):
        mixer.read(out[at : at + period], at / FORMAT.rate)
    return out


@pytest.mark.parametrize("period", [64, 100, 333, 1024, 2500])
@pytest.mark.parametrize("start", [500, 1024, 1999])
def test_a_voice_begins_with_the_frame_of_its_mark_at_the_level_of_the_other(
    period: int, start: int
) -> None:
    mixer, _, second = pair(start)
    out = hear(mixer, 5000, period)
    assert not out[:start, 1].any()
    assert np.all(out[start : start + 3000, 1] == 0.5)
    assert not out[start + 3000 :, 1].any()
    assert second.first_heard_at == pytest.approx(start / FORMAT.rate)
    assert second.ended


def test_while_the_other_stands_it_does_not_begin() -> None:
    mixer, first, second = pair(RAMP * 4)
    hear(mixer, RAMP)
    first.fade_to(0.0)
    second.fade_to(0.0)
    hear(mixer, 5000)
    assert second.consumed == 0
    first.fade_to(1.0)
    second.fade_to(1.0)
    hear(mixer, 1000)
    assert second.consumed > 0


def test_it_begins_when_the_other_ends_too_early() -> None:
    mixer, first, second = pair(9000)
    hear(mixer, 4000)
    assert first.ended
    assert second.consumed > 0
