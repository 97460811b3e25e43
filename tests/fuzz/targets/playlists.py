"""Playlists of strangers; and those that are written again."""

from __future__ import annotations

from controller import playlist_text
from receiver.errors import Unplayable, UnsupportedFormat
from receiver.model.state import Entry
from receiver.protocol.limits import MAX_POSITION_MS, MAX_QUEUE, MAX_TEXT, MAX_URL
from receiver.protocol.playlist import HEAD, named_in, playlist_kind, read_playlist
from tests.fuzz.target import Target, require
from tests.protocol.test_playlist import KINDS

_WRITTEN = {".m3u8": "m3u", ".pls": "pls", ".xspf": "xspf", ".jspf": "jspf"}


def _run(data: bytes) -> None:
    kind = playlist_kind(data[:HEAD], "http://x/list.m3u", "")
    if kind is None:
        return
    try:
        named_in(kind, data)
        entries = read_playlist(kind, data, "http://x/list.m3u")
    except (Unplayable, UnsupportedFormat):
        return
    require(0 < len(entries) <= MAX_QUEUE, "as many as a queue holds")
    for entry in entries:
        _check(entry)
    entries = entries[:50]
    for suffix, written in _WRITTEN.items():
        again = named_in(written, playlist_text.write(suffix, entries).encode())
        require(
            [entry.url for entry in again] == [entry.url for entry in entries],
            f"what is written to {suffix} is read again",
        )


def _check(entry: Entry) -> None:
    require(entry.url.startswith(("http://", "https://")), "nothing but http and https")
    require(len(entry.url) <= MAX_URL and entry.url.isprintable(), "a URL for the protocol")
    for text in (entry.tags.title, entry.tags.artist, entry.tags.album):
        require(text is None or 0 < len(text) <= MAX_TEXT, "a text for the protocol")
    length = entry.duration_ms
    require(length is None or 0 < length <= MAX_POSITION_MS, "a length for the protocol")


TARGETS = (
    Target(
        "playlists",
        _run,
        (*KINDS.values(), b"http://x/a\nb.ogg\n", b"#EXTM3U\n#EXT-X-STREAM-INF:1\na\n"),
        (
            *(b"#EXTM3U\n", b"#EXTINF:1,a - b\n", b"[playlist]\n", b"File1=", b"Title1="),
            *(b"http://", b"https://x/", b"http://[", b"//", b"../", b"\\", b"&amp;", b"&#x41;"),
            *(b"<!DOCTYPE a>", b"<![CDATA[", b"]]>", b"<track>", b"</track>", b"<location>"),
            *(b'{"playlist": {"track": [', b'"location": ', b'"duration": ', b"null", b"[[["),
        ),
    ),
)
