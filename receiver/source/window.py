"""The bytes of a stream held in memory: some ahead of the read position, some behind it."""

from __future__ import annotations

from collections import deque

PIECE = 64 << 10
"""Bytes: the longest piece that is stored."""

EAGER = 128 << 10
"""Bytes to have ahead at first. The start of a stream should cost the machine and the network no
more than it needs, and many are skipped soon: what is fetched ahead grows with what was taken."""


class ByteWindow:
    """A run of bytes without gaps, from offset `first` to `end`, with a read `position` in it.

    Bytes are appended at the end and taken at the position; those taken are kept until there are
    more than `behind` of them, so that small steps back cost nothing. How far ahead to fill is up
    to whoever appends: `full` tells when there is enough, which is at most `ahead`.
    """

    def __init__(self, start: int, *, ahead: int, behind: int) -> None:
        self.position = start
        self._start = start
        self._ahead_limit = ahead
        self._behind_limit = behind
        self._ahead: deque[bytes] = deque()
        self._behind: deque[bytes] = deque()
        self._ahead_size = 0
        self._behind_size = 0

    @property
    def first(self) -> int:
        """Offset of the oldest byte held."""
        return self.position - self._behind_size

    @property
    def end(self) -> int:
        """Offset after the newest byte held."""
        return self.position + self._ahead_size

    @property
    def ahead(self) -> int:
        """Bytes held from the position on."""
        return self._ahead_size

    @property
    def held(self) -> int:
        """All bytes held."""
        return self._ahead_size + self._behind_size

    @property
    def full(self) -> bool:
        """True while nothing should be appended."""
        wanted = max(EAGER, 2 * (self.position - self._start))
        return self._ahead_size >= min(wanted, self._ahead_limit)

    def append(self, data: bytes) -> None:
        """Take the bytes that follow `end`."""
        # Short pieces, so that those who take a part of one do not copy the rest again and again.
        for at in range(0, len(data), PIECE):
            self._ahead.append(data[at : at + PIECE])
        self._ahead_size += len(data)

    def take(self, limit: int) -> bytes:
        """The next bytes, at most `limit`, and move on; b"" when there are none."""
        pieces: list[bytes] = []
        wanted = limit
        while self._ahead and wanted:
            piece = self._ahead.popleft()
            if len(piece) > wanted:
                self._ahead.appendleft(piece[wanted:])
                piece = piece[:wanted]
            pieces.append(piece)
            wanted -= len(piece)
        data = pieces[0] if len(pieces) == 1 else b"".join(pieces)
        self._move(len(data))
        if data:
            self._behind.append(data)
        while self._behind_size > self._behind_limit:
            self._behind_size -= len(self._behind.popleft())
        return data

    def holds(self, offset: int) -> bool:
        """Whether `seek` can go to `offset`; its end counts."""
        return self.first <= offset <= self.end

    def seek(self, offset: int) -> None:
        """Move the position to an `offset` that is held."""
        assert self.holds(offset)
        while offset > self.position:
            piece = self._ahead.popleft()
            if len(piece) > (wanted := offset - self.position):
                self._ahead.appendleft(piece[wanted:])
                piece = piece[:wanted]
            self._behind.append(piece)
            self._move(len(piece))
        while offset < self.position:
            piece = self._behind.pop()
            if len(piece) > (wanted := self.position - offset):
                self._behind.append(piece[:-wanted])
                piece = piece[-wanted:]
            self._ahead.appendleft(piece)
            self._move(-len(piece))

    def copy(self, start: int, stop: int) -> bytes:
        """The bytes from `start` to `stop`, both held; the position stays."""
        assert self.first <= start <= stop <= self.end
        at = self.first
        pieces: list[bytes] = []
        for held in (self._behind, self._ahead):
            for piece in held:
                if at < stop and at + len(piece) > start:
                    pieces.append(piece[max(start - at, 0) : stop - at])
                at += len(piece)
        return b"".join(pieces)

    def clear(self) -> None:
        """Let go of all bytes: it may be long until nobody refers to the window any more, as an
        error does that was raised where it was filled.
        """
        self._ahead.clear()
        self._behind.clear()
        self._ahead_size = self._behind_size = 0

    def _move(self, count: int) -> None:
        self.position += count
        self._ahead_size -= count
        self._behind_size += count
