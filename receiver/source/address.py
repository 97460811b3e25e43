"""The address of a stream, apart from the credentials that may stand in it."""

from __future__ import annotations

from base64 import b64encode
from typing import Self
from urllib.parse import SplitResult, unquote, urljoin, urlsplit, urlunsplit

import msgspec

from receiver.errors import BadRequest, UnsupportedScheme
from receiver.model.text import visible

PORTS = {"http": 80, "https": 443}
"""The schemes that are played from, and their ports."""


class Address(msgspec.Struct, frozen=True):
    """An http or https address. `url` holds no credentials and no fragment; `credentials` are
    user and password, for basic authentication.
    """

    url: str
    credentials: tuple[str, str] | None = None

    @classmethod
    def parse(cls, url: str) -> Self:
        """Raises `UnsupportedScheme`, or `BadRequest` for what is no address at all."""
        url = url.strip()
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError as error:
            raise BadRequest("The address of the stream is not a valid URL.") from error
        if visible(url) != url:
            raise BadRequest("The address of the stream holds control characters.")
        if parts.scheme not in PORTS:
            named = f'"{parts.scheme}"' if parts.scheme else "an address without a scheme"
            raise UnsupportedScheme(
                f"Streams are played from http and https addresses, not from {named}.",
                scheme=parts.scheme,
            )
        if not parts.hostname:
            raise BadRequest("The address of the stream names no server.")
        host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
        place = host if port is None else f"{host}:{port}"
        bare = urlunsplit((parts.scheme, place, parts.path or "/", parts.query, ""))
        return cls(bare, _credentials(parts))

    @property
    def shown(self) -> str:
        """The address for people and logs: without the query, which may hold a secret."""
        return self.url.partition("?")[0]

    @property
    def host(self) -> str:
        """The name or the number of the server, in lower case."""
        return urlsplit(self.url).hostname or ""

    @property
    def port(self) -> int:
        """Where the server listens."""
        parts = urlsplit(self.url)
        return parts.port or PORTS[parts.scheme]

    @property
    def authorization(self) -> str | None:
        """The header value that carries the credentials."""
        if self.credentials is None:
            return None
        return "Basic " + b64encode(":".join(self.credentials).encode()).decode()

    @property
    def origin(self) -> tuple[str, str]:
        """Scheme and server."""
        parts = urlsplit(self.url)
        return parts.scheme, parts.netloc

    def follow(self, location: str) -> Address:
        """Where a redirect leads. Credentials go along to the same origin only. Raises as `parse`
        does.
        """
        try:
            location.encode()  # a header may hold bytes that are no text
            url = urljoin(self.url, location)
        except ValueError as error:
            raise BadRequest("The stream's server redirects to what is no valid URL.") from error
        target = Address.parse(url)
        if target.credentials is None and target.origin == self.origin:
            return Address(target.url, self.credentials)
        return target


def _credentials(parts: SplitResult) -> tuple[str, str] | None:
    if parts.username is None and parts.password is None:
        return None
    return unquote(parts.username or ""), unquote(parts.password or "")
