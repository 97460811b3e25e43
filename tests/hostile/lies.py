"""Servers that lie: of the metadata in a stream, of its length, of its parts, of what it is."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable

from tests.hostile.fault import (
    EITHER,
    PLAYS,
    UNREACHABLE,
    USUAL_S,
    WAITS,
    Fault,
    Make,
    Material,
)
from tests.rig.http_server import Fault as Failure
from tests.rig.http_server import Serving

REFUSED = ("http_refused",)


def _served(**how: object) -> Make:
    """The good file, served so."""
    return lambda material, _: Serving(material.good, **how)  # type: ignore[arg-type]


def _headed(**headers: str) -> Make:
    """The good file with these headers; "_" stands for a dash."""
    return _served(headers={name.replace("_", "-"): value for name, value in headers.items()})


def _answered(head: bytes) -> Make:
    """The good file behind a head that is sent as it stands."""
    return _served(raw_head=head + b"\r\n\r\n", ranges=False)


def _head(*lines: bytes) -> Make:
    """The good file behind these lines of a head."""
    return _answered(b"\r\n".join((b"HTTP/1.1 200 OK", b"Content-Type: audio/ogg", *lines)))


def interleaved(data: bytes, every: int, block: Callable[[int], bytes]) -> bytes:
    """`data` with a block of metadata behind each `every` bytes, as Shoutcast has it: its length
    in units of 16 bytes, and that many; `block` gives what is in the one of a number.
    """
    out = []
    for number, at in enumerate(range(0, len(data), every)):
        text = block(number)
        units = -(-len(text) // 16)
        out += [data[at : at + every], bytes([units]), text.ljust(16 * units, b"\0")]
    return b"".join(out)


def _station(every: int, block: Callable[[int, random.Random], bytes], told: str = "") -> Make:
    """A station that mixes metadata in, though nobody has asked for it."""

    def make(material: Material, rng: random.Random) -> Serving:
        body = interleaved(material.long, every, lambda number: block(number, rng))
        headers = {"icy-metaint": told or str(every), "icy-name": "Own Radio"}
        return Serving(body, headers=headers, framing="close", ranges=False)

    return make


def _title(number: int, _: random.Random) -> bytes:
    return b"StreamTitle='Song %d';" % number if number % 20 == 0 else b""


def _flood(number: int, _: random.Random) -> bytes:
    return (b"StreamTitle='%d " % number) + b"x" * 4000 + b"';"


def _garbage(_: int, rng: random.Random) -> bytes:
    return rng.randbytes(rng.randrange(4080))


def _shorter(material: Material, _: random.Random) -> Serving:
    raw = b"HTTP/1.1 200 OK\r\nContent-Length: 20000\r\n\r\n"
    return Serving(material.good, raw_head=raw, ranges=False)


def _longer(by: int, ranges: bool) -> Make:
    return lambda m, _: Serving(m.good, stated_length=len(m.good) + by, ranges=ranges)


def _part(content_range: bytes) -> Make:
    return _answered(b"HTTP/1.1 206 Partial Content\r\nContent-Range: " + content_range)


def _failing(*failures: Failure) -> Make:
    return lambda m, _: Serving(m.good, faults=deque(failures))


ICY = (
    ("a metaint, and no metadata", PLAYS, _headed(icy_metaint="16000")),
    ("a metaint of 0", PLAYS, _headed(icy_metaint="0")),
    ("a metaint below 0", PLAYS, _headed(icy_metaint="-1")),
    ("a metaint that is no number", PLAYS, _headed(icy_metaint="16k\x0b")),
    ("a metaint of 10^30", PLAYS, _headed(icy_metaint="1" + "0" * 30)),
    ("metadata that nobody asked for", PLAYS, _station(16_000, _title)),
    ("metadata at other places than told", PLAYS, _station(9_999, _title, told="16000")),
    ("blocks of garbage", PLAYS, _station(16_000, _garbage)),
    ("a flood of titles", EITHER, _station(500, _flood)),
    ("a name of 5 KB with control characters", PLAYS, _headed(icy_name="\x1b[2J" * 1250)),
    ("a name of 100 KB", UNREACHABLE, _headed(icy_name="x" * 100_000)),
    ("ICY in the place of HTTP", UNREACHABLE, _answered(b"ICY 200 OK\r\nicy-metaint: 16000")),
)

HTTP = (
    ("a length that is too short", UNREACHABLE, _shorter),
    ("a length that is too long", PLAYS, _longer(10**6, ranges=True)),
    ("a length of 10^17", PLAYS, _longer(10**17, ranges=True)),
    ("a length that is too long, without ranges", PLAYS, _longer(10**6, ranges=False)),
    ("a length below 0", UNREACHABLE, _head(b"Content-Length: -1")),
    ("a length that is no number", UNREACHABLE, _head(b"Content-Length: many")),
    ("two lengths", UNREACHABLE, _head(b"Content-Length: 5", b"Content-Length: 50000")),
    ("a part that was not asked for", WAITS, _part(b"bytes 5000-9000/10000")),
    ("a part that is none", PLAYS, _part(b"bytes 9-5/3")),
    ("a part without its place", PLAYS, _part(b"nonsense")),
    ("416 for everything", REFUSED, _failing(*[Failure("refuse", status=416)] * 9)),
    ("204", REFUSED, _failing(Failure("refuse", status=204))),
    ("404", REFUSED, _failing(Failure("refuse", status=404))),
    ("a redirect to itself", UNREACHABLE, _served(redirect="?again")),
    ("a redirect to a file", ("unsupported_scheme",), _served(redirect="file:///etc/passwd")),
    ("chunks that are none", UNREACHABLE, _head(b"Transfer-Encoding: chunked")),
    ("an encoding that it does not have", PLAYS, _headed(Content_Encoding="gzip")),
    ("Vorbis that is called MP3", PLAYS, _served(content_type="audio/mpeg")),
    ("Vorbis that is called HTML", PLAYS, _served(content_type="text/html")),
    ("Vorbis that is called a playlist", PLAYS, _served(content_type="audio/x-mpegurl")),
    ("no head at all", UNREACHABLE, _served(raw_head=b"\0" * 99 + b"\r\n\r\n")),
    ("a mail server", UNREACHABLE, _served(raw_head=b"220 mail.example ESMTP\r\n\r\n")),
    ("a head of 1 MB", UNREACHABLE, _head(b"X-Much: " + b"x" * 10**6)),
    ("100,000 headers", UNREACHABLE, _head(*[b"X-%d: x" % n for n in range(100_000)])),
    ("no answer", WAITS, _failing(*[Failure("stall")] * 9)),
    ("it hangs up", WAITS, _failing(*[Failure("reset")] * 99)),
    ("an answer without a body, that stays open", WAITS, _failing(*[Failure("stall", 0)] * 9)),
    ("a byte at a time", WAITS, _served(rate=50, burst=0)),
)

FAULTS = (
    *(Fault("ICY", name, expected, make) for name, expected, make in ICY),
    *(
        Fault("HTTP", name, expected, make, within_s=0.5 if expected == WAITS else USUAL_S)
        for name, expected, make in HTTP
    ),
)
