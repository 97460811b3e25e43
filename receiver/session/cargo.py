"""A queue on its way from one receiver to another, in parts."""

from __future__ import annotations

from collections.abc import Iterator

from receiver.protocol.peers import Prepare, QueuePart, Row
from receiver.session.queue import PAGE_CHARACTERS, Queue, characters


def parts_of(queue: Queue, handoff: str) -> Iterator[QueuePart]:
    """The whole queue as it is now, in parts that are not too long for one message each."""
    rows: list[Row] = []
    offset = room = 0
    for row in queue.rows():
        size = characters(row.item)
        if rows and size > room:
            yield QueuePart(handoff, queue.revision, offset, rows)
            offset, rows = offset + len(rows), []
        if not rows:
            room = PAGE_CHARACTERS
        rows.append(row)
        room -= size
    yield QueuePart(handoff, queue.revision, offset, rows)


class Cargo:
    """The parts that have come so far, however often."""

    def __init__(self) -> None:
        self._handoff = ""
        self._length = 0
        self.revision = 0
        """The revision that is waited for."""
        self._rows: dict[int, Row] = {}

    def expect(self, prepare: Prepare) -> None:
        """Wait for the queue as this message says that it is."""
        session = prepare.session
        if (self._handoff, self.revision) != (prepare.handoff, session.queue_revision):
            self._handoff, self.revision = prepare.handoff, session.queue_revision
            self._rows = {}
        self._length = session.length

    def put(self, part: QueuePart) -> None:
        """Take in a part. One of another revision is let be: all are said again."""
        if (part.handoff, part.revision) == (self._handoff, self.revision):
            self._rows |= enumerate(part.rows, part.offset)

    @property
    def complete(self) -> bool:
        """Whether all of it is here."""
        return len(self._rows) == self._length

    @property
    def rows(self) -> list[Row]:
        """All of it, in order."""
        return [self._rows[index] for index in sorted(self._rows)]
