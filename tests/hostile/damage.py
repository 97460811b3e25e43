"""Files that were cut, or in which bits have changed."""

from __future__ import annotations

import random
from dataclasses import replace

from tests.decoder import pages
from tests.hostile.fault import BROKEN, EITHER, FOREIGN, PLAYS, Fault, Material


def _headers_end(material: Material) -> int:
    """Bytes of the two pages of headers."""
    return len(pages.join(material.pages[:2]))


def _cut_in_setup(material: Material, _: random.Random) -> bytes:
    return material.good[: _headers_end(material) - 100]


def _cut_after_headers(material: Material, _: random.Random) -> bytes:
    return material.good[: _headers_end(material)]


def _cut_in_first_audio(material: Material, _: random.Random) -> bytes:
    return material.good[: _headers_end(material) + 200]


def _cut_in_half(material: Material, _: random.Random) -> bytes:
    return material.good[: len(material.good) // 2]


def _without_beginning(material: Material, _: random.Random) -> bytes:
    return material.good[len(material.good) // 2 :]


def _without_middle(material: Material, _: random.Random) -> bytes:
    third = len(material.good) // 3
    return material.good[: 2 * third] + material.good[-third // 2 :]


def flip(data: bytes, count: int, rng: random.Random, start: int = 0) -> bytes:
    """`data` with `count` bits changed behind `start`."""
    out = bytearray(data)
    for _ in range(count):
        out[rng.randrange(start, len(out))] ^= 1 << rng.randrange(8)
    return bytes(out)


def _flip_one(material: Material, rng: random.Random) -> bytes:
    last = len(pages.join(material.pages[:-1]))
    return flip(material.good, 1, rng, last)


def _flip_every_page(material: Material, rng: random.Random) -> bytes:
    """Behind the headers no page is whole."""
    raw = material.pages
    spoilt = [flip(page.to_bytes(), 1, rng, 27) for page in raw[2:]]
    return pages.join(raw[:2]) + b"".join(spoilt)


def _flip_with_checksums(material: Material, rng: random.Random) -> bytes:
    """Twenty bits in each page, which says that it is whole."""
    raw = material.pages
    spoilt = [replace(page, body=flip(page.body, 20, rng)) for page in raw[2:]]
    return pages.join([*raw[:2], *spoilt])


def _flip_headers(material: Material, rng: random.Random) -> bytes:
    raw = material.pages
    raw[1] = replace(raw[1], body=flip(raw[1].body, 40, rng))
    return pages.join(raw)


def _random_packets(material: Material, rng: random.Random) -> bytes:
    raw = material.pages
    spoilt = [replace(page, body=rng.randbytes(len(page.body))) for page in raw[2:]]
    return pages.join([*raw[:2], *spoilt])


def _zeros(material: Material, _: random.Random) -> bytes:
    """As of a download that was not finished."""
    size = len(material.good)
    return material.good[: size // 2] + bytes(size - size // 2)


FAULTS = (
    Fault("truncation", "nothing at all", FOREIGN, lambda m, r: b""),
    Fault("truncation", "twenty bytes of a page", BROKEN, lambda m, r: m.good[:20]),
    Fault("truncation", "the first page alone", BROKEN, lambda m, r: m.good[:58]),
    Fault("truncation", "cut in the setup header", BROKEN, _cut_in_setup),
    Fault("truncation", "headers and no music", BROKEN, _cut_after_headers),
    Fault("truncation", "cut in the first page of music", BROKEN, _cut_in_first_audio),
    Fault("truncation", "cut in half", PLAYS, _cut_in_half),
    Fault("truncation", "the first byte is missing", BROKEN, lambda m, r: m.good[1:]),
    Fault("truncation", "the first half is missing", BROKEN, _without_beginning),
    Fault("truncation", "a piece in the middle is missing", PLAYS, _without_middle),
    Fault("bit flips", "one bit", PLAYS, _flip_one),
    Fault("bit flips", "one bit in each page of music", BROKEN, _flip_every_page),
    Fault("bit flips", "twenty bits a page, right checksums", PLAYS, _flip_with_checksums),
    Fault("bit flips", "forty bits of the headers, right checksum", EITHER, _flip_headers),
    Fault("bit flips", "packets of random bytes, right checksums", EITHER, _random_packets),
    Fault("bit flips", "the second half is zeros", PLAYS, _zeros),
)
