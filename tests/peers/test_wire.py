"""What every wire promises, over the mock and over real WebSockets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest

from receiver.clock.mock import MockClock
from receiver.peers.base import Address, Dial, PeerRefused, Wire
from receiver.peers.dial import dialler
from receiver.peers.mock import MockStreet
from receiver.server.door import Door
from receiver.server.hub import Hub
from tests.server.serving import serving
from tests.server.test_hub import state
from tests.trust.doors import doorkeeper

Serve = Callable[[Wire], Awaitable[None]]
Place = Callable[[Serve], AbstractAsyncContextManager[tuple[Dial, Address]]]
NOWHERE = Address("127.0.0.1", 9)


@asynccontextmanager
async def on_the_mock(serve: Serve) -> AsyncIterator[tuple[Dial, Address]]:
    async with asyncio.TaskGroup() as tasks:
        street = MockStreet(tasks)
        street.listen(Address("far", 7766), lambda wire: _serving(serve, wire))
        yield street.dial_from("near"), Address("far", 7766)


@asynccontextmanager
async def on_sockets(serve: Serve) -> AsyncIterator[tuple[Dial, Address]]:
    hub, clock = Hub(), MockClock()
    hub.publish(state(1))
    door = Door(hub, lambda _c, _r: None, lambda _c, _o, _r: None, doorkeeper(clock), clock)
    server = serving(hub, door, clock, serve)
    async with server.listening("127.0.0.1", 0) as port, dialler() as dial:
        yield dial, Address("127.0.0.1", port)


async def _serving(serve: Serve, wire: Wire) -> None:
    await serve(wire)


@pytest.fixture(params=[on_the_mock, on_sockets])
def place(request: pytest.FixtureRequest) -> Place:
    found: Place = request.param
    return found


async def echo(wire: Wire) -> None:
    """Say everything twice, until the other side closes."""
    try:
        while True:
            said = await wire.receive()
            message = said if isinstance(said, bytes) else said.encode()
            await wire.send(message)
            await wire.send(message)
    except ConnectionError:
        await wire.close()


async def test_messages_come_whole_and_in_order(place: Place) -> None:
    async with place(echo) as (dial, address):
        wire = await dial(address)
        assert wire.host == address.host
        for message in (b'{"a": 1}', "Küche".encode(), b"x" * 200_000):
            await wire.send(message)
            for _ in range(2):
                said = await wire.receive()
                assert (said if isinstance(said, bytes) else said.encode()) == message
        await wire.close()


async def test_a_closed_wire_says_so(place: Place) -> None:
    async with place(echo) as (dial, address):
        wire = await dial(address)
        await wire.close()
        await wire.close()
        with pytest.raises(ConnectionError):
            await wire.send(b"{}")
        with pytest.raises(ConnectionError):
            await wire.receive()


async def test_the_other_side_closes(place: Place) -> None:
    async def hang_up(wire: Wire) -> None:
        await wire.close()

    async with place(hang_up) as (dial, address):
        wire = await dial(address)
        with pytest.raises(ConnectionError):
            await wire.receive()
        await wire.close()


async def test_where_nobody_listens(place: Place) -> None:
    async with place(echo) as (dial, _):
        with pytest.raises(PeerRefused):
            await dial(NOWHERE)
