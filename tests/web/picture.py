"""A cover made by arithmetic: a picture file, as songs carry one."""

from __future__ import annotations

import base64
import struct
import zlib

import numpy as np

SIDE = 480


def cover() -> bytes:
    """A low sun over hills, as PNG."""
    down, across = np.mgrid[0:SIDE, 0:SIDE] / SIDE
    sky = np.stack([0.98 - 0.5 * down, 0.62 - 0.25 * down, 0.42 + 0.2 * down], axis=2)
    sun = np.clip((0.17 - np.hypot(across - 0.62, down - 0.42)) * SIDE, 0, 1)[..., None]
    picture = sky * (1 - sun) + np.array([1.0, 0.9, 0.62]) * sun
    hills = ((0.62, 0.08, 5, (0.45, 0.24, 0.36)), (0.76, 0.06, 9, (0.24, 0.14, 0.27)))
    for height, depth, waves, colour in hills:
        edge = height + depth * np.sin(waves * across + 10 * height)
        hill = np.clip((down - edge) * SIDE, 0, 1)[..., None]
        picture = picture * (1 - hill) + np.array(colour) * hill
    return png(np.round(np.clip(picture, 0, 1) * 255).astype(np.uint8))


def png(pixels: np.ndarray) -> bytes:
    """Pixels of three bytes, in rows, as a PNG file (RFC 2083)."""
    height, width, _ = pixels.shape
    rows = b"".join(b"\0" + row.tobytes() for row in pixels)
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in chunks
    )


def as_comment(picture: bytes, side: int = SIDE) -> str:
    """The picture as a comment of a Vorbis file: a front cover (RFC 9639, section 8.8)."""
    mime = b"image/png"
    head = struct.pack(">II", 3, len(mime)) + mime + struct.pack(">I", 0)
    head += struct.pack(">IIII", side, side, 24, 0) + struct.pack(">I", len(picture))
    return "METADATA_BLOCK_PICTURE=" + base64.b64encode(head + picture).decode()
