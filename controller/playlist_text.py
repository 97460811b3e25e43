"""Playlists, written: M3U8, PLS, XSPF and JSPF, as `receiver.protocol.playlist` reads them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from urllib.parse import quote
from xml.sax.saxutils import escape

from controller.wanted import is_url
from receiver.model.state import Entry, Tags


def write(suffix: str, entries: Sequence[Entry]) -> str:
    """The text of a playlist for files that end in `suffix`; M3U8 for any that is unknown.

    Where an entry's `url` is the absolute path of a file, it is that file.
    """
    return "".join(f"{line}\n" for line in _WRITERS.get(suffix.lower(), _m3u8)(entries))


def _m3u8(entries: Sequence[Entry]) -> Iterator[str]:
    yield "#EXTM3U"
    for entry in entries:
        name = _name(entry.tags)
        if name or entry.duration_ms:
            yield f"#EXTINF:{_seconds(entry)},{name}"
        yield _place(entry.url)


def _pls(entries: Sequence[Entry]) -> Iterator[str]:
    yield "[playlist]"
    for number, entry in enumerate(entries, 1):
        yield f"File{number}={_place(entry.url)}"
        if name := _name(entry.tags):
            yield f"Title{number}={name}"
        yield f"Length{number}={_seconds(entry)}"
    yield f"NumberOfEntries={len(entries)}"
    yield "Version=2"


def _xspf(entries: Sequence[Entry]) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield '<playlist version="1" xmlns="http://xspf.org/ns/0/">'
    yield "<trackList>"
    for entry in entries:
        known = {**_facts(entry), "duration": _milliseconds(entry)}
        inside = [f"<{key}>{escape(str(text))}</{key}>" for key, text in known.items() if text]
        yield f"<track>{''.join(inside)}</track>"
    yield "</trackList>"
    yield "</playlist>"


def _jspf(entries: Sequence[Entry]) -> Iterator[str]:
    tracks = []
    for entry in entries:
        facts = _facts(entry)
        known = {**facts, "location": [facts["location"]], "duration": _milliseconds(entry)}
        tracks.append({key: value for key, value in known.items() if value})
    yield json.dumps({"playlist": {"track": tracks}}, ensure_ascii=False, indent=1)


_WRITERS: dict[str, Callable[[Sequence[Entry]], Iterator[str]]] = {
    ".pls": _pls,
    ".xspf": _xspf,
    ".jspf": _jspf,
}


def _facts(entry: Entry) -> dict[str, str]:
    """What XSPF and JSPF call the same."""
    tags = entry.tags
    return {
        "location": entry.url if is_url(entry.url) else _file_url(entry.url),
        "title": _line(tags.title),
        "creator": _line(tags.artist),
        "album": _line(tags.album),
    }


def _name(tags: Tags) -> str:
    """`artist - title`, the one name that M3U and PLS have room for."""
    return " - ".join(part for part in (_line(tags.artist), _line(tags.title)) if part)


def _place(url: str) -> str:
    """A URL, or a path as it is where it can stand on a line."""
    if is_url(url) or (url.isprintable() and url == url.strip()):
        return url
    return _file_url(url)


def _file_url(path: str) -> str:
    return "file://" + quote(path, errors="surrogateescape")


def _line(text: str | None) -> str:
    """Text of strangers, as a part of one line."""
    harmless = (letter if letter.isprintable() else " " for letter in text or "")
    return " ".join("".join(harmless).split())


def _seconds(entry: Entry) -> str:
    if not entry.duration_ms:
        return "-1"
    return f"{entry.duration_ms / 1000:.3f}".rstrip("0").rstrip(".")


def _milliseconds(entry: Entry) -> int:
    """XSPF counts in whole ones."""
    return round(entry.duration_ms or 0.0)
