"""Ogg pages that are not what they say: header fields, lacing, checksums, granules, serials."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

from tests.decoder import pages
from tests.decoder.pages import RawPage
from tests.hostile.fault import BROKEN, EITHER, PLAYS, Fault, Make, Material

NEVER_ENDS = b"\xff" * 255


def _audio(change: Callable[[RawPage, random.Random], RawPage]) -> Make:
    """Every page behind the headers is changed."""

    def make(material: Material, rng: random.Random) -> bytes:
        raw = material.pages
        return pages.join([*raw[:2], *[change(page, rng) for page in raw[2:]]])

    return make


def _every(change: Callable[[RawPage, random.Random], RawPage]) -> Make:
    """Every page is changed."""
    return lambda material, rng: pages.join([change(page, rng) for page in material.pages])


def _bytes_of_pages(change: Callable[[int, bytearray], None], first: int = 0) -> Make:
    """The pages from number `first` on are changed as they stand, checksum and all."""

    def make(material: Material, _: random.Random) -> bytes:
        out = []
        for number, page in enumerate(material.pages):
            data = bytearray(page.to_bytes())
            if number >= first:
                change(number, data)
            out.append(bytes(data))
        return b"".join(out)

    return make


def _between(*extra: bytes) -> Make:
    """`extra` stands before each page of music."""

    def make(material: Material, _: random.Random) -> bytes:
        raw = material.pages
        music = b"".join(b"".join(extra) + page.to_bytes() for page in raw[2:])
        return pages.join(raw[:2]) + music

    return make


def _set(at: int, value: int) -> Callable[[int, bytearray], None]:
    def change(_: int, data: bytearray) -> None:
        data[at] = value

    return change


def _spoil_checksum(_: int, data: bytearray) -> None:
    data[22] ^= 1


def _no_checksum(_: int, data: bytearray) -> None:
    data[22:26] = bytes(4)


def mines(count: int) -> bytes:
    """Heads that each claim a page of the largest size, which has to be checked."""
    head = b"OggS" + bytes(22) + b"\xff"
    return (head + NEVER_ENDS[:1]) * count


def _mined(material: Material, _: random.Random) -> bytes:
    raw = material.pages
    return pages.join(raw[:4]) + mines(40_000) + pages.join(raw[4:])


def _one_packet_for_ever(material: Material, _: random.Random) -> bytes:
    raw = material.pages
    body = bytes(255 * 255)
    rest = [
        RawPage(body, NEVER_ENDS, pages.CONTINUED * (number > 2), -1, 1, number)
        for number in range(2, 40)
    ]
    return pages.join([*raw[:2], *rest])


def _empty_packets(material: Material, _: random.Random) -> bytes:
    raw = material.pages
    empty = [RawPage(b"", bytes(255), 0, -1, 1, 2 + number) for number in range(500)]
    return pages.join([*raw[:2], *empty, *raw[2:]])


def _lacing_beyond_body(material: Material, _: random.Random) -> bytes:
    raw = material.pages
    raw[3] = replace(raw[3], lacing=b"\xff" * 255)
    return pages.join(raw)


def _numbers(draw: Callable[[int, random.Random], int]) -> Make:
    return _audio(lambda page, rng: replace(page, number=draw(page.number, rng)))


def _granules(draw: Callable[[int, random.Random], int]) -> Make:
    return _audio(lambda page, rng: replace(page, granule=draw(page.granule, rng)))


def _leaping(material: Material, _: random.Random) -> bytes:
    raw = material.pages
    return pages.join(
        [*raw[:3], *[replace(page, granule=page.granule + 2**61) for page in raw[3:]]]
    )


def _ending_early(material: Material, _: random.Random) -> bytes:
    raw = material.pages
    return pages.join([*raw[:-1], replace(raw[-1], granule=1)])


def _serial_changes(material: Material, _: random.Random) -> bytes:
    raw = material.pages
    return pages.join([*raw[:4], *[replace(page, serial=9) for page in raw[4:]]])


def _serials_for_all(material: Material, _: random.Random) -> bytes:
    return pages.join([replace(page, serial=n) for n, page in enumerate(material.pages)])


def _one_serial_for_two(material: Material, _: random.Random) -> bytes:
    one, two = material.pages, pages.split(pages.with_serial(material.other, 1))
    mixed = [page for pair in zip(one, two, strict=False) for page in pair]
    return pages.join([*mixed, *one[len(two) :]])


FAULTS = (
    Fault("page header", "version 1", BROKEN, _bytes_of_pages(_set(4, 1))),
    Fault("page header", "version 1 in the music", BROKEN, _bytes_of_pages(_set(4, 1), 2)),
    Fault(
        "page header", "all pages begin a stream", EITHER, _every(lambda p, r: replace(p, flags=2))
    ),
    Fault(
        "page header",
        "all pages end the stream",
        PLAYS,
        _every(lambda p, r: replace(p, flags=p.flags | 4)),
    ),
    Fault(
        "page header",
        "all pages continue a packet",
        EITHER,
        _audio(lambda p, r: replace(p, flags=p.flags | 1)),
    ),
    Fault(
        "page header",
        "random flags in the music",
        ("plays", "unsupported_format"),
        _audio(lambda p, r: replace(p, flags=r.randrange(256))),
    ),
    Fault("page header", "all of the same number", PLAYS, _numbers(lambda n, r: 7)),
    Fault("page header", "random numbers", PLAYS, _numbers(lambda n, r: r.getrandbits(32))),
    Fault("page header", "capture patterns between pages", PLAYS, _between(b"OggS" * 5000)),
    Fault("page header", "a megabyte of false page heads", PLAYS, _mined),
    Fault("page header", "nothing but false page heads", BROKEN, lambda m, r: mines(40_000)),
    Fault(
        "lacing", "pages without segments", PLAYS, _between(RawPage(b"", b"", 0, -1, 1).to_bytes())
    ),
    Fault("lacing", "128,000 empty packets", PLAYS, _empty_packets),
    Fault("lacing", "a packet that never ends", BROKEN, _one_packet_for_ever),
    Fault("lacing", "more than there is in the page", PLAYS, _lacing_beyond_body),
    Fault(
        "lacing",
        "segments at random",
        EITHER,
        _audio(lambda p, r: replace(p, lacing=r.randbytes(len(p.lacing)))),
    ),
    Fault(
        "checksum",
        "wrong in the first page",
        BROKEN,
        _bytes_of_pages(lambda n, d: _spoil_checksum(n, d) if n == 0 else None),
    ),
    Fault(
        "checksum",
        "wrong in one page of music",
        PLAYS,
        _bytes_of_pages(lambda n, d: _spoil_checksum(n, d) if n == 3 else None),
    ),
    Fault("checksum", "wrong in all of the music", BROKEN, _bytes_of_pages(_spoil_checksum, 2)),
    Fault("checksum", "zero everywhere", BROKEN, _bytes_of_pages(_no_checksum)),
    Fault("granule", "none at all", PLAYS, _granules(lambda g, r: -1)),
    Fault("granule", "zero everywhere", EITHER, _granules(lambda g, r: 0)),
    Fault("granule", "the largest there is", PLAYS, _granules(lambda g, r: 2**63 - 1)),
    Fault("granule", "the smallest there is", PLAYS, _granules(lambda g, r: -(2**63))),
    Fault("granule", "backwards", PLAYS, _granules(lambda g, r: 10**6 - g)),
    Fault("granule", "at random", EITHER, _granules(lambda g, r: r.getrandbits(63))),
    Fault("granule", "a leap of a million years", PLAYS, _leaping),
    Fault("granule", "the end before the beginning", PLAYS, _ending_early),
    Fault("serial", "another from the middle on", PLAYS, _serial_changes),
    Fault("serial", "one for each page", BROKEN, _serials_for_all),
    Fault("serial", "two streams with the same", EITHER, _one_serial_for_two),
)
