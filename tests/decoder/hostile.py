"""Setup headers that ask too much, put into the place of the one of a good file."""

from __future__ import annotations

from tests.decoder import pages


class Bits:
    """Writes numbers lowest bit first."""

    def __init__(self) -> None:
        self._number = 0
        self._width = 0

    def put(self, value: int, width: int) -> Bits:
        """Append `value` in `width` bits."""
        self._number |= (value & (1 << width) - 1) << self._width
        self._width += width
        return self

    def to_bytes(self) -> bytes:
        """All of it, filled up with zeros."""
        return self._number.to_bytes((self._width + 7) // 8, "little")


def put_book(bits: Bits, dimensions: int, entries: int, *, lookup: int = 0) -> None:
    """A codebook whose header is as large as its claims are not: `entries` is a power of two, all
    with codewords of one length, stored in the ordered way, which takes few bits.
    """
    bits.put(0x564342, 24).put(dimensions, 16).put(entries, 24)
    length = max(entries.bit_length() - 1, 1)
    bits.put(1, 1).put(length - 1, 5).put(entries, entries.bit_length())
    bits.put(lookup, 4)
    if lookup:
        bits.put(0, 32).put(0, 32).put(0, 4).put(0, 1)
        root = max(n for n in range(1, entries + 1) if n**dimensions <= entries)
        bits.put(0, root if lookup == 1 else entries * dimensions)


def setup(*books: tuple[int, int], lookup: int = 0) -> bytes:
    """A setup header of codebooks (dimensions, entries), and nothing after them."""
    bits = Bits().put(len(books) - 1, 8)
    for dimensions, entries in books:
        put_book(bits, dimensions, entries, lookup=lookup)
    return b"\x05vorbis" + bits.to_bytes() + bytes(8)


def with_setup(good: bytes, header: bytes) -> bytes:
    """The good file with another setup header (its page is made anew, without the comments)."""
    raw = pages.split(good)
    comments = b"\x03vorbis" + bytes(8) + b"\x01"
    made = pages.page([comments, header], serial=raw[0].serial, number=1)
    audio = next(index for index, page in enumerate(raw) if page.granule > 0)
    return raw[0].to_bytes() + made + pages.join(raw[audio:])
