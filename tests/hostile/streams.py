"""Several logical streams: chained one behind the other, multiplexed, with a skeleton."""

from __future__ import annotations

import random
import struct

from tests.decoder import pages
from tests.decoder.pages import RawPage
from tests.hostile.fault import BROKEN, FOREIGN, LONG_S, PLAYS, Fault, Make, Material

HEADS = {
    "opus": b"OpusHead\x01\x02" + bytes(9),
    "flac": b"\x7fFLAC\x01\0\0\x01fLaC" + bytes(38),
    "theora": b"\x80theora\x03\x02\x01" + bytes(32),
    "skeleton": b"fishead\0" + struct.pack("<HH", 3, 0) + bytes(52),
    "nonsense": b"nobody knows this",
}


def begin(codec: str, serial: int) -> RawPage:
    """The page that begins a stream of `codec`."""
    head = HEADS[codec]
    return RawPage(head, bytes([len(head)]), pages.FIRST, 0, serial, 0)


def foreign(serial: int, number: int, size: int = 4000) -> RawPage:
    """A page of a stream that is not for us."""
    lacing = b"\xff" * (size // 255) + bytes([size % 255])
    return RawPage(bytes(size), lacing, 0, number, serial, number)


def _beside(*codecs: str, after: bool = False, size: int = 4000) -> Make:
    """Streams of `codecs` beside the music, page for page; `after`: they begin after it."""

    def make(material: Material, _: random.Random) -> bytes:
        raw = material.pages
        begun = [begin(codec, 100 + n) for n, codec in enumerate(codecs)]
        out = [raw[0], *begun] if after else [*begun, raw[0]]
        for number, page in enumerate(raw[1:], 1):
            out += [foreign(100 + n, number, size) for n in range(len(codecs))]
            out.append(page)
        return pages.join(out)

    return make


def _skeleton(bones: bytes, count: int = 1) -> Make:
    """A skeleton that says `bones` of the streams, and ends before the music begins."""

    def make(material: Material, _: random.Random) -> bytes:
        raw = material.pages
        bone = RawPage(bones, bytes([len(bones)]), 0, 0, 100, 1)
        end = RawPage(b"", b"\0", pages.LAST, 0, 100, 2)
        return pages.join([begin("skeleton", 100), raw[0], *[bone] * count, raw[1], end, *raw[2:]])

    return make


def _skeleton_alone(material: Material, _: random.Random) -> bytes:
    return pages.join([begin("skeleton", 100), *[foreign(100, n) for n in range(50)]])


def _crowd(count: int) -> Make:
    """So many streams begin before the music does."""

    def make(material: Material, _: random.Random) -> bytes:
        crowd = [begin("nonsense", 100 + n) for n in range(count)]
        return pages.join([*crowd, *material.pages])

    return make


def _crowd_behind(material: Material, _: random.Random) -> bytes:
    raw = material.pages
    crowd = [begin("nonsense", 100 + n) for n in range(20_000)]
    return pages.join([raw[0], *crowd, *raw[1:]])


def _two_musics(material: Material, _: random.Random) -> bytes:
    one, two = material.pages, pages.split(material.other)
    both = [one[0], two[0]]
    for number in range(1, len(one)):
        both.append(one[number])
        both += two[number : number + 1]
    return pages.join(both)


def _links(count: int) -> Make:
    """Links of a few frames each, of two formats in turn."""

    def make(material: Material, _: random.Random) -> bytes:
        one, two = pages.join(material.pages[:3]), pages.join(pages.split(material.other)[:3])
        return b"".join((one, two)[n % 2] for n in range(count))

    return make


def _headers_only(count: int) -> Make:
    """Links that are headers and nothing else."""
    return lambda material, _: pages.join(material.pages[:2]) * count


def _then(codec: str) -> Make:
    """Music, and a link of another codec behind it."""

    def make(material: Material, _: random.Random) -> bytes:
        return material.good + pages.join([begin(codec, 100), *[foreign(100, n) for n in range(9)]])

    return make


def _stretched(material: Material, _: random.Random) -> bytes:
    """Pages of half a kilobyte that stand for six seconds of silence each."""
    raw = material.pages
    long = RawPage(b"\x0e" * 255, b"\1" * 255, 0, -1, 1)
    return pages.join([*raw[:4], *[long] * 10, *raw[4:]])


FAULTS = (
    Fault("packets", "a minute of silence in 5 KB", PLAYS, _stretched),
    Fault("chaining", "a hundred links of two formats", PLAYS, _links(100)),
    Fault("chaining", "a hundred links of headers", BROKEN, _headers_only(100), within_s=LONG_S),
    Fault("chaining", "music, then Opus", PLAYS, _then("opus")),
    Fault("chaining", "music, then nonsense", PLAYS, _then("nonsense")),
    Fault("chaining", "the same file twice", PLAYS, lambda m, r: m.good * 2),
    Fault("multiplexing", "Theora beside it", PLAYS, _beside("theora")),
    Fault("multiplexing", "Opus and FLAC beside it", PLAYS, _beside("opus", "flac")),
    Fault(
        "multiplexing", "nonsense beside it, begun after it", PLAYS, _beside("nonsense", after=True)
    ),
    Fault("multiplexing", "large pages beside it", PLAYS, _beside("theora", size=60_000)),
    Fault("multiplexing", "two streams of music", PLAYS, _two_musics),
    Fault("multiplexing", "500 streams", PLAYS, _crowd(500)),
    Fault("multiplexing", "40,000 streams before it", BROKEN, _crowd(40_000), within_s=LONG_S),
    Fault("multiplexing", "20,000 streams behind it", PLAYS, _crowd_behind, within_s=LONG_S),
    Fault(
        "multiplexing",
        "Theora alone",
        FOREIGN,
        lambda m, r: pages.join([begin("theora", 7), *[foreign(7, n) for n in range(9)]]),
    ),
    Fault("skeleton", "as it should be", PLAYS, _skeleton(b"fisbone\0" + bytes(72))),
    Fault("skeleton", "of random bones", PLAYS, _skeleton(bytes(range(250)), 200)),
    Fault("skeleton", "and nothing else", FOREIGN, _skeleton_alone),
)
