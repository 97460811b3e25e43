"""Where in the item the music is."""

from __future__ import annotations

from receiver.model.state import Anchor, Item

MAX_DRIFT_MS = 20.0
"""A position report that differs by no more from what the anchor says is no news."""


class Place:
    """The position, as an anchor: what is heard at an instant, running on or standing."""

    def __init__(self) -> None:
        self.anchor: Anchor | None = None
        """As everybody is told."""
        self._newest: Anchor | None = None

    def clear(self) -> None:
        """Nothing is heard, or it is not known where."""
        self.anchor = self._newest = None

    def expect(self, item: Item, position_ms: float, at: float) -> None:
        """It will go on from there. Nobody is told before it is heard."""
        self._newest = Anchor(item.id, position_ms, round(at * 1e6), 0)

    def expect_nothing(self) -> None:
        """It goes on as it was."""
        self._newest = self.anchor

    def at(self, now: float, item: Item | None) -> float:
        """The position heard now, in milliseconds, within the item."""
        return _position(self.anchor, now, item)

    def exactly_at(self, now: float, item: Item | None) -> float:
        """The same by the newest report, which is nearer to the truth by a few milliseconds; or,
        while that is awaited, where it will be.
        """
        return _position(self._newest, now, item)

    def stand(self, item: Item, position_ms: float, at: float) -> None:
        """It stands there from the instant `at`."""
        self.anchor = self._newest = Anchor(item.id, position_ms, round(at * 1e6), 0)

    def run(self, item: Item, position_ms: float, at: float) -> None:
        """It runs on from there from the instant `at`."""
        self.anchor = self._newest = Anchor(item.id, position_ms, round(at * 1e6), 1)

    def correct(self, item: Item, position_ms: float, at: float) -> None:
        """It was heard there at the instant `at`: worth telling if it is not where it should be."""
        if self.anchor is not None:
            expected = self.anchor.position_at(round(at * 1e6))
            self._newest = Anchor(item.id, position_ms, round(at * 1e6), 1)
            if abs(expected - position_ms) > MAX_DRIFT_MS:
                self.anchor = self._newest


def _position(anchor: Anchor | None, now: float, item: Item | None) -> float:
    if anchor is None:
        return 0.0
    position = anchor.position_at(round(now * 1e6))
    limit = item.duration_ms if item is not None else None
    return max(position if limit is None else min(position, limit), 0.0)
