"""Whatever goes wrong, the bytes that come out are the bytes of the file, from where they were
asked for.
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from receiver.clock.mock import MockClock
from receiver.errors import NotSeekable
from receiver.source.connections import HttpClient
from receiver.source.http import HttpSource
from receiver.source.retry import Limits
from tests.rig.http_server import Fault, HttpServer, Serving
from tests.source.conftest import HERE
from tests.source.driving import BODY, without_pauses

OFFSETS = (
    st.integers(0, len(BODY)) | st.integers(0, 20) | st.integers(-20, 0).map(len(BODY).__add__)
)
FAULTS = st.one_of(
    st.builds(Fault, st.sampled_from(["close", "reset", "stall"]), st.none() | OFFSETS),
    st.builds(Fault, st.just("refuse"), status=st.sampled_from([429, 500, 503])),
)


@dataclass(frozen=True)
class Read:
    """Read at least so many bytes."""

    size: int


@dataclass(frozen=True)
class Seek:
    """Go there, if it can be done."""

    offset: int


@dataclass(frozen=True)
class Tail:
    """Fetch the end, if it can be done."""

    size: int


Step = Read | Seek | Tail
STEPS = st.one_of(st.builds(Read, OFFSETS), st.builds(Seek, OFFSETS), st.builds(Tail, OFFSETS))
SERVINGS = st.builds(
    Serving,
    st.just(BODY),
    framing=st.sampled_from(["length", "chunked"]),
    ranges=st.booleans(),
    advertise=st.booleans(),
    largest_part=st.none() | st.integers(200_000, 2_000_000),
    etag=st.sampled_from(["", '"strong"', 'W/"weak"']),
    faults=st.lists(FAULTS, max_size=8).map(deque),
)
WINDOWS = st.sampled_from([(1, 0), (1000, 100_000), (200_000, 0), (2 << 20, 1 << 20)])


@settings(max_examples=150, deadline=None)
@given(SERVINGS, st.lists(STEPS, max_size=8), WINDOWS)
def test_the_bytes_are_those_of_the_file(
    serving: Serving, steps: list[Step], window: tuple[int, int]
) -> None:
    asyncio.run(play(serving, steps, window))


async def play(serving: Serving, steps: list[Step], window: tuple[int, int]) -> None:
    """Take the steps, then read on to the end; compare all of it."""
    clock = MockClock()
    # Faults that come one after the other without a byte between them must not exhaust patience.
    limits = Limits(connect=6.0, ahead=window[0], behind=window[1], open_patience=1e6, patience=1e6)
    async with HttpServer() as server, HttpClient(clock, HERE) as client:
        url = server.serve("/a", serving)
        async with HttpSource(url, client, clock, limits, jitter=lambda: 1.0) as source:

            async def take_steps() -> None:
                await source.open()
                at = 0
                for step in [*steps, Read(len(BODY) + 1)]:
                    at = await take(source, step, at)

            await without_pauses(clock, take_steps(), server=server)


async def take(source: HttpSource, step: Step, at: int) -> int:
    """Take one step from `at`; gives where that led."""
    try:
        if isinstance(step, Seek):
            await source.seek(step.offset)
            return step.offset
        if isinstance(step, Tail):
            start = max(0, len(BODY) - step.size)
            assert await source.tail(step.size) == (start, BODY[start:])
            return at
    except NotSeekable:
        # A server that cuts ranges short may also leave off the end of the tail.
        assert not source.info.seekable or isinstance(step, Tail)
        return at
    got = bytearray()
    while len(got) < step.size and (data := await source.read()):
        got += data
    assert got == BODY[at : at + len(got)]
    assert len(got) >= min(step.size, len(BODY) - at)
    return at + len(got)
