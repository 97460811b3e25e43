"""A picture out of a comment of a stream: what it is, its bytes say, and never its label.

Nothing is decoded here, and nothing that a browser would run is let through: SVG is refused, and so
is what would take a browser too much memory to show.
"""

from __future__ import annotations

import binascii
import struct
from collections.abc import Callable
from typing import NamedTuple

from receiver.model.cover import BARE, BLOCK, MAX_COMMENT, MAX_PICTURE

MAX_PIXELS = 1 << 24
"""4096 x 4096: a browser takes 64 MiB for them."""
MAX_STEPS = 1000
"""How many segments of a JPEG are looked at."""

_NUMBER = struct.Struct(">I")
_SIZES = struct.Struct(">HH")
_FRAMES_OF_JPEG = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_ALONE_IN_JPEG = frozenset({0x01, *range(0xD0, 0xD9)})

Size = tuple[int, int]


class Picture(NamedTuple):
    """A picture, and its media type."""

    media_type: str
    data: bytes


def picture_in(comment: bytes | bytearray) -> Picture | None:
    """The picture in a comment, NAME=base64; None where there is none that can be shown."""
    if len(comment) > MAX_COMMENT:
        return None
    name = comment[: len(BLOCK) + 1].partition(b"=")[0].lower()
    try:
        data = _decoded(memoryview(comment)[len(name) + 1 :])
    except binascii.Error:
        return None
    if name == BLOCK.encode():
        data = _within_block(data)
    elif name != BARE.encode():
        return None
    found = media_type(data)
    return None if found is None else Picture(found, data)


def _decoded(text: memoryview) -> bytes:
    """What stands there in base64, with or without the end that fills it up. Raises
    `binascii.Error`.
    """
    try:
        return binascii.a2b_base64(text)
    except binascii.Error:
        return binascii.a2b_base64(bytes(text).rstrip(b"=\0") + b"==")


def media_type(data: bytes) -> str | None:
    """What a picture is by its bytes; None for what is no picture, or too large."""
    for begins, kind, size_of in _KINDS:
        if data.startswith(begins) and len(data) <= MAX_PICTURE:
            try:
                width, height = size_of(data)
            except (struct.error, IndexError):
                return None
            return kind if 0 < width * height <= MAX_PIXELS else None
    return None


def _within_block(block: bytes) -> bytes:
    """The picture in a picture block; nothing where its lengths do not fit."""
    at = _NUMBER.size  # what is shown on it
    try:
        for _ in range(2):  # its media type and its description
            (length,) = _NUMBER.unpack_from(block, at)
            at += _NUMBER.size + length
        at += 4 * _NUMBER.size  # its size and colours
        (length,) = _NUMBER.unpack_from(block, at)
    except (struct.error, OverflowError):
        return b""
    at += _NUMBER.size
    return block[at : at + length] if length <= len(block) - at else b""


def _png(data: bytes) -> Size:
    chunk, width, height = struct.unpack_from(">4sII", data, 12)
    return (width, height) if chunk == b"IHDR" else (0, 0)


def _gif(data: bytes) -> Size:
    width, height = struct.unpack_from("<HH", data, 6)
    return width, height


def _webp(data: bytes) -> Size:
    form, chunk = struct.unpack_from("<4s4s", data, 8)
    if form != b"WEBP":
        return 0, 0
    match chunk:
        case b"VP8 ":
            start, width, height = struct.unpack_from("<3sHH", data, 23)
            return (width & 0x3FFF, height & 0x3FFF) if start == b"\x9d\x01\x2a" else (0, 0)
        case b"VP8L":
            mark, bits = struct.unpack_from("<BI", data, 20)
            return ((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1) if mark == 0x2F else (0, 0)
        case b"VP8X":
            low, high = struct.unpack_from("<IH", data, 24)
            return (low & 0xFFFFFF) + 1, (low >> 24 | high << 8) + 1
    return 0, 0


def _jpeg(data: bytes) -> Size:
    """The size stands in the head of the frame, behind any number of other segments."""
    at = 2
    for _ in range(MAX_STEPS):
        mark, kind = data[at], data[at + 1]
        if mark != 0xFF or kind == 0xDA:
            break
        if kind == 0xFF:  # a fill byte
            at += 1
            continue
        at += 2
        if kind in _ALONE_IN_JPEG:
            continue
        if kind in _FRAMES_OF_JPEG:
            height, width = _SIZES.unpack_from(data, at + 3)
            return width, height
        length = int.from_bytes(data[at : at + 2], "big")
        if length < 2:
            break
        at += length
    return 0, 0


_KINDS: tuple[tuple[bytes, str, Callable[[bytes], Size]], ...] = (
    (b"\x89PNG\r\n\x1a\n", "image/png", _png),
    (b"\xff\xd8\xff", "image/jpeg", _jpeg),
    (b"GIF87a", "image/gif", _gif),
    (b"GIF89a", "image/gif", _gif),
    (b"RIFF", "image/webp", _webp),
)
