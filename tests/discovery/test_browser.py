"""Looking for receivers, by real multicast on the loopback."""

from __future__ import annotations

import asyncio
import contextlib

import pytest
from zeroconf import DNSOutgoing, DNSPointer, ServiceInfo
from zeroconf.asyncio import AsyncZeroconf
from zeroconf.const import _CLASS_IN, _FLAGS_AA, _FLAGS_QR_RESPONSE, _TYPE_PTR

from receiver.discovery.base import Seen
from receiver.discovery.zeroconf_browser import browse
from receiver.protocol.limits import SERVICE_TYPE


def announcement(instance: str) -> DNSOutgoing:
    """What says that there is one of this name."""
    said = DNSOutgoing(_FLAGS_QR_RESPONSE | _FLAGS_AA)
    name = f"{instance}.{SERVICE_TYPE}"
    said.add_answer_at_time(DNSPointer(SERVICE_TYPE, _TYPE_PTR, _CLASS_IN, 120, name), 0)
    return said


@pytest.mark.parametrize("instance", ["bell\x07", "\x7f", "x" * 62 + "\x01"])
async def test_a_name_that_none_may_have_hides_nobody(instance: str) -> None:
    ours, theirs = (AsyncZeroconf(interfaces=["127.0.0.1"]) for _ in range(2))
    seen: asyncio.Queue[Seen] = asyncio.Queue()
    info = ServiceInfo(
        SERVICE_TYPE,
        f"Bath.{SERVICE_TYPE}",
        port=7766,
        properties={"id": "bath"},
        server="bath.local.",
        parsed_addresses=["127.0.0.1"],
    )
    try:
        async with asyncio.timeout(20.0), asyncio.TaskGroup() as tasks:
            browsing = tasks.create_task(browse(ours, seen.put_nowait))
            await ours.zeroconf.async_wait_for_start()
            await theirs.zeroconf.async_wait_for_start()
            theirs.zeroconf.async_send(announcement(instance))
            await (await theirs.async_register_service(info))
            assert await seen.get() == Seen("bath", "Bath", [("127.0.0.1", 7766)], "Bath")
            browsing.cancel()
    finally:
        for network in (ours, theirs):
            with contextlib.suppress(OSError):
                await network.async_close()
