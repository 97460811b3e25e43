"""What our files hold: a JSON document with a schema version and a checksum."""

from __future__ import annotations

import zlib
from typing import TypeVar

import msgspec

from receiver.model.moment import Moment, Percent
from receiver.store.base import MOST_PEERS, Id, Saved, SavedPeer

SCHEMA = 2
"""Of the file of the state."""

T = TypeVar("T")


class Foreign(Exception):
    """The file is torn, or none of ours."""


class Newer(Exception):
    """The file was written by a newer version, with the schema of that number."""

    def __init__(self, schema: int, known: int) -> None:
        super().__init__(f"it has schema {schema}, and this version knows {known}")


class _Envelope(msgspec.Struct, frozen=True):
    """`checksum`: CRC-32 of the bytes of `body`, in hexadecimal."""

    body: msgspec.Raw = msgspec.Raw(b"")
    schema: int = 1
    checksum: str = ""


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
    envelope = _envelope(data, SCHEMA)
    if envelope.schema < SCHEMA:
        return _upgraded(_read(data, _First)), 0
    body = _opened(envelope, _Body)
    return body.saved, body.generation


def seal(body: msgspec.Struct, schema: int) -> bytes:
    """A file that holds `body`."""
    raw = msgspec.json.encode(body)
    return msgspec.json.encode(_Envelope(msgspec.Raw(raw), schema, checksum(raw))) + b"\n"


def unseal(data: bytes, schema: int, kind: type[T]) -> T:
    """The body of a file. Raises `Foreign` and `Newer`."""
    return _opened(_envelope(data, schema), kind)


def _envelope(data: bytes, known: int) -> _Envelope:
    envelope = _read(data, _Envelope)
    if envelope.schema > known:
        raise Newer(envelope.schema, known)
    return envelope


def _opened(envelope: _Envelope, kind: type[T]) -> T:
    if checksum(envelope.body) != envelope.checksum:
        raise Foreign("its checksum is wrong")
    return _read(envelope.body, kind)


def _read(data: bytes | msgspec.Raw, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(data, type=kind)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise Foreign(str(error)) from error


def checksum(data: bytes | msgspec.Raw) -> str:
    """CRC-32 in eight hexadecimal digits."""
    return f"{zlib.crc32(data):08x}"


def _upgraded(first: _First) -> Saved:
    return Saved(
        receiver_id=first.receiver_id,
        peers=first.peers[-MOST_PEERS:],
        moment=Moment(first.volume_percent, first.muted),
    )
