"""A ring buffer of frames between one thread that writes and one that reads."""

from __future__ import annotations

import numpy as np

from receiver.pcm.format import Samples


class RingBuffer:
    """Holds at least `frames` frames; one producer thread, one consumer thread, no lock.

    Two counters only ever grow, each written by one side: `written` by the producer, after the
    frames are in place, and `read` by the consumer, after the frames were copied out. So each side
    sees a state of the other that is at worst old, which only makes it more careful. Nothing is
    allocated after construction.
    """

    def __init__(self, frames: int, channels: int) -> None:
        self.capacity = 1 << max(0, frames - 1).bit_length()
        self._mask = self.capacity - 1
        self._data: Samples = np.zeros((self.capacity, channels), np.float32)
        # The gain, as what numpy multiplies with in two thirds of the time that a number takes it.
        self._factor: Samples = np.ones((), np.float32)
        self._factor_is = 1.0
        self.written = 0
        """Frames written since construction."""
        self.read = 0
        """Frames read or skipped since construction."""

    @property
    def writable(self) -> int:
        """Frames that can be written now. Producer thread."""
        return self.capacity - (self.written - self.read)

    @property
    def readable(self) -> int:
        """Frames that can be read now. Any thread."""
        return self.written - self.read

    def write(self, samples: Samples) -> int:
        """Put in as many frames as there is room for; returns how many. Producer thread."""
        frames = min(len(samples), self.writable)
        start = self.written & self._mask
        head = min(frames, self.capacity - start)
        self._data[start : start + head] = samples[:head]
        if head < frames:
            self._data[: frames - head] = samples[head:frames]
        self.written += frames
        return frames

    def read_into(self, out: Samples, gain: float = 1.0) -> None:
        """Fill `out` with the next frames times `gain`. Consumer thread.

        `out` must not be longer than `readable`.
        """
        frames = len(out)
        start = self.read & self._mask
        end = start + frames
        if end > self.capacity:
            head = self.capacity - start
            out[:head] = self._data[start:]
            out[head:] = self._data[: frames - head]
            out *= gain
        elif gain == 1.0:
            out[:] = self._data[start:end]
        else:
            if gain != self._factor_is:
                self._factor_is = gain
                self._factor.fill(gain)
            np.multiply(self._data[start:end], self._factor, out)
        self.read += frames

    def skip(self, frames: int) -> int:
        """Pass over up to `frames` frames; returns how many. Consumer thread."""
        frames = min(frames, self.readable)
        self.read += frames
        return frames
