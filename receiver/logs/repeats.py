"""Keeps the same line from filling the log. Pure: time comes from the clock that is handed in."""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass

FIRST = 5
"""So many lines of a kind are shown at once."""
WINDOW_S = 60.0
"""What comes beyond them within this time is counted, and summed up in one line behind it."""
MOST_KINDS = 200
"""More are not kept apart; who was heard of longest ago is summed up early."""


@dataclass(slots=True)
class _Kind:
    """Lines made by the same call."""

    since: float
    shown: int = 0
    held_back: int = 0
    last: logging.LogRecord | None = None


class Repeats:
    """Lets records through, holds back, and sums up. One thread at a time.

    Records are of one kind when they have the same level and template: who writes a log line puts
    what differs into its arguments. What is only for finding faults (debug) is never held back.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        """`now` gives seconds that never go back."""
        self._now = now
        self._kinds: OrderedDict[tuple[str, int, str], _Kind] = OrderedDict()

    def take(self, record: logging.LogRecord) -> Iterator[logging.LogRecord]:
        """The records to be written now that this one has come: sums that are due, then itself
        if it is one of the first of its kind.
        """
        now = self._now()
        yield from self._due(now)
        if record.levelno <= logging.DEBUG:
            yield record
            return
        key = (record.name, record.levelno, str(record.msg))
        kind = self._kinds.pop(key, None) or _Kind(now)
        self._kinds[key] = kind
        if kind.shown < FIRST:
            kind.shown += 1
            yield record
        else:
            kind.held_back += 1
            kind.last = record
        if len(self._kinds) > MOST_KINDS:
            _, oldest = self._kinds.popitem(last=False)
            yield from self._sum(oldest, now)

    def rest(self) -> Iterator[logging.LogRecord]:
        """The sums of all that is still held back; for the end."""
        kinds, self._kinds = self._kinds, OrderedDict()
        for kind in kinds.values():
            yield from self._sum(kind, self._now())

    def _due(self, now: float) -> Iterator[logging.LogRecord]:
        over = [key for key, kind in self._kinds.items() if now - kind.since >= WINDOW_S]
        for key in over:
            yield from self._sum(self._kinds.pop(key), now)

    def _sum(self, kind: _Kind, now: float) -> Iterator[logging.LogRecord]:
        """The last of what was held back, which says how many they were."""
        record = kind.last
        if record is not None:
            times = "once more" if kind.held_back == 1 else f"{kind.held_back} times more"
            message = f"{record.getMessage()} ({times} within {now - kind.since:.0f} s)"
            yield logging.makeLogRecord(
                {**vars(record), "msg": "%s", "args": (message,), "exc_info": None}
            )
