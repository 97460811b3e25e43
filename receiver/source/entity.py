"""What the head of an answer tells of the stream behind it (RFC 9110)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Literal

import msgspec

BodyEnd = Literal["length", "chunked", "close"]
"""What marks the end of a body: its stated length, its closing chunk, or only that the connection
is closed, which a broken server does as well."""

_NUMBER = "[0-9]{1,18}"
_CONTENT_RANGE = re.compile(rf"bytes\s+({_NUMBER})-({_NUMBER})/({_NUMBER}|\*)\s*", re.IGNORECASE)
_UNSATISFIED = re.compile(rf"bytes\s+\*/({_NUMBER})\s*", re.IGNORECASE)
_STATION_SERVER = re.compile(r"\s*(icecast|shoutcast)", re.IGNORECASE)


class Entity(msgspec.Struct, frozen=True):
    """A stream as one answer describes it.

    `start` and `stop`: offsets of the first byte of this body and after its last; `size`: of the
    whole stream in bytes; None when not told. `ranges`: the server gives parts. `station`: this is
    a station's endless programme. `modified`: Last-Modified where it is precise enough to tell two
    versions apart. Texts that are not told are "".
    """

    start: int
    stop: int | None
    size: int | None
    ranges: bool
    station: bool
    body_end: BodyEnd
    content_type: str
    etag: str
    modified: str

    @property
    def validator(self) -> str:
        """What If-Range may name; "" for nothing, since a weak tag does not promise equal bytes."""
        return self.etag if self.etag.startswith('"') else self.modified

    def differs_from(self, other: Entity) -> bool:
        """True when the two cannot be the same bytes."""
        if None not in (self.size, other.size) and self.size != other.size:
            return True
        if self.etag and other.etag:
            return self.etag != other.etag
        return bool(self.modified and other.modified) and self.modified != other.modified


def read_entity(status: int, headers: Mapping[str, str]) -> Entity:
    """The entity behind an answer of 200 or 206. Nothing is raised: what makes no sense counts as
    not told.

    A stream is a station's when `icy-` headers or Icecast's own say so, whatever length it
    claims (some claim one to please browsers), or when it has no length and the server is an
    Icecast or Shoutcast.
    """
    part = _part(headers.get("Content-Range", "")) if status == 206 else None
    length = _number(headers.get("Content-Length", ""))
    start, stop, size = part or (0, length, length)
    station = any(name.lower().startswith(("icy-", "ice-")) for name in headers) or (
        size is None and _STATION_SERVER.match(headers.get("Server", "")) is not None
    )
    accepts = "bytes" in headers.get("Accept-Ranges", "").lower()
    return Entity(
        start=start,
        stop=stop,
        size=None if station else size,
        ranges=not station and size is not None and (part is not None or accepts),
        station=station,
        body_end=_body_end(headers),
        content_type=headers.get("Content-Type", ""),
        etag=headers.get("ETag", ""),
        modified=_modified(headers),
    )


def unsatisfied_size(headers: Mapping[str, str]) -> int | None:
    """The size of the stream, as told by an answer of 416."""
    told = _UNSATISFIED.fullmatch(headers.get("Content-Range", ""))
    return int(told[1]) if told else None


def retry_after(headers: Mapping[str, str]) -> float | None:
    """The pause the server asks for, in seconds; dates count from the server's own."""
    text = headers.get("Retry-After", "").strip()
    seconds = _number(text)
    if seconds is not None:
        return float(seconds)
    until, now = _date(text), _date(headers.get("Date", ""))
    return max(0.0, (until - now).total_seconds()) if until and now else None


def _part(text: str) -> tuple[int, int, int | None] | None:
    """Start, stop and size in a Content-Range; None where it makes no sense (section 14.4)."""
    told = _CONTENT_RANGE.fullmatch(text)
    if told is None:
        return None
    start, last, size = int(told[1]), int(told[2]), _number(told[3])
    if last < start or (size is not None and size <= last):
        return None
    return start, last + 1, size


def _body_end(headers: Mapping[str, str]) -> BodyEnd:
    if "chunked" in headers.get("Transfer-Encoding", "").lower():
        return "chunked"
    return "length" if "Content-Length" in headers else "close"


def _modified(headers: Mapping[str, str]) -> str:
    """Last-Modified, when the change is long enough before the answer that there was no second one
    in between (section 8.8.2.2).
    """
    modified = headers.get("Last-Modified", "")
    then, now = _date(modified), _date(headers.get("Date", ""))
    return modified if then and now and now - then >= timedelta(seconds=60) else ""


def _number(text: str) -> int | None:
    return int(text) if re.fullmatch(_NUMBER, text) else None


def _date(text: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return date.replace(tzinfo=date.tzinfo or UTC)
