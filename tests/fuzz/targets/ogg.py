"""Ogg pages, the three Vorbis headers, and what a stream is by its first bytes."""

from __future__ import annotations

import contextlib
import random
import struct
import zlib
from collections.abc import Iterator

from receiver.decoder.headers import MAX_TEXT, read_identification
from receiver.decoder.ogg import CAPTURE, PacketReader, Page, PageReader, checksum_is_good
from receiver.decoder.setup_guard import MAX_BYTES, check_setup
from receiver.decoder.sniff import HEAD, NAMES, foreign_kind
from receiver.errors import Unplayable, UnsupportedFormat
from receiver.model.state import Tags
from tests.decoder import hostile, pages
from tests.decoder.test_headers import comments, identification, read_tags
from tests.fuzz.target import Target, require

_SETUP = hostile.setup((2, 16), (1, 1024), lookup=1)
_HEADERS = (identification(), comments("title=Night", "ARTIST=Someone", "album=A=B"), _SETUP)
_SPANNING = bytes(range(256)) * 6


def _pages(data: bytes, pieces: Iterator[bytes]) -> list[Page]:
    reader = PageReader()
    found = []
    for piece in pieces:
        reader.feed(piece)
        while (page := reader.next()) is not None:
            found.append(page)
    return found


def _ragged(data: bytes) -> Iterator[bytes]:
    """`data` in pieces, always the same ones."""
    rng = random.Random(zlib.crc32(data))
    at = 0
    while at < len(data):
        size = rng.choice((1, 3, 26, 27, 28, 255, 4096))
        yield data[at : at + size]
        at += size


def _packets(found: list[Page]) -> list[tuple[int, list[bytes], bool]]:
    """What each page completes, with the number of its stream; up to where it is refused."""
    readers: dict[int, PacketReader] = {}
    done = []
    with contextlib.suppress(Unplayable):
        for page in found:
            packets, lost = readers.setdefault(page.serial, PacketReader()).split(page)
            done.append((page.serial, packets, lost))
    return done


def _repaired(data: bytes) -> bytes:
    """With good checksums, as who means harm would make them."""
    out = bytearray(data)
    at = out.find(CAPTURE)
    while at >= 0:
        lacing = out[at + 27 : at + 27 + out[at + 26]] if at + 26 < len(out) else b""
        stop = at + 27 + len(lacing) + sum(lacing)
        if stop <= len(out):
            out[at + 22 : at + 26] = bytes(4)
            out[at + 22 : at + 26] = struct.pack("<I", pages.crc(bytes(out[at:stop])))
        at = out.find(CAPTURE, at + 4)
    return bytes(out)


def _run_pages(data: bytes) -> None:
    for stream in (data, _repaired(data)):
        whole = _pages(stream, iter([stream]))
        require(_pages(stream, _ragged(stream)) == whole, "in pieces as whole")
        end = 0
        for page in whole:
            require(page.offset >= end, "no page lies in another")
            end = page.offset + page.size
            require(checksum_is_good(stream[page.offset : end]), "its checksum is good")
            require(len(page.body) == sum(page.lacing), "its body is as long as it says")
        packets = _packets(whole)
        given = sum(len(packet) for _, found, _ in packets for packet in found)
        require(given <= sum(len(page.body) for page in whole), "nothing is made up")


def _check_tags(tags: Tags) -> None:
    for text in (tags.title, tags.artist, tags.album):
        if text is not None:
            require(0 < len(text) <= MAX_TEXT, "a tag is not too long")
            require("\x1b" not in text and "\u202e" not in text, "a tag is harmless")


def _run_headers(data: bytes) -> None:
    with contextlib.suppress(Unplayable, UnsupportedFormat):
        read_identification(data)
    for packet in (data, comments()[:7] + data, comments(b"title=" + data)):
        with contextlib.suppress(Unplayable):
            _check_tags(read_tags(packet))
    with contextlib.suppress(Unplayable):
        check_setup(data)
        check_setup((data + bytes(64))[:MAX_BYTES])


def _run_sniff(data: bytes) -> None:
    head = data[:HEAD]
    kind = foreign_kind(head, ended=False)
    require(kind is None or kind in NAMES, "it has a name")
    require(foreign_kind(head, ended=True) in {None, *NAMES}, "it has a name at the end")
    for size in (1, 4, 10, 16, 64, 512, 1024, 2048):
        early = foreign_kind(head[:size], ended=False)
        require(early is None or kind is not None, "what was refused stays refused")


TARGETS = (
    Target(
        "ogg",
        _run_pages,
        (
            b"".join(
                pages.page([header], number=number, flags=pages.FIRST * (not number))
                for number, header in enumerate(_HEADERS)
            ),
            pages.page([b"a", b"", b"b" * 300], granule=5)
            + pages.page([_SPANNING[:1020]], ends=False, number=1, granule=-1)
            + pages.page([_SPANNING[:9]], flags=pages.CONTINUED | pages.LAST, number=2, granule=9),
            pages.page([b"one"], serial=1)
            + pages.page([b"two"], serial=2)
            + b"OggS\0"
            + pages.page([b"three"], serial=1, number=1),
        ),
        (CAPTURE, CAPTURE + b"\0", pages.page([b"x"]), b"\xff" * 255),
    ),
    Target(
        "vorbis-headers",
        _run_headers,
        (*_HEADERS, hostile.setup((4, 4096)), comments("title=x", count=2**32 - 1)),
        (b"\x01vorbis", b"\x03vorbis", b"\x05vorbis", b"BCV", b"title=", b"artist=", b"album="),
    ),
    Target(
        "first-bytes",
        _run_sniff,
        (
            *(b"ID3\x04\0\0\0\0\0\x05tag\0\0\xff\xfb\x90\0" + bytes(413) + b"\xff\xfb\x90\0" * 3,),
            *(b"RIFF\0\0\0\0WAVEfmt ", b"\xff\xf1\x50\x80\x02\0" * 300, b"<html>" + b" " * 1100),
            *(b"#EXTM3U\nhttp://x/a\n" * 60, b'{"a": 1}', b"OggS", b"\0" * 1030),
        ),
        (CAPTURE, b"fLaC", b"WAVE", b"ftyp", b"ID3", b"<html>", b"\xff\xfb", b"\xff\xf1"),
    ),
)
