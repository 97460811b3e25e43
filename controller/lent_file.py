"""One file of this computer, lent to a receiver at a URL that cannot be guessed."""

from __future__ import annotations

import asyncio
import os
import secrets
from typing import BinaryIO, NamedTuple
from urllib.parse import quote

from controller.lent import TOKEN_BYTES
from controller.wanted import open_readable

CONTENT_TYPES = {
    ".ogg": "audio/ogg",
    ".oga": "audio/ogg",
    ".opus": "audio/ogg",
    ".flac": "audio/flac",
    ".mp3": "audio/mpeg",
    ".m4a": "audio/mp4",
    ".wav": "audio/wav",
}


class Span(NamedTuple):
    """Bytes from `start` up to but not including `end`, and whether the request named no end."""

    start: int
    end: int
    open_ended: bool


class LentFile:
    """A file, where it is found, and how much of it the receiver has."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.target = f"/{secrets.token_urlsafe(TOKEN_BYTES)}/{quote(os.path.basename(path))}"
        """The path of its URL."""
        self.url = ""
        """Known once it is served."""
        self._newest = 0
        self._fetched = asyncio.Event()

    @property
    def fetched(self) -> bool:
        """Whether the receiver has all it asked for last, up to the end of the file.

        A request for a piece in the middle, as a seek makes, does not count; a new request for
        the rest makes it False again until that is through.
        """
        return self._fetched.is_set()

    async def wait_fetched(self) -> None:
        """Return when `fetched` holds."""
        await self._fetched.wait()

    def open(self) -> BinaryIO:
        """The file as it is now. Raises `BadRequest` when it cannot be read any more."""
        return open_readable(self.path)

    @property
    def content_type(self) -> str:
        """Its media type, by its suffix."""
        suffix = os.path.splitext(self.path)[1].lower()
        return CONTENT_TYPES.get(suffix, "application/octet-stream")

    async def send(self, file: BinaryIO, span: Span, writer: asyncio.StreamWriter) -> None:
        """Send bytes of the open file, as slowly as the receiver takes them."""
        self._newest += 1
        number, length, sent = self._newest, span.end - span.start, 0
        if span.open_ended:
            self._fetched.clear()
        await writer.drain()
        if length:
            loop = asyncio.get_running_loop()
            sent = await loop.sendfile(writer.transport, file, span.start, length)
        if span.open_ended and number == self._newest and sent == length:
            self._fetched.set()


def etag(file: BinaryIO) -> str:
    """Names the bytes of an open file: another file, or another version, has another name."""
    about = os.fstat(file.fileno())
    return f'"{about.st_ino:x}-{about.st_size:x}-{about.st_mtime_ns:x}"'
