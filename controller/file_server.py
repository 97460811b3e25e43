"""Lends files of this computer to a receiver over HTTP, with ranges.

It listens on the address this computer has in the receiver's network, on a free port, and knows
one path for each file, which cannot be guessed. Nothing else of the disk can be reached. For a
receiver on this computer it takes the address at which others, too, can fetch what they take over.
"""

from __future__ import annotations

import asyncio
import os
import re
import socket
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from controller.address import Address
from controller.lent_file import LentFile, Span, etag
from receiver.errors import BadRequest, NoReceiver

MAX_HEAD_BYTES = 16 * 1024
HEAD_SECONDS = 10.0
ELSEWHERE = (Address("192.0.2.1"), Address("2001:db8::1"))
"""Addresses that stand for any that is far (RFC 5737, 3849). Nothing is sent there."""
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


class FileServer:
    """Serves the files at `paths` while it is entered, on the event loop that entered it.

    Each is opened anew when it is asked for. Entering raises `BadRequest` when one cannot be read
    and `NoReceiver` when there is no way to the receiver. `peers` are the other receivers of its
    house.
    """

    def __init__(
        self, paths: Sequence[str], receiver: Address, peers: Sequence[Address] = ()
    ) -> None:
        self.files = [LentFile(path) for path in paths]
        """In the order of `paths`; what is named twice is lent twice."""
        self._receiver = receiver
        self._peers = peers
        self._by_target = {file.target: file for file in self.files}
        self._tasks = asyncio.TaskGroup()
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        host = address_for(self._receiver, self._peers)
        for file in self.files:
            file.open().close()
        await self._tasks.__aenter__()
        self._server = await asyncio.start_server(self._accept, host, 0, limit=MAX_HEAD_BYTES)
        here = Address(host, self._server.sockets[0].getsockname()[1])
        for file in self.files:
            file.url = f"http://{here.authority}{file.target}"
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._server is not None
        self._server.close()
        for connection in self._connections:
            connection.cancel()
        await self._tasks.__aexit__(None, None, None)

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
        lent = self._by_target.get(target)
        if lent is None:
            return _write_head(writer, "404 Not Found")
        if method not in ("GET", "HEAD"):
            return _write_head(writer, "405 Method Not Allowed", Allow="GET, HEAD")
        try:
            file = lent.open()
        except BadRequest:
            return _write_head(writer, "404 Not Found")
        with file:
            size, tag = os.fstat(file.fileno()).st_size, etag(file)
            # Who holds bytes of another version gets this one from its start (RFC 9110, 13.1.5).
            asked = headers.get("range") if headers.get("if-range", tag) == tag else None
            span = parse_range(asked, size)
            if span is None:
                where = f"bytes */{size}"
                return _write_head(writer, "416 Range Not Satisfiable", Content_Range=where)
            common = {
                "Content_Type": lent.content_type,
                "Content_Length": str(span.end - span.start),
                "Accept_Ranges": "bytes",
                "ETag": tag,
            }
            if asked is None:
                _write_head(writer, "200 OK", **common)
            else:
                where = f"bytes {span.start}-{span.end - 1}/{size}"
                _write_head(writer, "206 Partial Content", **common, Content_Range=where)
            if method == "GET":
                await lent.send(file, span, writer)
        return None


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


def address_for(receiver: Address, peers: Sequence[Address]) -> str:
    """The address of this computer that the receiver can reach, and others too, if there is one: a
    receiver that runs here may hand over what it plays. Raises `NoReceiver`.
    """
    host = address_towards(receiver)
    if not _is_loopback(host):
        return host
    for other in (*peers, *ELSEWHERE):
        try:
            outside = address_towards(other)
        except NoReceiver:
            continue
        if not _is_loopback(outside):
            return outside
    return host


def _is_loopback(host: str) -> bool:
    return host == "::1" or host.startswith("127.")


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
