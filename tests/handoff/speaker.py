"""A speaker as a listener knows it: what is heard when, and where in the item."""

from __future__ import annotations

import math
from dataclasses import dataclass

HUSH = 0.005
"""Seconds that a plain stop takes to fade."""


@dataclass
class Heard:
    """Something is heard from `start` to `end`, beginning with the frame at `position_ms`."""

    what: str
    start: float
    position_ms: float
    end: float = math.inf
    falls_from: float = math.inf

    def position(self, at: float) -> float:
        """What is heard at an instant; it stands when it is over."""
        return self.position_ms + max(min(at, self.falls_from) - self.start, 0.0) * 1e3


class Speaker:
    """Keeps an account of the world's time. An order is heard `delay` seconds later."""

    def __init__(self, delay: float) -> None:
        self.delay = delay
        self.heard: list[Heard] = []
        self.stands_at = 0.0

    @property
    def last(self) -> Heard | None:
        """What is heard or will be, if anything."""
        return self.heard[-1] if self.heard and math.isinf(self.heard[-1].end) else None

    def position(self, at: float) -> float:
        """What is or will be heard at an instant."""
        heard = self.heard[-1] if self.heard else None
        if heard is None or heard.falls_from <= at - HUSH:
            return self.stands_at
        return heard.position(at)

    def play(self, what: str, position_ms: float, at: float, now: float) -> None:
        """Be heard from `at` on; what is late begins where it would be by then."""
        self.hush(now)
        start = max(at, now + self.delay)
        self.heard.append(Heard(what, start, position_ms + (start - at) * 1e3))

    def fall(self, at: float, over: float, now: float) -> None:
        """Fall silent from `at` on."""
        last = self.last
        if last is None:
            return
        last.falls_from = max(at, now + self.delay)
        last.end = last.falls_from + over
        self.stands_at = last.position(last.falls_from)
        if last.end <= last.start:
            self.heard.pop()

    def hush(self, now: float) -> None:
        """Fall silent, sooner than it did if need be."""
        self.fall(now, HUSH, now)
        if self.heard:
            self.heard[-1].end = min(self.heard[-1].end, now + self.delay + HUSH)

    def keep_on(self, position_ms: float, at: float, now: float) -> None:
        """Forget the fall, if it has not begun; otherwise be heard again where it would be."""
        last = self.heard[-1] if self.heard else None
        if last is not None and last.falls_from > now + self.delay:
            last.end = last.falls_from = math.inf
            return
        self.play(last.what if last else "", position_ms, at, now)

    def die(self, now: float) -> None:
        """The power is off."""
        for heard in self.heard:
            heard.end = min(heard.end, now)
        self.heard = [heard for heard in self.heard if heard.end > heard.start]


def overlaps(one: Speaker, other: Speaker) -> list[tuple[float, float]]:
    """When both are heard."""
    both = [(max(a.start, b.start), min(a.end, b.end)) for a in one.heard for b in other.heard]
    return sorted((start, end) for start, end in both if end > start)


def gaps(speakers: list[Speaker], start: float, end: float) -> list[tuple[float, float]]:
    """When none is heard, between two instants."""
    silent: list[tuple[float, float]] = []
    for heard in sorted((h for s in speakers for h in s.heard), key=lambda h: h.start):
        if heard.start > start:
            silent.append((start, min(heard.start, end)))
        start = max(start, heard.end)
    if start < end:
        silent.append((start, end))
    return [(a, b) for a, b in silent if b > a]
