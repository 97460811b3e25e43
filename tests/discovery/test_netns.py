"""Advertising between two machines, joined by a cable that can be cut."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import asdict

from receiver.discovery.base import Advertisement
from tests.discovery.browser import VISIBLE_AGAIN_S
from tests.rig.network import FAR_ADDRESS, Cable, inside

pytestmark = [pytest.mark.netns, pytest.mark.slow]

ROOT = Path(__file__).parents[2]
PATIENCE_S = 30.0
SeenNow = dict[str, dict[str, Any]]


@pytest.fixture
def cable() -> Iterator[Cable]:
    """The speaker is at its near end, the phone at the far one."""
    with Cable() as made:
        yield made


@asynccontextmanager
async def program(space: str, *arguments: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """One of `programs`, inside of a namespace."""
    process = await asyncio.create_subprocess_exec(
        *inside(space), sys.executable, "-m", "tests.discovery.programs", *arguments,
        stdout=subprocess.PIPE, cwd=ROOT,
    )  # fmt: skip
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
        await asyncio.wait_for(process.wait(), PATIENCE_S)


async def line_of(process: asyncio.subprocess.Process) -> str:
    """What it prints next."""
    assert process.stdout is not None
    line = await process.stdout.readline()
    assert line, "it has died"
    return line.decode()


class Phone:
    """What is seen at the phone's end of the cable."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def until(self, wanted: Callable[[SeenNow], bool]) -> SeenNow:
        """Look until it is as `wanted`."""
        seen: SeenNow = {}
        try:
            async with asyncio.timeout(PATIENCE_S):
                while True:
                    seen = json.loads(await line_of(self._process))
                    if wanted(seen):
                        return seen
        except TimeoutError:
            pytest.fail(f"never seen; last seen was {seen}")


class Speaker:
    """An advertiser at one end of the cable."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def until_advertised(self, address: str = "") -> None:
        """Wait until it says so itself, of any address if none is given."""
        async with asyncio.timeout(PATIENCE_S):
            while address not in await line_of(self._process):
                pass


@asynccontextmanager
async def phone(cable: Cable) -> AsyncIterator[Phone]:
    async with program(cable.far, "browse", FAR_ADDRESS) as process:
        yield Phone(process)


@asynccontextmanager
async def speaker(space: str, what: Advertisement) -> AsyncIterator[Speaker]:
    async with program(space, "advertise", json.dumps(asdict(what))) as process:
        yield Speaker(process)


def at(name: str, address: str) -> Callable[[SeenNow], bool]:
    return lambda seen: name in seen and seen[name]["addresses"] == [address]


KITCHEN = Advertisement("a" * 32, "Kitchen", 7766)


async def test_seen_from_the_other_machine_and_gone_with_its_goodbye(cable: Cable) -> None:
    cable.give("10.77.0.1")
    async with phone(cable) as eyes:
        async with speaker(cable.near, KITCHEN):
            seen = await eyes.until(at("Kitchen", "10.77.0.1"))
            assert seen["Kitchen"]["port"] == 7766
            assert seen["Kitchen"]["text"]["id"] == KITCHEN.id
        await eyes.until(lambda seen: "Kitchen" not in seen)


async def test_starts_with_no_network_and_follows_its_address(cable: Cable) -> None:
    async with phone(cable) as eyes, speaker(cable.near, KITCHEN) as kitchen:
        await kitchen.until_advertised()  # on its own loopback, or to IPv6 of the link
        await eyes.until(lambda seen: not seen)
        for address in ("10.77.0.1", "10.77.5.5"):
            cable.give(address)
            async with asyncio.timeout(VISIBLE_AGAIN_S):
                await eyes.until(at("Kitchen", address))


@asynccontextmanager
async def cut_off(cable: Cable) -> AsyncIterator[Phone]:
    """A phone that has seen the speaker, before the link between them was cut."""
    cable.give("10.77.0.1")
    async with speaker(cable.near, KITCHEN) as kitchen, phone(cable) as eyes:
        await eyes.until(at("Kitchen", "10.77.0.1"))
        cable.cut()
        await kitchen.until_advertised("127.0.0.1")
        yield eyes


async def test_comes_back_after_the_link_was_cut(cable: Cable) -> None:
    async with cut_off(cable):
        cable.mend()
        again_by = asyncio.get_running_loop().time() + VISIBLE_AGAIN_S
        # Eyes that saw it before do not know that it was gone.
        async with phone(cable) as fresh_eyes, asyncio.timeout_at(again_by):
            await fresh_eyes.until(at("Kitchen", "10.77.0.1"))


async def test_comes_back_with_another_address_after_the_link_was_cut(cable: Cable) -> None:
    async with cut_off(cable) as eyes:
        cable.give("10.77.5.5")
        cable.mend()
        async with asyncio.timeout(VISIBLE_AGAIN_S):
            await eyes.until(at("Kitchen", "10.77.5.5"))


async def test_renamed_when_it_meets_its_name_on_a_network_it_joins(cable: Cable) -> None:
    cable.give("10.77.0.1")
    cable.cut()
    other = Advertisement("b" * 32, "Kitchen", 7766)
    async with speaker(cable.near, KITCHEN) as one, speaker(cable.far, other) as two:
        await one.until_advertised("127.0.0.1")
        await two.until_advertised("127.0.0.1")
        cable.mend()
        async with phone(cable) as eyes:
            seen = await eyes.until(lambda seen: {"Kitchen", "Kitchen (2)"} == seen.keys())
    assert {found["text"]["id"] for found in seen.values()} == {KITCHEN.id, other.id}
