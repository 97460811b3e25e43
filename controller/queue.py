"""The queue of a receiver, from a program. `Client.queue` gives it."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from controller.link import Link
from controller.one_shot import PLAY_SECONDS
from controller.parts import Listing, Place, parts, parts_to_add
from receiver.model.state import Item, Receipt
from receiver.protocol import codec, commands


class Played(msgspec.Struct):
    """The result of a command that plays something."""

    receipt: Receipt | None = None
    """None where nothing was left to be played."""


def as_entries(what: Iterable[str | commands.Entry]) -> list[commands.Entry]:
    """Entries, and URLs as such."""
    return [commands.Entry(x) if isinstance(x, str) else x for x in what]


def size(entry: commands.Entry) -> int:
    """The bytes of an entry within a message."""
    return len(codec.encode(entry))


class Queue:
    """What the receiver plays one after the other, up to 10,000 items.

    Items are named by ids that never change, so an edit means the same whatever others do
    meanwhile. What does not fit into one message is sent in several: then other edits may come in
    between, and what was done before an error stays.
    """

    def __init__(self, link: Link, by: str | None = None) -> None:
        self._link = link
        self._by = by

    async def items(self) -> list[Item]:
        """All of it, in the order of the list, as it was at one revision."""
        listing = Listing()
        while not listing.complete:
            wanted = listing.wanted
            command = commands.QueueList(
                id=self._link.next_id(), offset=wanted["offset"], count=wanted["count"]
            )
            listing.take(await self._link.ask(command))
        return msgspec.convert(listing.items, list[Item])

    async def add(self, what: Iterable[str | commands.Entry], at: Place = "end") -> list[str]:
        """Add URLs, or entries with their tags: at the `end`, behind the current item (`next`), or
        before the item at an index. Returns their ids.

        Raises `BadRequest` when there is no room.
        """
        ids: list[str] = []
        for part, place in parts_to_add(as_entries(what), at, size):
            command = commands.QueueAdd(id=self._link.next_id(), items=part, at=place, by=self._by)
            new: list[str] = (await self._link.ask(command))["items"]
            ids = new + ids if at == "next" else ids + new
        return ids

    async def remove(self, ids: Iterable[str]) -> None:
        """Take items out; those that are gone already are no error. Without the current item the
        one behind it plays.
        """
        current = self._link.state.session.item
        # The current item goes last, or what follows it would be heard until it goes as well.
        ordered = sorted(ids, key=lambda item: current is not None and item == current.id)
        for part in parts(ordered, len):
            await self._link.ask(commands.QueueRemove(id=self._link.next_id(), items=part))

    async def move(self, item: str, at: Place, revision: int | None = None) -> None:
        """Put an item elsewhere. With `revision`, that of the queue in which `at` is an index,
        raises `Conflict` when the queue has changed since. Raises `NoSuchItem`.
        """
        await self._link.ask(
            commands.QueueMove(id=self._link.next_id(), item=item, at=at, revision=revision)
        )

    async def clear(self, revision: int | None = None) -> None:
        """Remove all; with `revision`, all that was there then."""
        await self._link.ask(commands.QueueClear(id=self._link.next_id(), revision=revision))

    async def jump(self, item: str, position_ms: float = 0.0) -> Receipt:
        """Play an item of the queue; returns when it is heard. Raises as `Client.play` does, and
        `NoSuchItem`.
        """
        command = commands.QueueJump(id=self._link.next_id(), item=item, position_ms=position_ms)
        result = msgspec.convert(await self._link.ask(command, PLAY_SECONDS), Played)
        return result.receipt or Receipt()
