"""Channels and rate together."""

from __future__ import annotations

import numpy as np
import pytest

from receiver.pcm.convert import Converter
from receiver.pcm.format import Format


@pytest.mark.parametrize("source", [1, 2, 6])
@pytest.mark.parametrize("target", [1, 2])
@pytest.mark.parametrize("rate", [22050, 44100])
def test_what_comes_out_has_the_devices_format(source: int, target: int, rate: int) -> None:
    converter = Converter(Format(rate, source), Format(44100, target))
    samples = np.full((rate // 2, source), 0.5, np.float32)
    out = np.concatenate([converter.convert(samples), converter.flush()])
    assert out.shape == (22050, target)
    assert out.dtype == np.float32
    np.testing.assert_allclose(out[5000:-5000], 0.5, atol=1e-3)


def test_the_devices_own_format_is_passed_on() -> None:
    converter = Converter(Format(44100, 2), Format(44100, 2))
    samples = np.ones((10, 2), np.float32)
    assert converter.convert(samples) is samples
    assert converter.flush().shape == (0, 2)
