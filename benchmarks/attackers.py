"""A program: strangers who wish a receiver ill. They come from one address, which no other uses.

`python -m benchmarks.attackers ATTACK PORT` goes on until it is ended.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import Awaitable, Callable

HOST, ADDRESS = "127.0.0.1", "127.0.0.66"
AGAIN_S = 0.1
"""Until who was closed comes again."""
SLOW_S = 0.5
"""Between two bytes of a slow head."""
HEAD = b" HTTP/1.1\r\nHost: 127.0.0.1\r\n"
BLOCK = bytes(range(256)) * 256
TEBIBYTE = 1 << 40

Stranger = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


async def _waits(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    """Say nothing."""
    await reader.read()


async def _is_slow(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Never come to the end of a head."""
    writer.write(b"GET /v1/status" + HEAD + b"Slow: ")
    while True:
        await asyncio.sleep(SLOW_S)
        writer.write(b"x")
        await writer.drain()


async def _never_reads(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Ask for more than the other side can send."""
    writer.transport.pause_reading()  # type: ignore[attr-defined] # every transport of TCP can
    while True:
        writer.write(b"GET /v1/schema" + HEAD + b"\r\n")
        await writer.drain()


async def _talks_nonsense(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Send a body as fast as it goes."""
    length = f"Content-Type: application/json\r\nContent-Length: {TEBIBYTE}\r\n\r\n".encode()
    writer.write(b"POST /v1/commands" + HEAD + length)
    while True:
        writer.write(BLOCK)
        await writer.drain()


ATTACKS: dict[str, tuple[Stranger, int]] = {
    "1,000 connections": (_waits, 1000),
    "slow heads": (_is_slow, 100),
    "clients that do not read": (_never_reads, 20),
    "a stream of nonsense": (_talks_nonsense, 20),
}
"""Each with how many do so at once."""


async def _comes_again(stranger: Stranger, port: int) -> None:
    while True:
        with contextlib.suppress(OSError):
            ends = await asyncio.open_connection(HOST, port, local_addr=(ADDRESS, 0))
            try:
                await stranger(*ends)
            finally:
                ends[1].transport.abort()
        await asyncio.sleep(AGAIN_S)


async def _attack(name: str, port: int) -> None:
    stranger, count = ATTACKS[name]
    async with asyncio.TaskGroup() as tasks:
        for _ in range(count):
            tasks.create_task(_comes_again(stranger, port))


if __name__ == "__main__":
    asyncio.run(_attack(sys.argv[1], int(sys.argv[2])))
