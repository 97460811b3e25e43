"""What every advertiser promises, over the mock and over real multicast on the loopback."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Protocol

import pytest
from msgspec.structs import replace

from receiver.clock.system import SystemClock
from receiver.discovery.addresses import AddressWatch
from receiver.discovery.base import Advertisement, ServiceAdvertiser
from receiver.discovery.mock import MockAdvertiser, MockNetwork
from receiver.discovery.zeroconf_advertiser import ZeroconfAdvertiser
from tests.discovery.browser import Browser, Seen


class Place(Protocol):
    """A network to advertise on, with eyes."""

    def advertiser(self, advertisement: Advertisement) -> ServiceAdvertiser: ...

    async def see(self) -> dict[str, Seen]: ...

    def mend(self) -> None: ...


class MockPlace:
    def __init__(self, *, up: bool) -> None:
        self._network = MockNetwork(up=up)

    def advertiser(self, advertisement: Advertisement) -> ServiceAdvertiser:
        return MockAdvertiser(advertisement, self._network)

    async def see(self) -> dict[str, Seen]:
        await asyncio.sleep(0)
        return {
            name: Seen(shown.port, shown.text) for name, shown in self._network.visible().items()
        }

    def mend(self) -> None:
        self._network.mend()


class LoopbackPlace:
    """Multicast on the loopback; whether there is a network at all is said by the watch."""

    def __init__(self, browser: Browser, *, up: bool) -> None:
        self._browser = browser
        self._addresses = frozenset({"127.0.0.1"}) if up else frozenset()

    def advertiser(self, advertisement: Advertisement) -> ServiceAdvertiser:
        clock = SystemClock()
        watch = AddressWatch(clock, read=lambda: self._addresses, news=lambda: None)
        return ZeroconfAdvertiser(advertisement, clock, watch)

    async def see(self) -> dict[str, Seen]:
        return await self._browser.see()

    def mend(self) -> None:
        self._addresses = frozenset({"127.0.0.1"})


@asynccontextmanager
async def place(kind: str, *, up: bool = True) -> AsyncIterator[Place]:
    if kind == "mock":
        yield MockPlace(up=up)
        return
    async with Browser(["127.0.0.1"]) as browser:
        yield LoopbackPlace(browser, up=up)


@pytest.fixture(params=["mock", "zeroconf"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def advertisement() -> Advertisement:
    """One with a name that nobody else on this machine has."""
    identity = uuid.uuid4().hex
    return Advertisement(identity, f"Kitchen {identity[:8]}", 7766)


@asynccontextmanager
async def running(*advertisers: ServiceAdvertiser) -> AsyncIterator[None]:
    async with asyncio.TaskGroup() as tasks:
        made = [tasks.create_task(advertiser.run()) for advertiser in advertisers]
        yield
        for task in made:
            task.cancel()


async def until(there: Place, wanted: dict[str, Advertisement]) -> None:
    """Look until exactly `wanted` is seen of the receivers with its names or ids.

    Others on this machine are none of our business.
    """
    expected = {name: Seen(shown.port, shown.text) for name, shown in wanted.items()}
    ids = {shown.id for shown in wanted.values()}
    async with asyncio.timeout(20):
        while True:
            seen = await there.see()
            ours = {
                name: found
                for name, found in seen.items()
                if name in expected or found.text["id"] in ids
            }
            if ours == expected:
                return
            await asyncio.sleep(0.02)


async def until_gone(there: Place, *ids: str) -> None:
    async with asyncio.timeout(20):
        while any(found.text["id"] in ids for found in (await there.see()).values()):
            await asyncio.sleep(0.02)


async def test_a_receiver_is_seen_with_all_that_is_said_of_it(kind: str) -> None:
    kitchen = advertisement()
    async with place(kind) as there, running(there.advertiser(kitchen)):
        await until(there, {kitchen.name: kitchen})
        seen = (await there.see())[kitchen.name]
        assert seen.text == {
            "id": kitchen.id, "name": kitchen.name, "v": "1", "path": "/v1/ws",
        }  # fmt: skip
        assert seen.port == 7766


async def test_it_is_seen_no_more_after_its_goodbye(kind: str) -> None:
    kitchen = advertisement()
    async with place(kind) as there:
        advertiser = there.advertiser(kitchen)
        assert advertiser.instance is None
        async with running(advertiser):
            await until(there, {kitchen.name: kitchen})
            assert advertiser.instance == kitchen.name
        assert advertiser.instance is None
        await until_gone(there, kitchen.id)


async def test_of_two_with_one_name_one_is_renamed_and_both_keep_their_ids(kind: str) -> None:
    first = advertisement()
    second = replace(advertisement(), name=first.name)
    async with place(kind) as there:
        one, other = there.advertiser(first), there.advertiser(second)
        async with running(one):
            await until(there, {first.name: first})
            async with running(other):
                await until(there, {first.name: first, f"{first.name} (2)": second})
                assert other.instance == f"{first.name} (2)"


async def test_three_that_start_at_once_agree_on_names(kind: str) -> None:
    name = advertisement().name
    three = [replace(advertisement(), name=name) for _ in range(3)]
    async with place(kind) as there:
        advertisers = [there.advertiser(each) for each in three]
        async with running(*advertisers):
            async with asyncio.timeout(20):
                while {a.instance for a in advertisers} != {name, f"{name} (2)", f"{name} (3)"}:
                    await asyncio.sleep(0.02)
            by_instance = zip(advertisers, three, strict=True)
            await until(there, {str(a.instance): each for a, each in by_instance})


async def test_a_new_name_takes_the_place_of_the_old(kind: str) -> None:
    kitchen = advertisement()
    bath = replace(kitchen, name=f"Bath {kitchen.id[:8]}")
    async with place(kind) as there:
        advertiser = there.advertiser(kitchen)
        async with running(advertiser):
            await until(there, {kitchen.name: kitchen})
            advertiser.update(bath)
            await until(there, {bath.name: bath})


async def test_a_new_port_is_seen_under_the_same_name(kind: str) -> None:
    kitchen = advertisement()
    moved = replace(kitchen, port=7767)
    async with place(kind) as there:
        advertiser = there.advertiser(kitchen)
        async with running(advertiser):
            await until(there, {kitchen.name: kitchen})
            advertiser.update(moved)
            await until(there, {kitchen.name: moved})


async def test_what_is_updated_before_it_runs_is_what_is_seen(kind: str) -> None:
    kitchen = advertisement()
    async with place(kind) as there:
        advertiser = there.advertiser(replace(kitchen, port=1))
        advertiser.update(kitchen)
        async with running(advertiser):
            await until(there, {kitchen.name: kitchen})


async def test_it_starts_without_a_network_and_appears_when_there_is_one(kind: str) -> None:
    kitchen = advertisement()
    async with place(kind, up=False) as there:
        advertiser = there.advertiser(kitchen)
        async with running(advertiser):
            await asyncio.sleep(0)
            assert advertiser.instance is None
            there.mend()
            await until(there, {kitchen.name: kitchen})


async def test_a_name_with_dots_and_of_many_bytes_is_seen_in_full(kind: str) -> None:
    kitchen = advertisement()
    long = replace(kitchen, name=f"Dr. {kitchen.id} " + "Küche " * 6)
    async with place(kind) as there:
        advertiser = there.advertiser(long)
        async with running(advertiser):
            async with asyncio.timeout(20):
                while advertiser.instance is None:
                    await asyncio.sleep(0.02)
            assert len(advertiser.instance.encode()) <= 63
            await until(there, {advertiser.instance: long})
