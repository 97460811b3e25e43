"""A receiver process as browsers of the network see it: it comes, it moves, it goes."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from zeroconf import ServiceStateChange, Zeroconf
from zeroconf.asyncio import AsyncServiceBrowser, AsyncZeroconf

from tests.discovery.browser import VISIBLE_AGAIN_S, Browser
from tests.rig.card import end_process
from tests.rig.network import FAR_ADDRESS, Cable, enter, inside
from tests.rig.receiver_process import ROOT, ReceiverProcess

SERVICE = "_tonearm._tcp.local."
SEEN_S = 20.0
GONE_S = 5.0
"""Its records would last for minutes: what is gone by then has said goodbye."""


async def test_it_says_goodbye_when_it_is_told_to_end(tmp_path: Path) -> None:
    kitchen = f"Kitchen {uuid.uuid4().hex[:8]}"
    news: asyncio.Queue[ServiceStateChange] = asyncio.Queue()

    def heard(
        zeroconf: Zeroconf, service_type: str, name: str, state_change: ServiceStateChange
    ) -> None:
        if name == f"{kitchen}.{SERVICE}":
            news.put_nowait(state_change)

    flags = ["--audio", "mock", "--name", kitchen, "--host", "127.0.0.1"]
    network = AsyncZeroconf(interfaces=["127.0.0.1"])
    browser = AsyncServiceBrowser(network.zeroconf, SERVICE, handlers=[heard])
    try:
        with ReceiverProcess(tmp_path, *flags, mdns=True) as receiver:
            async with asyncio.timeout(SEEN_S):
                assert await news.get() is ServiceStateChange.Added
            receiver.process.terminate()
            async with asyncio.timeout(GONE_S):
                while await news.get() is not ServiceStateChange.Removed:
                    pass
    finally:
        await browser.async_cancel()
        await network.async_close()


@contextmanager
def offline(space: str, folder: Path) -> Iterator[None]:
    """A receiver in a namespace, from when it has found that there is no network."""
    flags = ["--audio", "mock", "--name", "Kitchen", "--port", "7766"]
    flags += ["--state-dir", str(folder / "state"), "--cache-dir", str(folder / "cache")]
    with subprocess.Popen(
        [*inside(space), sys.executable, "-m", "receiver", *flags],
        cwd=ROOT, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    ) as receiver:  # fmt: skip
        try:
            assert receiver.stderr is not None
            while "Advertised as" not in (line := receiver.stderr.readline()):
                assert line, "it has died"
            assert line.endswith("at 127.0.0.1.\n"), line
            yield
        finally:
            end_process(receiver)


async def see_it_move(cable: Cable) -> None:
    """Run at the far end, while the receiver at the near one has no address yet."""
    async with Browser([FAR_ADDRESS]) as eyes:
        assert await eyes.see() == {}
        for address in ("10.77.0.1", "10.77.5.5"):
            cable.give(address)
            async with asyncio.timeout(VISIBLE_AGAIN_S):
                while [found.addresses for found in (await eyes.see()).values()] != [[address]]:
                    await asyncio.sleep(0.05)


@pytest.mark.netns
@pytest.mark.slow
def test_it_starts_with_no_network_and_is_seen_wherever_it_has_an_address(tmp_path: Path) -> None:
    with Cable() as cable, ThreadPoolExecutor(1, initializer=enter, initargs=(cable.far,)) as far:
        cable.cut()
        with offline(cable.near, tmp_path):
            cable.mend()
            far.submit(asyncio.run, see_it_move(cable)).result()
