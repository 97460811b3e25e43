"""Decoders of streams that are over, kept for the next stream with the same headers.

What one encoder makes at one quality has the same set-up, so the tracks of an album share it; to
check and build it takes longer than to decode the first block.
"""

from __future__ import annotations

from receiver.decoder.libvorbis import Synthesis
from receiver.decoder.setup_guard import check_setup

ROOM = 2
"""Decoders kept: one for a track and one for that which follows it. Some 300 KB each."""


class Shelf:
    """Up to `room` idle decoders by their headers. One thread at a time."""

    def __init__(self, room: int = ROOM) -> None:
        self._room = room
        self._idle: dict[tuple[bytes, bytes], Synthesis] = {}

    def take(self, identification: bytes, setup: bytes) -> Synthesis:
        """A decoder at the start of a stream with these headers, which are checked.

        Raises `Unplayable` when they are damaged or out of bounds.
        """
        kept = self._idle.pop((identification, setup), None)
        if kept is not None:
            kept.restart()
            return kept
        check_setup(setup)
        return Synthesis(identification, setup)

    def put_back(self, identification: bytes, setup: bytes, synthesis: Synthesis) -> None:
        """Leave a decoder that is done with; the shelf frees it sooner or later."""
        former = self._idle.pop((identification, setup), None)
        if former is not None:
            former.close()
        self._idle[identification, setup] = synthesis
        while len(self._idle) > self._room:
            self._idle.pop(next(iter(self._idle))).close()
