"""Playlists that were written are read as they were."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.playlist_text import write
from receiver.model.state import Entry, Tags
from receiver.protocol.playlist import named_in, playlist_kind, read_playlist

ENTRIES = [
    Entry("http://x/a%20b.ogg?a=1&b=<2>", Tags("Blue in Green", "Miles"), 123_500.0),
    Entry("http://x/b.ogg", Tags("Only Title")),
    Entry("http://x/c.ogg", Tags("7"), 7_000.0),
    Entry("http://x/d.ogg"),
]


def read(suffix: str, text: str) -> list[Entry]:
    data = text.encode()
    kind = playlist_kind(data[:1024], f"x{suffix}", "")
    assert kind is not None
    return read_playlist(kind, data, "http://other/")


@pytest.mark.parametrize("suffix", [".m3u", ".m3u8", ".pls", ".xspf", ".jspf", ""])
def test_what_was_written_is_read_as_it_was(suffix: str) -> None:
    assert read(suffix or ".m3u8", write(suffix, ENTRIES)) == ENTRIES


@pytest.mark.parametrize("suffix", [".xspf", ".jspf"])
def test_some_have_a_place_for_each_tag(suffix: str) -> None:
    entries = [
        Entry("http://x/a.ogg", Tags("T", "A", "Kind of Blue")),
        Entry("http://x/b.ogg", Tags("A - B")),
        Entry("http://x/c.ogg", Tags(None, "Only Artist")),
    ]
    assert read(suffix, write(suffix, entries)) == entries


def test_files_are_named_as_each_kind_does() -> None:
    entries = [Entry("/music/a b.ogg"), Entry("/music/c\n.ogg")]
    assert write(".m3u8", entries) == "#EXTM3U\n/music/a b.ogg\nfile:///music/c%0A.ogg\n"
    assert [entry.url for entry in named_in("xspf", write(".xspf", entries).encode())] == [
        "file:///music/a%20b.ogg",
        "file:///music/c%0A.ogg",
    ]


texts = st.none() | st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


@given(st.sampled_from([".m3u8", ".pls", ".xspf", ".jspf"]), texts, texts)
def test_no_text_of_strangers_breaks_it(suffix: str, title: str | None, artist: str | None) -> None:
    entries = [Entry("http://x/a.ogg", Tags(title, artist)), Entry("http://x/b.ogg")]
    found = read(suffix, write(suffix, entries))
    assert [entry.url for entry in found] == ["http://x/a.ogg", "http://x/b.ogg"]
    assert found[1].tags == Tags()
