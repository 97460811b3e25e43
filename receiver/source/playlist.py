"""Playlists: M3U, PLS, XSPF and JSPF, told by what they hold, as lists of what they name.

What strangers write is bounded here: in bytes, in entries, in the length of each. Only http and
https are taken from them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple
from urllib.parse import urljoin, urlsplit

import msgspec

from receiver.errors import Unplayable, UnsupportedFormat
from receiver.model.state import Tags
from receiver.protocol.limits import MAX_QUEUE, MAX_TEXT, MAX_URL

MAX_BYTES = 4 << 20
"""Bytes of a playlist: 10,000 entries of 400 each."""
HEAD = 1024
"""Bytes within which a playlist must say what it is."""

_M3U_TYPES = {"audio/x-mpegurl", "audio/mpegurl", "application/x-mpegurl"}
_XSPF = "{http://xspf.org/ns/0/}"


class Entry(NamedTuple):
    """Something to play, and what the playlist says of it."""

    url: str
    tags: Tags = Tags()


def playlist_kind(head: bytes, url: str, content_type: str) -> str | None:
    """Which kind of playlist the first bytes of a stream are of; None: it is none.

    Only a bare M3U, which is nothing but lines, has to be announced by its name or its media type.
    """
    text = head[:HEAD].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if text.startswith(b"#extm3u"):
        return "m3u"
    if text.startswith(b"[playlist]"):
        return "pls"
    if text.startswith(b"<") and b"xspf.org/ns/0" in text:
        return "xspf"
    if text.startswith(b"{") and b'"playlist"' in text:
        return "jspf"
    named = urlsplit(url).path.lower().endswith((".m3u", ".m3u8"))
    bare = not text.startswith((b"oggs", b"<", b"{")) and b"\0" not in text
    announced = named or content_type.partition(";")[0].strip().lower() in _M3U_TYPES
    return "m3u" if announced and bare else None


def read_playlist(kind: str, data: bytes, url: str) -> list[Entry]:
    """The entries of a whole playlist of a `kind`, their addresses seen from `url`.

    Raises `Unplayable` when it is damaged or names nothing that can be played, `UnsupportedFormat`
    for HLS, which only looks like one.
    """
    readers = {"m3u": _m3u, "pls": _pls, "xspf": _xspf, "jspf": _jspf}
    try:
        found = list(_bounded(readers[kind](data), url))
    except (ValueError, LookupError, SyntaxError, msgspec.MsgspecError) as error:
        raise Unplayable(f"The playlist is damaged ({error}); it cannot be read.") from None
    if not found:
        raise Unplayable("The playlist names nothing with an http or https address.")
    return found


def _bounded(entries: Iterable[tuple[str, Tags]], base: str) -> Iterator[Entry]:
    count = 0
    for location, tags in entries:
        url = urljoin(base, location.strip())
        if not url.startswith(("http://", "https://")) or len(url) > MAX_URL:
            continue
        if not url.isprintable():
            continue
        count += 1
        if count > MAX_QUEUE:
            raise ValueError(f"it has more than {MAX_QUEUE} entries")
        yield Entry(url, tags)


def _tags(title: str | None, artist: str | None = None, album: str | None = None) -> Tags:
    def cut(text: str | None) -> str | None:
        return (text or "").strip()[:MAX_TEXT] or None

    return Tags(cut(title), cut(artist), cut(album))


def _text(data: bytes) -> str:
    """UTF-8, or, as old ones have it, Latin-1."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _m3u(data: bytes) -> Iterator[tuple[str, Tags]]:
    """Lines; `#EXTINF:seconds,artist - title` is about the one that follows."""
    tags = Tags()
    for line in map(str.strip, _text(data).splitlines()):
        if line.startswith(("#EXT-X-TARGETDURATION", "#EXT-X-STREAM-INF")):
            raise UnsupportedFormat(
                "This is an HLS stream, which Tonearm does not play; it plays Ogg Vorbis.",
                found="hls",
            )
        if line.upper().startswith("#EXTINF:"):
            tags = _named(line.partition(",")[2])
        elif line and not line.startswith("#"):
            yield line, tags
            tags = Tags()


def _named(text: str) -> Tags:
    """`artist - title`, as people write it."""
    artist, dash, title = text.partition(" - ")
    return _tags(title, artist) if dash else _tags(text)


def _pls(data: bytes) -> Iterator[tuple[str, Tags]]:
    """`FileN=`, `TitleN=`; N counts from 1, and the lines come in any order."""
    found: dict[str, dict[int, str]] = {"file": {}, "title": {}}
    for line in _text(data).splitlines():
        match = re.fullmatch(r"\s*(file|title)(\d{1,6})\s*=\s*(.*)", line, re.IGNORECASE)
        if match:
            found[match[1].lower()][int(match[2])] = match[3]
    for number, location in sorted(found["file"].items()):
        yield location, _named(found["title"].get(number, ""))


def _xspf(data: bytes) -> Iterator[tuple[str, Tags]]:
    """XSPF 1 (xspf.org/spec). Entities have no place in it, and are not expanded."""
    from xml.etree import ElementTree as ET  # noqa: PLC0415 - seldom needed

    if re.search(rb"<!(DOCTYPE|ENTITY)", data, re.IGNORECASE):
        raise ValueError("it declares entities")
    root = ET.fromstring(data)  # noqa: S314 - no DTD gets here
    for track in root.iter(f"{_XSPF}track"):
        title, creator, album = (track.findtext(_XSPF + n) for n in ("title", "creator", "album"))
        location = track.findtext(f"{_XSPF}location")
        if location:
            yield location, _tags(title, creator, album)


class _JspfTrack(msgspec.Struct):
    location: list[str] | str = ""
    title: str | None = None
    creator: str | None = None
    album: str | None = None


class _JspfList(msgspec.Struct):
    track: list[_JspfTrack] = []


class _Jspf(msgspec.Struct):
    playlist: _JspfList


def _jspf(data: bytes) -> Iterator[tuple[str, Tags]]:
    """JSPF (xspf.org/jspf): the same in JSON."""
    for track in msgspec.json.decode(data, type=_Jspf).playlist.track:
        places = [track.location] if isinstance(track.location, str) else track.location
        if places and places[0]:
            yield places[0], _tags(track.title, track.creator, track.album)
