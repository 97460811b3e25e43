"""A voice: fades, parking, running dry, the end."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from receiver.pcm.format import Format
from receiver.pcm.slew import MIN_RAMP, default_ramp
from receiver.pcm.voice import Voice

FORMAT = Format(48000, 2)
RAMP = 192
STEP = 1 / RAMP + 1e-6


def voice_of(frames: int, seconds: float = 0.5) -> Voice:
    """A parked voice that holds so many frames of full scale."""
    voice = Voice(FORMAT, seconds)
    assert voice.write(np.ones((frames, 2), np.float32)) == frames
    return voice


def listen(voice: Voice, frames: int, heard_at: float = 1.0) -> np.ndarray:
    """The left channel of what is heard in one block; silence behind the voice's frames."""
    out = np.zeros((frames, 2), np.float32)
    count = voice.read(out, heard_at, 1.0)
    assert not out[count:].any()
    np.testing.assert_array_equal(out[:, 0], out[:, 1])
    return out[:, 0]


def playing(frames: int) -> Voice:
    """A voice at full gain that holds so many frames."""
    voice = voice_of(frames + RAMP)
    voice.fade_to(1.0)
    assert listen(voice, RAMP)[-1] == 1.0
    return voice


def test_the_ramp_lasts_four_milliseconds_and_never_less_than_192_frames() -> None:
    assert default_ramp(48000) == MIN_RAMP == RAMP
    assert default_ramp(8000) == RAMP
    assert default_ramp(192000) == 768


def test_a_new_voice_is_parked() -> None:
    voice = voice_of(1000)
    assert not listen(voice, 256).any()
    assert (voice.parked, voice.consumed, voice.buffered) == (True, 0, 1000)
    assert (voice.first_heard_at, voice.anchor, voice.starved, voice.ended) == (
        *(None, None),
        *(False, False),
    )


def test_it_fades_in_from_its_first_frame() -> None:
    voice = voice_of(1000)
    voice.fade_to(1.0)
    heard = listen(voice, 256, heard_at=7.0)
    np.testing.assert_allclose(heard[:RAMP], np.arange(1, RAMP + 1) / RAMP, atol=1e-6)
    assert (heard[RAMP - 1 :] == 1.0).all()
    assert (voice.parked, voice.consumed, voice.first_heard_at) == (False, 256, 7.0)
    assert voice.anchor == (256, 7.0 + 256 / 48000)


def test_it_fades_out_and_parks_on_the_frame_that_would_be_silent() -> None:
    voice = playing(2000)
    voice.fade_to(0.0)
    heard = listen(voice, 256)
    np.testing.assert_allclose(heard[: RAMP - 1], np.arange(RAMP - 1, 0, -1) / RAMP, atol=1e-6)
    assert not heard[RAMP - 1 :].any()
    assert (voice.parked, voice.consumed, voice.starved) == (True, RAMP + RAMP - 1, False)
    assert not listen(voice, 256).any()
    assert voice.consumed == RAMP + RAMP - 1


def test_a_fade_can_turn_round_halfway() -> None:
    voice = playing(2000)
    voice.fade_to(0.0)
    down = listen(voice, 100)
    voice.fade_to(1.0)
    up = listen(voice, 200)
    assert np.abs(np.diff(np.concatenate([[1.0], down, up]))).max() <= STEP
    assert up[-1] == 1.0
    assert not voice.parked


def test_a_fade_is_never_shorter_than_the_shortest_ramp() -> None:
    voice = voice_of(1000)
    voice.fade_to(1.0, ramp_frames=1)
    assert np.abs(np.diff(listen(voice, 256), prepend=0)).max() <= STEP


def test_running_dry_it_fades_out_over_its_last_frames() -> None:
    voice = playing(300)
    heard = listen(voice, 1000)
    assert (heard[: 300 - RAMP] == 1.0).all()
    assert np.abs(np.diff(heard)).max() <= STEP
    assert (voice.starved, voice.parked, voice.starvations) == (True, True, 1)
    assert voice.buffered == 1  # the frame that would have been silent


def test_starved_it_waits_for_the_next_fade_however_much_is_written() -> None:
    voice = playing(300)
    listen(voice, 1000)
    voice.write(np.ones((2000, 2), np.float32))
    assert not listen(voice, 256).any()
    assert voice.starved
    voice.fade_to(1.0)
    assert not voice.starved
    assert listen(voice, 256)[-1] == 1.0
    assert (voice.starved, voice.starvations) == (False, 1)


def test_asked_to_sound_without_frames_it_is_starved_but_nothing_was_cut_off() -> None:
    voice = voice_of(300)
    voice.fade_to(1.0)
    assert not listen(voice, 256).any()
    assert (voice.starved, voice.parked, voice.starvations, voice.consumed) == (True, True, 0, 0)


def test_after_the_end_it_plays_to_the_last_frame_at_full_gain() -> None:
    voice = playing(300)
    voice.end()
    assert not voice.ended
    heard = listen(voice, 1000)
    assert (heard[:300] == 1.0).all()
    assert not heard[300:].any()
    assert (voice.ended, voice.parked, voice.starved) == (True, True, False)


def test_a_stream_shorter_than_a_ramp_is_played() -> None:
    voice = voice_of(50)
    voice.end()
    voice.fade_to(1.0)
    np.testing.assert_allclose(listen(voice, 256)[:50], np.arange(1, 51) / RAMP, atol=1e-6)
    assert voice.ended


def test_an_empty_stream_is_over_at_once() -> None:
    voice = voice_of(0)
    voice.end()
    voice.fade_to(1.0)
    assert not listen(voice, 256).any()
    assert (voice.ended, voice.first_heard_at) == (True, None)


def test_a_pause_close_to_the_end_may_reach_it() -> None:
    voice = playing(300)
    voice.end()
    listen(voice, 200)
    voice.fade_to(0.0)
    heard = listen(voice, 256)
    assert np.count_nonzero(heard) == 100
    assert (voice.ended, voice.parked) == (True, True)


def test_a_pause_is_no_starvation() -> None:
    voice = playing(300)
    voice.fade_to(0.0)
    listen(voice, 256)
    assert (voice.starved, voice.starvations, voice.parked) == (False, 0, True)


def test_a_slow_fade_out_that_runs_dry_hurries() -> None:
    voice = playing(400)
    voice.fade_to(0.0, ramp_frames=5000)
    heard = np.concatenate([listen(voice, 64) for _ in range(10)])
    assert np.abs(np.diff(heard)).max() <= STEP
    assert voice.parked


step = st.one_of(
    st.tuples(st.just("write"), st.integers(0, 1500)),
    st.tuples(st.just("read"), st.integers(1, 1024)),
    st.tuples(st.just("fade"), st.sampled_from([0.0, 0.3, 1.0, 1.0])),
    st.tuples(st.just("slow"), st.sampled_from([0.0, 1.0])),
    st.tuples(st.just("end"), st.none()),
)


@given(st.lists(step, max_size=40))
def test_each_frame_is_heard_once_in_order_and_the_gain_never_jumps(
    steps: list[tuple[str, float]],
) -> None:
    level, number = Voice(FORMAT, 0.1), Voice(FORMAT, 0.1)  # same commands, other frames
    both = (level, number)
    gains, values, written, ended = [np.zeros(1)], [np.zeros(1)], 0, False
    for what, value in [*steps, ("read", 1024)]:
        if what == "write" and not ended:
            frames = min(int(value), level.writable)
            level.write(np.ones((frames, 2), np.float32))
            count = np.arange(written + 1, written + frames + 1, dtype=np.float32)
            number.write(np.stack([count, count], axis=1))
            written += frames
        elif what == "read":
            gains.append(listen(level, int(value)))
            values.append(listen(number, int(value)))
        elif what in ("fade", "slow"):
            for voice in both:
                voice.fade_to(value, 1000 if what == "slow" else None)
        elif what == "end":
            ended = True
            for voice in both:
                voice.end()
    gain, product = np.concatenate(gains), np.concatenate(values)
    sounding = gain > 0
    order = np.rint(product[sounding] / gain[sounding])
    np.testing.assert_array_equal(order, np.arange(1, level.consumed + 1))
    if not ended:  # the very last frame is the stream's own end, at full gain
        assert np.abs(np.diff(gain)).max() <= STEP
    assert level.buffered == written - level.consumed


@pytest.mark.parametrize("block", [1, 7, 256, 1024])
def test_block_sizes_do_not_matter(block: int) -> None:
    voice = voice_of(4096)
    voice.fade_to(1.0)
    heard = np.concatenate([listen(voice, block) for _ in range(1024 // block)])
    expected = np.minimum(np.arange(1, len(heard) + 1) / RAMP, 1.0)
    np.testing.assert_allclose(heard, expected, atol=1e-6)
