"""Refusals that name what a stream is."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receiver.decoder.sniff import HEAD, LONGEST_TAG, NAMELESS, NAMES, foreign_kind, ogg_codec
from receiver.decoder.vorbis import VorbisDecoder
from receiver.errors import TonearmError, Unplayable, UnsupportedFormat
from tests.decoder import pages
from tests.decoder.conftest import Files
from tests.decoder.driving import Pieces, blocks, ragged, single, whole

MP3_FRAME = (b"\xff\xfb\x90\x00" + bytes(413)) * 4
ADTS_FRAME = (b"\xff\xf1\x50\x80\x02\x1f\xfc" + bytes(9)) * 4
ID3 = b"ID3\x04\0\0\0\0\x01\x00" + bytes(128)

KINDS = {
    "empty": [b""],
    "mp3": [
        MP3_FRAME,
        MP3_FRAME[200:],
        ID3 + MP3_FRAME,
        ID3[:40],
        ID3,
        b"\xff\xf3\x40\xc4" + bytes(50),
    ],
    "aac": [ADTS_FRAME, ADTS_FRAME[3:], ID3 + ADTS_FRAME, b"ADIF" + bytes(60)],
    "flac": [b"fLaC\0\0\0\x22" + bytes(60), ID3 + b"fLaC" + bytes(60)],
    "wav": [b"RIFF\x24\0\0\0WAVEfmt "],
    "aiff": [b"FORM\0\0\0\x24AIFFCOMM", b"FORM\0\0\0\x24AIFCFVER"],
    "mp4": [b"\0\0\0\x20ftypM4A \0\0\0\0"],
    "matroska": [b"\x1aE\xdf\xa3\x01\0\0\0\0\0\0\x1f"],
    "asf": [b"0&\xb2u\x8ef\xcf\x11\xa6\xd9\0\xaa\0b\xcel"],
    "html": [
        b"<!DOCTYPE html><title>404</title>",
        b"\xef\xbb\xbf\n <HTML lang=en>",
        b'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml">',
        b"<!-- hello --><head></head>",
        b"<html>" + "é".encode() * 5000,
    ],
    "xml": [b'<?xml version="1.0"?><rss/>', b"<playlist/>"],
    "json": [b'{"error": "no such stream"}', b"[1, 2]"],
    "playlist": [
        b"#EXTM3U\n#EXTINF:1\na.ogg",
        b"[playlist]\nFile1=http://x/",
        b"http://radio.example/stream.ogg\n",
    ],
    "text": [b"not found", b"Bonjour, " + "ça va".encode("latin-1")],
    "unknown": [bytes(100), random.Random(5).randbytes(5000), b"\xff\xfb"],
}


@pytest.mark.parametrize("piece", [whole, single], ids=["whole", "single"])
@pytest.mark.parametrize(
    ("kind", "data"), [(kind, data) for kind, many in KINDS.items() for data in many]
)
def test_what_is_not_ogg_is_named(kind: str, data: bytes, piece: Pieces) -> None:
    with pytest.raises(UnsupportedFormat) as refused:
        list(blocks(VorbisDecoder(), piece(data)))
    assert refused.value.detail == {"found": kind}
    assert refused.value.message == f"This is {NAMES[kind]}; Tonearm plays Ogg Vorbis."


@pytest.mark.tools("oggenc", "ffmpeg")
@pytest.mark.parametrize("start", [1000, 1001, 1500, 2345])
def test_a_station_is_named_within_a_second_wherever_one_comes_in(start: int, files: Files) -> None:
    """As one does who tunes in: in the middle of a frame, and at 16 kB/s."""
    decoder, data = VorbisDecoder(), files("mp3").read_bytes()
    with pytest.raises(UnsupportedFormat) as refused:
        decoder.feed(data[start : start + 8192])
    assert refused.value.detail == {"found": "mp3"}


@pytest.mark.tools("oggenc", "ffmpeg")
@pytest.mark.parametrize("kind", ["opus", "flac", "mp3"])
def test_files_of_other_encoders_are_named_by_their_first_bytes(kind: str, files: Files) -> None:
    decoder = VorbisDecoder()
    pieces = single(files(kind).read_bytes()[:8192])
    with pytest.raises(UnsupportedFormat) as refused:
        list(blocks(decoder, pieces))
    assert next(pieces, None) is not None
    assert refused.value.detail == {"found": kind}


@pytest.mark.parametrize(
    ("packet", "kind"),
    [
        (b"OpusHead\1\2", "opus"),
        (b"\x7fFLAC\1\0", "flac"),
        (b"Speex   1.2", "speex"),
        (b"\x80theora\3\2\1", "theora"),
        (b"fishead\0\3\0", "ogg"),
        (b"", "ogg"),
    ],
)
def test_other_codecs_in_ogg_are_named(packet: bytes, kind: str) -> None:
    skeleton = pages.page([b"fishead\0" + bytes(56)], flags=pages.FIRST, serial=1)
    head = pages.page([packet], flags=pages.FIRST, serial=2)
    for data in (head + pages.page([b"x"], serial=2, number=1), skeleton + head):
        with pytest.raises(UnsupportedFormat) as refused:
            list(blocks(VorbisDecoder(), whole(data)))
        assert refused.value.detail == {"found": kind}
    assert ogg_codec(packet) == kind


@pytest.mark.tools("oggenc")
def test_a_tag_or_junk_before_the_first_page_is_passed_over(files: Files) -> None:
    data = files("short").read_bytes()
    plain = [block.samples.tolist() for block in blocks(VorbisDecoder(), whole(data))]
    for before in (ID3, bytes(1000), b"OggS", random.Random(6).randbytes(NAMELESS - 100)):
        got = blocks(VorbisDecoder(), single(before + data))
        assert [block.samples.tolist() for block in got] == plain


def tag_of(size: int) -> bytes:
    """An ID3v2 tag of so many bytes."""
    body = size - 10
    return b"ID3\x04\0\0" + bytes([0, body >> 14, body >> 7 & 127, body & 127]) + bytes(body)


@pytest.mark.tools("oggenc")
def test_as_long_a_tag_as_may_stand_before_ogg_is_passed_over(files: Files) -> None:
    tag = tag_of(LONGEST_TAG)
    assert list(blocks(VorbisDecoder(), ragged(tag + files("short").read_bytes())))


@pytest.mark.parametrize(
    "before", [b"", ID3, tag_of(LONGEST_TAG)], ids=["at the start", "behind a tag", "a long one"]
)
def test_bytes_without_a_name_are_refused_within_a_second_of_a_station(before: bytes) -> None:
    decoder = VorbisDecoder()
    decoder.feed(before)
    for _ in range((NAMELESS - 1 - len(before)) // 512):
        decoder.feed(bytes(512))
        assert decoder.read() is None
    with pytest.raises(UnsupportedFormat, match="nothing that Tonearm knows"):
        decoder.feed(bytes(512))


def test_ogg_without_a_sound_page_is_refused_at_64_kib() -> None:
    decoder = VorbisDecoder()
    decoder.feed(b"OggS".ljust(HEAD, b"\0"))
    with pytest.raises(Unplayable, match="none of its pages is sound"):
        decoder.read()


@pytest.mark.parametrize("data", [b"OggS", b"OggS" * 500])
def test_ogg_without_a_sound_page_is_called_damaged(data: bytes) -> None:
    with pytest.raises(Unplayable, match="none of its pages is sound"):
        list(blocks(VorbisDecoder(), whole(data)))


def test_a_picture_in_front_does_not_put_off_the_decision() -> None:
    decoder = VorbisDecoder()
    with pytest.raises(UnsupportedFormat) as refused:
        decoder.feed(tag_of(LONGEST_TAG + 1)[:10])
    assert refused.value.detail == {"found": "mp3"}


@given(st.binary(max_size=2000), st.booleans())
def test_any_bytes_get_a_name_or_none(data: bytes, ended: bool) -> None:
    kind = foreign_kind(data, ended=ended)
    assert kind is None or kind in NAMES


@given(st.binary(max_size=2000), st.lists(st.integers(1, 700), max_size=5))
def test_any_bytes_end_in_a_refusal(data: bytes, sizes: list[int]) -> None:
    pieces, rest = [], data
    for size in sizes:
        pieces.append(rest[:size])
        rest = rest[size:]
    with pytest.raises((UnsupportedFormat, Unplayable)) as refused:
        list(blocks(VorbisDecoder(), [*pieces, rest]))
    assert isinstance(refused.value, TonearmError)
