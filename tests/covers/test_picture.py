"""What is shown of what strangers call a picture."""

from __future__ import annotations

import base64
import binascii

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receiver.covers.picture import MAX_PIXELS, MAX_STEPS, Picture, media_type, picture_in
from receiver.model.cover import MAX_COMMENT, MAX_PICTURE
from tests.covers.pictures import GOOD, MAKERS, bare, block, comment, gif, jpeg, png, webp


@pytest.mark.parametrize(("kind", "data"), GOOD.items())
def test_a_picture_is_what_its_bytes_say(kind: str, data: bytes) -> None:
    for label in (b"image/svg+xml", b"text/html", b"-->", b""):
        assert picture_in(comment(data, label=label)) == Picture(kind, data)
    assert picture_in(bare(data)) == Picture(kind, data)
    assert picture_in(bare(data).lower().replace(b"coverart", b"CoverArt")[:9]) is None


@pytest.mark.parametrize(
    "data",
    [
        b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        b'<?xml version="1.0"?><svg/>',
        b"<html><script>alert(1)</script></html>",
        b"http://x/cover.png",
        b"BM" + bytes(60),
        b"",
        b"\x89PNG\r\n\x1a\n",
        b"\xff\xd8\xff",
        b"GIF89a",
        b"RIFF\0\0\0\0WAVEfmt ",
        b"RIFF\0\0\0\0WEBPVP9 " + bytes(20),
        webp(chunk=b"VP8 ").replace(b"\x9d\x01\x2a", b"\x9d\x01\x2b"),
        webp(chunk=b"VP8L").replace(b"\x2f", b"\x2e"),
        png().replace(b"IHDR", b"IDAT"),
        jpeg(before=b"\xff\xe1\0\1"),
        jpeg(before=b"\xff\xda"),
        jpeg(before=b"\0"),
        jpeg(before=b"\xff" * (MAX_STEPS + 1)),
        jpeg(before=b"\xff\xe1\0\2" * MAX_STEPS),
        jpeg(before=b"\xff\xe1\xff\xff"),
        gif(0, 5),
    ],
    ids=lambda data: repr(data[:24]),
)
def test_what_is_no_picture_is_not_shown(data: bytes) -> None:
    assert picture_in(comment(data)) is None
    assert picture_in(bare(data)) is None


def test_segments_before_the_frame_of_a_jpeg_are_passed_over() -> None:
    before = b"\xff\xe1\0\x0aExif\0\0MM\xff\xff\xff\xc4\0\4ab\xff\x01\xff\xd0\xff\xdb\0\2"
    assert media_type(jpeg(before=before)) == "image/jpeg"


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_what_takes_too_much_memory_to_show_is_refused(make) -> None:  # type: ignore[no-untyped-def]
    assert media_type(make(4096, 4096))
    assert media_type(make(1, 1))
    assert MAX_PIXELS == 4096 * 4096
    assert media_type(make(4097, 4096)) is None
    assert media_type(make(4096, 16383)) is None


def test_what_is_too_large_is_refused() -> None:
    whole = png() + bytes(MAX_PICTURE - len(png()))
    assert media_type(whole)
    assert picture_in(comment(whole))
    assert media_type(whole + b"\0") is None
    assert picture_in(b"COVERART=" + b"A" * MAX_COMMENT) is None


@pytest.mark.parametrize("at", range(len(block(png())) - len(png())))
def test_a_block_cut_short_holds_none(at: int) -> None:
    told = b"METADATA_BLOCK_PICTURE=" + base64.b64encode(block(png())[:at])
    assert picture_in(told) is None


@pytest.mark.parametrize("length", [len(png()) + 1, 2**32 - 1, 0])
def test_a_block_that_claims_another_length_holds_none(length: int) -> None:
    told = b"METADATA_BLOCK_PICTURE=" + base64.b64encode(block(png(), length=length))
    assert picture_in(told) is None


@pytest.mark.parametrize(
    "told",
    [
        b"",
        b"=",
        b"METADATA_BLOCK_PICTURE",
        b"METADATA_BLOCK_PICTURE=",
        b"METADATA_BLOCK_PICTURE=A",
        b"METADATA_BLOCK_PICTURE=\xff\0\xff",
        b"TITLE=" + base64.b64encode(png()),
        b"COVERARTMIME=image/png",
    ],
)
def test_other_comments_hold_none(told: bytes) -> None:
    assert picture_in(told) is None


@pytest.mark.parametrize("filler", [b"", b"=", b"\0\0", b"\n"])
def test_sloppy_base64_is_read(filler: bytes) -> None:
    assert picture_in(comment(png()).rstrip(b"=") + filler) == Picture("image/png", png())


@given(st.binary(max_size=200), st.sampled_from([*GOOD.values(), b""]), st.integers(0, 40))
def test_any_bytes_are_a_picture_or_none(data: bytes, good: bytes, at: int) -> None:
    for whole in (data, good[:at] + data, good + data):
        found = media_type(whole)
        assert found is None or found in GOOD
        for told in (bare(whole), comment(whole)):
            picture = picture_in(told)
            assert picture == (None if found is None else Picture(found, whole))
        for told in (b"METADATA_BLOCK_PICTURE=" + binascii.b2a_base64(whole), whole):
            picture = picture_in(told)
            assert picture is None or picture.data in whole
