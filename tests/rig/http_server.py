"""An HTTP server that misbehaves on request, on real sockets.

`python -m tests.rig.http_server FILE... [--delay MS] [--rate BYTES_PER_S] [--host HOST]` serves
files from a process of its own, for benchmarks: one line per file with its address, then it runs
until its standard input is closed.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import itertools
import re
import socket
import struct
import sys
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from email.utils import formatdate
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

PIECE = 64 << 10


@dataclass(frozen=True)
class Fault:
    """What goes wrong with one request.

    After `after` bytes of its body (None: before the head of the answer) the connection is closed,
    reset, or falls silent until the client gives up. Or it is refused with a status.
    """

    how: Literal["close", "reset", "stall", "refuse"]
    after: int | None = None
    status: int = 503
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Serving:
    """How one path is answered. All of it may be changed while it is served."""

    body: bytes = b""
    content_type: str = "application/ogg"
    endless: bool = False
    """Repeats the body for ever, as a station does; without length."""
    framing: Literal["length", "chunked", "close"] = "length"
    """`close`: HTTP/1.0 without length."""
    stated_length: int | None = None
    """A wrong Content-Length for the whole body."""
    ranges: bool = True
    """Answers Range with 206."""
    advertise: bool = True
    """Says `Accept-Ranges: bytes` when it answers Range."""
    largest_part: int | None = None
    """Bytes: longer ranges are cut."""
    etag: str = ""
    modified: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    raw_head: bytes = b""
    """The head of the answer as it is, whatever it says, in one piece with what follows: how TCP
    cuts it does not matter then. In the end the connection is closed.
    """
    redirect: str = ""
    authorization: str = ""
    """What the header must be; 401 otherwise."""
    delay: float = 0.0
    """Seconds between a request and its answer."""
    rate: float | None = None
    """Bytes a second, after `burst` bytes at full speed."""
    burst: int = 0
    faults: deque[Fault] = field(default_factory=deque)
    """One for each request, in order; when they are used up all goes well."""


@dataclass(frozen=True)
class Request:
    """One request as it came in; header names in lower case. `path` is without its query."""

    path: str
    headers: dict[str, str]
    connection: int


class HttpServer:
    """Serves paths on one address. An async context manager; counts what it does."""

    def __init__(self, host: str = "127.0.0.1") -> None:
        self.host = host
        self.paths: dict[str, Serving] = {}
        self.requests: list[Request] = []
        self.connections = 0
        self.bytes_sent = 0
        """Of bodies, as handed to the socket."""
        self.silent = 0
        """Connections that have fallen silent and wait for their client to give up."""
        self._handlers: set[asyncio.Task[None]] = set()
        self._news = asyncio.Event()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, self.host, 0)
        self.port: int = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.close()
        for handler in self._handlers:
            handler.cancel()
        if self._handlers:
            await asyncio.wait(self._handlers)
        await self._server.wait_closed()

    def serve(self, path: str, serving: Serving) -> str:
        """Answer `path` so from now on; gives its address."""
        self.paths[path] = serving
        return self.url(path)

    def url(self, path: str) -> str:
        """The address of `path`."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}{path}"

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until something that the server did makes `condition` true."""
        while not condition():
            self._news.clear()
            await self._news.wait()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        handler = asyncio.current_task()
        assert handler is not None
        self._handlers.add(handler)
        self.connections += 1
        number = self.connections
        try:
            while await self._answer(reader, writer, number):
                pass
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # The client is gone, or the server ends: nobody is left to be told.
        finally:
            writer.close()
            self._handlers.discard(handler)

    async def _answer(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int
    ) -> bool:
        """Answer one request; True when the connection can take another."""
        request = _parse((await reader.readuntil(b"\r\n\r\n")).decode("latin-1"), number)
        self.requests.append(request)
        self._news.set()
        serving = self.paths.get(request.path, Serving(faults=deque([Fault("refuse", None, 404)])))
        fault = serving.faults.popleft() if serving.faults else None
        await asyncio.sleep(serving.delay)
        if fault is not None and fault.how == "refuse":
            writer.write(_head(fault.status, {"Content-Length": "0", **fault.headers}))
            return True
        if fault is not None and fault.after is None:
            return await self._fail(fault, reader, writer)
        status, headers, parts = _plan(serving, request)
        version = "1.0" if serving.framing == "close" else "1.1"
        if not serving.raw_head:
            writer.write(_head(status, headers, version))
        head = serving.raw_head
        limit = fault.after if fault is not None else None
        async for piece in _paced(_cut(parts, limit), serving):
            sent = b"%x\r\n%b\r\n" % (len(piece), piece) if _chunked(headers) else piece
            writer.write(head + sent)
            head = b""
            self.bytes_sent += len(piece)
            await writer.drain()
        writer.write(head)
        if fault is not None:
            return await self._fail(fault, reader, writer)
        if _chunked(headers):
            writer.write(b"0\r\n\r\n")
        # A body shorter than stated ends with its connection.
        return not (serving.framing == "close" or serving.stated_length or serving.raw_head)

    async def _fail(
        self, fault: Fault, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        if fault.how == "stall":
            self.silent += 1
            self._news.set()
            try:
                await reader.read()
            finally:
                self.silent -= 1
                self._news.set()
        elif fault.how == "reset":
            sock: socket.socket = writer.get_extra_info("socket")
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()
        return False


def _parse(head: str, number: int) -> Request:
    line, *fields = head.rstrip().split("\r\n")
    pairs = (text.split(":", 1) for text in fields)
    return Request(
        line.split()[1].partition("?")[0],
        {name.lower(): value.strip() for name, value in pairs},
        number,
    )


def _head(status: int, headers: dict[str, str], version: str = "1.1") -> bytes:
    lines = [f"HTTP/{version} {status} Answer", *(f"{k}: {v}" for k, v in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def _chunked(headers: dict[str, str]) -> bool:
    return "Transfer-Encoding" in headers


def _plan(serving: Serving, request: Request) -> tuple[int, dict[str, str], Iterator[bytes]]:
    """Status, headers and body of the answer to a request that is not refused by a fault."""
    if serving.redirect:
        return 302, {"Location": serving.redirect, "Content-Length": "0"}, iter(())
    if serving.authorization and request.headers.get("authorization") != serving.authorization:
        return 401, {"Content-Length": "0"}, iter(())
    headers = {"Content-Type": serving.content_type, "Date": formatdate(usegmt=True)}
    headers |= {"ETag": serving.etag} if serving.etag else {}
    headers |= {"Last-Modified": serving.modified} if serving.modified else {}
    headers |= serving.headers
    if serving.endless:
        if serving.framing == "chunked":
            headers["Transfer-Encoding"] = "chunked"
        rounds = map(_pieces, itertools.repeat(serving.body))
        return 200, headers, itertools.chain.from_iterable(rounds)
    status, start, stop = _range(serving, request)
    size = len(serving.body)
    if serving.ranges and serving.advertise:
        headers["Accept-Ranges"] = "bytes"
    if status == 416:
        return 416, headers | {"Content-Range": f"bytes */{size}", "Content-Length": "0"}, iter(())
    total = size if serving.stated_length is None else serving.stated_length
    if status == 206:
        headers["Content-Range"] = f"bytes {start}-{stop - 1}/{total}"
    if serving.framing == "length":
        headers["Content-Length"] = str(stop - start + total - size)
    elif serving.framing == "chunked":
        headers["Transfer-Encoding"] = "chunked"
    return status, headers, _pieces(memoryview(serving.body)[start:stop])


def _range(serving: Serving, request: Request) -> tuple[int, int, int]:
    """Status, and the part of the body to send."""
    size = len(serving.body)
    asked = re.fullmatch(r"bytes=(\d*)-(\d*)", request.headers.get("range", ""))
    condition = request.headers.get("if-range")
    if not asked or not serving.ranges or condition not in (None, serving.etag, serving.modified):
        return 200, 0, size
    first, last = asked[1], asked[2]
    start = int(first) if first else max(0, size - int(last))
    stop = min(size, int(last) + 1) if first and last else size
    if start >= size:
        return 416, 0, 0
    if serving.largest_part is not None:
        stop = min(stop, start + serving.largest_part)
    return 206, start, stop


def _pieces(body: bytes | memoryview) -> Iterator[bytes]:
    for at in range(0, len(body), PIECE):
        yield bytes(body[at : at + PIECE])


def _cut(pieces: Iterator[bytes], limit: int | None) -> Iterator[bytes]:
    """The pieces up to `limit` bytes in all."""
    left = limit
    for piece in pieces:
        if left is None:
            yield piece
            continue
        if left:
            yield piece[:left]
        left -= min(left, len(piece))
        if not left:
            return


async def _paced(pieces: Iterator[bytes], serving: Serving) -> AsyncIterator[bytes]:
    """The pieces, no faster than the server is to send."""
    if serving.rate is None:
        for piece in pieces:
            yield piece
        return
    loop = asyncio.get_running_loop()
    began, sent = loop.time(), 0
    tick = max(1, int(serving.rate / 50))
    for piece in pieces:
        for at in range(0, len(piece), tick):
            due = began + max(0, sent - serving.burst) / serving.rate
            await asyncio.sleep(max(0.0, due - loop.time()))
            yield piece[at : at + tick]
            sent += len(piece[at : at + tick])


async def _main(files: list[Path], delay: float, rate: float | None, host: str) -> None:
    async with HttpServer(host) as server:
        for path in files:
            serving = Serving(path.read_bytes(), etag='"1"', delay=delay, rate=rate)
            sys.stdout.write(server.serve(f"/{path.name}", serving) + "\n")
        sys.stdout.flush()
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--delay", type=float, default=0.0, help="milliseconds before each answer")
    parser.add_argument("--rate", type=float, help="bytes a second")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    options = parser.parse_args()
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_main(options.files, options.delay / 1000, options.rate, options.host))
