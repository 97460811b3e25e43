"""A look at the setup header before libvorbis sees it.

libvorbis 1.3.7 takes memory, from the stack too, in proportion to what the codebooks of the setup
header claim: 7 KB of header crash it, 10 KB make it take a gigabyte. Real encoders use at most 44
codebooks, 6,561 entries in one and 11,813 in all, and 63,654 values (entries times dimensions).
"""

from __future__ import annotations

import math

from receiver.decoder.headers import SETUP
from receiver.errors import Unplayable

MAX_ENTRIES_IN_BOOK = 65_536
MAX_ENTRIES = 200_000
MAX_VALUES_IN_BOOK = 262_144
MAX_VALUES = 1_048_576
MAX_BYTES = 1024 * 1024

_SYNC = 0x564342


class _Bits:
    """Reads numbers lowest bit first, as Vorbis packs them. Raises `EOFError` past the end."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0
        self._end = 8 * len(data)

    def take(self, width: int) -> int:
        """The next `width` bits as a number."""
        start = self._at
        self.skip(width)
        taken = self._data[start >> 3 : self._at + 7 >> 3]
        return int.from_bytes(taken, "little") >> (start & 7) & (1 << width) - 1

    def skip(self, width: int) -> None:
        """Pass over `width` bits."""
        self._at += width
        if self._at > self._end:
            raise EOFError

    def peek(self, width: int) -> str:
        """The next bits, at most `width`, as a string of 0 and 1 in the order of the stream."""
        start = self._at
        width = min(width, self._end - start)
        number = self.take(width)
        self._at = start
        return f"{number:0{width}b}"[::-1]


def check_setup(packet: bytes) -> None:
    """Raise `Unplayable` when the codebooks of a setup header are damaged or out of bounds."""
    if not packet.startswith(SETUP):
        raise Unplayable("The stream's setup header is damaged; it cannot be played.")
    if len(packet) > MAX_BYTES:
        raise Unplayable("The stream's setup header is out of all bounds; it is not played.")
    bits = _Bits(packet[len(SETUP) :])
    entries = values = 0
    try:
        for _ in range(bits.take(8) + 1):
            book_entries, book_values = _pass_codebook(bits)
            entries += book_entries
            values += book_values
            if entries > MAX_ENTRIES or values > MAX_VALUES:
                raise Unplayable("The stream's codebooks are out of all bounds; it is not played.")
    except EOFError:
        raise Unplayable("The stream's setup header is cut short; it cannot be played.") from None


def _pass_codebook(bits: _Bits) -> tuple[int, int]:
    """Pass over one codebook (Vorbis I, 3.2.1); how many entries and values it holds."""
    head = bits.take(24 + 16 + 24)
    sync, dimensions, entries = head & 0xFFFFFF, head >> 24 & 0xFFFF, head >> 40
    if sync != _SYNC:
        raise Unplayable("The stream's codebooks are damaged; it cannot be played.")
    if entries > MAX_ENTRIES_IN_BOOK or entries * dimensions > MAX_VALUES_IN_BOOK:
        raise Unplayable("The stream holds a codebook out of all bounds; it is not played.")
    _pass_lengths(bits, entries)
    lookup = bits.take(4)
    if lookup:
        bits.skip(32 + 32)
        width = bits.take(4) + 1
        bits.skip(1)
        count = _lattice_values(entries, dimensions) if lookup == 1 else entries * dimensions
        bits.skip(count * width)
    return entries, entries * dimensions


def _pass_lengths(bits: _Bits, entries: int) -> None:
    """Pass over the lengths of the codewords, stored in one of three ways."""
    ordered = bits.take(1)
    if ordered:
        bits.skip(5)
        done = 0
        while done < entries:
            done += bits.take((entries - done).bit_length())
    elif bits.take(1):
        _pass_sparse(bits, entries)
    else:
        bits.skip(5 * entries)


def _pass_sparse(bits: _Bits, entries: int) -> None:
    """Pass over `entries` flags, where each that is set has 5 bits of length behind it."""
    window = bits.peek(6 * entries)
    at = 0
    while entries > 0:
        used = window.find("1", at, at + entries)
        if used < 0:
            at += entries
            break
        entries -= used - at + 1
        at = used + 6
    bits.skip(at)


def _lattice_values(entries: int, dimensions: int) -> int:
    """The largest number whose power of `dimensions` is not above `entries` (Vorbis I, 9.2.3)."""
    if not dimensions or not entries:
        return 0
    root = round(math.pow(entries, 1 / dimensions))
    while root**dimensions > entries:
        root -= 1
    while (root + 1) ** dimensions <= entries:
        root += 1
    return root
