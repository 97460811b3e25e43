"""What is made ready while something else sounds."""

from __future__ import annotations

from collections.abc import Callable

from receiver.model.state import Item
from receiver.session.effects import Effect, ForgetItem, PrepareItem

AHEAD_MS = 20_000.0
"""So long before it is to sound an item's follower is opened: time for a slow server, and not more
memory and traffic than it takes."""


class LookAhead:
    """The item that is to follow by itself, and the track it is loaded as."""

    def __init__(self) -> None:
        self.track: int | None = None
        self.item: str | None = None
        self.fetched = 0
        """The newest track of which all bytes have come."""
        self._crossfade_ms = 0
        self._hopeless: str | None = None

    def clear(self) -> None:
        """Nothing is made ready: the engine knows, or is about to be told."""
        self.track = self.item = None

    def give_up(self) -> None:
        """The follower cannot be played: its own turn will tell why."""
        self._hopeless = self.item
        self.clear()

    def want(
        self, item: Item | None, crossfade_ms: int, new_track: Callable[[], int]
    ) -> list[Effect]:
        """Have `item` made ready to follow with that crossfade, instead of what is by now, if that
        is another one or was to follow with another crossfade.
        """
        wanted = None if item is None or item.id == self._hopeless else item
        same = (wanted.id if wanted else None) == self.item
        if same and (wanted is None or crossfade_ms == self._crossfade_ms):
            return []
        effects: list[Effect] = [] if self.track is None else [ForgetItem(self.track)]
        self.clear()
        if wanted is not None:
            self.track, self.item, self._hopeless = new_track(), wanted.id, None
            self._crossfade_ms = crossfade_ms
            effects.append(PrepareItem(self.track, wanted, crossfade_ms / 1000))
        return effects


def is_near_its_end(item: Item, position_ms: float, crossfade_ms: int, fetched: bool) -> bool:
    """Whether it is time to open what follows. Where the length is not known, that all bytes have
    come tells the end.
    """
    if item.live:
        return False
    if item.duration_ms is None:
        return fetched
    return item.duration_ms - position_ms <= AHEAD_MS + crossfade_ms
