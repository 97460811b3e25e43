"""Lends one local file to a receiver over HTTP, with ranges.

It listens on the address this computer has in the receiver's network, on a free port, and knows
one path, which cannot be guessed. Nothing else of the disk can be reached.
"""

from __future__ import annotations

import asyncio
import os
import re
import secrets
import socket
from types import TracebackType
from typing import BinaryIO, NamedTuple, Self
from urllib.parse import quote

from controller.address import Address
from receiver.errors import BadRequest, NoReceiver

MAX_HEAD_BYTES = 16 * 1024
HEAD_SECONDS = 10.0
CONTENT_TYPES = {
    ".ogg": "audio/ogg",
    ".oga": "audio/ogg",
    ".opus": "audio/ogg",
    ".flac": "audio/flac",
    ".mp3": "audio/mpeg",
    ".m4a": "audio/mp4",
    ".wav": "audio/wav",
}
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


class Span(NamedTuple):
    """Bytes from `start` up to but not including `end`, and whether the request named no end."""

    start: int
    end: int
    open_ended: bool


class FileServer:
    """Serves `path` while it is entered, on the event loop that entered it.

    It stays open, so it may be renamed or removed meanwhile. Entering raises `BadRequest` when it
    cannot be read and `NoReceiver` when there is no way to the receiver.
    """

    def __init__(self, path: str, receiver: Address) -> None:
        self._path = path
        self._receiver = receiver
        self._name = quote(os.path.basename(path))
        self._token = secrets.token_urlsafe(16)
        self._tasks = asyncio.TaskGroup()
        self._file: BinaryIO | None = None
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.Task[None]] = set()
        self._newest = 0
        self._fetched = asyncio.Event()
        self.size = 0
        self.url = ""

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

    async def __aenter__(self) -> Self:
        host = address_towards(self._receiver)
        self._file = open_readable(self._path)
        self.size = os.fstat(self._file.fileno()).st_size
        await self._tasks.__aenter__()
        self._server = await asyncio.start_server(self._accept, host, 0, limit=MAX_HEAD_BYTES)
        here = Address(host, self._server.sockets[0].getsockname()[1])
        self.url = f"http://{here.authority}/{self._token}/{self._name}"
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._server is not None
        assert self._file is not None
        self._server.close()
        for connection in self._connections:
            connection.cancel()
        try:
            await self._tasks.__aexit__(None, None, None)
        finally:
            self._file.close()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = self._tasks.create_task(self._converse(reader, writer))
        self._connections.add(connection)
        connection.add_done_callback(self._connections.discard)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request, one answer, and the connection is closed."""
        try:
            async with asyncio.timeout(HEAD_SECONDS):
                head = await reader.readuntil(b"\r\n\r\n")
            await self._answer(head.decode("latin-1"), writer)
            writer.close()
            await writer.wait_closed()
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # the receiver asks again for what it still wants
        finally:
            writer.transport.abort()

    async def _answer(self, head: str, writer: asyncio.StreamWriter) -> None:
        method, target, headers = parse_head(head)
        if target != f"/{self._token}/{self._name}":
            return _write_head(writer, "404 Not Found")
        if method not in ("GET", "HEAD"):
            return _write_head(writer, "405 Method Not Allowed", Allow="GET, HEAD")
        asked = headers.get("range")
        span = parse_range(asked, self.size)
        if span is None:
            where = f"bytes */{self.size}"
            return _write_head(writer, "416 Range Not Satisfiable", Content_Range=where)
        common = {
            "Content_Type": content_type(self._path),
            "Content_Length": str(span.end - span.start),
            "Accept_Ranges": "bytes",
        }
        if asked is None:
            _write_head(writer, "200 OK", **common)
        else:
            where = f"bytes {span.start}-{span.end - 1}/{self.size}"
            _write_head(writer, "206 Partial Content", **common, Content_Range=where)
        if method == "GET":
            await self._send(span, writer)
        return None

    async def _send(self, span: Span, writer: asyncio.StreamWriter) -> None:
        """Send the bytes, as slowly as the receiver takes them."""
        assert self._file is not None
        self._newest += 1
        number, length, sent = self._newest, span.end - span.start, 0
        if span.open_ended:
            self._fetched.clear()
        await writer.drain()
        if length:
            loop = asyncio.get_running_loop()
            sent = await loop.sendfile(writer.transport, self._file, span.start, length)
        if span.open_ended and number == self._newest and sent == length:
            self._fetched.set()


def parse_head(head: str) -> tuple[str, str, dict[str, str]]:
    """Method, target, and the headers by their names in small letters, of an HTTP request."""
    lines = head.split("\r\n")
    method, _, rest = lines[0].partition(" ")
    fields = (line.partition(":") for line in lines[1:])
    return method, rest.partition(" ")[0], {name.lower(): text.strip() for name, _, text in fields}


def parse_range(text: str | None, size: int) -> Span | None:
    """The bytes a `Range` header asks for (RFC 9110, 14.2), None if the file has none of them.

    What is not understood is ignored, as the standard wants.
    """
    match = _RANGE.fullmatch(text.replace(" ", "")) if text else None
    if match is None or match.group(0) == "bytes=-":
        return Span(0, size, True)
    first, last = match.groups()
    if not first:
        start = max(size - int(last), 0)
        return Span(start, size, False) if start < size else None
    start = int(first)
    end = min(int(last) + 1, size) if last else size
    return Span(start, end, not last) if start < end else None


def content_type(path: str) -> str:
    """The media type of a file, by its suffix."""
    return CONTENT_TYPES.get(os.path.splitext(path)[1].lower(), "application/octet-stream")


def open_readable(path: str) -> BinaryIO:
    """The file, open. Raises `BadRequest` with what is wrong with it."""
    try:
        if not os.path.isfile(path):
            raise BadRequest(f"{path} is no file; give a file or an http URL.")
        return open(path, "rb")
    except OSError as error:
        raise BadRequest(f"{path} cannot be read: {error.strerror}.") from None


def address_towards(receiver: Address) -> str:
    """The address of this computer that the receiver can reach. Raises `NoReceiver`."""
    try:
        family, kind, _, _, where = socket.getaddrinfo(*receiver, type=socket.SOCK_DGRAM)[0]
        with socket.socket(family, kind) as probe:
            probe.connect(where)  # sends nothing: it asks the system which way it would go
            return str(probe.getsockname()[0])
    except OSError as error:
        raise NoReceiver(f"There is no way to {receiver}: {error.strerror}.") from None


def _write_head(writer: asyncio.StreamWriter, status: str, **fields: str) -> None:
    """The head of an answer; `_` in the name of a field stands for `-`."""
    fields = {"Content_Length": "0", **fields, "Connection": "close"}
    lines = [f"{name.replace('_', '-')}: {text}" for name, text in fields.items()]
    writer.write("\r\n".join([f"HTTP/1.1 {status}", *lines, "", ""]).encode("latin-1"))
