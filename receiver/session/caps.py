"""How loud the speaker may be made: a cap that always holds, and a lower one for the night. Pure.

The time of day may be set at any moment (a Raspberry Pi without a network has no idea of it), so
nothing is worked out ahead: it is asked again and again which cap is in force.
"""

from __future__ import annotations

import math
from datetime import time
from typing import NamedTuple, Self

from receiver.model.hours import Hours

DUSK_PERCENT_PER_S = 2
"""Before the night the cap comes down so fast, and is down when the night begins: music that leaps
down startles."""
STEP_S = 0.5
"""It comes down in such steps,"""
LOOK_S = 10.0
"""and otherwise the time of day is looked at so often."""
DAY_S = 86_400.0


class Cap(NamedTuple):
    """A cap in force: `percent` of volume. `until`: the time of day at which the night ends whose
    cap it is; None by day.
    """

    percent: int
    until: time | None = None


class Caps(NamedTuple):
    """The cap that always holds, and that of the `night`, both in percent; no night: None."""

    always: int = 100
    at_night: int = 100
    night: Hours | None = None

    @classmethod
    def configured(cls, volume_cap: int, night_cap: int, night_hours: str) -> Self:
        """As the options of these names say. A night cap that is not lower is none."""
        night = Hours.parse(night_hours) if night_hours and night_cap < volume_cap else None
        return cls(volume_cap, night_cap, night)

    def at(self, now: time) -> Cap:
        """The one that is in force at a time of day."""
        if self.night is None:
            return Cap(self.always)
        if self.night.hold(now):
            return Cap(self.at_night, self.night.end)
        dusk = self.at_night + int(DUSK_PERCENT_PER_S * _seconds(now, self.night.start))
        return Cap(min(self.always, dusk))

    def look_in(self, now: time) -> float:
        """Seconds after which to ask again; infinite where it is never another one."""
        if self.night is None:
            return math.inf
        dusk_s = (self.always - self.at_night) / DUSK_PERCENT_PER_S
        return min(max(_seconds(now, self.night.start) - dusk_s, STEP_S), LOOK_S)


def _seconds(now: time, to: time) -> float:
    """From one time of day until it is the other."""
    return (_of_day(to) - _of_day(now)) % DAY_S


def _of_day(at: time) -> float:
    return at.hour * 3600 + at.minute * 60 + at.second + at.microsecond / 1e6
