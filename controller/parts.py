"""A queue is longer than a message: what is sent is taken apart, what is read is put together.

Pure, and no more than the standard library, for a program and for the command line alike.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Literal, TypeVar

from receiver.errors import BadRequest, NoReceiver, Superseded
from receiver.protocol.limits import MAX_ITEMS, MAX_MESSAGE_BYTES

MAX_PART_BYTES = MAX_MESSAGE_BYTES // 2
"""The items of one message; the rest of it is far smaller than what this leaves."""

Place = Literal["end", "next"] | int
"""Behind all, right behind the current item, or before the item at an index."""

NOTHING_BEGUN = (BadRequest, NoReceiver, Superseded)
"""What a play of several items fails with when the queue does not go on with the others."""

_Thing = TypeVar("_Thing")


def parts(things: Sequence[_Thing], size: Callable[[_Thing], int]) -> Iterator[list[_Thing]]:
    """All of `things` in their order, as few at a time as fit into one message.

    `size` gives the bytes of one. One that is too big by itself comes alone: the receiver says
    what is wrong with it.
    """
    part: list[_Thing] = []
    used = 0
    for thing in things:
        needed = size(thing) + 2  # with a comma and a blank
        if part and (len(part) == MAX_ITEMS or used + needed > MAX_PART_BYTES):
            yield part
            part, used = [], 0
        part.append(thing)
        used += needed
    if part:
        yield part


def parts_to_add(
    things: Sequence[_Thing], at: Place, size: Callable[[_Thing], int]
) -> Iterator[tuple[list[_Thing], Place]]:
    """Parts in the order in which to add them, each with its place, so that all stand in order.

    What goes `next` comes last part first: each one pushes the one before it further back.
    """
    if at == "next":
        for part in reversed(list(parts(things, size))):
            yield part, at
        return
    for part in parts(things, size):
        yield part, at
        if isinstance(at, int):
            at += len(part)


class Listing:
    """A queue as it is read, page by page: ask for `queue.list` with `wanted` until `complete`.

    When the queue changes between two pages it is read anew: what is complete was the whole queue
    at one revision.
    """

    def __init__(self) -> None:
        self.items: list[dict[str, Any]] = []
        self.revision = -1
        self.index: int | None = None
        """That of the current item."""
        self.repeat = "off"
        self.shuffle = False
        self.complete = False

    @property
    def wanted(self) -> dict[str, int]:
        """The fields of the next `queue.list`."""
        return {"offset": len(self.items), "count": MAX_ITEMS}

    def take(self, result: dict[str, Any]) -> None:
        """Take in the result of a `queue.list`."""
        queue, page = result["queue"], result["items"]
        if queue["revision"] != self.revision:
            self.items, self.revision = [], queue["revision"]
        self.index = queue["index"]
        self.repeat, self.shuffle = queue.get("repeat", "off"), queue.get("shuffle", False)
        if result["offset"] == len(self.items):
            self.items += page
            self.complete = not page or len(self.items) >= queue["length"]
