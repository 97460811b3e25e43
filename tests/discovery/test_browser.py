"""Looking for receivers, by real multicast on the loopback."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest
from zeroconf import DNSOutgoing, DNSPointer, DNSService, ServiceInfo
from zeroconf.asyncio import AsyncZeroconf
from zeroconf.const import _CLASS_IN, _FLAGS_AA, _FLAGS_QR_RESPONSE, _TYPE_PTR, _TYPE_SRV

from receiver.discovery import zeroconf_browser
from receiver.discovery.base import Seen
from receiver.discovery.zeroconf_browser import browse
from receiver.protocol.limits import SERVICE_TYPE


def announcement(instance: str) -> DNSOutgoing:
    """What says that there is one of this name."""
    said = DNSOutgoing(_FLAGS_QR_RESPONSE | _FLAGS_AA)
    name = f"{instance}.{SERVICE_TYPE}"
    said.add_answer_at_time(DNSPointer(SERVICE_TYPE, _TYPE_PTR, _CLASS_IN, 120, name), 0)
    return said


def bath() -> ServiceInfo:
    """A receiver that is there."""
    return ServiceInfo(
        SERVICE_TYPE,
        f"Bath.{SERVICE_TYPE}",
        port=7766,
        properties={"id": "bath"},
        server="bath.local.",
        parsed_addresses=["127.0.0.1"],
    )


FOUND = Seen("bath", "Bath", [("127.0.0.1", 7766)], "Bath")


MOST = 50


def service_of(instance: str) -> DNSOutgoing:
    """The place of a service, of which each takes a name."""
    said = DNSOutgoing(_FLAGS_QR_RESPONSE | _FLAGS_AA)
    name = f"{instance}.{SERVICE_TYPE}"
    place = DNSService(name, _TYPE_SRV, _CLASS_IN, 4500, 0, 0, 7766, "nobody.local.")
    said.add_answer_at_time(place, 0)
    return said


@pytest.fixture
async def networks() -> AsyncIterator[tuple[AsyncZeroconf, AsyncZeroconf]]:
    """Ours and theirs, of one network."""
    ours, theirs = (AsyncZeroconf(interfaces=["127.0.0.1"]) for _ in range(2))
    await ours.zeroconf.async_wait_for_start()
    await theirs.zeroconf.async_wait_for_start()
    yield ours, theirs
    for network in (ours, theirs):
        with contextlib.suppress(OSError):
            await network.async_close()


@pytest.mark.parametrize("instance", ["bell\x07", "\x7f", "x" * 62 + "\x01"])
async def test_a_name_that_none_may_have_hides_nobody(
    networks: tuple[AsyncZeroconf, AsyncZeroconf], instance: str
) -> None:
    ours, theirs = networks
    seen: asyncio.Queue[Seen] = asyncio.Queue()
    async with asyncio.timeout(20.0), asyncio.TaskGroup() as tasks:
        browsing = tasks.create_task(browse(ours, seen.put_nowait))
        theirs.zeroconf.async_send(announcement(instance))
        await (await theirs.async_register_service(bath()))
        while await seen.get() != FOUND:
            pass  # who else is on this machine
        browsing.cancel()


async def test_a_flood_of_names_is_forgotten_and_hides_nobody(
    networks: tuple[AsyncZeroconf, AsyncZeroconf], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zeroconf_browser, "MOST_NAMES", MOST)
    monkeypatch.setattr(zeroconf_browser, "RESOLVE_MS", 300)
    ours, theirs = networks
    names = ours.zeroconf.cache.cache
    seen: asyncio.Queue[Seen] = asyncio.Queue()
    most = 0
    async with asyncio.timeout(20.0), asyncio.TaskGroup() as tasks:
        browsing = tasks.create_task(browse(ours, seen.put_nowait))
        for number in range(20 * MOST):
            theirs.zeroconf.async_send(service_of(f"Nobody {number}"))
            await asyncio.sleep(0)
            most = max(most, len(names))
        await (await theirs.async_register_service(bath()))
        while await seen.get() != FOUND:
            pass
        browsing.cancel()
    assert MOST < most < 3 * MOST
