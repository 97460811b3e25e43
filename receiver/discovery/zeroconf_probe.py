"""Who answers to mDNS on one interface after the other, seen by sockets of our own."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from zeroconf import DNSQuestionType, Error, ServiceStateChange, Zeroconf
from zeroconf.asyncio import AsyncServiceBrowser, AsyncServiceInfo, AsyncZeroconf

from receiver.discovery.base import Seen
from receiver.protocol.limits import SERVICE_TYPE

LOOK_S = 2.0
"""Long enough for a second question: the answer to the first is left out when it was sent to all
within the last second.
"""


async def probe(addresses: Sequence[str], seconds: float = LOOK_S) -> dict[str, dict[str, Seen]]:
    """Every receiver that answers on each of our addresses within `seconds`, by its instance name.
    An address that cannot be searched by has none.
    """
    async with asyncio.TaskGroup() as tasks:
        looking = {a: tasks.create_task(_look(a, seconds)) for a in addresses}
    return {address: task.result() for address, task in looking.items()}


async def _look(address: str, seconds: float) -> dict[str, Seen]:
    found: dict[str, Seen] = {}
    try:
        network = AsyncZeroconf(interfaces=[address])
    except (OSError, RuntimeError):
        return found
    names: asyncio.Queue[str] = asyncio.Queue()

    def heard(
        zeroconf: Zeroconf,  # noqa: ARG001 - zeroconf calls by keyword
        service_type: str,  # noqa: ARG001
        name: str,
        state_change: ServiceStateChange,
    ) -> None:
        if state_change is not ServiceStateChange.Removed:
            names.put_nowait(name)

    try:
        # An answer to us alone would go to whichever socket of this machine has the port.
        browser = AsyncServiceBrowser(
            network.zeroconf, SERVICE_TYPE, handlers=[heard], question_type=DNSQuestionType.QM
        )
        try:
            async with asyncio.timeout(seconds):
                while True:
                    name = await names.get()
                    await _resolve(network, name, seconds, found)
        except TimeoutError:
            pass
        finally:
            await browser.async_cancel()
    finally:
        await network.async_close()
    return found


async def _resolve(
    network: AsyncZeroconf, name: str, seconds: float, found: dict[str, Seen]
) -> None:
    try:
        info = AsyncServiceInfo(SERVICE_TYPE, name)
        if not await info.async_request(
            network.zeroconf, seconds * 1000, question_type=DNSQuestionType.QM
        ):
            return
    except Error:  # anybody may announce anything
        return
    said = info.decoded_properties
    instance = name.removesuffix(f".{SERVICE_TYPE}")
    hosts = [(host, info.port or 0) for host in info.parsed_scoped_addresses()]
    found[instance] = Seen(said.get("id") or "", said.get("name") or instance, hosts)
