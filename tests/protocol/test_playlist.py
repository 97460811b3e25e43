"""Playlists of all kinds, good ones and those of strangers."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receiver.errors import TonearmError, Unplayable, UnsupportedFormat
from receiver.model.state import Entry, Tags
from receiver.protocol.limits import MAX_QUEUE, MAX_TEXT
from receiver.protocol.playlist import named_in, playlist_kind, read_playlist

BASE = "http://x/lists/mine.m3u8"
EXPECTED = [
    Entry("http://x/lists/a%20b.ogg", Tags("Title", "Artist"), 123_500.0),
    Entry("http://y/b.ogg", Tags("Only Title")),
    Entry("http://x/c.ogg"),
]
KINDS = {
    "m3u": b"\xef\xbb\xbf#EXTM3U\r\n#EXTINF:123.5,Artist - Title\r\na%20b.ogg\r\n\r\n# said\r\n"
    b"#EXTINF:-1,Only Title\nhttp://y/b.ogg\n/c.ogg\n",
    "pls": b"[playlist]\nFile2=http://y/b.ogg\nTitle2=Only Title\nFile1=a%20b.ogg\n"
    b"Title1=Artist - Title\nLength1=123.5\nLength2=-1\nfile3 = /c.ogg\nNumberOfEntries=3\n",
    "xspf": b"""<?xml version="1.0"?><playlist version="1" xmlns="http://xspf.org/ns/0/"><trackList>
        <track><location>a%20b.ogg</location><title>Title</title><creator>Artist</creator>
        <duration>123500</duration></track>
        <track><location>http://y/b.ogg</location><title>Only Title</title></track>
        <track><title>nowhere</title></track><track><location>/c.ogg</location></track>
        </trackList></playlist>""",
    "jspf": b"""{"playlist": {"title": "Mine", "track": [
        {"location": ["a%20b.ogg", "other"], "title": "Title", "creator": "Artist",
         "duration": 123500},
        {"location": "http://y/b.ogg", "title": "Only Title"}, {"title": "nowhere"},
        {"location": ["/c.ogg"]}]}}""",
}


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_known_by_its_first_bytes_and_read(kind: str) -> None:
    data = KINDS[kind]
    assert playlist_kind(data[:1024], "http://x/y", "text/plain") == kind
    assert read_playlist(kind, data, BASE) == EXPECTED


@pytest.mark.parametrize(
    ("url", "content_type", "expected"),
    [
        ("http://x/a.M3U?x=1", "text/plain", "m3u"),
        ("http://x/a", "audio/x-mpegurl; charset=utf-8", "m3u"),
        ("http://x/a.txt", "text/plain", None),
    ],
)
def test_a_bare_list_must_be_announced(url: str, content_type: str, expected: str | None) -> None:
    assert playlist_kind(b"http://x/a.ogg\n", url, content_type) == expected


@pytest.mark.parametrize("data", [b"OggS\0\2", b"<html>", b"\0\1\2", b'{"a": 1}'])
def test_what_is_none_is_none_whatever_it_is_called(data: bytes) -> None:
    assert playlist_kind(data, "http://x/a.m3u", "audio/x-mpegurl") is None


def test_latin_1_is_read_too() -> None:
    (entry,) = read_playlist("m3u", b"#EXTINF:1,Bj\xf6rk - J\xf3ga\nhttp://x/a\n", BASE)
    assert entry.tags == Tags("Jóga", "Björk")


def test_what_is_not_http_is_left_out() -> None:
    data = (
        b"file:///etc/passwd\nftp://x/a\njavascript:alert(1)\nhttp://x/ok\nhttp://x/" + b"a" * 3000
    )
    assert [entry.url for entry in read_playlist("m3u", data, BASE)] == ["http://x/ok"]
    with pytest.raises(Unplayable, match="names nothing"):
        read_playlist("m3u", b"file:///etc/passwd\n", BASE)


def test_hls_is_named() -> None:
    data = b"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:9,\nseg1.ts\n"
    with pytest.raises(UnsupportedFormat, match="HLS"):
        read_playlist("m3u", data, BASE)


def test_too_many_entries_are_refused() -> None:
    with pytest.raises(Unplayable, match="more than 10000"):
        read_playlist("m3u", b"http://x/a\n" * (MAX_QUEUE + 1), BASE)
    assert len(read_playlist("m3u", b"http://x/a\n" * MAX_QUEUE, BASE)) == MAX_QUEUE


def test_entities_are_not_expanded() -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa">]>' + KINDS["xspf"]
    with pytest.raises(Unplayable, match="entities"):
        read_playlist("xspf", bomb, BASE)


def test_entities_are_not_expanded_in_utf_16_either() -> None:
    text = """<!DOCTYPE p [<!ENTITY a "http://x/a">]><playlist xmlns="http://xspf.org/ns/0/">
        <trackList><track><location>&a;</location></track></trackList></playlist>"""
    with pytest.raises(Unplayable, match="damaged"):
        read_playlist("xspf", text.encode("utf-16"), BASE)


def test_what_is_nested_too_deep_is_refused() -> None:
    nested = b'{"playlist": {"x": %b%b}}' % (b"[" * 100_000, b"]" * 100_000)
    with pytest.raises(Unplayable, match="damaged"):
        read_playlist("jspf", nested, BASE)


def test_an_address_that_is_none_is_left_out() -> None:
    listed = b"#EXTM3U\nhttp://[bad/a.ogg\nhttp://x/b.ogg\n"
    assert read_playlist("m3u", listed, BASE) == [Entry("http://x/b.ogg")]


@pytest.mark.parametrize("ellipsis", [b"\x85", "\u2028".encode()])
def test_only_line_ends_end_a_line(ellipsis: bytes) -> None:
    listed = b"#EXTM3U\r\n#EXTINF:9,Wait%b there\rhttp://x/a.ogg\n" % ellipsis
    (entry,) = read_playlist("m3u", listed, BASE)
    assert (entry.url, entry.duration_ms) == ("http://x/a.ogg", 9000.0)


def test_one_s_own_may_name_files() -> None:
    data = b"#EXTM3U\nSide A/1.ogg\n/music/2.ogg\nfile:///music/3%20.ogg\nhttp://x/4\n"
    found = [entry.url for entry in named_in("m3u", data)]
    assert found == ["Side A/1.ogg", "/music/2.ogg", "file:///music/3%20.ogg", "http://x/4"]
    assert named_in("pls", b"[playlist]\nFile1=\n") == []


@pytest.mark.parametrize("length", ["-1", "0", "", "a", "9" * 12])
def test_a_length_that_is_none_is_left_out(length: str) -> None:
    (entry,) = named_in("m3u", f"#EXTINF:{length},Blue\na.ogg\n".encode())
    assert entry == Entry("a.ogg", Tags("Blue"))


@given(st.sampled_from(list(KINDS)), st.binary(max_size=200), st.integers(0, 400))
def test_damaged_ones_are_read_or_refused(kind: str, junk: bytes, at: int) -> None:
    data = KINDS[kind]
    with contextlib.suppress(TonearmError):
        for entry in read_playlist(kind, data[:at] + junk + data[at + len(junk) :], BASE):
            assert entry.duration_ms is None or entry.duration_ms > 0
            assert entry.url.startswith(("http://", "https://"))
            assert len(entry.tags.title or "") <= MAX_TEXT
