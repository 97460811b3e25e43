"""The head of a server's answer: ICY and HTTP headers, the reason, and where a redirect leads."""

from __future__ import annotations

from receiver.errors import BadRequest, HttpRefused, UnsupportedScheme
from receiver.protocol import codec
from receiver.protocol.events import Error
from receiver.source.address import PORTS, Address
from receiver.source.entity import read_entity, retry_after, unsatisfied_size
from tests.fuzz.target import Target, require

_BASE = Address.parse("http://me:secret@radio.example:8000/a/b.ogg?key=1")


def _run(data: bytes) -> None:
    status_line, *lines = data.decode("utf-8", "surrogateescape").splitlines()[:100] or [""]
    named = (line.partition(":") for line in lines)
    headers = {name.strip(): text.strip() for name, colon, text in named if colon}
    entity = read_entity(206 if "206" in status_line else 200, headers)
    require(entity.start >= 0, "it begins somewhere")
    require(entity.size is None or entity.size >= 0, "its size is one")
    require(not (entity.station and entity.ranges), "a station has no parts")
    require(entity.validator == "" or entity.validator in headers.values(), "nothing is made up")
    require(not entity.differs_from(entity), "it is itself")
    pause = retry_after(headers)
    require(pause is None or pause >= 0, "a pause is one")
    unsatisfied_size(headers)
    if "Location" in headers:
        _follow(headers["Location"])


def _follow(location: str) -> None:
    try:
        target = _BASE.follow(location)
    except (BadRequest, UnsupportedScheme) as error:
        # It goes into the state, and so to everybody.
        codec.encode(Error(None, error.code, error.message, error.detail))
        return
    require(target.url.startswith(tuple(f"{scheme}://" for scheme in PORTS)), "only http")
    require(Address.parse(target.url).url == target.url.strip(), "it is what it says")
    if target.origin != _BASE.origin:
        require(target.credentials != _BASE.credentials, "credentials stay with their server")
    refused = HttpRefused(f"The server refused {target.shown}.", status=404)
    codec.encode(Error(None, refused.code, refused.message, refused.detail))
    _ = target.authorization


_DATE = "Sun, 06 Nov 1994 08:49:37 GMT"
TARGETS = (
    Target(
        "answers",
        _run,
        (
            b"ICY 200 OK\nicy-name: Radio\nicy-br: 128\nContent-Type: audio/ogg",
            b'HTTP/1.1 206 Part\nContent-Range: bytes 10-99/100\nContent-Length: 90\nETag: "a"',
            b"HTTP/1.1 302 Found\nLocation: http://you:new@other.example/c%20d.ogg#e",
            f"HTTP/1.1 503\nRetry-After: {_DATE}\nDate: {_DATE}\nLast-Modified: {_DATE}".encode(),
            b"HTTP/1.1 416\nContent-Range: bytes */100\nServer: Icecast 2\nAccept-Ranges: bytes",
        ),
        (
            *(b"\nLocation: ", b"http://", b"https://", b"//", b"http://[", b"]", b"@", b":"),
            *(
                b"\nDate: ",
                b"\nRetry-After: ",
                b"\nLast-Modified: ",
                b"\nETag: ",
                b'W/"a"',
                b"icy-",
            ),
            *(
                b"bytes ",
                b"*/",
                b" -2400",
                b" +9999",
                b" -0000",
                b"31 Dec 9999",
                b"1 Jan 1",
                b"206",
            ),
            *(b"xn--", b"file:", b"ftp://x", b"%0d%0a", b"%ff"),
        ),
    ),
)
