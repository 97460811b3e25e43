"""The three headers of Vorbis, with claims that are absurd, and comments of any size."""

from __future__ import annotations

import base64
import random
import struct
from collections.abc import Iterable
from dataclasses import replace
from typing import NamedTuple

from tests.covers import pictures
from tests.decoder import hostile, pages
from tests.decoder.pages import RawPage
from tests.hostile.fault import BROKEN, EITHER, FOREIGN, LONG_S, PLAYS, Fault, Make, Material
from tests.rig.http_server import Serving

MIB = 1 << 20
PAGE_BODY = 255 * 255


def spread(packet: bytes, number: int, *, ends: bool = True) -> list[RawPage]:
    """The pages of one large packet, from page `number` of stream 1 on."""
    raw = []
    for at in range(0, len(packet) + 1, PAGE_BODY):
        body = packet[at : at + PAGE_BODY]
        rest = len(body) % 255
        lacing = b"\xff" * (len(body) // 255)
        last = ends and at + PAGE_BODY > len(packet)
        lacing += bytes([rest]) if last else b""
        flags = pages.CONTINUED if at else 0
        raw.append(RawPage(body, lacing, flags, 0 if last else -1, 1, number + len(raw)))
    return raw


class Paged(NamedTuple):
    """A file as its pages."""

    pages: list[RawPage]


def packets(material: Material | Paged) -> tuple[bytes, bytes, bytes]:
    """The headers of the good file."""
    first, second, *_ = material.pages
    size = 0
    for value in second.lacing:
        size += value
        if value < 255:
            break
    return first.body, second.body[:size], second.body[size:]


def rebuilt(
    material: Material | Paged,
    identification: bytes | None = None,
    comments: bytes | None = None,
    setup: bytes | None = None,
) -> bytes:
    """The good file with other headers."""
    own = packets(material)
    headers = (
        own[0] if identification is None else identification,
        own[1] if comments is None else comments,
        own[2] if setup is None else setup,
    )
    return in_pages(headers, material)


def in_pages(headers: Iterable[bytes], material: Material | Paged) -> bytes:
    """These headers, and the music of the good file behind them."""
    raw: list[RawPage] = []
    for header in headers:
        raw += spread(header, len(raw))
    return pages.join([replace(raw[0], flags=pages.FIRST), *raw[1:], *material.pages[2:]])


def comment(*texts: bytes, count: int | None = None, vendor: bytes = b"own") -> bytes:
    """A comment header; `count` is what it claims to hold."""
    number = len(texts) if count is None else count
    parts = b"".join(struct.pack("<I", len(text)) + text for text in texts)
    head = struct.pack("<I", len(vendor)) + vendor + struct.pack("<I", number)
    return b"\x03vorbis" + head + parts + b"\x01"


def picture(size: int, claims: int | None = None) -> bytes:
    """A comment with a black cover picture, of `size` bytes as it is written there; `claims`: how
    many bytes the picture says it has.
    """
    told = size * 3 // 4 if claims is None else claims
    head = struct.pack(">II", 3, 9) + b"image/png" + struct.pack(">IIIII", 0, 500, 500, 24, 0)
    block = base64.b64encode(head + struct.pack(">I", told)).rstrip(b"=")
    return b"METADATA_BLOCK_PICTURE=" + block + b"A" * size


def with_cover(material: Material, size: int) -> bytes:
    """The good file with a cover of `size` bytes before its title."""
    return rebuilt(material, comments=comment(picture(size), b"TITLE=Behind the picture"))


def with_comments(stream: bytes, *texts: bytes) -> bytes:
    """A file with these comments in the place of its own, as stream 1."""
    paged = Paged(pages.split(pages.with_serial(stream, 1)))
    return rebuilt(paged, comments=comment(*texts))


def _covered(size: int) -> Make:
    return lambda material, _: with_cover(material, size)


def _commented(*texts: bytes, count: int | None = None, vendor: bytes = b"own") -> Make:
    return lambda material, _: rebuilt(
        material, comments=comment(*texts, count=count, vendor=vendor)
    )


def _claims(at: int) -> Make:
    """The length at byte `at` of a comment header says four gigabytes."""

    def make(material: Material, _: random.Random) -> bytes:
        packet = bytearray(comment(b"TITLE=One", b"ARTIST=Two"))
        packet[at : at + 4] = b"\xff" * 4
        return rebuilt(material, comments=bytes(packet))

    return make


def _endless_comments(material: Material, _: random.Random) -> Serving:
    """A comment header that goes on for as long as somebody listens."""
    begun = comment(count=2**32 - 1).ljust(PAGE_BODY, b"\0")
    lacing = b"\xff" * 255
    head = pages.page([packets(material)[0]], flags=pages.FIRST)
    start = RawPage(begun, lacing, 0, -1, 1, 1)
    more = [RawPage(bytes(PAGE_BODY), lacing, pages.CONTINUED, -1, 1, 2 + n) for n in range(1100)]
    return Serving(head + pages.join([start, *more]), ranges=False, framing="close")


def _identified(at: int, form: str, value: int) -> Make:
    """The field at byte `at` of the identification header has another value."""

    def make(material: Material, _: random.Random) -> bytes:
        packet = bytearray(packets(material)[0])
        struct.pack_into(form, packet, at, value)
        return rebuilt(material, identification=bytes(packet))

    return make


def _channels(count: int) -> Make:
    return _identified(11, "<B", count)


def _rate(rate: int) -> Make:
    return _identified(12, "<I", rate)


def _with_setup(*books: tuple[int, int], lookup: int = 0, whole: bool = True) -> Make:
    header = hostile.setup(*books, lookup=lookup, whole=whole)
    return lambda material, _: rebuilt(material, setup=header)


def _order(*numbers: int) -> Make:
    """The headers of these numbers, in this order, and the music behind them."""

    def make(material: Material, _: random.Random) -> bytes:
        own = packets(material)
        return in_pages([own[number] for number in numbers], material)

    return make


def _spoilt_setup(material: Material, rng: random.Random) -> bytes:
    """Sound codebooks, and nonsense behind them."""
    setup = packets(material)[2]
    return rebuilt(material, setup=setup[:-120] + rng.randbytes(120))


def _random_setup(material: Material, rng: random.Random) -> bytes:
    return rebuilt(material, setup=b"\x05vorbis" + rng.randbytes(4000))


_PAGE = pictures.comment(b"<svg onload='alert(1)'/>", label=b"image/svg+xml")
_BOMB = pictures.comment(pictures.png(1 << 16, 1 << 16))
CONTROLS = b"TITLE=" + b"\x1b[2J\0" * 800

FAULTS = (
    Fault("header packets", "another magic", FOREIGN, _identified(1, "<B", 0x56)),
    Fault(
        "header packets",
        "an identification of ten bytes",
        BROKEN,
        lambda m, r: rebuilt(m, packets(m)[0][:10]),
    ),
    Fault("header packets", "version 1", FOREIGN, _identified(7, "<I", 1)),
    Fault("header packets", "blocks of no frames", BROKEN, _identified(28, "<B", 0)),
    Fault("header packets", "blocks of 32,768 frames", BROKEN, _identified(28, "<B", 0xFF)),
    Fault("header packets", "short blocks above long ones", BROKEN, _identified(28, "<B", 0x8B)),
    Fault("header packets", "no framing bit", EITHER, _identified(29, "<B", 0)),
    Fault("header packets", "no comments", BROKEN, _order(0, 2)),
    Fault("header packets", "no setup", BROKEN, _order(0, 1)),
    Fault("header packets", "the wrong order", BROKEN, _order(0, 2, 1)),
    Fault("header packets", "the first one twice", BROKEN, _order(0, 0, 1, 2)),
    Fault(
        "header packets",
        "an identification of 2 MiB",
        BROKEN,
        lambda m, r: rebuilt(m, packets(m)[0] + bytes(2 * MIB)),
    ),
    Fault(
        "setup header", "a codebook of 8 million entries", BROKEN, _with_setup((1, (1 << 23) - 1))
    ),
    Fault(
        "setup header", "forty codebooks of a million", BROKEN, _with_setup(*[(4, 1 << 20)] * 40)
    ),
    Fault(
        "setup header",
        "a codebook of a million values",
        BROKEN,
        _with_setup((16, 1 << 16), lookup=1),
    ),
    Fault("setup header", "codebooks of no dimension", BROKEN, _with_setup((0, 4), (0, 0))),
    Fault("setup header", "codebooks and nothing else", BROKEN, _with_setup((2, 64), whole=False)),
    Fault(
        "setup header",
        "2 MiB of zeros",
        BROKEN,
        lambda m, r: rebuilt(m, setup=b"\x05vorbis" + bytes(2 * MIB)),
    ),
    Fault("setup header", "random bytes", BROKEN, _random_setup),
    Fault("setup header", "nonsense behind the codebooks", EITHER, _spoilt_setup),
    Fault("comments", "a cover of 1 MB", PLAYS, _covered(10**6)),
    Fault("comments", "a cover of 5 MB", PLAYS, _covered(5 * 10**6)),
    Fault("comments", "a cover of 15 MB", PLAYS, _covered(15 * 10**6)),
    Fault("comments", "a cover of 60 MB", PLAYS, _covered(60 * 10**6), within_s=LONG_S),
    Fault(
        "comments",
        "twenty covers of 2 MB",
        PLAYS,
        _commented(*[picture(2 * 10**6)] * 20),
        within_s=LONG_S,
    ),
    Fault("comments", "a cover that is a web page", PLAYS, _commented(_PAGE)),
    Fault("comments", "a cover of 4 billion pixels", PLAYS, _commented(_BOMB)),
    Fault("comments", "4,000 covers", PLAYS, _commented(*[picture(300)] * 4000)),
    Fault("comments", "without an end", BROKEN, _endless_comments, within_s=LONG_S),
    Fault(
        "comments", "a picture that claims 4 GB", PLAYS, _commented(picture(9000, claims=2**32 - 1))
    ),
    Fault("comments", "a maker's name that claims 4 GB", PLAYS, _claims(7)),
    Fault("comments", "a comment that claims 4 GB", PLAYS, _claims(18)),
    Fault(
        "comments",
        "4 billion of them, so it claims",
        PLAYS,
        _commented(b"TITLE=One", count=2**32 - 1),
    ),
    Fault("comments", "a hundred thousand empty ones", PLAYS, _commented(*[b""] * 10**5)),
    Fault("comments", "4,000 titles of control characters", PLAYS, _commented(*[CONTROLS] * 4000)),
    Fault(
        "comments", "a title of 3 MB", PLAYS, _commented(b"TITLE=" + b"\xf0\x9f\x8e\xb5" * 750_000)
    ),
    Fault(
        "comments",
        "another magic",
        BROKEN,
        lambda m, r: rebuilt(m, comments=b"\x03vorbiz" + bytes(9)),
    ),
    Fault("rates, channels", "no channel", FOREIGN, _channels(0)),
    Fault("rates, channels", "255 channels", FOREIGN, _channels(255)),
    Fault("rates, channels", "eight channels for a setup of two", EITHER, _channels(8)),
    Fault("rates, channels", "one channel for a setup of two", EITHER, _channels(1)),
    Fault("rates, channels", "0 Hz", FOREIGN, _rate(0)),
    Fault("rates, channels", "1 Hz", FOREIGN, _rate(1)),
    Fault("rates, channels", "192,001 Hz", FOREIGN, _rate(192_001)),
    Fault("rates, channels", "4 GHz", FOREIGN, _rate(2**32 - 1)),
    Fault("rates, channels", "8 kHz for 44.1", PLAYS, _rate(8000)),
    Fault("rates, channels", "192 kHz for 44.1", PLAYS, _rate(192_000)),
)
