"""Reading sources to the end, and moving virtual time on beside real sockets."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from random import Random
from typing import TypeVar

from receiver.clock.mock import MockClock
from receiver.errors import TonearmError
from receiver.source.base import ByteSource
from tests.rig.http_server import HttpServer

T = TypeVar("T")

BODY = Random(7).randbytes(1_500_000)


async def read_all(source: ByteSource) -> bytes:
    """Everything that is still to come."""
    return await read_some(source, None)


async def read_some(source: ByteSource, size: int | None) -> bytes:
    """At least `size` bytes, or what there is up to the end."""
    got = bytearray()
    while (size is None or len(got) < size) and (data := await source.read()):
        assert len(data) <= 64 << 10
        got += data
    return bytes(got)


async def error_of(source: ByteSource) -> TonearmError:
    """What is wrong with a source that cannot be opened."""
    try:
        await source.open()
    except TonearmError as error:
        return error
    raise AssertionError("it was opened")


async def without_pauses(
    clock: MockClock, work: Awaitable[T], *, server: HttpServer | None = None, longest: float = 5.5
) -> T:
    """What `work` gives, while time jumps over every pause of up to `longest` seconds, and runs
    while a connection of `server` is silent. Deadlines are longer than pauses: what moves is
    never too late.
    """

    async def pump() -> None:
        while True:
            due = clock.next_due
            if due is not None and due - clock.now() <= longest:
                await clock.advance(due - clock.now())
            elif server is not None and server.silent:
                await clock.advance(0.25)
            await asyncio.sleep(0)

    async with asyncio.TaskGroup() as tasks:
        pumping = tasks.create_task(pump())
        outcome = await asyncio.gather(work, return_exceptions=True)
        pumping.cancel()
    if isinstance(outcome[0], BaseException):
        raise outcome[0]
    return outcome[0]
