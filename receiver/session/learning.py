"""What becomes known of an item by opening it."""

from __future__ import annotations

from receiver.model import reports
from receiver.session.history import History
from receiver.session.queue import Queue


def learn(queue: Queue, history: History, item: str, report: reports.Report) -> None:
    """Note what a report tells of an item of the queue, if it does."""
    match report:
        case reports.Opened(seekable=seekable, live=live):
            queue.change(item, seekable=seekable, live=live)
            if live:  # then a length is but what somebody wrote into a playlist
                queue.change(item, duration_ms=None)
        case reports.Described(tags=tags, duration_ms=duration_ms):
            if tags is not None:
                queue.change(item, tags=tags)
            if duration_ms is not None:
                queue.change(item, duration_ms=duration_ms)
        case reports.Covered(cover=cover):
            queue.change(item, cover=cover)
        case _:
            return
    if (known := queue.item(item)) is not None:
        history.complete(known)
