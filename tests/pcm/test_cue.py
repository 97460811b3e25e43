"""A voice that fades with the frame that is heard at an instant."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from receiver.pcm.cue import Cue
from receiver.pcm.format import Format
from receiver.pcm.voice import Voice

FORMAT = Format(48000, 2)
RATE = FORMAT.rate
RAMP = 480
BEGAN = 500.0
"""Instant at which the first frame of the first block is heard."""


def counting(frames: int) -> Voice:
    """A parked voice whose frames are 1, 2, 3, ..."""
    voice = Voice(FORMAT, 0.5)
    assert voice.write(np.arange(1, frames + 1, dtype=np.float32)[:, None].repeat(2, 1)) == frames
    return voice


def listen(voice: Voice, frames: int, block: int, jitter: list[float] | None = None) -> np.ndarray:
    """What is heard, block by block, from `BEGAN` on."""
    parts, at = [], 0
    while at < frames:
        out = np.full((block, 2), 9e9, np.float32)
        late = jitter[(at // block) % len(jitter)] if jitter else 0.0
        count = voice.read(out, BEGAN + at / RATE + late, 1.0)
        out[count:] = 0.0
        parts.append(out[:, 0])
        at += block
    return np.concatenate(parts)[:frames]


def after(frames: int) -> float:
    """The instant so many frames after `BEGAN`."""
    return BEGAN + frames / RATE


RISE = np.arange(1, RAMP + 1) / RAMP


@pytest.mark.parametrize("block", [1, 64, 100, 192, 1000, 1024])
@pytest.mark.parametrize("frame", [0, 700, None])
def test_it_fades_in_at_the_frame_whatever_the_blocks(block: int, frame: int | None) -> None:
    voice = counting(8000)
    voice.fade_at(Cue(after(1234), RATE, frame), 1.0, RAMP)
    heard = listen(voice, 4096, block)
    first = frame or 0
    assert not heard[:1234].any()
    np.testing.assert_allclose(
        heard[1234 : 1234 + RAMP], np.arange(first + 1, first + 1 + RAMP) * RISE, rtol=1e-5
    )
    rest = heard[1234 + RAMP :]
    np.testing.assert_array_equal(rest, first + RAMP + 1 + np.arange(len(rest)))


@pytest.mark.parametrize("block", [1, 64, 100, 192, 1000, 1024])
def test_it_fades_out_at_the_frame_whatever_the_blocks(block: int) -> None:
    voice = counting(8000)
    voice.fade_to(1.0)
    voice.fade_at(Cue(after(1234), RATE), 0.0, RAMP)
    heard = listen(voice, 4096, block)
    np.testing.assert_array_equal(heard[192:1234], np.arange(193, 1235))
    np.testing.assert_allclose(
        heard[1234 : 1234 + RAMP], np.arange(1235, 1235 + RAMP) * (1 - RISE), rtol=1e-4, atol=1e-2
    )
    assert not heard[1234 + RAMP :].any()
    assert (voice.parked, voice.consumed, voice.cued) == (True, 1234 + RAMP - 1, False)


@given(
    st.integers(-3000, 3000),
    st.integers(0, 3000),
    st.integers(0, 2000),
    st.sampled_from([64, 500, 1024]),
)
def test_what_is_heard_is_due(at: int, frame: int, consumed: int, block: int) -> None:
    voice = counting(16_000)
    voice.fade_to(1.0)
    while voice.consumed < consumed:
        listen(voice, 100, 100)
    voice.fade_to(0.0)
    listen(voice, 1024, 512)
    voice.fade_at(Cue(after(at), RATE, frame), 1.0, RAMP)
    stood = voice.consumed
    heard = listen(voice, 8192, block)
    begins = np.flatnonzero(heard)[0]
    assert begins == max(at, 0, at + stood - frame), "neither early nor late"
    full = heard[begins + RAMP :]
    np.testing.assert_array_equal(full, begins + RAMP - at + frame + 1 + np.arange(len(full)))


def test_reports_that_jitter_do_not_add_up() -> None:
    voice = counting(8000)
    voice.fade_at(Cue(after(2000), RATE, 300), 1.0, RAMP)
    heard = listen(voice, 4096, 64, jitter=[0.0, 1e-3, -1e-3, 5e-4])
    begins = np.flatnonzero(heard)[0]
    full = heard[begins + RAMP :]
    assert abs(begins - 2000) <= 48
    assert abs(full[0] - (begins + RAMP - 2000 + 301)) <= 48
    np.testing.assert_array_equal(np.diff(full), 1)


def test_what_is_not_there_yet_is_waited_for_and_passed_over() -> None:
    voice = counting(1000)
    voice.fade_at(Cue(after(100), RATE, 1500), 1.0, RAMP)
    assert not listen(voice, 512, 64).any()
    assert (voice.parked, voice.starved, voice.consumed, voice.cued) == (True, False, 1000, True)
    assert voice.write(np.arange(1001, 5001, dtype=np.float32)[:, None].repeat(2, 1)) == 4000
    heard = listen(voice, 1024, 64)  # the same instants again
    assert np.flatnonzero(heard)[0] == 100
    assert heard[1000] == 1501 + 900


def test_what_would_run_dry_at_once_is_not_begun() -> None:
    voice = counting(300)
    voice.fade_at(Cue(after(10), RATE, 50), 1.0, RAMP)
    assert not listen(voice, 512, 256).any()
    assert (voice.starved, voice.starvations) == (False, 0)
    voice.end()
    assert listen(voice, 512, 256).any(), "when no more will come, it is"


def test_a_cue_can_be_forgotten_and_given_anew() -> None:
    voice = counting(8000)
    voice.fade_to(1.0)
    listen(voice, 1024, 64)
    voice.fade_at(Cue(after(100), RATE), 0.0, RAMP)
    assert voice.cued
    voice.keep_on()
    assert not voice.cued
    assert listen(voice, 1024, 64)[-1] == 2048
    voice.fade_at(Cue(after(100), RATE), 0.0, RAMP)
    voice.fade_at(Cue(after(900), RATE), 0.0, RAMP)
    assert listen(voice, 1024, 64)[899] == 2048 + 900
    voice.keep_on()
    assert not listen(voice, 1024, 64)[RAMP:].any(), "it had begun"


def test_while_it_waits_to_fade_out_it_can_run_dry() -> None:
    voice = counting(1000)
    voice.fade_to(1.0)
    voice.fade_at(Cue(after(5000), RATE), 0.0, RAMP)
    listen(voice, 2048, 64)
    assert (voice.starved, voice.parked, voice.cued) == (True, True, True)
