"""Playlists: M3U, PLS, XSPF and JSPF, told by what they hold, as lists of what they name.

What strangers write is bounded here: in bytes, in entries, in the length of each. Who reads a list
off the network takes only http and https from it (`read_playlist`); who reads a file of his own
takes what it says (`named_in`).
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator
from urllib.parse import urljoin, urlsplit

import msgspec

from receiver.errors import Unplayable, UnsupportedFormat
from receiver.model.state import Entry, Tags
from receiver.protocol.limits import MAX_POSITION_MS, MAX_QUEUE, MAX_TEXT, MAX_URL

MAX_BYTES = 4 << 20
"""Bytes of a playlist: 10,000 entries of 400 each."""
HEAD = 1024
"""Bytes within which a playlist must say what it is."""

_M3U_TYPES = {"audio/x-mpegurl", "audio/mpegurl", "application/x-mpegurl"}
_XSPF = "{http://xspf.org/ns/0/}"


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
    found = _all(_from_afar(_entries(kind, data), url))
    if not found:
        raise Unplayable("The playlist names nothing with an http or https address.")
    return found


def named_in(kind: str, data: bytes) -> list[Entry]:
    """What a whole playlist of a `kind` names, in its own words: `url` may be a path as well.

    Raises as `read_playlist` does, but for a list that is empty.
    """
    return _all(_entries(kind, data))


def _entries(kind: str, data: bytes) -> Iterator[Entry]:
    match kind:
        case "m3u":
            return _m3u(data)
        case "pls":
            return _pls(data)
        case "xspf":
            return _xspf(data)
        case _:
            return _jspf(data)


def _all(entries: Iterable[Entry]) -> list[Entry]:
    """All of them. Raises `Unplayable` where they cannot be read, or are too many."""
    try:
        found = list(itertools.islice(entries, MAX_QUEUE + 1))
    except (ValueError, LookupError, SyntaxError, RecursionError, msgspec.MsgspecError) as error:
        raise Unplayable(f"The playlist is damaged ({error}); it cannot be read.") from None
    if len(found) > MAX_QUEUE:
        raise Unplayable(f"The playlist has more than {MAX_QUEUE} entries.")
    return found


def _from_afar(entries: Iterable[Entry], base: str) -> Iterator[Entry]:
    """Those with an address that may be asked for, seen from that of the list."""
    for entry in entries:
        try:
            url = urljoin(base, entry.url)
        except ValueError:  # as "http://[" is
            continue
        if url.startswith(("http://", "https://")) and len(url) <= MAX_URL and url.isprintable():
            yield entry._replace(url=url)


def _entry(
    location: str,
    title: str | None,
    artist: str | None = None,
    album: str | None = None,
    duration_ms: float | None = None,
) -> Entry:
    def cut(text: str | None) -> str | None:
        return (text or "").strip()[:MAX_TEXT] or None

    return Entry(location.strip(), Tags(cut(title), cut(artist), cut(album)), duration_ms)


def _milliseconds(text: str | None, unit: int = 1) -> float | None:
    """A length in so many `unit`s of a millisecond; None where it is none (as -1 is)."""
    match = re.match(r"\s*(\d{1,12}(?:\.\d{1,6})?)", text or "")
    length = float(match[1]) * unit if match else 0.0
    return length if 0 < length <= MAX_POSITION_MS else None


def _lines(data: bytes) -> Iterator[str]:
    """Lines of UTF-8, or, as old ones have it, of Latin-1. They are taken apart as bytes: text has
    more that ends a line, such as what Windows' code page has for an ellipsis.
    """
    try:
        data.decode()
        encoding = "utf-8"
    except UnicodeDecodeError:
        encoding = "latin-1"
    for line in data.removeprefix(b"\xef\xbb\xbf").splitlines():
        yield line.decode(encoding).strip()


def _m3u(data: bytes) -> Iterator[Entry]:
    """Lines; `#EXTINF:seconds,artist - title` is about the one that follows."""
    seconds, name = "", ""
    for line in _lines(data):
        if line.startswith(("#EXT-X-TARGETDURATION", "#EXT-X-STREAM-INF")):
            raise UnsupportedFormat(
                "This is an HLS stream, which Tonearm does not play; it plays Ogg Vorbis.",
                found="hls",
            )
        if line.upper().startswith("#EXTINF:"):
            seconds, _, name = line[len("#EXTINF:") :].partition(",")
        elif line and not line.startswith("#"):
            yield _named(line, name, seconds)
            seconds, name = "", ""


def _named(location: str, name: str, seconds: str) -> Entry:
    """`artist - title`, as people write it."""
    artist, dash, title = name.partition(" - ")
    if not dash:
        artist, title = "", name
    return _entry(location, title, artist, duration_ms=_milliseconds(seconds, 1000))


def _pls(data: bytes) -> Iterator[Entry]:
    """`FileN=`, `TitleN=`, `LengthN=`; N counts from 1, and the lines come in any order."""
    found: dict[str, dict[int, str]] = {"file": {}, "title": {}, "length": {}}
    for line in _lines(data):
        match = re.fullmatch(r"(file|title|length)(\d{1,6})\s*=\s*(.*)", line, re.IGNORECASE)
        if match:
            found[match[1].lower()][int(match[2])] = match[3]
    for number, location in sorted(found["file"].items()):
        if location.strip():
            title, length = found["title"].get(number, ""), found["length"].get(number, "")
            yield _named(location, title, length)


def _xspf(data: bytes) -> Iterator[Entry]:
    """XSPF 1 (xspf.org/spec). Entities have no place in it, and are not expanded."""
    from xml.etree import ElementTree as ET  # noqa: PLC0415 - seldom needed

    if b"\0" in data:  # UTF-16, in which the next line finds nothing
        raise ValueError("it is not in UTF-8")
    if re.search(rb"<!(DOCTYPE|ENTITY)", data, re.IGNORECASE):
        raise ValueError("it declares entities")
    root = ET.fromstring(data)  # noqa: S314 - no DTD gets here
    for track in root.iter(f"{_XSPF}track"):
        location, title, creator, album, length = (
            track.findtext(_XSPF + name)
            for name in ("location", "title", "creator", "album", "duration")
        )
        if location and location.strip():
            yield _entry(location, title, creator, album, _milliseconds(length))


class _JspfTrack(msgspec.Struct):
    location: list[str] | str = ""
    title: str | None = None
    creator: str | None = None
    album: str | None = None
    duration: float | None = None


class _JspfList(msgspec.Struct):
    track: list[_JspfTrack] = []


class _Jspf(msgspec.Struct):
    playlist: _JspfList


def _jspf(data: bytes) -> Iterator[Entry]:
    """JSPF (xspf.org/jspf): the same in JSON."""
    for track in msgspec.json.decode(data, type=_Jspf).playlist.track:
        places = [track.location] if isinstance(track.location, str) else track.location
        if places and places[0].strip():
            length = _milliseconds(None if track.duration is None else f"{track.duration:f}")
            yield _entry(places[0], track.title, track.creator, track.album, length)
