"""When a fade begins: with the frame that is heard at an instant."""

from __future__ import annotations

from typing import NamedTuple


class Cue(NamedTuple):
    """An instant and, for a fade in, the frame that is to be heard then.

    Each block tells anew when its first frame is heard, so what is worked out here gets as exact
    as that is by the time the fade begins.
    """

    at: float
    """Seconds on the clock."""
    rate: int
    """Frames per second of the device."""
    frame: float | None = None
    """Of the voice, counted from 0; the frames after it are due as time goes on. None: whichever
    is next."""

    def wait(self, heard_at: float, following: int) -> int:
        """Frames from the one heard at `heard_at` to the one that the fade begins with, where
        `following` is the next that the voice can give. 0 when that is late.
        """
        wait = round((self.at - heard_at) * self.rate)
        if self.frame is not None:
            wait = max(wait, following - self._due(heard_at, self.frame))
        return max(wait, 0)

    def skip(self, heard_at: float, following: int, wait: int) -> int:
        """Frames to be passed over, so that what is due then follows after `wait` frames."""
        if self.frame is None:
            return 0
        return max(self._due(heard_at, self.frame) + wait - following, 0)

    def _due(self, heard_at: float, frame: float) -> int:
        return round(frame + (heard_at - self.at) * self.rate)


class Fade(NamedTuple):
    """Where an envelope is to go. Each is told from the others by identity."""

    gain: float
    ramp: int
    """Frames from silence to full gain."""
    cue: Cue | None = None
    """None: at once."""
    before: Fade | None = None
    """The fade in force until the cue comes."""
