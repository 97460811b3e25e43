"""Words over music: what is heard of both, and that the music is as it would be without them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from receiver.pcm.format import Format
from receiver.pcm.mixer import Mixer
from receiver.pcm.overlay import DUCK, DUCK_S, Overlay, room_for
from receiver.pcm.slew import MAX_BLOCK
from receiver.pcm.voice import Voice

RATE = 48000
FORMAT = Format(RATE, 2)
DUCKED = round(DUCK_S * RATE)
"""Frames after which the music has made room."""


def voice(value: float, seconds: float = 2.0) -> Voice:
    """One of a constant value, which fades in."""
    made = Voice(FORMAT, seconds)
    made.write(np.full((round(seconds * RATE), 2), value, np.float32))
    made.fade_to(1.0)
    return made


def mixer(*values: float) -> Mixer:
    """One with voices of these values, past their ramps."""
    made = Mixer(FORMAT)
    for value in values:
        made.add(voice(value))
    listen(made, 500)
    return made


def listen(reader: Mixer | Overlay, frames: int) -> np.ndarray:
    """The left channel of the next frames, in periods as of a card."""
    out = np.full((frames, 2), np.nan, np.float32)
    for start in range(0, frames, 441):
        reader.read(out[start : start + 441], start / RATE)
    np.testing.assert_array_equal(out[:, 0], out[:, 1])
    return out[:, 0]


def test_the_music_makes_room_on_a_ramp_and_comes_back_on_one() -> None:
    music = mixer(1.0)
    overlay = Overlay(music, Voice(FORMAT, 1.0))
    down = listen(overlay, DUCKED)
    assert down[0] == pytest.approx(1.0, abs=1e-4)
    assert down[-1] == pytest.approx(DUCK)
    overlay.needed = False
    up = listen(overlay, DUCKED)
    assert overlay.clear
    assert up[-1] == 1.0
    whole = np.concatenate([down, up, listen(music, 100)])
    assert np.abs(np.diff(whole)).max() < 1.1 / DUCKED, "not even where the mixer goes on alone"


def test_music_that_is_louder_than_the_words_makes_more_room() -> None:
    assert room_for(words=0.5, music=0.25) == DUCK
    assert room_for(words=0.1, music=0.4) * 0.4 == pytest.approx(DUCK * 0.1)
    assert room_for(words=0.1, music=0.0) == DUCK


def test_words_are_heard_while_the_music_is_muted() -> None:
    music = mixer(0.5)
    music.set_gain(0.0)
    overlay = Overlay(music, voice(0.5))
    overlay.set_gain(0.25, DUCK)
    assert listen(overlay, DUCKED)[-1] == pytest.approx(0.125)


def test_their_gain_moves_on_a_ramp() -> None:
    overlay = Overlay(mixer(), voice(1.0))
    overlay.set_gain(1.0, DUCK)
    listen(overlay, 1000)
    overlay.set_gain(0.0, DUCK)
    heard = listen(overlay, 1000)
    assert heard[-1] == overlay.gain == 0.0
    assert np.abs(np.diff(heard)).max() <= 1 / 64


def test_both_together_are_clipped() -> None:
    overlay = Overlay(mixer(1.0), voice(0.9))
    overlay.set_gain(1.0, DUCK)
    assert listen(overlay, DUCKED).max() == 1.0


def test_cut_it_begins_from_silence() -> None:
    overlay = Overlay(mixer(0.5), voice(0.5))
    overlay.set_gain(0.5, DUCK)
    listen(overlay, DUCKED)
    overlay.cut()
    heard = listen(overlay, 1000)
    assert abs(heard[0]) < 1 / 64
    assert np.abs(np.diff(heard)).max() <= 1 / 64


def test_silence_is_counted_when_neither_is_heard() -> None:
    overlay = Overlay(mixer(), voice(0.5, 0.1))
    overlay.set_gain(1.0, DUCK)
    listen(overlay, RATE // 20)
    assert overlay.silent_frames == 0
    overlay.words.end()
    listen(overlay, RATE // 10)
    assert overlay.silent_frames == RATE // 20
    overlay.music.add(voice(0.5))
    listen(overlay, 1000)
    assert overlay.silent_frames == 0


@settings(max_examples=30)
@given(
    st.lists(st.integers(1, 3 * MAX_BLOCK), min_size=1, max_size=12),
    st.integers(0, 11),
    st.integers(0, 11),
)
def test_the_music_runs_on_as_it_would_without(blocks: list[int], put: int, say: int) -> None:
    noise = np.random.default_rng(1).uniform(-0.5, 0.5, (RATE, 2)).astype(np.float32)
    alone, beside = Mixer(FORMAT), Mixer(FORMAT)
    voices = Voice(FORMAT, 2.0), Voice(FORMAT, 2.0)
    for music, made in zip((alone, beside), voices, strict=True):
        made.write(noise)
        made.fade_to(1.0)
        music.add(made)
    overlay = Overlay(beside, Voice(FORMAT, 1.0))
    overlay.needed = False
    heard_at = 0.0
    for number, frames in enumerate(blocks):
        expected, heard = np.empty((2, frames, 2), np.float32)
        alone.read(expected, heard_at)
        overlay.needed = overlay.needed or number == say
        reader = overlay if number >= put else beside
        reader.read(heard, heard_at)
        if not overlay.needed:
            np.testing.assert_array_equal(heard, expected)
        heard_at += frames / RATE
        assert voices[0].anchor == voices[1].anchor
        assert alone.silent_frames == beside.silent_frames
