"""The mixer against a slow one, and its promises one by one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from receiver.pcm.format import Format
from receiver.pcm.mixer import Mixer
from receiver.pcm.voice import Voice
from tests.pcm.model import SlowMixer, SlowVoice

FORMAT = Format(48000, 2)
RAMP = 192


def sounding(mixer: Mixer, frames: np.ndarray | float, seconds: float = 1.0) -> Voice:
    """A voice of constant or given frames, mixed in and past its ramp."""
    voice = Voice(FORMAT, seconds)
    voice.write(np.broadcast_to(np.float32(frames), (voice.writable, 2)))
    mixer.add(voice)
    voice.fade_to(1.0)
    listen(mixer, RAMP)
    return voice


def listen(mixer: Mixer, frames: int) -> np.ndarray:
    """The left channel of the next frames."""
    out = np.full((frames, 2), np.nan, np.float32)
    mixer.read(out, 5.0)
    np.testing.assert_array_equal(out[:, 0], out[:, 1])
    return out[:, 0]


def test_without_voices_it_is_silent_and_counts() -> None:
    mixer = Mixer(FORMAT)
    assert not listen(mixer, 300).any()
    assert not listen(mixer, 3000).any()
    assert mixer.silent_frames == 3300


def test_silence_is_counted_from_the_frame_after_the_last() -> None:
    mixer = Mixer(FORMAT)
    voice = sounding(mixer, 0.5)
    assert mixer.silent_frames == 0
    voice.fade_to(0.0)
    listen(mixer, 256)
    assert mixer.silent_frames == 256 - (RAMP - 1)
    mixer.remove(voice)
    mixer.remove(voice)
    listen(mixer, 100)
    assert mixer.silent_frames == 356 - (RAMP - 1)


def test_one_voice_at_full_gain_is_passed_bit_by_bit_and_not_clipped() -> None:
    mixer = Mixer(FORMAT)
    voice = sounding(mixer, 0.25)
    assert (listen(mixer, 5000) == 0.25).all()
    assert voice.consumed == 5000 + RAMP
    mixer.remove(voice)
    sounding(mixer, 1.5)
    assert (listen(mixer, 100) == 1.5).all()


def test_two_voices_are_summed_and_clipped() -> None:
    mixer = Mixer(FORMAT)
    sounding(mixer, 0.75)
    sounding(mixer, 0.125)
    assert (listen(mixer, 100) == 0.875).all()
    sounding(mixer, 0.5)
    assert (listen(mixer, 100) == 1.0).all()


def test_amplified_sound_is_clipped() -> None:
    mixer = Mixer(FORMAT)
    sounding(mixer, -0.75)
    mixer.set_gain(2.0)
    assert listen(mixer, 1000)[-1] == -1.0
    mixer.set_gain(1.0)
    assert listen(mixer, 1000).min() == -1.0


def test_a_gain_moves_on_a_ramp_and_is_there_within_a_period() -> None:
    mixer = Mixer(FORMAT)
    sounding(mixer, 1.0)
    mixer.set_gain(0.1)
    heard = listen(mixer, 256)
    assert np.abs(np.diff(heard, prepend=1.0)).max() <= 1 / RAMP + 1e-6
    np.testing.assert_array_equal(heard[RAMP:], np.float32(0.1))


def test_muted_it_plays_on() -> None:
    mixer = Mixer(FORMAT)
    voice = sounding(mixer, 1.0)
    mixer.set_gain(0.0)
    assert not listen(mixer, 256)[RAMP:].any()
    assert not listen(mixer, 256).any()
    assert (voice.consumed, mixer.silent_frames) == (RAMP + 512, 0)


@pytest.mark.parametrize(("gain", "period"), [(1.0, 64), (1.0, 500), (0.25, 500), (0.0, 128)])
def test_held_it_fades_out_stands_still_and_goes_on_with_the_next_frame(
    gain: float, period: int
) -> None:
    mixer = Mixer(FORMAT)
    voice = sounding(mixer, np.linspace(0.5, 1.0, 65536, dtype=np.float32)[:, None], 65536 / 48000)
    mixer.set_gain(gain)
    listen(mixer, RAMP)
    before = voice.consumed
    mixer.hold()
    faded = np.concatenate([listen(mixer, period) for _ in range(6)])
    audible = max(round(gain * RAMP) - 1, 0)
    assert voice.consumed - before == np.count_nonzero(faded) == audible
    assert not faded[audible:].any()
    assert mixer.silent_frames == (6 * period - audible if gain else 6 * period)
    mixer.release()
    back = listen(mixer, RAMP + 1)
    assert voice.consumed - before == audible + RAMP + 1
    assert back[-1] == pytest.approx(gain * (0.5 + 0.5 * (voice.consumed - 1) / 65535), abs=1e-6)
    assert np.abs(np.diff(np.concatenate([faded, back]))).max(initial=0.0) <= 1 / 64


def test_a_gain_set_in_silence_holds_from_the_first_frame() -> None:
    mixer = Mixer(FORMAT)
    mixer.set_gain(0.5)
    listen(mixer, 10)
    voice = Voice(FORMAT, 1.0)
    voice.write(np.ones((1000, 2), np.float32))
    mixer.add(voice)
    voice.fade_to(1.0)
    np.testing.assert_allclose(listen(mixer, RAMP), 0.5 * np.arange(1, RAMP + 1) / RAMP, atol=1e-6)


def test_a_block_may_be_longer_than_the_scratch() -> None:
    mixer = Mixer(FORMAT)
    first, second = sounding(mixer, 0.25, 2.0), sounding(mixer, 0.5, 2.0)
    second.fade_to(0.0)
    heard = listen(mixer, 10_000)
    assert (heard[RAMP:] == 0.25).all()
    assert first.anchor == (first.consumed, pytest.approx(5.0 + 10_000 / 48000))


@given(
    st.lists(
        st.one_of(
            st.tuples(
                st.sampled_from(["fade 0", "fade 1"]),
                st.sampled_from([0.0, 0.4, 1.0]),
                st.integers(RAMP, 700),
            ),
            st.tuples(st.just("gain"), st.sampled_from([0.0, 0.05, 0.5, 1.0]), st.just(0)),
            st.tuples(st.just("read"), st.just(0.0), st.integers(1, 1200)),
        ),
        max_size=15,
    ),
    st.integers(0, 2**32),
)
@settings(max_examples=40, deadline=None)
def test_it_does_what_a_slow_mixer_does(steps: list[tuple[str, float, int]], seed: int) -> None:
    rng = np.random.default_rng(seed)
    mixer, voices = Mixer(FORMAT), [Voice(FORMAT, 1.0), Voice(FORMAT, 1.0)]
    slow = SlowMixer([SlowVoice(), SlowVoice()], RAMP)
    for voice in voices:
        mixer.add(voice)
    for what, value, frames in [*steps, ("read", 0.0, 500)]:
        if what == "read":
            for voice, model in zip(voices, slow.voices, strict=True):
                more = rng.uniform(-0.5, 0.5, 4000 - voice.buffered).astype(np.float32)
                voice.write(np.stack([more, more], axis=1))
                model.frames.extend(more.tolist())
            np.testing.assert_allclose(listen(mixer, frames), slow.read(frames), atol=2e-5)
        elif what == "gain":
            mixer.set_gain(value)
            slow.gain = value
        else:
            number = int(what[-1])
            voices[number].fade_to(value, frames)
            slow.voices[number].fade_to(value, frames)
    for voice, model in zip(voices, slow.voices, strict=True):
        assert voice.buffered == len(model.frames)


@given(st.data())
@settings(max_examples=40, deadline=None)
def test_no_edge_steps_by_more_than_a_sixty_fourth(data: st.DataObject) -> None:
    """Full scale all along: two voices that take turns, and a volume that moves meanwhile."""
    mixer, voices = Mixer(FORMAT), [Voice(FORMAT, 1.0), Voice(FORMAT, 1.0)]
    for voice in voices:
        mixer.add(voice)
    parts = [np.zeros(1)]
    for turn in range(data.draw(st.integers(1, 10))):
        mixer.set_gain(data.draw(st.sampled_from([0.0, 0.5, 1.0])))
        voices[turn % 2].fade_to(data.draw(st.sampled_from([0.0, 1.0])))
        voices[turn % 2 - 1].fade_to(0.0)
        for voice in voices:
            voice.write(np.ones((2000 - min(2000, voice.buffered), 2), np.float32))
        parts.append(listen(mixer, data.draw(st.integers(1, 500))))
    assert np.abs(np.diff(np.concatenate(parts))).max() <= 1 / 64 + 1e-6
