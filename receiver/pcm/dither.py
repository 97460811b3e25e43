"""Rounding to 16 bits so that what is rounded off becomes a faint, even noise."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from receiver.pcm.format import Samples

NOISE_FRAMES = 1 << 15
"""Length of the noise, which is made once and used again and again."""


class Dither:
    """Converts float32 to int16 with triangular dither of two steps width.

    Without it, what is rounded off follows the music, as a distortion of quiet passages and of
    fades; with it, the mean of many frames is exact, far below the last bit. Audio thread.
    """

    def __init__(self, channels: int) -> None:
        uniform = np.random.default_rng(0).random((2, NOISE_FRAMES, channels), np.float32)
        self._noise: Samples = uniform[0] - uniform[1]
        self._at = 0

    def to_int16(self, samples: Samples, out: npt.NDArray[np.int16]) -> None:
        """Round `samples`, which are destroyed, into `out` of the same shape."""
        np.multiply(samples, 32768.0, out=samples)
        done = 0
        while done < len(samples):
            part = samples[done : done + NOISE_FRAMES - self._at]
            np.add(part, self._noise[self._at : self._at + len(part)], out=part)
            self._at = (self._at + len(part)) % NOISE_FRAMES
            done += len(part)
        np.rint(samples, out=samples)
        np.minimum(samples, 32767.0, out=samples)
        np.maximum(samples, -32768.0, out=samples)
        np.copyto(out, samples, casting="unsafe")
