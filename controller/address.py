"""Where a receiver listens: host and port, as people write them."""

from __future__ import annotations

import re
from typing import NamedTuple

from receiver.errors import BadRequest
from receiver.protocol.limits import DEFAULT_PORT

_PORT = re.compile(r"[0-9]{1,5}")
_NAME = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_.])?")
_BARE_IPV6 = re.compile(r"[0-9A-Fa-f.]*:[0-9A-Fa-f.:]*:[0-9A-Fa-f.:]*(%[\w.-]+)?")


class Address(NamedTuple):
    """Host and port of a receiver. The host is a name, or an IP address without brackets."""

    host: str
    port: int = DEFAULT_PORT

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def authority(self) -> str:
        """The address as it stands in a URL: the zone of an IPv6 address means nothing there."""
        return str(Address(self.host.partition("%")[0], self.port))


def parse_address(text: str) -> Address:
    """`HOST`, `HOST:PORT`, `[IPV6]:PORT` or a bare IPv6 address. Raises `BadRequest`."""
    if _BARE_IPV6.fullmatch(text):
        return Address(text)
    host, _, port = text, "", ""
    if text.startswith("["):
        host, closed, rest = text[1:].partition("]")
        right = bool(closed and _BARE_IPV6.fullmatch(host)) and (not rest or rest[0] == ":")
        port, given = rest[1:], bool(rest)
    else:
        host, colon, port = text.partition(":")
        right, given = _NAME.fullmatch(host) is not None, bool(colon)
    if not right:
        raise BadRequest(f"{text!r} is no address: write HOST, HOST:PORT or [IPV6]:PORT.")
    if not given:
        return Address(host)
    if not (_PORT.fullmatch(port) and 0 < int(port) < 65536):
        raise BadRequest(f"{port!r} is no port: it is a number from 1 to 65535.")
    return Address(host, int(port))


def looks_like_address(text: str) -> bool:
    """Whether a word on the command line is meant as an address, not as the name of a receiver."""
    if text != "localhost" and "." not in text and ":" not in text:
        return False
    try:
        parse_address(text)
    except BadRequest:
        return False
    return True
