"""Ogg pages made and changed by hand, apart from the code under test."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace

CONTINUED, FIRST, LAST = 1, 2, 4


_MIRROR = bytes(int(f"{value:08b}"[::-1], 2) for value in range(256))


def slow_crc(data: bytes) -> int:
    """Ogg's CRC, bit by bit as RFC 3533 describes it."""
    value = 0
    for byte in data:
        value ^= byte << 24
        for _ in range(8):
            value = value << 1 ^ (0x104C11DB7 if value & 0x80000000 else 0)
    return value


def crc(data: bytes) -> int:
    """The same, fast: zlib's CRC of mirrored bytes, mirrored."""
    mirrored = zlib.crc32(data.translate(_MIRROR), 0xFFFFFFFF) ^ 0xFFFFFFFF
    return int.from_bytes(mirrored.to_bytes(4, "little").translate(_MIRROR), "big")


@dataclass(frozen=True)
class RawPage:
    """The parts of a page."""

    body: bytes
    lacing: bytes
    flags: int = 0
    granule: int = 0
    serial: int = 1
    number: int = 0

    def to_bytes(self) -> bytes:
        """The page as it is in a stream, with the CRC that fits."""
        fields = (0, self.flags, self.granule, self.serial, self.number)
        head = struct.pack("<4sBBqII", b"OggS", *fields)
        rest = bytes([len(self.lacing)]) + self.lacing + self.body
        return head + struct.pack("<I", crc(head + bytes(4) + rest)) + rest


def page(packets: list[bytes], *, ends: bool = True, **fields: int) -> bytes:
    """A page of whole packets; the last one goes on in the next page unless `ends`. For that its
    size must be a multiple of 255.
    """
    lacing = b"".join(b"\xff" * (len(p) // 255) + bytes([len(p) % 255]) for p in packets)
    if not ends:
        assert lacing.endswith(b"\0")
        lacing = lacing[:-1]
    return RawPage(b"".join(packets), lacing, **fields).to_bytes()


def split(data: bytes) -> list[RawPage]:
    """The pages of a whole, sound stream."""
    pages, at = [], 0
    while at < len(data):
        capture, _, flags, granule, serial, number, _, count = struct.unpack_from(
            "<4sBBqIIIB", data, at
        )
        assert capture == b"OggS"
        start = at + 27 + count
        lacing = data[at + 27 : start]
        at = start + sum(lacing)
        pages.append(RawPage(data[start:at], lacing, flags, granule, serial, number))
    return pages


def join(pages: list[RawPage]) -> bytes:
    """The stream of these pages."""
    return b"".join(each.to_bytes() for each in pages)


def edit(data: bytes, change: Callable[[RawPage], RawPage]) -> bytes:
    """The stream with every page changed."""
    return join([change(each) for each in split(data)])


def shift_granules(data: bytes, by: int) -> bytes:
    """The stream with `by` added to the granule position of its pages of audio."""
    return edit(data, lambda p: replace(p, granule=p.granule + by) if p.granule > 0 else p)


def with_serial(data: bytes, serial: int) -> bytes:
    """The stream with another serial number."""
    return edit(data, lambda p: replace(p, serial=serial))
