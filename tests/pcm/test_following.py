"""A voice that follows another: no frame between, none lost, none twice."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from receiver.pcm.format import Format
from receiver.pcm.mixer import Mixer
from receiver.pcm.voice import Voice
from tests.pcm.test_mixer import FORMAT, RAMP, listen

FIRST, SECOND = 1000, 3000
PLACES = (np.arange(FIRST + SECOND, dtype=np.float32) + 1) / 8192
"""Tells the number of each frame of both, one after the other."""


def pair(first: int = FIRST) -> tuple[Mixer, Voice, Voice]:
    """A mixer with a voice, and another that follows it; the first is faded in."""
    mixer = Mixer(FORMAT)
    voices = []
    for part in (PLACES[:first], PLACES[first:]):
        voice = Voice(Format(FORMAT.rate, 2), 0.1)
        assert voice.write(np.repeat(part[:, None], 2, 1)) == len(part)
        voice.end()
        voices.append(voice)
    one, two = voices
    one.follow_with(two)
    mixer.add(one)
    for voice in voices:
        voice.fade_to(1.0)
    return mixer, one, two


@pytest.mark.parametrize("period", [64, 100, 200, 333, 1000, 1024, 4000])
@pytest.mark.parametrize("swapped", [True, False])
def test_the_frames_are_those_of_one_stream(period: int, swapped: bool) -> None:
    mixer, one, two = pair()
    heard = []
    for _ in range(4200 // period + 1):
        heard.append(listen(mixer, period))
        if swapped and two.consumed:
            mixer.replace(one, two)
    all_heard = np.concatenate(heard)
    assert np.array_equal(all_heard[RAMP:4000], PLACES[RAMP:])
    assert not all_heard[4000:].any()
    assert (one.ended, two.ended) == (True, True)


def test_the_place_of_the_second_is_told_from_its_own_start() -> None:
    mixer, _, two = pair()
    out = np.zeros((1024, 2), np.float32)
    mixer.read(out, 5.0)
    assert two.first_heard_at == pytest.approx(5.0 + FIRST / FORMAT.rate)
    assert two.anchor == (24, pytest.approx(5.0 + 1024 / FORMAT.rate))


def test_what_was_let_be_does_not_follow() -> None:
    mixer, one, two = pair()
    listen(mixer, 500)
    one.follow_with(None)
    assert not listen(mixer, 2000)[500:].any()
    assert two.consumed == 0


def test_an_empty_voice_is_followed_with_a_fade_in() -> None:
    mixer, _, _ = pair(first=0)
    heard = listen(mixer, 1000)
    assert np.abs(np.diff(heard, prepend=0.0)).max() <= 1 / 64
    assert np.array_equal(heard[RAMP:], PLACES[RAMP:1000])


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.sampled_from([64, 128, 500]), st.sampled_from([0.0, 1.0]))))
def test_a_pause_around_the_joint_loses_nothing_and_does_not_click(
    script: list[tuple[int, float]],
) -> None:
    mixer, one, two = pair()
    heard = [listen(mixer, 700)]
    for period, gain in script:
        one.fade_to(gain)
        two.fade_to(gain)
        heard.append(listen(mixer, period))
    one.fade_to(1.0)
    two.fade_to(1.0)
    heard.append(listen(mixer, 6000))
    frames = np.concatenate(heard)
    assert one.consumed + two.consumed == FIRST + SECOND
    # All but the step from the very last frame, at full level, to the silence after it.
    last = np.flatnonzero(frames)[-1]
    assert np.abs(np.diff(frames[: last + 1])).max() <= 1 / 64 + 1 / 8192
