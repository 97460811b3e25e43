"""The watch over addresses, with scripted addresses and a scripted kernel."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Iterator

import pytest

from receiver.clock.mock import MockClock
from receiver.discovery.addresses import (
    POLL_S,
    SETTLED_S,
    AddressWatch,
    kernel_news,
    own_interfaces,
    reachable,
    usable_addresses,
)

HOME = frozenset({"127.0.0.1", "192.168.1.5"})
AWAY = frozenset({"127.0.0.1", "10.0.0.7"})
NOWHERE: frozenset[str] = frozenset()


class Machine:
    """A machine whose addresses change when the test says so."""

    def __init__(self, *, tells: bool) -> None:
        self.clock = MockClock()
        self.addresses = HOME
        self._tells = tells
        self._kernel, self._news = socket.socketpair()
        self._news.setblocking(False)
        self.watch = AddressWatch(self.clock, lambda: self.addresses, self._listen)

    def _listen(self) -> socket.socket | None:
        return self._news.dup() if self._tells else None

    def tell(self) -> None:
        self._kernel.send(b"news")

    def close(self) -> None:
        self._kernel.close()
        self._news.close()


@pytest.fixture(params=[True, False], ids=["told by the kernel", "by looking"])
def machine(request: pytest.FixtureRequest) -> Iterator[Machine]:
    made = Machine(tells=request.param)
    yield made
    made.close()


async def see_change(machine: Machine, addresses: frozenset[str]) -> None:
    """Change the addresses, and let the watch learn of it."""
    machine.addresses = addresses
    machine.tell()
    await asyncio.sleep(0.01)
    await machine.clock.advance(POLL_S)


async def test_a_change_counts_once_it_stood_still(machine: Machine) -> None:
    async with asyncio.TaskGroup() as tasks:
        change = tasks.create_task(machine.watch.changed(HOME))
        await machine.clock.settle()
        await see_change(machine, AWAY)
        await machine.clock.advance(SETTLED_S)
        await change
    assert machine.watch.now() == AWAY


async def test_a_change_that_goes_on_is_waited_for(machine: Machine) -> None:
    machine.addresses = NOWHERE
    async with asyncio.TaskGroup() as tasks:
        change = tasks.create_task(machine.watch.changed(HOME))
        for step in range(5):
            await machine.clock.advance(SETTLED_S / 2)
            machine.addresses = frozenset({f"10.0.0.{step}"})
            await machine.clock.advance(SETTLED_S / 2)
            assert not change.done()
        await machine.clock.advance(SETTLED_S)
        assert change.done()


async def test_news_of_something_else_is_no_change(machine: Machine) -> None:
    async with asyncio.TaskGroup() as tasks:
        change = tasks.create_task(machine.watch.changed(HOME))
        await machine.clock.settle()
        for _ in range(3):
            await see_change(machine, HOME)
        assert not change.done()
        change.cancel()


def test_this_machine_has_usable_addresses_and_can_tell_of_news() -> None:
    assert "127.0.0.1" in usable_addresses()
    news = kernel_news()
    assert news is not None
    news.close()


def test_every_address_has_its_network() -> None:
    own = own_interfaces()
    assert ipaddress.ip_interface("127.0.0.1/8") in own
    assert {str(interface.ip) for interface in own} >= usable_addresses()


def test_the_loopback_is_told_only_where_there_is_nothing_else() -> None:
    assert reachable(HOME) == ["192.168.1.5"]
    assert reachable({"127.0.0.1"}) == ["127.0.0.1"]
    assert reachable({"fe80::1", "127.0.0.1"}) == ["fe80::1"]
