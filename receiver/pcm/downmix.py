"""From the channels of a stream to those of the device.

Coefficients after ITU-R BS.775: centre and surrounds go into both sides at -3 dB, a channel that
stands behind the centre is first split over both surrounds; the low-frequency channel is left
out. The sum is scaled so that it cannot clip, whatever is in the channels.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from receiver.errors import UnsupportedFormat
from receiver.pcm.format import Samples

_HALF = math.sqrt(0.5)  # of the power: -3 dB
_LEFT, _RIGHT, _CENTRE = (1.0, 0.0), (0.0, 1.0), (_HALF, _HALF)
_LEFT_SURROUND, _RIGHT_SURROUND, _BACK = (_HALF, 0.0), (0.0, _HALF), (0.5, 0.5)
_LOW = (0.0, 0.0)

_TO_STEREO = {
    3: (_LEFT, _CENTRE, _RIGHT),
    4: (_LEFT, _RIGHT, _LEFT_SURROUND, _RIGHT_SURROUND),
    5: (_LEFT, _CENTRE, _RIGHT, _LEFT_SURROUND, _RIGHT_SURROUND),
    6: (_LEFT, _CENTRE, _RIGHT, _LEFT_SURROUND, _RIGHT_SURROUND, _LOW),
    7: (_LEFT, _CENTRE, _RIGHT, _LEFT_SURROUND, _RIGHT_SURROUND, _BACK, _LOW),
    8: (
        *(_LEFT, _CENTRE, _RIGHT),
        *(_LEFT_SURROUND, _RIGHT_SURROUND, _LEFT_SURROUND, _RIGHT_SURROUND),
        _LOW,
    ),
}
"""Shares in left and right of each channel, in the order of the Vorbis I specification, 4.3.9."""


def downmix(samples: Samples, channels: int) -> Samples:
    """`samples` of 1 to 8 channels in Vorbis order, as 1 or 2 `channels`.

    What fits already comes back as it is. Mono goes into both sides, stereo into mono at half.
    Raises `UnsupportedFormat` for more than 8 channels, whose places are not defined.
    """
    source = samples.shape[1]
    if source == channels:
        return samples
    if source == 1:
        return np.repeat(samples, channels, axis=1)
    mixed: Samples = samples @ _matrix(source, channels)
    return mixed


@lru_cache
def _matrix(source: int, channels: int) -> Samples:
    """Shape (source, channels): a product with it mixes down."""
    if source == 2:
        stereo = np.eye(2)
    elif source in _TO_STEREO:
        stereo = np.array(_TO_STEREO[source])
    else:
        raise UnsupportedFormat(
            f"The stream has {source} channels; at most {max(_TO_STEREO)} can be played."
        )
    mix = stereo if channels == 2 else stereo.sum(axis=1, keepdims=True)
    scaled: Samples = (mix / mix.sum(axis=0)).astype(np.float32)
    return scaled
