"""Resampling: every frame in its place, clean, and none lost."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from receiver.pcm.resample import Resampler

PAIRS = [(48000, 44100), (44100, 48000), (8000, 44100), (192000, 48000), (22050, 44100)]


def tone(rate: int, frames: int) -> np.ndarray:
    """A sine of 997 Hz on the left, a cosine on the right."""
    phase = 2 * np.pi * 997 * np.arange(frames) / rate
    return np.stack([np.sin(phase), np.cos(phase)], axis=1).astype(np.float32)


def resample(source: int, device: int, samples: np.ndarray, sizes: list[int]) -> np.ndarray:
    """All that comes out when `samples` go in by pieces of these sizes, again and again."""
    resampler, parts, at = Resampler(source, device, 2), [], 0
    while at < len(samples):
        for size in sizes:
            parts.append(resampler.process(samples[at : at + size]))
            at += size
    return np.concatenate([*parts, resampler.flush()])


@pytest.mark.parametrize(("source", "device"), PAIRS)
def test_the_tone_comes_out_in_phase_from_first_to_last(source: int, device: int) -> None:
    out = resample(source, device, tone(source, source), [1000, 37])
    assert out.dtype == np.float32
    expected = tone(device, len(out))
    inner = slice(device // 50, -device // 50)  # a tone that begins at once is no pure tone
    assert np.abs(out[inner] - expected[inner]).max() < 1e-5


@given(
    st.sampled_from(PAIRS),
    st.integers(0, 20_000),
    st.lists(st.integers(1, 3000), min_size=1, max_size=5),
)
@settings(max_examples=30, deadline=None)
def test_the_count_of_frames_is_exact(
    rates: tuple[int, int], frames: int, sizes: list[int]
) -> None:
    out = resample(*rates, tone(rates[0], frames), sizes)
    assert abs(len(out) - frames * rates[1] / rates[0]) <= 0.5
    assert abs(len(out) - Resampler(*rates, 2).device_frames(frames)) <= 1


@given(st.sampled_from(PAIRS), st.integers(0, 2**40))
def test_positions_map_to_the_nearest_frame(rates: tuple[int, int], frames: int) -> None:
    resampler = Resampler(*rates, 2)
    there = resampler.device_frames(frames)
    assert abs(there * rates[0] - frames * rates[1]) * 2 <= rates[0]
    back = resampler.source_frames(there)
    assert abs(back - frames) <= max(1, rates[0] // rates[1])


def test_equal_rates_pass_through_without_soxr() -> None:
    program = (
        "import sys, numpy as np\n"
        "from receiver.pcm.resample import Resampler\n"
        "samples = np.ones((3, 2), np.float32)\n"
        "resampler = Resampler(44100, 44100, 2)\n"
        "assert resampler.process(samples) is samples\n"
        "assert resampler.flush().shape == (0, 2)\n"
        "assert resampler.device_frames(7) == resampler.source_frames(7) == 7\n"
        "assert 'soxr' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
