"""The promise of a store."""

from __future__ import annotations

import uuid
from typing import Annotated, Protocol

import msgspec

Id = Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f]{32}\Z")]
Percent = Annotated[int, msgspec.Meta(ge=0, le=100)]


MOST_PEERS = 100


class SavedPeer(msgspec.Struct, frozen=True):
    """A receiver of the house, and where it was reached last."""

    id: str
    name: str
    host: str
    port: Annotated[int, msgspec.Meta(ge=1, le=65535)]


class Saved(msgspec.Struct, frozen=True, kw_only=True):
    """What is remembered. `receiver_id` is made once and never changes."""

    receiver_id: Id
    volume_percent: Percent = 50
    muted: bool = False
    peers: Annotated[list[SavedPeer], msgspec.Meta(max_length=MOST_PEERS)] = []


def first_start() -> Saved:
    """What a receiver without a past remembers: an id that no other has, and the defaults."""
    return Saved(receiver_id=uuid.uuid4().hex)


class Store(Protocol):
    """Keeps one `Saved`. One call at a time, from any thread.

    Both calls take as long as the disk does: keep them off the event loop. Neither raises: a full
    or broken card costs the memory of the speaker, never its music.
    """

    def load(self) -> Saved:
        """What was saved last. The first time, and when what was saved cannot be read: a fresh
        one, which is saved at once.
        """
        ...

    def save(self, saved: Saved) -> None:
        """Keep `saved`. Once this returns it outlives a loss of power; until then what was
        saved before does.
        """
        ...
