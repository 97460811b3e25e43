"""Who answers to mDNS at each of our addresses, seen by sockets of our own."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from zeroconf import DNSQuestionType
from zeroconf.asyncio import AsyncZeroconf

from receiver.discovery.base import Seen
from receiver.discovery.zeroconf_browser import browse

LOOK_S = 2.0
"""Long enough for a second question: the answer to the first is left out when it was sent to all
within the last second.
"""


async def probe(addresses: Sequence[str], seconds: float = LOOK_S) -> dict[str, list[Seen]]:
    """Every receiver that answers at each of our addresses within `seconds`. At an address that
    cannot be searched by there is none.
    """
    async with asyncio.TaskGroup() as tasks:
        looking = {a: tasks.create_task(_look(a, seconds)) for a in addresses}
    return {address: task.result() for address, task in looking.items()}


async def _look(address: str, seconds: float) -> list[Seen]:
    found: dict[str, Seen] = {}

    def on_seen(seen: Seen) -> None:
        found[seen.instance] = seen

    try:
        network = AsyncZeroconf(interfaces=[address])
    except (OSError, RuntimeError):
        return []
    try:
        async with asyncio.timeout(seconds):
            # An answer to us alone would go to whichever socket of this machine has the port.
            await browse(network, on_seen, DNSQuestionType.QM)
    except TimeoutError:
        pass
    finally:
        await network.async_close()
    return list(found.values())
