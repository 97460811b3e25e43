"""Looking for other receivers by multicast DNS, over the sockets that we are advertised by."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable

from zeroconf import (
    DNSQuestionType,
    Error,
    IPVersion,
    RecordUpdate,
    RecordUpdateListener,
    ServiceStateChange,
    Zeroconf,
)
from zeroconf.asyncio import AsyncServiceBrowser, AsyncServiceInfo, AsyncZeroconf

from receiver.discovery.base import OnSeen, Seen
from receiver.protocol.limits import SERVICE_TYPE

RESOLVE_MS = 3000
MOST_NAMES = 2000
"""Of all services of a network, and their hosts. Where there are more, all are forgotten, and those
that are there are announced again: a flood of made-up ones takes memory for a moment only.
"""
MOST_AT_ONCE = 100
"""Of those that are looked up."""

_log = logging.getLogger(__name__)


async def browse(
    network: AsyncZeroconf, on_seen: OnSeen, asking: DNSQuestionType | None = None
) -> None:
    """Tell of every receiver that is announced, and again when it says something new of itself,
    until cancelled. `asking` for an answer to us alone (QU) or to all (QM); by default first the
    one, then the other.
    """
    room = asyncio.Semaphore(MOST_AT_ONCE)
    async with asyncio.TaskGroup() as tasks:
        while True:
            async with _announced(network, asking) as names:
                while (name := await names.get()) is not None:
                    await room.acquire()
                    task = tasks.create_task(_resolve(network, name, on_seen, asking))
                    task.add_done_callback(lambda _: room.release())


def _forget_all(network: Zeroconf) -> None:
    """What we announce ourselves is not among it."""
    cache = network.cache
    cache.async_remove_records([record for name in list(cache.cache.values()) for record in name])


class _Bound(RecordUpdateListener):
    """Has all forgotten, and says so, whenever there are too many names."""

    def __init__(self, say: Callable[[], None]) -> None:
        self._say = say

    def async_update_records(
        self,
        zc: Zeroconf,
        now: float,  # noqa: ARG002 - zeroconf's order of arguments
        records: list[RecordUpdate],  # noqa: ARG002
    ) -> None:
        """Called before they are in the cache."""
        if len(zc.cache.cache) > MOST_NAMES:
            asyncio.get_running_loop().call_soon(_forget_all, zc)
            self._say()


@contextlib.asynccontextmanager
async def _announced(
    network: AsyncZeroconf, asking: DNSQuestionType | None
) -> AsyncIterator[asyncio.Queue[str | None]]:
    """The names that are announced while the block lasts; None: there were too many, and whoever
    is there has to be asked anew.
    """
    names: asyncio.Queue[str | None] = asyncio.Queue()

    def heard(
        zeroconf: Zeroconf,  # noqa: ARG001 - zeroconf calls by keyword
        service_type: str,  # noqa: ARG001
        name: str,
        state_change: ServiceStateChange,
    ) -> None:
        if state_change is not ServiceStateChange.Removed and names.qsize() < MOST_NAMES:
            names.put_nowait(name)

    browser = AsyncServiceBrowser(
        network.zeroconf, SERVICE_TYPE, handlers=[heard], question_type=asking
    )

    def full() -> None:
        while not names.empty():
            names.get_nowait()
        names.put_nowait(None)

    bound = _Bound(full)
    network.zeroconf.async_add_listener(bound, None)
    try:
        yield names
    finally:
        network.zeroconf.async_remove_listener(bound)
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
