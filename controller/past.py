"""A history is longer than a message: what is read page by page is put together.

Pure, and no more than the standard library, for a program and for the command line alike.
"""

from __future__ import annotations

from typing import Any


class Past:
    """What was played, as it is read: ask for `history.list` with `wanted` until `complete`.

    What is played while it is read moves all that is before one place back: nothing is there twice
    for that.
    """

    def __init__(self) -> None:
        self._items: dict[int, dict[str, Any]] = {}
        self._offset = 0
        self.complete = False

    @property
    def items(self) -> list[dict[str, Any]]:
        """The newest first."""
        return [self._items[number] for number in sorted(self._items, reverse=True)]

    @property
    def wanted(self) -> dict[str, int]:
        """The fields of the next `history.list`."""
        return {"offset": self._offset}

    def take(self, result: dict[str, Any]) -> None:
        """Take in the result of a `history.list`."""
        page = result["items"]
        self._items |= {item["number"]: item for item in page}
        self._offset += len(page)
        self.complete = not page or self._offset >= result["history"]["length"]
