"""What guests may do, and how much of it: the house rules. Pure: every call takes the instant."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from datetime import time
from typing import Any, NamedTuple

from receiver.errors import Forbidden, TooMany
from receiver.model.hours import Hours
from receiver.model.state import State
from receiver.protocol import commands as c
from receiver.trust.caller import Caller

HOUR_S = 3600.0
MOST_ADDED = 50
"""Items that one guest adds in an hour, and files that one uploads."""


class Limits(NamedTuple):
    """How much. `skips`: votes of one guest in an hour; `volume`: the percent up to which a guest
    may turn it; `hours`: when guests may do anything but look; None: always.
    """

    skips: int = 6
    volume: int = 60
    hours: Hours | None = None


class HouseRules:
    """Counts what guests do, and says when it is enough. Event loop only."""

    def __init__(self, limits: Limits, local_time: Callable[[], time]) -> None:
        self._limits = limits
        self._local_time = local_time
        self._added: dict[str, deque[float]] = {}
        self._uploaded: dict[str, deque[float]] = {}
        self._skipped: dict[str, deque[float]] = {}
        self._voted: tuple[str | None, set[str]] = (None, set())
        """An item, and who wants it skipped."""

    def limit(self, limits: Limits) -> None:
        """Let these be the limits from now on; what guests did counts on."""
        self._limits = limits

    def judge(
        self, guest: Caller, command: c.Command, state: State, present: int, now: float
    ) -> dict[str, Any] | None:
        """Whether `command` of a guest is carried out, while `present` guests are connected. A
        result: it is not, but that is its answer. Raises `Forbidden` and `TooMany`, which say why.
        """
        self._require_hours()
        match command:
            case c.QueueAdd(items=items):
                self._count(self._added, guest, len(items), MOST_ADDED, "items added", now)
            case c.Resume():
                if state.session.playback != "idle":
                    raise Forbidden("A guest may start the queue, but not go on after a pause.")
            case c.SetVolume(percent=percent, by=by):
                wanted = state.volume.percent + (by or 0) if percent is None else percent
                if wanted > self._limits.volume and wanted > state.volume.percent:
                    raise Forbidden(f"Guests may turn it up to {self._limits.volume} percent.")
            case c.Next():
                return self._vote(guest, state, present, now)
        return None

    def judge_upload(self, guest: Caller, now: float) -> None:
        """Whether a file of a guest is taken. Raises `Forbidden` and `TooMany`, which say why."""
        self._require_hours()
        self._count(self._uploaded, guest, 1, MOST_ADDED, "uploads", now)

    def _require_hours(self) -> None:
        hours = self._limits.hours
        if hours is not None and not hours.hold(self._local_time()):
            raise Forbidden(f"Guests may do this from {hours.start:%H:%M} to {hours.end:%H:%M}.")

    def _vote(self, guest: Caller, state: State, present: int, now: float) -> dict[str, Any] | None:
        """More than half of the guests who are there skip an item."""
        item = None if state.session.item is None else state.session.item.id
        if self._voted[0] != item:
            self._voted = (item, set())
        voters = self._voted[1]
        if guest.id not in voters:
            self._count(self._skipped, guest, 1, self._limits.skips, "votes to skip", now)
            voters.add(guest.id)
        needed = present // 2 + 1
        if len(voters) < needed:
            return {"votes": len(voters), "needed": needed}
        self._voted = (None, set())
        return None

    @staticmethod
    def _count(
        counts: dict[str, deque[float]],
        guest: Caller,
        more: int,
        most: int,
        what: str,
        now: float,
    ) -> None:
        """Count `more` of a kind for a guest. Raises `TooMany`, and then counts none."""
        times = counts.setdefault(guest.id, deque())
        while times and times[0] <= now - HOUR_S:
            times.popleft()
        if len(times) + more > most:
            wait = (times[0] + HOUR_S - now) / 60 if times else 0.0
            again = f" Again in {wait:.0f} min." if wait else ""
            raise TooMany(f"A guest has {most} {what} an hour.{again}")
        times.extend([now] * more)
