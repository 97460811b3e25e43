"""Receivers that announce themselves are found; over the loopback interface alone."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator

import pytest
from zeroconf.asyncio import AsyncServiceInfo, AsyncZeroconf

from controller.address import Address
from controller.discovery import Found, browse
from receiver.errors import NoReceiver
from receiver.protocol.limits import SERVICE_TYPE

LOOPBACK = ["127.0.0.1"]


@contextlib.asynccontextmanager
async def announcing(
    instance: str, said: dict[str, str], *addresses: str
) -> AsyncIterator[AsyncZeroconf]:
    """Something that says these things of itself."""
    zeroconf = AsyncZeroconf(interfaces=LOOPBACK)
    info = AsyncServiceInfo(
        SERVICE_TYPE,
        f"{instance}.{SERVICE_TYPE}",
        port=7000,
        parsed_addresses=list(addresses),
        properties=said,
        server=f"{instance.replace(' ', '-').lower()}-test.local.",
    )
    try:
        await (await zeroconf.async_register_service(info, cooperating_responders=True))
        yield zeroconf
    finally:
        await zeroconf.async_close()


async def test_a_receiver_is_found_and_the_search_ends() -> None:
    said = {"id": "id-7", "name": "Küche", "v": "1", "path": "/v1/ws"}
    async with announcing("Tonearm test 7", said, "fd00::7", "192.0.2.7"):
        found = await browse(30.0, lambda f: f.id == "id-7", interfaces=LOOPBACK)
    expected = Found("id-7", "Küche", "1", (Address("192.0.2.7", 7000), Address("fd00::7", 7000)))
    assert expected in found


async def test_one_that_says_little_goes_by_its_instance() -> None:
    async with announcing("Tonearm test 8", {}, "192.0.2.8"):
        found = await browse(30.0, lambda f: f.id == "Tonearm test 8", interfaces=LOOPBACK)
    assert Found("Tonearm test 8", "Tonearm test 8", "", (Address("192.0.2.8", 7000),)) in found


async def test_the_search_ends_with_its_time() -> None:
    async with asyncio.timeout(30):
        await browse(0.01, interfaces=LOOPBACK)


async def test_without_a_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(19, "No such device")

    monkeypatch.setattr(socket, "socket", refuse)
    with pytest.raises(NoReceiver, match=r"No such device.*--device HOST"):
        await browse(0.01, interfaces=LOOPBACK)
