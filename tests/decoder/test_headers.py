"""The identification and comment headers."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receiver.decoder.headers import MAX_COMMENTS, MAX_TEXT, read_identification, read_tags
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


@given(st.binary(max_size=300))
def test_any_bytes_give_tags(data: bytes) -> None:
    for packet in (data, b"\x03vorbis" + data, comments(b"title=" + data)):
        for text in (read_tags(packet).title, read_tags(packet).artist):
            assert text is None or (0 < len(text) <= MAX_TEXT and "\x1b" not in text)
