"""Downmixing: where each channel goes, and that nothing clips."""

from __future__ import annotations

import numpy as np
import pytest

from receiver.errors import UnsupportedFormat
from receiver.pcm.downmix import downmix

CENTRE = pytest.approx(0.7071, abs=1e-4)
NOTHING = (0.0, 0.0)


def shares(source: int, channels: int = 2) -> np.ndarray:
    """What of each source channel is in each device channel, left of the front being 1."""
    mixed = downmix(np.eye(source, dtype=np.float32), channels)
    return mixed / mixed[0, 0]


def test_what_fits_is_passed_on() -> None:
    for channels in (1, 2):
        samples = np.ones((5, channels), np.float32)
        assert downmix(samples, channels) is samples


def test_mono_goes_into_both_sides() -> None:
    assert downmix(np.array([[0.5], [-1.0]], np.float32), 2).tolist() == [[0.5, 0.5], [-1.0, -1.0]]


def test_stereo_to_mono_is_the_mean() -> None:
    assert downmix(np.array([[0.5, 0.25]], np.float32), 1).tolist() == [[0.375]]


@pytest.mark.parametrize(
    ("source", "places"),
    [
        (3, "L C R"),
        (4, "L R Ls Rs"),
        (5, "L C R Ls Rs"),
        (6, "L C R Ls Rs LFE"),
        (7, "L C R Ls Rs B LFE"),
        (8, "L C R Ls Rs Ls Rs LFE"),
    ],
)
def test_each_place_has_its_share(source: int, places: str) -> None:
    share = {
        "L": (1.0, 0.0),
        "R": (0.0, 1.0),
        "C": (CENTRE, CENTRE),
        "Ls": (CENTRE, 0.0),
        "Rs": (0.0, CENTRE),
        "B": (pytest.approx(0.5), pytest.approx(0.5)),
        "LFE": NOTHING,
    }
    assert [tuple(row) for row in shares(source)] == [share[place] for place in places.split()]


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("source", range(2, 9))
def test_full_scale_everywhere_is_full_scale(source: int, channels: int) -> None:
    for sign in (1, -1):
        loud = np.full((3, source), sign, np.float32)
        mixed = downmix(loud, channels)
        assert mixed.shape == (3, channels)
        assert mixed.dtype == np.float32
        assert mixed.flags.c_contiguous
        np.testing.assert_allclose(mixed, sign, atol=1e-6)


def test_mono_of_many_is_the_mean_of_its_stereo() -> None:
    samples = np.random.default_rng(1).uniform(-1, 1, (100, 6)).astype(np.float32)
    mean = downmix(samples, 2).mean(axis=1, keepdims=True)
    np.testing.assert_allclose(downmix(samples, 1), mean, atol=1e-6)


def test_nine_channels_have_no_places() -> None:
    with pytest.raises(UnsupportedFormat, match="9 channels"):
        downmix(np.zeros((1, 9), np.float32), 2)
