"""What was played here, the newest hundred. Pure, as the session is."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any

from msgspec.structs import replace

from receiver.model.history import Played
from receiver.model.state import HistoryState, Item, Tags
from receiver.protocol.limits import MAX_HISTORY
from receiver.session.queue import PAGE_CHARACTERS

MAX_TEXT = 200
"""Characters of each text that are kept: what is written costs the card."""

_USER = re.compile(r"\A([^/?#]*://)[^/?#]*@")


class History:
    """Counts an item when its first frame is heard. What goes on is not counted once more: after a
    seek, a pause, a restart. It is the receiver's, and stays when the session moves.
    """

    def __init__(self, unix_time: Callable[[], float]) -> None:
        """`unix_time`: what the clock on the wall says."""
        self._unix_time = unix_time
        self._played: deque[Played] = deque(maxlen=MAX_HISTORY)
        self.revision = 0
        """Counts its changes since the start."""

    @property
    def state(self) -> HistoryState:
        """What everybody is told of it; what it holds is asked for (`page`)."""
        return HistoryState(self.revision, len(self._played))

    @property
    def played(self) -> list[Played]:
        """All of it, the oldest first."""
        return list(self._played)

    def page(self, offset: int, count: int) -> dict[str, Any]:
        """Some of it, the newest first: at most `count`, and no more characters than one message
        should have; at least one, if there is one. As the result of `history.list`.
        """
        items: list[Played] = []
        room = PAGE_CHARACTERS
        for played in list(reversed(self._played))[offset : offset + count]:
            room -= len(played.url) + 5 * MAX_TEXT
            if items and room < 0:
                break
            items.append(played)
        return {"offset": offset, "items": items, "history": self.state}

    def restore(self, played: Iterable[Played]) -> None:
        """Be what was kept, the oldest first."""
        self._played.extend(played)

    def heard(self, item: Item, *, anew: bool) -> None:
        """An item is heard; `anew`: it begins, and does not go on."""
        newest = self._newest
        if not anew and newest is not None and newest.item == item.id:
            return
        self._played.append(
            Played(
                number=1 if newest is None else newest.number + 1,
                item=item.id,
                url=_USER.sub(r"\1", item.url),
                played_at=max(int(self._unix_time()), 0),
                tags=_short(item.tags),
                duration_ms=item.duration_ms,
                live=item.live,
                added_by=item.added_by and item.added_by[:MAX_TEXT],
            )
        )
        self.revision += 1

    def complete(self, item: Item) -> None:
        """Something became known of an item that is heard. What a live stream says later is of
        what it plays then.
        """
        newest = self._newest
        if newest is None or newest.item != item.id:
            return
        tags = _short(item.tags) if newest.tags == Tags() else newest.tags
        now = replace(newest, tags=tags, duration_ms=item.duration_ms, live=item.live)
        if now != newest:
            self._played[-1] = now
            self.revision += 1

    @property
    def _newest(self) -> Played | None:
        return self._played[-1] if self._played else None


def _short(tags: Tags) -> Tags:
    return Tags(*(text and text[:MAX_TEXT] for text in (tags.title, tags.artist, tags.album)))
