"""Finds receivers by mDNS: the one place of the controller that knows zeroconf."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import NamedTuple

from zeroconf import InterfaceChoice, IPVersion, ServiceStateChange, Zeroconf
from zeroconf.asyncio import (
    AsyncServiceBrowser,
    AsyncServiceInfo,
    AsyncZeroconf,
    AsyncZeroconfServiceTypes,
)

from controller.address import Address
from receiver.errors import NoReceiver
from receiver.protocol.limits import SERVICE_TYPE

RESOLVE_MS = 3000


class Found(NamedTuple):
    """A receiver that announces itself, and its addresses, IPv4 first."""

    id: str
    name: str
    version: str
    addresses: tuple[Address, ...]


async def browse(
    seconds: float,
    enough: Callable[[Found], bool] = lambda _: False,
    interfaces: Sequence[str] | None = None,
) -> list[Found]:
    """The receivers that answer within `seconds`; at once when one is found that is `enough`.

    `interfaces` are the addresses of those to search by, None for all of them. Raises
    `NoReceiver` where this machine has no network to search.
    """
    found: dict[str, Found] = {}
    satisfied = asyncio.Event()
    zeroconf = _network(interfaces)

    async def resolve(instance: str) -> None:
        info = AsyncServiceInfo(SERVICE_TYPE, instance)
        if not await info.async_request(zeroconf.zeroconf, RESOLVE_MS):
            return
        receiver = _found(info)
        before = found.get(receiver.id)
        if before is not None:  # by another instance name: both may hold
            known = dict.fromkeys(before.addresses + receiver.addresses)
            receiver = receiver._replace(addresses=tuple(known))
        found[receiver.id] = receiver
        if enough(receiver):
            satisfied.set()

    try:
        async with asyncio.TaskGroup() as tasks:
            resolving: set[asyncio.Task[None]] = set()

            def heard(
                zeroconf: Zeroconf,  # noqa: ARG001 - zeroconf calls by keyword
                service_type: str,  # noqa: ARG001
                name: str,
                state_change: ServiceStateChange,
            ) -> None:
                if state_change is not ServiceStateChange.Removed:
                    resolving.add(tasks.create_task(resolve(name)))

            browser = AsyncServiceBrowser(zeroconf.zeroconf, SERVICE_TYPE, handlers=[heard])
            try:
                async with asyncio.timeout(seconds):
                    await satisfied.wait()
            except TimeoutError:
                pass
            await browser.async_cancel()
            for task in resolving:
                task.cancel()
    finally:
        await zeroconf.async_close()
    return sorted(found.values(), key=lambda receiver: receiver.name.casefold())


async def service_types(seconds: float) -> tuple[str, ...]:
    """All kinds of services that anybody in the network announces within `seconds`. Raises as
    `browse` does.
    """
    zeroconf = _network()
    try:
        return await AsyncZeroconfServiceTypes.async_find(zeroconf, timeout=seconds)
    finally:
        await zeroconf.async_close()


def _network(interfaces: Sequence[str] | None = None) -> AsyncZeroconf:
    """Sockets for mDNS. Raises `NoReceiver`."""
    try:
        return AsyncZeroconf(interfaces=interfaces or InterfaceChoice.All)
    except OSError as error:
        raise NoReceiver(
            f"This computer cannot search by mDNS ({error.strerror}). Is it in a network?"
            " Otherwise name the receiver's address: --device HOST[:PORT]."
        ) from None


def _found(info: AsyncServiceInfo) -> Found:
    """What a receiver says of itself; its name on the network stands in for what it leaves out."""
    said = info.decoded_properties
    label = info.name.removesuffix("." + SERVICE_TYPE)
    hosts = info.parsed_scoped_addresses(IPVersion.V4Only)
    hosts += info.parsed_scoped_addresses(IPVersion.V6Only)
    return Found(
        id=said.get("id") or label,
        name=said.get("name") or label,
        version=said.get("v") or "",
        addresses=tuple(Address(host, info.port or 0) for host in hosts),
    )
