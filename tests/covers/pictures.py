"""Pictures of any size in a few bytes, and comments with them."""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Callable
from types import MappingProxyType


def png(width: int = 2, height: int = 2) -> bytes:
    """A white PNG."""
    rows = zlib.compress((b"\0" + b"\xff" * width) * height) if width * height < 10**6 else b""
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", rows), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in parts
    )


def jpeg(width: int = 2, height: int = 2, before: bytes = b"") -> bytes:
    """The head of a JPEG; `before`: segments before that of the frame."""
    frame = b"\xff\xc0" + struct.pack(">HBHHB", 11, 8, height, width, 1) + b"\1\x11\0"
    return b"\xff\xd8\xff\xe0\0\x10JFIF\0" + bytes(9) + before + frame + b"\xff\xda"


def gif(width: int = 2, height: int = 2) -> bytes:
    """The head of a GIF."""
    return b"GIF89a" + struct.pack("<HH", width, height) + b"\0\0\0"


def webp(width: int = 2, height: int = 2, chunk: bytes = b"VP8X") -> bytes:
    """The head of a WebP, in one of its three forms."""
    match chunk:
        case b"VP8 ":
            head = b"\x30\x01\0\x9d\x01\x2a" + struct.pack("<HH", width, height)
        case b"VP8L":
            head = b"\x2f" + struct.pack("<I", width - 1 | height - 1 << 14)
        case _:
            head = bytes(4) + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return b"RIFF" + bytes(4) + b"WEBP" + chunk + struct.pack("<I", len(head)) + head


GOOD = MappingProxyType(
    {
        "image/png": png(),
        "image/jpeg": jpeg(),
        "image/gif": gif(),
        "image/webp": webp(),
    }
)

MAKERS: dict[str, Callable[[int, int], bytes]] = {
    "png": png,
    "jpeg": jpeg,
    "gif": gif,
    "webp": webp,
    "lossy webp": lambda width, height: webp(width, height, b"VP8 "),
    "lossless webp": lambda width, height: webp(width, height, b"VP8L"),
}


def block(picture: bytes, kind: int = 3, label: bytes = b"image/png", length: int = -1) -> bytes:
    """A picture block; `length`: what it claims of the picture."""
    told = len(picture) if length < 0 else length
    head = struct.pack(">II", kind, len(label)) + label + struct.pack(">I", 5) + b"Front"
    return head + struct.pack(">IIIII", 500, 500, 24, 0, told) + picture


def comment(picture: bytes, kind: int = 3, label: bytes = b"image/png") -> bytes:
    """A comment with a picture in a block."""
    return b"METADATA_BLOCK_PICTURE=" + base64.b64encode(block(picture, kind, label))


def bare(picture: bytes) -> bytes:
    """A comment with a picture as it was done before."""
    return b"COVERART=" + base64.b64encode(picture)
