"""The promise of an audio sink, and of what it pulls frames from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from receiver.pcm.format import Format, Samples

HANG_SECONDS = 2.0
"""A started device that has not asked for frames for so long counts as dead."""


class FrameReader(Protocol):
    """What a sink pulls from."""

    def read(self, out: Samples, heard_at: float) -> None:
        """Fill all of `out`, shape (frames, channels); `heard_at` is the instant at which its
        first frame will be heard, in seconds on the clock.

        Runs on the audio thread: copies and counts. Never raises, waits, logs or allocates.
        """
        ...


@dataclass(frozen=True, slots=True)
class SinkInfo:
    """The device as it was opened. `buffer`: seconds it holds; `metered`: it tells its level."""

    backend: str
    device: str
    format: Format
    buffer: float
    metered: bool = False


class AudioSink(Protocol):
    """One output device.

    All methods are called from one thread (not the audio thread) and raise `NoDevice` when the
    device cannot be used. Opened once, then started and dropped as often as is wanted: a stopped,
    open sink makes a sound within a few milliseconds, because its buffer is filled with music
    from the reader at `start`, not with silence before it.
    """

    info: SinkInfo
    """Valid after `open`."""
    delay_s: float
    """Seconds from the newest pull to the instant at which its first frame is heard."""

    def open(self, reader: FrameReader) -> SinkInfo:
        """Open the device; it stays silent."""
        ...

    def start(self) -> None:
        """Begin to pull. The first frames pulled are the first heard. Harmless when started."""
        ...

    def drop(self) -> None:
        """Stop pulling at once; throw away what the device has not played yet. Harmless twice."""
        ...

    def close(self) -> None:
        """Let go of the device. Harmless twice."""
        ...

    @property
    def started(self) -> bool:
        """True between `start` and `drop`, unless the device gave up by itself, or has hung for
        `HANG_SECONDS`. A device that gave up is closed and opened anew.
        """
        ...

    @property
    def underruns(self) -> int:
        """How often the device ran dry since `open`."""
        ...

    @property
    def level_dbfs(self) -> float | None:
        """Peak of what was pulled over about the last 0.1 s, in dBFS; None where not metered
        (or silent).
        """
        ...
