"""What the file of the state holds."""

from __future__ import annotations

import msgspec

from receiver.model.moment import Moment, Percent
from receiver.store.base import MOST_PEERS, Id, Saved, SavedPeer
from receiver.store.sealed import envelope, opened, read, seal

SCHEMA = 2


class _Body(msgspec.Struct, frozen=True):
    """`generation` counts the files, so that what was noted beside one is not taken for another."""

    generation: int
    saved: Saved


class _First(msgspec.Struct, frozen=True):
    """What schema 1 was: no envelope, no checksum, no queue."""

    receiver_id: Id
    volume_percent: Percent = 50
    muted: bool = False
    peers: list[SavedPeer] = []


def pack(saved: Saved, generation: int) -> bytes:
    """The file of the state."""
    return seal(_Body(generation, saved), SCHEMA)


def unpack(data: bytes) -> tuple[Saved, int]:
    """What a file of the state holds, and its generation. Raises `Foreign` and `Newer`."""
    sealed = envelope(data, SCHEMA)
    if sealed.schema < SCHEMA:
        return _upgraded(read(data, _First)), 0
    body = opened(sealed, _Body)
    return body.saved, body.generation


def _upgraded(first: _First) -> Saved:
    return Saved(
        receiver_id=first.receiver_id,
        peers=first.peers[-MOST_PEERS:],
        moment=Moment(first.volume_percent, first.muted),
    )
