"""Bytes, changed at random: a bit, a run, a number, a line, a word that means something."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from tests.fuzz.target import MOST_BYTES

_ODD_BYTES = b"\0\1\x7f\x80\xfe\xff \t\r\n\"'\\/<>[]{}:;,=%#&-."
_ODD_NUMBERS = (
    *(b"0", b"-1", b"1", b"255", b"256", b"65535", b"65536", b"2147483648", b"4294967296"),
    *(b"9223372036854775807", b"-9223372036854775808", b"18446744073709551615"),
    *(b"18446744073709551616", b"1e308", b"1e999", b"-0.0", b"1e-400", b"NaN", b"Infinity"),
    *(b"9" * 400, b"9" * 5000, "٣".encode(), b"1_0", b"0x10", b"007"),
)
_ODD_TEXTS = (
    *(b"\xff", b"\xc3\x28", b"\xed\xa0\x80", "\u202e".encode(), "\u2028".encode(), b"\x85"),
    *(b"\\ud800", b"\\u0000", b"%00", b"%0d%0a", b"\r\n", b"\x1b[2J", b"\xef\xbb\xbf"),
)
_NUMBER = re.compile(rb"-?\d[\d.]*")
_TOKEN = re.compile(rb'"[^"\n]*"|[\w.+-]+')


class _Draft(NamedTuple):
    """Bytes that are being changed, and what may get into them."""

    data: bytearray
    others: Sequence[bytes]
    words: Sequence[bytes]
    rng: random.Random

    def place(self) -> int:
        """An index at which something can be put in."""
        return self.rng.randint(0, len(self.data))

    def run(self, most: int = 64) -> slice:
        """A stretch of it."""
        start = self.place()
        return slice(start, start + self.rng.randint(1, most))


def mutate(
    data: bytes, others: Sequence[bytes], words: Sequence[bytes], rng: random.Random
) -> bytes:
    """`data` with one to eight changes; `others` lend pieces, `words` are put in."""
    draft = _Draft(bytearray(data), others, words, rng)
    for _ in range(1 << rng.randrange(4)):
        rng.choice(_CHANGES)(draft)
        del draft.data[MOST_BYTES:]
    return bytes(draft.data)


def _flip(draft: _Draft) -> None:
    if draft.data:
        draft.data[draft.rng.randrange(len(draft.data))] ^= 1 << draft.rng.randrange(8)


def _set(draft: _Draft) -> None:
    if draft.data:
        draft.data[draft.rng.randrange(len(draft.data))] = draft.rng.choice(_ODD_BYTES)


def _insert(draft: _Draft) -> None:
    at = draft.place()
    draft.data[at:at] = draft.rng.randbytes(draft.rng.randint(1, 8))


def _delete(draft: _Draft) -> None:
    del draft.data[draft.run()]


def _cut(draft: _Draft) -> None:
    del draft.data[draft.place() :]


def _repeat(draft: _Draft) -> None:
    run = draft.run(16)
    draft.data[run] = bytes(draft.data[run]) * (1 << draft.rng.randrange(12))


def _copy(draft: _Draft) -> None:
    at, run = draft.place(), bytes(draft.data[draft.run()])
    draft.data[at:at] = run


def _splice(draft: _Draft) -> None:
    other = draft.rng.choice(draft.others)
    start = draft.rng.randint(0, len(other))
    at = draft.place()
    draft.data[at : at + draft.rng.choice((0, 64, MOST_BYTES))] = other[start : start + 256]


def _put(draft: _Draft) -> None:
    at, word = draft.place(), draft.rng.choice((*draft.words, *_ODD_TEXTS))
    draft.data[at : at + draft.rng.choice((0, len(word)))] = word


def _number(draft: _Draft) -> None:
    """Another number in the place of one that is written in digits."""
    found = list(_NUMBER.finditer(draft.data))
    if found:
        one = draft.rng.choice(found)
        draft.data[one.start() : one.end()] = draft.rng.choice(_ODD_NUMBERS)


def _token(draft: _Draft) -> None:
    """Another word, number or string of text in the place of one."""
    found = list(_TOKEN.finditer(draft.data))
    others = _TOKEN.findall(draft.rng.choice(draft.others))
    if found and others:
        one = draft.rng.choice(found)
        draft.data[one.start() : one.end()] = draft.rng.choice(others)


def _field(draft: _Draft) -> None:
    """Another number in a field of two, four or eight bytes."""
    width = draft.rng.choice((2, 4, 8))
    bits = 8 * width
    number = draft.rng.choice((0, 1, (1 << bits) - 1, 1 << (bits - 1), draft.rng.getrandbits(bits)))
    at = draft.place()
    draft.data[at : at + width] = number.to_bytes(width, "little")


def _lines(draft: _Draft) -> None:
    """One line less, once more, or elsewhere."""
    lines = bytes(draft.data).split(b"\n")
    line = lines.pop(draft.rng.randrange(len(lines)))
    for _ in range(draft.rng.randrange(3)):
        lines.insert(draft.rng.randint(0, len(lines)), line)
    draft.data[:] = b"\n".join(lines)


_CHANGES: tuple[Callable[[_Draft], None], ...] = (
    *(_flip, _set, _insert, _delete, _cut, _repeat, _copy),
    *(_splice, _splice, _put, _put, _number, _number, _token, _token, _field, _lines, _lines),
)
