"""Frame readers for the tests of sinks."""

from __future__ import annotations

import threading

import numpy as np


class Reader:
    """Counts what is pulled: `frames` in all, and `blocks` of (first frame, frames, heard_at)."""

    def __init__(self) -> None:
        self.frames = 0
        self.blocks: list[tuple[int, int, float]] = []
        self._pulled = threading.Condition()

    def read(self, out: np.ndarray, heard_at: float) -> None:
        """A `FrameReader`."""
        assert out.dtype == np.float32
        assert out.flags.c_contiguous
        self.fill(out)
        with self._pulled:
            self.blocks.append((self.frames, len(out), heard_at))
            self.frames += len(out)
            self._pulled.notify_all()

    def fill(self, out: np.ndarray) -> None:
        """Frames 1, 2, 3, ... in steps of 16 bits; negative on the right."""
        count = np.arange(self.frames + 1, self.frames + len(out) + 1, dtype=np.float32) / 32768
        out[:, 0] = count
        out[:, 1:] = -count[:, None]

    def wait(self, frames: int, timeout: float = 5.0) -> None:
        """Return when so many frames were pulled."""
        with self._pulled:
            assert self._pulled.wait_for(lambda: self.frames >= frames, timeout)


class Constant(Reader):
    """The same value for ever."""

    def __init__(self, value: float) -> None:
        super().__init__()
        self.value = value

    def fill(self, out: np.ndarray) -> None:
        """The value."""
        out[:] = self.value
