"""What the commands for the queue do to it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from receiver.errors import Conflict
from receiver.model.state import Entry, Item, Tags
from receiver.model.text import visible
from receiver.protocol import commands as c
from receiver.session.queue import Queue

Edit = (
    c.QueueAdd
    | c.QueueRemove
    | c.QueueMove
    | c.QueueClear
    | c.QueueList
    | c.SetRepeat
    | c.SetShuffle
    | c.SetCrossfade
)
"""Commands that concern the queue alone, unless they take the current item out of it."""


def new_items(
    entries: Iterable[Entry | c.Entry], by: str | None, new_id: Callable[[], str]
) -> list[Item]:
    """Items for what was named, with ids of their own. Lists and guests name them, so their texts
    are made harmless.
    """
    by = by and visible(by)
    return [
        Item(id=new_id(), url=e.url, tags=_shown(e.tags), duration_ms=e.duration_ms, added_by=by)
        for e in entries
    ]


def _shown(tags: Tags) -> Tags:
    title, artist, album = (
        text and visible(text).strip() for text in (tags.title, tags.artist, tags.album)
    )
    return Tags(title or None, artist or None, album or None)


class Edited(NamedTuple):
    """What to answer; and, where the current item was taken out, what is to follow it."""

    result: dict[str, Any]
    heir: str | None = None


def edit(queue: Queue, command: Edit, new_id: Callable[[], str]) -> Edited:
    """Carry out one edit. `new_id` gives ids for new items.

    Raises `NoSuchItem`, `Conflict` and `BadRequest`; then nothing was changed.
    """
    heir = None
    result: dict[str, Any] = {}
    match command:
        case c.QueueAdd(items=entries, at=at, by=by):
            items = new_items(entries, by, new_id)
            queue.add(items, at)
            result["items"] = [item.id for item in items]
        case c.QueueRemove(items=ids):
            heir = queue.remove(ids)
        case c.QueueMove(item=item, at=at, revision=revision):
            if isinstance(at, int) and revision not in (None, queue.revision):
                raise Conflict(
                    "The queue was changed meanwhile, so that place is another one now;"
                    " look at it anew.",
                    queue=queue.state,
                )
            queue.move(item, at)
        case c.QueueClear(revision=revision):
            heir = queue.clear(revision)
        case c.QueueList(offset=offset, count=count):
            result |= {"offset": offset, "items": queue.page(offset, count)}
        case c.SetRepeat(repeat=repeat):
            queue.set_repeat(repeat)
        case c.SetShuffle(shuffle=shuffle):
            queue.set_shuffle(shuffle)
        case c.SetCrossfade(seconds=seconds):
            queue.set_crossfade(round(seconds * 1000))
    return Edited({"queue": queue.state, **result}, heir)
