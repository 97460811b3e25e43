"""How loud the speaker is: never louder than the cap in force, whoever wants it."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import time

from receiver.model import orders
from receiver.model.state import Volume
from receiver.protocol.commands import Mute, SetVolume
from receiver.session.caps import Cap, Caps
from receiver.session.effects import Effect, Tell

VolumeCurve = Callable[[int], tuple[float, float | None]]
"""Percent to (linear gain, dB or None for silence)."""


class Loudness:
    """Volume and mute: two wishes that do not forget each other. Pure, but for `local_time`.

    A volume above the cap comes down to it, and is not remembered: where a cap is lifted, as in the
    morning, it stays as low as it was until somebody turns it up.
    """

    def __init__(
        self,
        curve: VolumeCurve,
        caps: Caps,
        local_time: Callable[[], time],
        percent: int = 50,
        muted: bool = False,
    ) -> None:
        """`local_time` tells the time of day."""
        self._curve = curve
        self._caps = caps
        self._local_time = local_time
        self.percent = percent
        self.muted = muted
        self._gain = curve(percent)[0]
        """What the engine has by now."""
        self.wake_at = _first_look(caps)
        """The instant at which `tick` is due."""

    @property
    def cap(self) -> Cap:
        """The one in force. The time of day, which takes a look at a file, is asked for only where
        it makes a difference.
        """
        caps = self._caps
        return Cap(caps.always) if caps.night is None else caps.at(self._local_time())

    @property
    def state(self) -> Volume:
        """As everybody is told."""
        _, db = self._curve(self.percent)
        cap, until = self.cap
        shown = None if until is None else f"{until:%H:%M}"
        return Volume(self.percent, self.muted, None if self.muted else db, cap, shown)

    def begin(self) -> list[Effect]:
        """What the engine is told, and a fresh one before anything can sound."""
        self.percent = min(self.percent, self.cap.percent)
        self._gain = self._curve(self.percent)[0]
        return [Tell(orders.SetGain(self._gain, self.muted))]

    def set(self, percent: int, muted: bool) -> list[Effect]:
        """Be as loud as is wished, from 0 up to the cap."""
        self.percent, self.muted = max(percent, 0), muted
        return self.begin()

    def wish(self, command: SetVolume | Mute) -> list[Effect]:
        """Be as a command wants it, up to the cap."""
        match command:
            case SetVolume(percent=None, by=by):
                return self.set(self.percent + (by or 0), self.muted)
            case SetVolume(percent=percent):
                return self.set(percent or 0, self.muted)
            case Mute(muted=muted):
                return self.set(self.percent, (not self.muted) if muted is None else muted)

    def follow(self, gain: float, muted: bool) -> list[Effect]:
        """Somebody has moved it behind our back, to a linear gain: be at the percent that comes
        nearest, or pull it back.
        """
        self.percent = min(range(101), key=lambda percent: abs(self._curve(percent)[0] - gain))
        self.muted, self._gain = muted, gain
        return self._pulled_back()

    def cap_by(self, caps: Caps) -> list[Effect]:
        """Let these be the caps from now on."""
        self._caps = caps
        self.wake_at = _first_look(caps)
        return self._pulled_back()

    def tick(self, now: float) -> list[Effect]:
        """Look at the time of day, if that is due."""
        if now < self.wake_at:
            return []
        self.wake_at = now + self._caps.look_in(self._local_time())
        return self._pulled_back()

    def _pulled_back(self) -> list[Effect]:
        """Down to the cap, where it is louder."""
        return self.begin() if self._gain > self._curve(self.cap.percent)[0] else []


def _first_look(caps: Caps) -> float:
    """The instant at which to look at the time of day: at once, where that makes a difference."""
    return math.inf if caps.night is None else 0.0
