"""Looking for other receivers by multicast DNS, over the sockets that we are advertised by."""

from __future__ import annotations

import asyncio
import logging

from zeroconf import DNSQuestionType, Error, IPVersion, ServiceStateChange, Zeroconf
from zeroconf.asyncio import AsyncServiceBrowser, AsyncServiceInfo, AsyncZeroconf

from receiver.discovery.base import OnSeen, Seen
from receiver.protocol.limits import SERVICE_TYPE

RESOLVE_MS = 3000

_log = logging.getLogger(__name__)


async def browse(
    network: AsyncZeroconf, on_seen: OnSeen, asking: DNSQuestionType | None = None
) -> None:
    """Tell of every receiver that is announced, and again when it says something new of itself,
    until cancelled. `asking` for an answer to us alone (QU) or to all (QM); by default first the
    one, then the other.
    """
    announced: asyncio.Queue[str] = asyncio.Queue()

    def heard(
        zeroconf: Zeroconf,  # noqa: ARG001 - zeroconf calls by keyword
        service_type: str,  # noqa: ARG001
        name: str,
        state_change: ServiceStateChange,
    ) -> None:
        if state_change is not ServiceStateChange.Removed:
            announced.put_nowait(name)

    browser = AsyncServiceBrowser(
        network.zeroconf, SERVICE_TYPE, handlers=[heard], question_type=asking
    )
    try:
        async with asyncio.TaskGroup() as tasks:
            while True:
                name = await announced.get()
                tasks.create_task(_resolve(network, name, on_seen, asking))
    finally:
        await browser.async_cancel()


async def _resolve(
    network: AsyncZeroconf, instance: str, on_seen: OnSeen, asking: DNSQuestionType | None
) -> None:
    try:
        info = AsyncServiceInfo(SERVICE_TYPE, instance)
        if not await info.async_request(network.zeroconf, RESOLVE_MS, asking):
            return
    except Error as error:  # anybody may announce anything
        _log.info("%r cannot be looked up: %s", instance, error)
        return
    said = info.decoded_properties
    hosts = info.parsed_scoped_addresses(IPVersion.V4Only)
    hosts += info.parsed_scoped_addresses(IPVersion.V6Only)
    receiver = said.get("id")
    if receiver and info.port and hosts:
        label = info.name.removesuffix("." + SERVICE_TYPE)
        addresses = [(host, info.port) for host in hosts]
        on_seen(Seen(receiver, said.get("name") or label, addresses, label))
