"""What is not Ogg Vorbis at all, under a name and a type that say it is."""

from __future__ import annotations

import gzip
import io
import random
import struct
import zipfile

from tests.decoder import pages
from tests.hostile.fault import FOREIGN, Fault, Make, Material
from tests.hostile.streams import begin, foreign
from tests.rig.http_server import Serving

MP3_FRAME = b"\xff\xfb\x90\x64" + bytes(413)
ADTS_FRAME = b"\xff\xf1\x50\x80\x02\x1f\xfc" + bytes(9)


def _as_it_is(body: bytes) -> Make:
    return lambda material, _: body


def _in_ogg(codec: str) -> Make:
    return lambda material, _: pages.join([begin(codec, 7), *[foreign(7, n) for n in range(50)]])


def _noise(material: Material, rng: random.Random) -> bytes:
    return rng.randbytes(300_000)


def _samples(material: Material, rng: random.Random) -> bytes:
    """As loud as samples can be, without a word of what they are."""
    return b"".join(struct.pack("<h", rng.choice((-32768, 32767))) for _ in range(100_000))


def _zip(material: Material, _: random.Random) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("music.ogg", material.good)
    return packed.getvalue()


def _gzip(material: Material, _: random.Random) -> bytes:
    return gzip.compress(material.good)


def _gzip_bomb(material: Material, _: random.Random) -> Serving:
    """A gigabyte of zeros in a megabyte, as an encoding of the answer."""
    layer = gzip.compress(bytes(1 << 20))
    return Serving(layer * 1000, headers={"Content-Encoding": "gzip"})


def _endless(body: bytes) -> Make:
    return lambda material, _: Serving(body, endless=True, framing="close")


FAULTS = tuple(
    Fault("wrong types", name, FOREIGN, make)
    for name, make in {
        "HTML": _as_it_is(b"<!DOCTYPE html><title>Log in</title>" * 99),
        "JSON": _as_it_is(b'{"error": "no such stream"}'),
        "plain text": _as_it_is(b"No such file or directory\n" * 99),
        "MP3": _as_it_is(MP3_FRAME * 400),
        "MP3 behind 5 MB of ID3": _as_it_is(
            b"ID3\x04\0\0\x02\x31\x2d\x00" + bytes(5 << 20) + MP3_FRAME
        ),
        "MP3 behind 11 kB of ID3": _as_it_is(
            b"ID3\x04\0\0\0\0\x57\x70" + bytes(0x57 << 7 | 0x70) + MP3_FRAME * 400
        ),
        "AAC": _as_it_is(ADTS_FRAME * 400),
        "Opus": _in_ogg("opus"),
        "FLAC in Ogg": _in_ogg("flac"),
        "FLAC": _as_it_is(b"fLaC\0\0\0\x22" + bytes(9000)),
        "WAV": _as_it_is(b"RIFF\xff\xff\xff\xffWAVEfmt " + bytes(9000)),
        "MP4": _as_it_is(b"\0\0\0\x20ftypM4A " + bytes(9000)),
        "Matroska": _as_it_is(b"\x1aE\xdf\xa3\x01\0\0\0\0\0\0\x1f" + bytes(9000)),
        "ZIP": _zip,
        "gzip": _gzip,
        "gzip bomb": _gzip_bomb,
        "PDF": _as_it_is(b"%PDF-1.7\n" + bytes(9000)),
        "PNG": _as_it_is(b"\x89PNG\r\n\x1a\n" + bytes(9000)),
        "an ELF program": _as_it_is(b"\x7fELF\x02\x01\x01" + bytes(90_000)),
        "zeros without end": _endless(bytes(65_536)),
        "text without end": _endless(b"la la la\n" * 7000),
        "random bytes": _noise,
        "samples at full scale": _samples,
    }.items()
)
