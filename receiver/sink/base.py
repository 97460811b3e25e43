"""The promise of an audio sink, and of what it pulls frames from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from receiver.errors import NoDevice
from receiver.pcm.format import Format, Samples

HANG_SECONDS = 0.7
"""A started device that has not asked for frames for so long counts as dead, unless its buffer is
half as long."""


class DeviceHangs(NoDevice):
    """A call into the device's driver has not come back in time; it goes on by itself."""


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
    """The device as it was opened. `buffer`: seconds it holds; `metered`: it tells its level;
    `card`: what ALSA calls the controls of its card ("hw:1"), where it is on one.
    """

    backend: str
    device: str
    format: Format
    buffer: float
    metered: bool = False
    card: str | None = None

    @property
    def patience(self) -> float:
        """Seconds without a pull after which the started device counts as dead."""
        return max(HANG_SECONDS, 2 * self.buffer)


class AudioSink(Protocol):
    """One output device.

    All methods are called from one thread (not the audio thread) and raise `NoDevice` when the
    device cannot be used. Opened once, then started and dropped as often as is wanted: a stopped,
    open sink makes a sound within a few milliseconds, because its buffer is filled with music
    from the reader at `start`, not with silence before it.
    """

    info: SinkInfo
    """Valid after `open`."""

    def open(self, reader: FrameReader) -> SinkInfo:
        """Open the device, found anew by its name; it stays silent. After `DeviceHangs`, the same
        call once more tells at once how it stands.
        """
        ...

    def start(self) -> None:
        """Begin to pull. The first frames pulled are the first heard. Harmless when started."""
        ...

    def drop(self) -> None:
        """Stop pulling at once; throw away what the device has not played yet. Harmless twice."""
        ...

    def close(self) -> None:
        """Let go of the device. Harmless twice. Never raises; of a device that hangs it lets go
        when that has come to itself.
        """
        ...

    @property
    def delay_s(self) -> float:
        """Seconds from the newest pull to the instant at which its first frame is heard."""
        ...

    @property
    def pulled_at(self) -> float:
        """Instant of the newest pull, or of the start if that was later."""
        ...

    @property
    def started(self) -> bool:
        """True between `start` and `drop`, unless the device gave up by itself, or has hung for
        `SinkInfo.patience`. A device that gave up is closed and opened anew.
        """
        ...

    @property
    def underruns(self) -> int:
        """How often the device ran dry since `open`."""
        ...

    @property
    def gap_s(self) -> float:
        """Seconds that passed without a pull when it ran dry last: what its buffer would have had
        to last. 0 before.
        """
        ...

    @property
    def level_dbfs(self) -> float | None:
        """Peak of what was pulled over about the last 0.1 s, in dBFS; None where not metered
        (or silent).
        """
        ...
