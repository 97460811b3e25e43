"""The queue: what is played, in which order, and what comes after what.

Pure. Items are known by ids that never change, so an edit that was made on an older state still
means what it meant. The *list* is the order people see and edit; the *play order* is the same, or,
shuffled, a permutation of it that is kept until shuffle is switched off, when the list is as it
was.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Literal

import msgspec

from receiver.errors import BadRequest, NoSuchItem
from receiver.model.state import Item, QueueState, Repeat
from receiver.protocol.limits import MAX_QUEUE
from receiver.protocol.peers import Moving, Row

Where = Literal["end", "next"] | int
"""A place in the list: behind all, right behind the current item, or before that of an index."""


PAGE_CHARACTERS = 128 * 1024


def characters(item: Item) -> int:
    """About how long an item is in a message."""
    tags = item.tags
    texts = (item.url, item.added_by, tags.title, tags.artist, tags.album)
    return 100 + sum(map(len, filter(None, texts)))


class Queue:
    """Items in order, one of them current or none. One task owns it."""

    def __init__(self, seed: Callable[[], int]) -> None:
        """`seed`: gives a number for each time that the queue is shuffled."""
        self._seed = seed
        self._items: dict[str, Item] = {}
        self._list: list[str] = []
        self._shuffled: list[str] | None = None
        self._rng = random.Random()  # noqa: S311 - no secret
        self._added_in: dict[str, int] = {}
        self._current: str | None = None
        self._repeat: Repeat = "off"
        self._crossfade_ms = 0
        self._revision = 0
        self._passed = 0

    # --- what it holds ----------------------------------------------------------------------

    def __len__(self) -> int:
        return len(self._list)

    @property
    def state(self) -> QueueState:
        """What everybody is told of it; the items themselves are asked for (`page`)."""
        return QueueState(
            revision=self._revision,
            length=len(self._list),
            index=None if self._current is None else self._list.index(self._current),
            repeat=self._repeat,
            shuffle=self._shuffled is not None,
            crossfade_ms=self._crossfade_ms,
        )

    @property
    def revision(self) -> int:
        """Counts the changes."""
        return self._revision

    @property
    def edition(self) -> int:
        """Counts the edits: the changes but those that come from playing it."""
        return self._revision - self._passed

    @property
    def crossfade_ms(self) -> int:
        """For how long an item and the one that follows it by itself sound together, at most."""
        return self._crossfade_ms

    @property
    def current(self) -> Item | None:
        """The item that plays, or stands."""
        return None if self._current is None else self._items[self._current]

    def item(self, item: str | None) -> Item | None:
        """An item by its id; None when it is not there."""
        return None if item is None else self._items.get(item)

    def page(self, offset: int, count: int) -> list[Item]:
        """Some of the items, in the order of the list: at most `count`, and no more characters than
        one message should have; at least one, if there is one.
        """
        found: list[Item] = []
        room = PAGE_CHARACTERS
        for item in map(self._items.__getitem__, self._list[offset : offset + count]):
            room -= characters(item)
            if found and room < 0:
                break
            found.append(item)
        return found

    @property
    def urls(self) -> Iterator[str]:
        """Of all items."""
        return (item.url for item in self._items.values())

    def upcoming(self) -> str | None:
        """What follows the current item by itself: the same one again with repeat `one`."""
        return self._current if self._repeat == "one" else self.after()

    def after(self) -> str | None:
        """What `next` goes to; the first in play order when there is no current item."""
        return self._beside(1)

    def before(self) -> str | None:
        """What `previous` goes to; the last in play order when there is no current item."""
        return self._beside(-1)

    # --- the current item -------------------------------------------------------------------

    def go_to(self, item: str | None) -> None:
        """Make an item the current one. Raises `NoSuchItem`."""
        if item is not None:
            self._require(item)
        if item != self._current:
            self._current = item
            self._pass_on()

    def change(self, item: str, **fields: Any) -> None:
        """Note what became known of an item; harmless when it is gone."""
        if item in self._items:
            changed = msgspec.structs.replace(self._items[item], **fields)
            if changed != self._items[item]:
                self._items[item] = changed
                self._pass_on()

    # --- edits ------------------------------------------------------------------------------

    def add(self, items: Sequence[Item], where: Where = "end") -> None:
        """Put items in. Raises `BadRequest` when there is no room for all of them."""
        self._require_room(len(items), len(self._list))
        self._insert(items, where)

    def _insert(self, items: Sequence[Item], where: Where) -> None:
        ids = [item.id for item in items]
        self._revision += 1
        for item in items:
            self._items[item.id] = item
            self._added_in[item.id] = self._revision
        at = self._place(self._list, where)
        self._list[at:at] = ids
        if self._shuffled is not None:
            self._add_shuffled(self._shuffled, ids, where)

    def remove(self, ids: Iterable[str]) -> str | None:
        """Take items out; those that are gone already are no error. If the current one is among
        them, no item is current any more, and what would have followed it is returned.
        """
        gone = {item for item in ids if item in self._items}
        if not gone:
            return None
        heir = None
        if self._current in gone:
            heir = self._heir(gone)
            self._current = None
        self._revision += 1
        self._list = [item for item in self._list if item not in gone]
        if self._shuffled is not None:
            self._shuffled = [item for item in self._shuffled if item not in gone]
        for item in gone:
            del self._items[item], self._added_in[item]
        return heir

    def replace(self, item: str, items: Sequence[Item]) -> None:
        """Put items in the place of one, the first of them current if that one was. Raises
        `NoSuchItem`, and `BadRequest` when there is no room for them.
        """
        self._require(item)
        self._require_room(len(items), len(self._list) - 1)
        current = self._current
        self._insert(items, self._list.index(item))
        ids = [added.id for added in items]
        if self._shuffled is not None:
            self._rng.shuffle(ids)
            self._shuffled = [other for other in self._shuffled if other not in set(ids)]
            place = self._shuffled.index(item)
            self._shuffled[place:place] = ids
        self.remove([item])
        if current == item:
            self._current = ids[0]

    def clear(self, revision: int | None = None) -> str | None:
        """Remove all; with `revision`, all that was there then: nobody has seen what came later.
        Returns what `remove` does.
        """
        seen = self._revision if revision is None else revision
        return self.remove([item for item in self._list if self._added_in[item] <= seen])

    def move(self, item: str, where: Where) -> None:
        """Put an item elsewhere in the list. What is to come next does, or last, shuffled or not;
        other places mean nothing to a shuffled order. Raises `NoSuchItem`.
        """
        self._require(item)
        if item == self._current and where == "next":
            return
        self._revision += 1
        orders = [self._list]
        if self._shuffled is not None and not isinstance(where, int) and item != self._current:
            orders.append(self._shuffled)
        for order in orders:
            order.remove(item)
            order.insert(self._place(order, where), item)

    def set_repeat(self, repeat: Repeat) -> None:
        """Repeat nothing, the current item, or all."""
        self._revision += repeat != self._repeat
        self._repeat = repeat

    def set_shuffle(self, shuffle: bool) -> None:
        """Play in a random order from now on, the current item first, or in that of the list."""
        if shuffle == (self._shuffled is not None):
            return
        self._revision += 1
        self._shuffled = None
        if shuffle:
            self._rng = random.Random(self._seed())  # noqa: S311
            rest = [item for item in self._list if item != self._current]
            self._rng.shuffle(rest)
            self._shuffled = rest if self._current is None else [self._current, *rest]

    def set_crossfade(self, crossfade_ms: int) -> None:
        """Let an item and the one that follows it by itself sound together for so long."""
        self._revision += crossfade_ms != self._crossfade_ms
        self._crossfade_ms = crossfade_ms

    # --- moving to another receiver, or over a restart --------------------------------------

    def rows(self) -> list[Row]:
        """All of it, to be `adopt`ed elsewhere, or later."""
        places = {item: place for place, item in enumerate(self._shuffled or ())}
        items = map(self._items.__getitem__, self._list)
        return [
            Row(_coverless(item), self._added_in[item.id], places.get(item.id)) for item in items
        ]

    def reset(self) -> None:
        """Be a fresh queue, without items; its revision goes on."""
        self.clear()
        self._current, self._repeat, self._shuffled = None, "off", None
        self._crossfade_ms = 0
        self._revision += 1

    def adopt(self, rows: Sequence[Row], moving: Moving) -> None:
        """Be the queue that these are the rows of."""
        self._list = [row.item.id for row in rows]
        self._items = {row.item.id: _coverless(row.item) for row in rows}
        self._added_in = {row.item.id: row.added_in for row in rows}
        self._shuffled = None
        if moving.shuffle:
            ordered = sorted(rows, key=lambda row: -1 if row.place is None else row.place)
            self._shuffled = [row.item.id for row in ordered]
            self._rng = random.Random(self._seed())  # noqa: S311
        self._current = moving.current if moving.current in self._items else None
        self._repeat, self._crossfade_ms = moving.repeat, moving.crossfade_ms
        # Higher than here and there, so that no edit takes the one for the other.
        self._revision = max(self._revision, moving.queue_revision) + 1

    # --- inside -----------------------------------------------------------------------------

    def _pass_on(self) -> None:
        """A change that is no edit."""
        self._revision += 1
        self._passed += 1

    @property
    def _order(self) -> list[str]:
        return self._list if self._shuffled is None else self._shuffled

    def _require(self, item: str) -> None:
        if item not in self._items:
            raise NoSuchItem("That item is not in the queue any more; look at it anew.", item=item)

    def _require_room(self, more: int, held: int) -> None:
        if held + more > MAX_QUEUE:
            raise BadRequest(
                f"The queue holds {MAX_QUEUE} items at most, and has {held}:"
                f" {more} more do not fit."
            )

    def _beside(self, step: int) -> str | None:
        order = self._order
        if not order:
            return None
        if self._current is None:
            return order[0] if step > 0 else order[-1]
        at = order.index(self._current) + step
        if self._repeat == "all":
            return order[at % len(order)]
        return order[at] if 0 <= at < len(order) else None

    def _heir(self, gone: set[str]) -> str | None:
        """The first item behind the current one that stays."""
        assert self._current is not None
        order = self._order
        at = order.index(self._current)
        behind = order[at:] + (order[:at] if self._repeat == "all" else [])
        return next((item for item in behind if item not in gone), None)

    def _place(self, order: list[str], where: Where) -> int:
        """The index in `order` at which to insert."""
        if where == "end":
            return len(order)
        if where == "next":
            return 0 if self._current is None else order.index(self._current) + 1
        return min(where, len(order))

    def _add_shuffled(self, order: list[str], ids: list[str], where: Where) -> None:
        """What is to come next does; other places mean nothing here: somewhere to come."""
        if where == "next":
            at = self._place(order, "next")
            order[at:at] = ids
            return
        to_come = self._place(order, "next")
        for item in ids:
            order.insert(self._rng.randint(to_come, len(order)), item)


def _coverless(item: Item) -> Item:
    """An item as it goes elsewhere, or comes from there: a cover is where it was opened."""
    return item if item.cover is None else msgspec.structs.replace(item, cover=None)
