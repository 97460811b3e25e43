"""From the format of a stream to the format of the device."""

from __future__ import annotations

import numpy as np

from receiver.pcm.downmix import downmix
from receiver.pcm.format import Format, Samples
from receiver.pcm.resample import Resampler


class Converter:
    """Channels and rate of one stretch of a stream, brought to those of the device.

    Raises `UnsupportedFormat` for more channels than have a place.
    """

    def __init__(self, source: Format, target: Format) -> None:
        self.source = source
        self._target = target
        # Whichever comes first, the resampler gets the fewer channels: it is the dearer of the two.
        self._fewer = min(source.channels, target.channels)
        self._resampler = Resampler(source.rate, target.rate, self._fewer)

    def convert(self, samples: Samples) -> Samples:
        """What is ready for the device after `samples` came in."""
        return self._spread(self._resampler.process(downmix(samples, self._fewer)))

    def flush(self) -> Samples:
        """The rest, at the end of the stretch."""
        return self._spread(self._resampler.flush())

    def _spread(self, samples: Samples) -> Samples:
        return downmix(samples, self._target.channels)


class Relay:
    """Two converters in a row, for a stretch in the middle of which the device became another one:
    so it has no seam.
    """

    def __init__(self, first: Converter | Relay, second: Converter) -> None:
        self.source: Format = first.source
        self._first = first
        self._second = second

    def convert(self, samples: Samples) -> Samples:
        """What is ready for the device after `samples` came in."""
        return self._second.convert(self._first.convert(samples))

    def flush(self) -> Samples:
        """The rest, at the end of the stretch."""
        return np.concatenate((self._second.convert(self._first.flush()), self._second.flush()))
