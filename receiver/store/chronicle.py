"""Keeps the history: soon after each play, and with no more bytes than a card should bear."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Protocol

from receiver.clock.base import Clock
from receiver.model.history import Played
from receiver.store.history_file import HistoryFile, line_of

QUIET_S = 3.0
"""From a play to its line: by then its length is known, mostly."""
BYTES_PER_HOUR = 16_000
BURST = 4_000
"""Bytes that may be written at once, and in the long run: who skips through a thousand items makes
the card wait. Some forty plays an hour are well within it.
"""
LONGEST_PAUSE_S = 60.0
"""Between two tries at a disk that does not take anything."""

_S_PER_BYTE = 3600 / BYTES_PER_HOUR


class Subject(Protocol):
    """What is kept: see `receiver.session.history`. Event loop only."""

    revision: int
    """Another one as soon as `played` is."""

    @property
    def played(self) -> Sequence[Played]:
        """All of it, the oldest first."""
        ...

    def restore(self, played: Sequence[Played]) -> None:
        """Be what was kept."""
        ...


class Chronicle:
    """Brings a history back from its file, and adds to that what is not in it. Event loop only."""

    def __init__(self, file: HistoryFile, subject: Subject, clock: Clock) -> None:
        self._file = file
        self._subject = subject
        self._clock = clock
        self._kept: dict[int, Played] = {}
        self._revision = subject.revision
        self._changed = asyncio.Event()
        self._paid_at = -BURST * _S_PER_BYTE
        """The instant by which what was written has been paid for."""
        self._pause = QUIET_S

    async def begin(self) -> None:
        """Have the subject be what was kept: before anything is played."""
        played = await asyncio.to_thread(self._file.load)
        self._kept = {one.number: one for one in played}
        self._subject.restore(played)

    def look(self) -> None:
        """The subject may have changed. Cheap: ask as often as you like."""
        if self._subject.revision != self._revision:
            self._revision = self._subject.revision
            self._changed.set()

    async def run(self) -> None:
        """Keep it until cancelled."""
        while True:
            await self._changed.wait()
            wait = self._pause
            while wait > 0:
                await self._clock.sleep(wait)
                wait = self._paid_at - self._clock.now()
            self._changed.clear()
            earliest = self._clock.now() - BURST * _S_PER_BYTE
            self._paid_at = max(self._paid_at, earliest)
            kept = await self._keep(round((self._clock.now() - self._paid_at) / _S_PER_BYTE))
            self._pause = QUIET_S if kept else min(2 * self._pause, LONGEST_PAUSE_S)
            if self._missing:
                self._changed.set()

    async def finish(self) -> None:
        """The receiver stops: keep what is not kept. Not before `run` has ended."""
        await self._keep(None)

    @property
    def _missing(self) -> list[Played]:
        """What is not in the file, the oldest first."""
        kept = self._kept
        return [played for played in self._subject.played if kept.get(played.number) != played]

    async def _keep(self, room: int | None) -> bool:
        """Write what is missing: at least one line, and no more than there is `room` for (None:
        all).
        """
        chosen: list[Played] = []
        lines = b""
        for played in self._missing:
            line = line_of(played)
            if chosen and room is not None and len(lines) + len(line) > room:
                break
            chosen.append(played)
            lines += line
        if not chosen:
            return True
        numbers = [played.number for played in chosen]
        kept = await asyncio.to_thread(self._file.add, numbers, lines)
        if kept:
            self._paid_at += len(lines) * _S_PER_BYTE
            self._kept |= zip(numbers, chosen, strict=True)
            held = {played.number for played in self._subject.played}
            self._kept = {n: played for n, played in self._kept.items() if n in held}
        return kept
