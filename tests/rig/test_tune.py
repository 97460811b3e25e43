"""The tune of the demo, as it lies in the project."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.rig.tracks import RATE, decode

TUNE = Path(__file__).parents[2] / "controller" / "demo" / "tune.ogg"


@pytest.mark.tools("oggdec")
def test_the_tune_is_fit_to_be_heard() -> None:
    pcm = decode(TUNE, channels=2).astype(np.float64) / 32768
    assert len(pcm) == 40 * RATE
    assert 0.5 < np.abs(pcm).max() < 0.95
    assert np.abs(pcm[:10]).max() < 0.01
    assert np.abs(pcm[-500:]).max() < 0.001
    seconds = np.sqrt((pcm.reshape(40, -1) ** 2).mean(axis=1))
    assert seconds[:38].min() > 0.03  # it never falls silent before its end


def test_the_tune_is_small_and_says_what_it_is() -> None:
    data = TUNE.read_bytes()
    assert 250_000 < len(data) < 450_000
    assert b"title=Needle Drop" in data[:8192]
    assert b"artist=Tonearm" in data[:8192]
