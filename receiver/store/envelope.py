"""The file that holds all of it: a JSON document with a schema version and a checksum."""

from __future__ import annotations

import zlib

import msgspec

from receiver.model.moment import Moment, Percent
from receiver.store.base import MOST_PEERS, Id, Saved, SavedPeer

SCHEMA = 2


class Foreign(Exception):
    """The file is torn, or none of ours."""


class Newer(Exception):
    """The file was written by a newer version, with the schema of that number."""

    def __init__(self, schema: int) -> None:
        super().__init__(f"it has schema {schema}, and this version knows {SCHEMA}")


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
    """The file."""
    body = msgspec.json.encode(_Body(generation, saved))
    return msgspec.json.encode(_Envelope(msgspec.Raw(body), SCHEMA, checksum(body))) + b"\n"


def unpack(data: bytes) -> tuple[Saved, int]:
    """What a file holds, and its generation. Raises `Foreign` and `Newer`."""
    try:
        envelope = msgspec.json.decode(data, type=_Envelope)
        if envelope.schema > SCHEMA:
            raise Newer(envelope.schema)
        if envelope.schema < SCHEMA:
            return _upgraded(msgspec.json.decode(data, type=_First)), 0
        if checksum(envelope.body) != envelope.checksum:
            raise Foreign("its checksum is wrong")
        body = msgspec.json.decode(envelope.body, type=_Body)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise Foreign(str(error)) from error
    return body.saved, body.generation


def checksum(data: bytes | msgspec.Raw) -> str:
    """CRC-32 in eight hexadecimal digits."""
    return f"{zlib.crc32(data):08x}"


def _upgraded(first: _First) -> Saved:
    return Saved(
        receiver_id=first.receiver_id,
        peers=first.peers[-MOST_PEERS:],
        moment=Moment(first.volume_percent, first.muted),
    )
