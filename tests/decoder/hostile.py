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
    """A codebook whose header is as large as its claims are not: a full tree of `entries` codewords
    of at most two lengths, stored in the ordered way, which takes few bits.
    """
    bits.put(0x564342, 24).put(dimensions, 16).put(entries, 24)
    length = max((entries - 1).bit_length(), 1)
    shorter = (1 << length) - entries if entries > 1 else 0
    bits.put(1, 1).put(length - 2 if shorter else length - 1, 5)
    if shorter:
        bits.put(shorter, entries.bit_length())
    bits.put(entries - shorter, (entries - shorter).bit_length())
    bits.put(lookup, 4)
    if lookup:
        bits.put(0, 32).put(0, 32).put(0, 4).put(0, 1)
        root = max(n for n in range(1, entries + 1) if n**dimensions <= entries)
        bits.put(0, root if lookup == 1 else entries * dimensions)


def put_rest(bits: Bits) -> None:
    """The least that may follow the codebooks (Vorbis I, 4.2.4); it asks of the first of them no
    more than one dimension and one entry.
    """
    bits.put(0, 6).put(0, 16)  # the one transform there is
    bits.put(0, 6).put(1, 16).put(0, 5).put(0, 2).put(7, 4)  # a floor of no partition
    bits.put(0, 6).put(0, 16).put(0, 24).put(0, 24).put(0, 24)  # an empty residue:
    bits.put(0, 6).put(0, 8).put(0, 4)  # of one class, by the first codebook
    bits.put(0, 6).put(0, 16).put(0, 4).put(0, 24)  # a mapping to these two
    bits.put(0, 6).put(0, 1).put(0, 32).put(0, 8)  # a mode of short blocks
    bits.put(1, 1)  # the end


def setup(*books: tuple[int, int], lookup: int = 0, whole: bool = True) -> bytes:
    """A setup header of codebooks (dimensions, entries), as the specification allows it; or, not
    `whole`, with nothing after them, which libvorbis refuses before it looks at what they ask.
    """
    bits = Bits().put(len(books) - 1, 8)
    for dimensions, entries in books:
        put_book(bits, dimensions, entries, lookup=lookup)
    if whole:
        put_rest(bits)
        return b"\x05vorbis" + bits.to_bytes()
    return b"\x05vorbis" + bits.to_bytes() + bytes(8)


CRASHERS = {
    "a million entries": setup((1, 1 << 20)),
    "8 million entries": setup((1, (1 << 23) - 1)),
    "forty of a million": setup(*[(4, 1 << 20)] * 40),
    "a million entries behind small ones": setup(*[(1, 3)] * 40, (1, 1 << 20)),
}
"""Sound setup headers, but for the size of their codebooks: libvorbis 1.3.7 takes 12 bytes of the
stack for each entry, and runs over its end. It refuses only where the widths of dimensions and
entries are more than 24 bits together.
"""


def with_setup(good: bytes, header: bytes) -> bytes:
    """The good file with another setup header (its page is made anew, without the comments)."""
    raw = pages.split(good)
    comments = b"\x03vorbis" + bytes(8) + b"\x01"
    made = pages.page([comments, header], serial=raw[0].serial, number=1)
    audio = next(index for index, page in enumerate(raw) if page.granule > 0)
    return raw[0].to_bytes() + made + pages.join(raw[audio:])
