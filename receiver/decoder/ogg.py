"""The Ogg layer (RFC 3533): bytes to pages, pages to packets.

Written in Python rather than over libogg: one parser then serves the stream, its tail and seeking,
knows the byte offset of every page, and reads nothing past what it was given.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass

from receiver.errors import Unplayable

CAPTURE = b"OggS"
NO_GRANULE = -1
MAX_PACKET = 1024 * 1024
"""Bytes of a packet that are held. Larger are only comment headers with a cover picture, which are
read as they come.
"""

_HEADER = struct.Struct("<4sBBqIIIB")
_CHECKSUM = slice(22, 26)
_CONTINUED, _FIRST, _LAST = 1, 2, 4
_MIRROR = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


@dataclass(slots=True)
class Page:
    """One page. `granule` is the granule position, -1 when no packet ends here.

    `offset` and `size` (bytes) tell where the page lies in the stream.
    """

    offset: int
    size: int
    flags: int
    granule: int
    serial: int
    number: int
    lacing: bytes
    body: bytes

    @property
    def continued(self) -> bool:
        """The page begins with the rest of a packet."""
        return bool(self.flags & _CONTINUED)

    @property
    def first(self) -> bool:
        """The page begins a logical stream."""
        return bool(self.flags & _FIRST)

    @property
    def last(self) -> bool:
        """The page ends a logical stream."""
        return bool(self.flags & _LAST)

    @property
    def holds_packet(self) -> bool:
        """A packet begins and ends within the page."""
        ends = sum(value < 255 for value in self.lacing)
        return ends > int(self.continued)


def checksum_is_good(page: bytes) -> bool:
    """Whether the CRC of a page, given whole, is right.

    Ogg's CRC-32 takes the bits of a byte from the top, zlib's from the bottom; mirrored bytes make
    them the same.
    """
    blank = page[: _CHECKSUM.start] + bytes(4) + page[_CHECKSUM.stop :]
    found = zlib.crc32(blank.translate(_MIRROR), 0xFFFFFFFF) ^ 0xFFFFFFFF
    return found == int.from_bytes(page[_CHECKSUM].translate(_MIRROR), "big")


class PageReader:
    """Finds the pages in a stream of bytes that begins at byte `offset`.

    Whatever is not a page with a good checksum is skipped.
    """

    def __init__(self, offset: int = 0) -> None:
        self.looked_at = 0
        """Bytes looked at so far: of pages, of what was skipped, and of each page that turned out
        not to be one."""
        self._buffer = bytearray()
        self._offset = offset
        self._needed = _HEADER.size

    def feed(self, data: bytes) -> None:
        """Take the bytes that follow."""
        self._buffer += data

    def next(self) -> Page | None:
        """The next page, or None when more bytes are needed."""
        buffer = self._buffer
        while len(buffer) >= self._needed:
            if not buffer.startswith(CAPTURE):
                found = buffer.find(CAPTURE, 1)
                skipped = found if found > 0 else len(buffer) - len(CAPTURE) + 1
                self.looked_at += skipped
                self._drop(skipped)
                continue
            _, version, flags, granule, serial, number, _, segments = _HEADER.unpack_from(buffer)
            if version != 0:
                self._drop(1)
                continue
            self._needed = _HEADER.size + segments
            if len(buffer) < self._needed:
                break
            lacing = bytes(buffer[_HEADER.size : self._needed])
            size = self._needed + sum(lacing)
            if len(buffer) < size:
                self._needed = size
                break
            raw = bytes(buffer[:size])
            self.looked_at += size
            if not checksum_is_good(raw):
                self._drop(1)
                continue
            body = raw[_HEADER.size + segments :]
            page = Page(self._offset, size, flags, granule, serial, number, lacing, body)
            self._drop(size)
            return page
        return None

    def _drop(self, count: int) -> None:
        """Let go of the first `count` bytes."""
        del self._buffer[:count]
        self._offset += count
        self._needed = _HEADER.size


class PacketReader:
    """Puts the packets of one logical stream together from its pages."""

    def __init__(self) -> None:
        self._partial: bytearray | None = None
        self._next_number: int | None = None

    def split(self, page: Page) -> tuple[list[bytes], bool]:
        """The packets that end on `page`, and whether something was lost right before them.

        Raises `Unplayable` for a packet above `MAX_PACKET`.
        """
        lost = self._next_number is not None and page.number != self._next_number
        self._next_number = (page.number + 1) & 0xFFFFFFFF
        partial = self._partial
        self._partial = None
        if partial is not None and (lost or not page.continued):
            partial, lost = None, True
        packets, rest = _cut(page)
        if page.continued:
            if packets:
                end = packets.pop(0)
                if partial is not None:
                    packets.insert(0, bytes(partial + end))
            elif partial is not None:
                partial += page.body
                self._keep(partial)
                return [], lost
            else:
                return [], lost
        if rest is not None:
            self._keep(bytearray(rest))
        return packets, lost

    def drain(self) -> bytes:
        """Take what there is of a packet that goes on: what follows comes as if it were all."""
        if self._partial is None:
            return b""
        drained, self._partial = bytes(self._partial), bytearray()
        return drained

    def restart(self) -> None:
        """Forget the page before: the next one comes from another place in the stream."""
        self._partial = None
        self._next_number = None

    def _keep(self, partial: bytearray) -> None:
        """Hold the beginning of a packet until the next page."""
        if len(partial) > MAX_PACKET:
            raise Unplayable("The stream holds a packet above 1 MiB; it cannot be played.")
        self._partial = partial


def _cut(page: Page) -> tuple[list[bytes], bytes | None]:
    """The stretches of the body that end a packet, and the one after them that does not."""
    body, start, stop = page.body, 0, 0
    packets = []
    for value in page.lacing:
        stop += value
        if value < 255:
            packets.append(body[start:stop])
            start = stop
    open_end = page.lacing.endswith(b"\xff")
    return packets, body[start:] if open_end else None
