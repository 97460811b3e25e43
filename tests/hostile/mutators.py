"""Damage at random, class by class, for a decoder that runs beside the tests.

None of it changes a header behind a right checksum. What libvorbis makes of those is tried in a
process of its own (`tests.decoder.mutations`).
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

from tests.decoder import pages
from tests.decoder.pages import RawPage
from tests.hostile.damage import flip

GRANULES = (-1, 0, 1, 2**31, 2**62, 2**63 - 1, -(2**63))

Mutator = Callable[[bytes, bytes, random.Random], bytes]
"""Makes a damaged stream of a good one; the second may lend it pages."""


def _truncation(good: bytes, _: bytes, rng: random.Random) -> bytes:
    start, stop = sorted(rng.choices(range(len(good) + 1), k=2))
    return rng.choice((good[:start], good[:start] + good[stop:], good[start:]))


def _some_pages(change: Callable[[RawPage, random.Random], RawPage]) -> Mutator:
    """A fifth of the pages is changed."""

    def mutate(good: bytes, _: bytes, rng: random.Random) -> bytes:
        return pages.edit(good, lambda page: change(page, rng) if rng.random() < 0.2 else page)

    return mutate


def _header(page: RawPage, rng: random.Random) -> RawPage:
    return replace(page, flags=rng.randrange(256), number=rng.getrandbits(32))


def _lacing(page: RawPage, rng: random.Random) -> RawPage:
    """The segments of a page of music in other sizes, within its body."""
    if page.granule <= 0:
        return page
    lacing, left = b"", len(page.body)
    while left and len(lacing) < 255:
        size = min(rng.choice((255, 255, rng.randrange(256))), left)
        lacing += bytes([size])
        left -= size
    return replace(page, lacing=lacing, body=page.body[: len(page.body) - left])


def _granule(page: RawPage, rng: random.Random) -> RawPage:
    near = page.granule + rng.randrange(-50_000, 50_000)
    return replace(page, granule=rng.choice((*GRANULES, near)))


def _serial(page: RawPage, rng: random.Random) -> RawPage:
    return replace(page, serial=rng.getrandbits(32))


def _checksum(good: bytes, _: bytes, rng: random.Random) -> bytes:
    made = [bytearray(page.to_bytes()) for page in pages.split(good)]
    for page in rng.sample(made, k=rng.randrange(1, len(made))):
        page[22 + rng.randrange(4)] ^= 1 << rng.randrange(8)
    return b"".join(made)


def _order(good: bytes, _: bytes, rng: random.Random) -> bytes:
    raw = pages.split(good)
    return pages.join([*raw[:2], *rng.choices(raw[2:], k=len(raw))])


def _chaining(good: bytes, other: bytes, rng: random.Random) -> bytes:
    links = []
    for _ in range(rng.randrange(2, 9)):
        raw = pages.split(rng.choice((good, other)))
        links += raw[: rng.randrange(len(raw) + 1)]
    return pages.join(links)


def _multiplexing(good: bytes, other: bytes, rng: random.Random) -> bytes:
    left = [pages.split(good), pages.split(other)]
    mixed = []
    while any(left):
        mixed.append(rng.choice([raw for raw in left if raw]).pop(0))
    return pages.join(mixed)


CLASSES: dict[str, Mutator] = {
    "truncation": _truncation,
    "bit flips": lambda good, _, rng: flip(good, 1 << rng.randrange(9), rng),
    "page header": _some_pages(_header),
    "lacing": _some_pages(_lacing),
    "checksum": _checksum,
    "granule": _some_pages(_granule),
    "serial": _some_pages(_serial),
    "order": _order,
    "chaining": _chaining,
    "multiplexing": _multiplexing,
}
