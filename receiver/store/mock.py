"""A store in memory, on a card that can be pulled out."""

from __future__ import annotations

from msgspec.structs import replace

from receiver.model.moment import Moment
from receiver.store.base import Loaded, Saved, first_start
from receiver.store.runs import Run


class MockStore:
    """Remembers as long as it lives. While `broken`, it loses what it is given, as a full card
    would.
    """

    def __init__(self, saved: Saved | None = None) -> None:
        self.saved = saved
        self.broken = False
        self.saves = 0
        self.notes = 0

    def load(self) -> Loaded:
        """See `Store`."""
        if self.saved is None:
            fresh = first_start()
            self.save(fresh)
            return Loaded(fresh)
        return Loaded(self.saved)

    def save(self, saved: Saved) -> bool:
        """See `Store`; counts."""
        self.saves += 1
        if not self.broken:
            self.saved = saved
        return not self.broken

    def note(self, moment: Moment, run: Run) -> bool:
        """See `Store`; counts."""
        self.notes += 1
        if not self.broken and self.saved is not None:
            self.saved = replace(self.saved, moment=moment, run=run)
        return not self.broken
