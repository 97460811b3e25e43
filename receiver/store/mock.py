"""A store in memory, on a card that can be pulled out."""

from __future__ import annotations

from receiver.store.base import Saved, first_start


class MockStore:
    """Remembers as long as it lives. While `broken`, it loses what it is given, as a full card
    would.
    """

    def __init__(self, saved: Saved | None = None) -> None:
        self.saved = saved
        self.broken = False
        self.saves = 0

    def load(self) -> Saved:
        """What was saved last, or a fresh one."""
        if self.saved is None:
            fresh = first_start()
            self.save(fresh)
            return fresh
        return self.saved

    def save(self, saved: Saved) -> None:
        """Keep `saved`, and count."""
        self.saves += 1
        if not self.broken:
            self.saved = saved
