"""A server that misbehaves, a client, and a clock that stands still."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import pytest

from receiver.clock.mock import MockClock
from receiver.source.connections import HttpClient
from receiver.source.http import HttpSource
from receiver.source.policy import Policy
from receiver.source.retry import Limits
from tests.rig.http_server import HttpServer

MakeSource = Callable[..., HttpSource]
HERE = Policy(list, port=0, loopback=True)


@pytest.fixture
def clock() -> MockClock:
    return MockClock()


@pytest.fixture
async def server() -> AsyncIterator[HttpServer]:
    async with HttpServer() as server:
        yield server


@pytest.fixture
async def client(clock: MockClock) -> AsyncIterator[HttpClient]:
    """To it the servers of tests, which are on this machine, are of the house."""
    async with HttpClient(clock, HERE) as client:
        yield client


@pytest.fixture
def source(client: HttpClient, clock: MockClock) -> MakeSource:
    """Makes a source for an address, with these limits and pauses of their full length. Every
    deadline is longer than the longest pause.
    """

    def make(url: str, **limits: float) -> HttpSource:
        return HttpSource(
            url, client, clock, Limits(**{"connect": 6.0, **limits}), jitter=lambda: 1.0
        )  # type: ignore[arg-type]

    return make
