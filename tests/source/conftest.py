"""A server that misbehaves, a client, and a clock that stands still."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import pytest

from receiver.clock.mock import MockClock
from receiver.source.connections import HttpClient
from receiver.source.http import HttpSource
from receiver.source.retry import Limits
from tests.rig.http_server import HttpServer

MakeSource = Callable[..., HttpSource]


@pytest.fixture
def clock() -> MockClock:
    return MockClock()


@pytest.fixture
async def server() -> AsyncIterator[HttpServer]:
    async with HttpServer() as server:
        yield server


@pytest.fixture
async def client(clock: MockClock) -> AsyncIterator[HttpClient]:
    async with HttpClient(clock) as client:
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
