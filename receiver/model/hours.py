"""A part of the day."""

from __future__ import annotations

import re
from datetime import time
from typing import NamedTuple, Self

_HOURS = re.compile(r"(\d{1,2}):(\d\d)-(\d{1,2}):(\d\d)", re.ASCII)


class Hours(NamedTuple):
    """From `start` up to but not including `end`, by local time, over midnight where it must; both
    the same: all day.
    """

    start: time
    end: time

    @classmethod
    def parse(cls, text: str) -> Self:
        """`22:00-07:00`. Raises `ValueError`."""
        found = _HOURS.fullmatch(text)
        if found is None:
            raise ValueError(f"{text!r} is no part of the day, like 22:00-07:00")
        from_hour, from_minute, to_hour, to_minute = map(int, found.groups())
        return cls(time(from_hour, from_minute), time(to_hour % 24, to_minute))

    def hold(self, at: time) -> bool:
        """Whether `at` is within them."""
        if self.start < self.end:
            return self.start <= at < self.end
        return at >= self.start or at < self.end

    def __str__(self) -> str:
        return f"{self.start:%H:%M}-{self.end:%H:%M}"
