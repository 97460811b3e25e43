"""When the amplifier is on. Pure: every call takes the instant, in seconds."""

from __future__ import annotations

import math


class Amplifier:
    """On with the first sign of sound, off after a time of silence."""

    def __init__(self, off_after_s: float) -> None:
        self._off_after_s = off_after_s
        self._sounding = False
        self.on = False
        """What it should be now."""
        self.wake_at = math.inf
        """The instant at which `tick` is due."""

    def sound(self, sounding: bool, now: float) -> None:
        """There is sound, or about to be; or there is none."""
        if sounding:
            self.on, self.wake_at = True, math.inf
        elif self._sounding:
            self.wake_at = now + self._off_after_s
        self._sounding = sounding

    def herald(self, now: float) -> None:
        """Something is being opened that may sound at any time from now on."""
        self.on = True
        if not self._sounding:
            self.wake_at = now + self._off_after_s

    def tick(self, now: float) -> None:
        """Time has passed."""
        if now >= self.wake_at:
            self.on, self.wake_at = False, math.inf
