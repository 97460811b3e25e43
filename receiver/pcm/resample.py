"""From the rate of a stream to that of the device, with soxr."""

from __future__ import annotations

from typing import Any

import numpy as np

from receiver.pcm.format import Samples

QUALITY = "HQ"
"""Of soxr: 20 bits, the passband up to 0.91 of the lower rate's half."""


class Resampler:
    """A stream at `source_rate` in, the same at `device_rate` out, frame 0 on frame 0.

    What comes out lags behind what went in (`process` may give nothing at first) but is not
    shifted: output frame n is the sound of instant n / device_rate. Where the rates agree, frames
    pass through as they are and soxr is not loaded. Not thread-safe.
    """

    def __init__(self, source_rate: int, device_rate: int, channels: int) -> None:
        self.source_rate = source_rate
        self.device_rate = device_rate
        self._stream: Any = None
        self._empty: Samples = np.zeros((0, channels), np.float32)
        if source_rate != device_rate:
            import soxr  # noqa: PLC0415 - costs memory, and most streams need none

            self._stream = soxr.ResampleStream(
                source_rate, device_rate, channels, dtype="float32", quality=QUALITY
            )

    def process(self, samples: Samples) -> Samples:
        """What is ready of the stream after `samples` were added to it."""
        if self._stream is None:
            return samples
        out: Samples = self._stream.resample_chunk(samples)
        return out

    def flush(self) -> Samples:
        """The rest, after the last `process`. In all, `device_frames` of what went in came out."""
        if self._stream is None:
            return self._empty
        out: Samples = self._stream.resample_chunk(self._empty, last=True)
        return out

    def device_frames(self, source_frames: int) -> int:
        """Frames at the device's rate that last as long as `source_frames` of the stream."""
        return _rescale(source_frames, self.source_rate, self.device_rate)

    def source_frames(self, device_frames: int) -> int:
        """Frames of the stream that last as long as `device_frames` of the device."""
        return _rescale(device_frames, self.device_rate, self.source_rate)


def _rescale(frames: int, rate: int, other: int) -> int:
    """Exact at any length, halves rounded up."""
    return (2 * frames * other + rate) // (2 * rate)
