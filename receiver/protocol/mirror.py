"""The state of a receiver as others hold it: a snapshot, kept up to date by patches. Pure."""

from __future__ import annotations

from typing import Any

import msgspec

from receiver.model.state import State
from receiver.protocol import patch
from receiver.protocol.events import Change, StateEvent


class Mirror:
    """The newest state that is known, and its revision.

    A mirror never shows a state the receiver was not in: after a missed revision it keeps what it
    has until it is handed a whole state again.
    """

    def __init__(self, event: StateEvent) -> None:
        self._take(event)

    def _take(self, event: StateEvent) -> None:
        self._raw: dict[str, Any] = msgspec.to_builtins(event.state)
        self.state: State = event.state
        self.revision: int = event.revision

    def replace(self, event: StateEvent) -> bool:
        """Take a whole state; whether it was news. One older than what is known is left out."""
        if event.revision < self.revision:
            return False
        self._take(event)
        return True

    def merge(self, change: Change) -> bool:
        """Apply the next change; False when one was missed, so that the state must be asked for.

        A change that is already part of what is known is left out.
        """
        if change.revision <= self.revision:
            return True
        if change.revision != self.revision + 1:
            return False
        try:
            raw = patch.apply(self._raw, change.patch)
            state = msgspec.convert(raw, State)
        except (msgspec.ValidationError, RecursionError):
            return False
        self._raw, self.state, self.revision = raw, state, change.revision
        return True
