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
from receiver.model.state import Tags
from receiver.pcm.format import Format


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


def test_what_is_held_of_a_picture_is_little() -> None:
    reader = TagReader()
    reader.feed(comments(b"METADATA_BLOCK_PICTURE=", count=9)[:-27] + b"\xff" * 4)
    tracemalloc.start()
    for _ in range(100):
        reader.feed(bytes(65_025))
    assert tracemalloc.get_traced_memory()[1] < 1 << 18
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
