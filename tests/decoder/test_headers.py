"""The identification and comment headers."""

from __future__ import annotations

import struct
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receiver.decoder.headers import (
    MAX_COMMENTS,
    MAX_TEXT,
    MAX_VALUES,
    TagReader,
    read_identification,
)
from receiver.errors import Unplayable, UnsupportedFormat
from receiver.model.cover import MAX_COMMENT
from receiver.model.state import Tags
from receiver.pcm.format import Format
from tests.covers import pictures


def identification(version: int = 0, channels: int = 2, rate: int = 44_100) -> bytes:
    return struct.pack("<7sIBI12xBB", b"\x01vorbis", version, channels, rate, 0xB8, 1)


def comments(*texts: str | bytes, count: int | None = None) -> bytes:
    parts = [text.encode() if isinstance(text, str) else text for text in texts]
    packed = b"".join(struct.pack("<I", len(part)) + part for part in parts)
    number = len(parts) if count is None else count
    return b"\x03vorbis" + struct.pack("<I", 3) + b"us!" + struct.pack("<I", number) + packed


def read_tags(packet: bytes, piece: int = 1 << 30) -> Tags:
    """The tags in a comment header that is fed in pieces of so many bytes."""
    reader = TagReader()
    for at in range(0, len(packet), piece):
        reader.feed(packet[at : at + piece])
    return reader.finish()


@pytest.mark.parametrize(("channels", "rate"), [(1, 8_000), (6, 48_000), (8, 192_000)])
def test_the_format_is_read(channels: int, rate: int) -> None:
    packet = identification(channels=channels, rate=rate)
    assert read_identification(packet) == Format(rate, channels)


@pytest.mark.parametrize(
    ("version", "channels", "rate"),
    [(1, 2, 44_100), (0, 0, 44_100), (0, 9, 44_100), (0, 2, 7_999), (0, 2, 192_001), (0, 2, 0)],
)
def test_what_is_out_of_bounds_is_refused(version: int, channels: int, rate: int) -> None:
    with pytest.raises(UnsupportedFormat, match="8 to 192 kHz") as refused:
        read_identification(identification(version, channels, rate))
    assert refused.value.detail == {"found": "vorbis"}


@pytest.mark.parametrize("packet", [b"", b"\x01vorbis", b"\x02vorbis" + bytes(30)])
def test_a_damaged_identification_cannot_be_played(packet: bytes) -> None:
    with pytest.raises(Unplayable):
        read_identification(packet)


def test_tags_are_read_whatever_the_case_of_their_names() -> None:
    packet = comments("title=Für Elise", "ARTIST=One", "Artist=Two", "ALBUM=A=B", "date=1810")
    assert read_tags(packet) == Tags(title="Für Elise", artist="One, Two", album="A=B")


def test_tags_that_are_not_there_are_none() -> None:
    assert read_tags(comments("title=", "artist", "\xff=x")) == Tags()


def test_text_is_made_safe_to_show() -> None:
    packet = comments(b"title=\x1b[2J\xff night\n\0", "artist=\u202edesrever")
    assert read_tags(packet) == Tags(title="[2J\ufffd night", artist="desrever")


def test_text_is_cut_to_what_the_protocol_allows() -> None:
    tags = read_tags(comments("title=" + "ä" * 5000, *["artist=" + "x" * 600] * 3))
    assert tags.title == "ä" * MAX_TEXT
    assert tags.artist is not None
    assert len(tags.artist) == MAX_TEXT


def test_comments_cut_short_give_what_was_read() -> None:
    whole = comments("title=Night", "artist=Someone", count=2**32 - 1)
    assert read_tags(whole) == Tags(title="Night", artist="Someone")
    assert read_tags(whole[:-3]) == Tags(title="Night", artist="Some")
    assert read_tags(whole[:9]) == Tags()


def test_only_so_many_comments_are_looked_at() -> None:
    assert read_tags(comments(*["x="] * MAX_COMMENTS, "title=late")) == Tags()


def test_a_picture_in_front_is_passed_over() -> None:
    packet = comments(b"METADATA_BLOCK_PICTURE=" + b"A" * 100_000, "title=Behind", b"x" * 70_000)
    for piece in (1, 255, 65_025, 1 << 20):
        assert read_tags(packet, piece) == Tags(title="Behind")


def read_cover(packet: bytes, piece: int = 1 << 30) -> bytes:
    """The cover in a comment header that is fed in pieces of so many bytes."""
    reader = TagReader()
    for at in range(0, len(packet), piece):
        reader.feed(packet[at : at + piece])
    reader.finish()
    return b"".join(reader.cover)


@pytest.mark.parametrize("size", [0, 3000, 3072, 5000, 200_000])
def test_a_picture_is_carried_as_it_stands_there(size: int) -> None:
    cover = pictures.comment(bytes(size))
    packet = comments("title=Before", cover, "artist=Behind")
    for piece in (1, 255, 65_025, 1 << 20) if size < 9000 else (65_025, 1 << 20):
        assert read_cover(packet, piece) == cover
        assert read_tags(packet, piece) == Tags(title="Before", artist="Behind")


def test_a_front_cover_is_best_and_the_first_of_its_kind() -> None:
    front, back = pictures.comment(b"front"), pictures.comment(b"back", kind=4)
    other, old = pictures.comment(b"other", kind=0), pictures.bare(b"old")
    assert read_cover(comments(back, other)) == back
    assert read_cover(comments(back, old, other)) == old
    assert read_cover(comments(old, back, front, pictures.comment(b"again"))) == front
    assert read_cover(comments("title=x")) == b""
    assert read_cover(comments(front.lower()[:22] + front[22:])) != b""


@pytest.mark.parametrize(
    "text",
    [
        b"METADATA_BLOCK_PICTURE",
        b"METADATA_BLOCK_PICTURE=A",
        b"METADATA_BLOCK_PICTURES=AAAA",
        b"COVERARTS=AAAA",
        b"COVERARTMIME=image/png",
        b"\xffOVERART=AAAA",
    ],
)
def test_other_comments_are_no_picture(text: bytes) -> None:
    assert read_cover(comments(text)) == b""


def test_what_is_cut_short_is_no_picture() -> None:
    cover = pictures.comment(bytes(9000))
    assert read_cover(comments(cover)[:-1]) == b""
    small = pictures.comment(b"")
    assert read_cover(comments(small)[:-1]) == b""


def test_a_picture_that_is_too_large_is_passed_over() -> None:
    small, large = pictures.comment(b"", kind=4), pictures.comment(bytes(MAX_COMMENT * 3 // 4))
    assert read_cover(comments(large, small), 65_025) == small
    whole = b"COVERART=".ljust(MAX_COMMENT, b"A")
    assert read_cover(comments(whole)) == whole
    assert read_cover(comments(whole + b"A")) == b""


def test_what_is_held_of_a_larger_picture_is_little() -> None:
    reader = TagReader()
    head = comments(b"METADATA_BLOCK_PICTURE=", count=9)[:-27]
    reader.feed(head + struct.pack("<I", MAX_COMMENT + 1) + b"METADATA_BLOCK_PICTURE=AAAAAwAA")
    tracemalloc.start()
    for _ in range(30):
        reader.feed(bytes(65_025))
    assert tracemalloc.get_traced_memory()[1] < 1 << 18
    tracemalloc.stop()


def test_what_is_held_of_a_picture_in_tiny_pieces_is_not_more() -> None:
    reader = TagReader()
    reader.feed(comments(b"COVERART=".ljust(400_000), count=1)[:100])
    tracemalloc.start()
    for _ in range(100_000):
        reader.feed(b"AB")
    assert tracemalloc.get_traced_memory()[1] < 400_000
    tracemalloc.stop()


def test_what_is_held_of_many_pictures_is_that_of_a_few() -> None:
    reader = TagReader()
    one = b"COVERART=".ljust(MAX_COMMENT, b"A")
    tracemalloc.start()
    reader.feed(comments(count=100))
    for _ in range(20):
        reader.feed(struct.pack("<I", len(one)))
        for at in range(0, len(one), 65_025):
            reader.feed(one[at : at + 65_025])
    assert tracemalloc.get_traced_memory()[1] < 4 * MAX_COMMENT
    tracemalloc.stop()


def test_only_so_many_values_are_made_fit_to_be_shown() -> None:
    assert read_tags(comments(*["title=\0"] * MAX_VALUES, "artist=late")) == Tags()
    assert read_tags(comments(*["title=\0"] * (MAX_VALUES - 1), "artist=in time")).artist


@pytest.mark.parametrize("packet", [b"", b"\x03vorb", b"\x03vorbiz" + bytes(9), b"\x05vorbis"])
def test_what_is_no_comment_header_cannot_be_played(packet: bytes) -> None:
    with pytest.raises(Unplayable, match="comment header"):
        read_tags(packet)


@given(st.binary(max_size=300), st.integers(1, 20))
def test_any_bytes_give_tags(data: bytes, piece: int) -> None:
    for packet in (b"\x03vorbis" + data, comments(b"title=" + data)):
        tags = read_tags(packet)
        assert read_tags(packet, piece) == tags
        for text in (tags.title, tags.artist):
            assert text is None or (0 < len(text) <= MAX_TEXT and "\x1b" not in text)
