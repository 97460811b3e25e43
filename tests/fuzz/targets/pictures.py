"""Pictures that streams carry: out of the comment header, through the parts, to what is shown."""

from __future__ import annotations

import contextlib
import random
import zlib

from receiver.covers.picture import MAX_PIXELS, media_type, picture_in
from receiver.decoder.headers import TagReader
from receiver.errors import Unplayable
from receiver.model.cover import MAX_COMMENT, MAX_PICTURE
from tests.covers.pictures import GOOD, MAKERS, bare, block, comment
from tests.decoder.test_headers import comments
from tests.fuzz.target import Target, require


def _cover(packet: bytes, piece: int) -> bytes | None:
    """The cover of a comment header that comes in pieces; None: it is no such header."""
    reader = TagReader()
    with contextlib.suppress(Unplayable):
        for at in range(0, len(packet), piece):
            reader.feed(packet[at : at + piece])
        reader.finish()
        return b"".join(reader.cover)
    return None


def _run_carried(data: bytes) -> None:
    for packet in (data, comments()[:7] + data, comments(data, data[:40], b"TITLE=x")):
        whole = _cover(packet, 1 << 20)
        piece = random.Random(zlib.crc32(data)).choice((1, 7, 255, 4096))
        require(_cover(packet, piece) == whole, "in pieces as whole")
        if whole:
            require(len(whole) <= MAX_COMMENT and whole in packet, "it is as it stood there")
            _check_shown(whole)


def _check_shown(told: bytes) -> None:
    picture = picture_in(told)
    if picture is not None:
        require(picture.media_type in GOOD, "it is of a known kind")
        require(picture.media_type == media_type(picture.data), "as its bytes say")
        require(len(picture.data) <= MAX_PICTURE, "and not too large")
        require(picture.data.lstrip()[:1] != b"<", "and no text that is run")


def _run_shown(data: bytes) -> None:
    for told in (data, bare(data), comment(data), b"METADATA_BLOCK_PICTURE=" + data):
        _check_shown(told)
    require(media_type(data) is None or data[:4] in _STARTS, "its first bytes say what it is")


_STARTS = {data[:4] for data in GOOD.values()}
_ALL = tuple(make(16, 9) for make in MAKERS.values())
_WORDS = (*(data[:12] for data in GOOD.values()), b"IHDR", b"VP8X", b"\xff\xc0", b"\xff\xda")

TARGETS = (
    Target(
        "pictures",
        _run_shown,
        (*_ALL, *(make(MAX_PIXELS, 2) for make in (MAKERS["png"],)), block(_ALL[0]), bare(_ALL[1])),
        _WORDS,
    ),
    Target(
        "carried-pictures",
        _run_carried,
        (*map(comment, _ALL), *map(bare, _ALL), comments(comment(_ALL[0]), "title=x")),
        (b"METADATA_BLOCK_PICTURE=", b"coverart=", b"AAAAAw", b"\xff\xff\0\0"),
    ),
)
