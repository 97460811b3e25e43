"""What our files hold: a JSON document with a schema version and a checksum."""

from __future__ import annotations

import zlib
from typing import TypeVar

import msgspec

T = TypeVar("T")


class Foreign(Exception):
    """The file is torn, or none of ours."""


class Newer(Exception):
    """The file was written by a newer version, with the schema of that number."""

    def __init__(self, schema: int, known: int) -> None:
        super().__init__(f"it has schema {schema}, and this version knows {known}")


class Envelope(msgspec.Struct, frozen=True):
    """`checksum`: CRC-32 of the bytes of `body`, in hexadecimal."""

    body: msgspec.Raw = msgspec.Raw(b"")
    schema: int = 1
    checksum: str = ""


def seal(body: msgspec.Struct, schema: int) -> bytes:
    """A file that holds `body`."""
    raw = msgspec.json.encode(body)
    return msgspec.json.encode(Envelope(msgspec.Raw(raw), schema, checksum(raw))) + b"\n"


def unseal(data: bytes, schema: int, kind: type[T]) -> T:
    """The body of a file. Raises `Foreign` and `Newer`."""
    return opened(envelope(data, schema), kind)


def envelope(data: bytes, known: int) -> Envelope:
    """A file as it is, its body not yet looked at. Raises as `unseal`."""
    found = read(data, Envelope)
    if found.schema > known:
        raise Newer(found.schema, known)
    return found


def opened(sealed: Envelope, kind: type[T]) -> T:
    """What is in it. Raises `Foreign`."""
    if checksum(sealed.body) != sealed.checksum:
        raise Foreign("its checksum is wrong")
    return read(sealed.body, kind)


def read(data: bytes | msgspec.Raw, kind: type[T]) -> T:
    """A value of this kind out of JSON. Raises `Foreign`."""
    try:
        return msgspec.json.decode(data, type=kind)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise Foreign(str(error)) from error


def checksum(data: bytes | msgspec.Raw) -> str:
    """CRC-32 in eight hexadecimal digits."""
    return f"{zlib.crc32(data):08x}"
