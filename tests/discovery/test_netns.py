"""Advertising between two machines: network namespaces, joined by a cable that can be cut."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from receiver.discovery.base import Advertisement

pytestmark = [pytest.mark.netns, pytest.mark.slow]

ROOT = Path(__file__).parents[2]
PATIENCE_S = 30.0
SeenNow = dict[str, dict[str, Any]]


def ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)


class Cable:
    """Two namespaces, `speaker` and `phone`, and the link between them."""

    def __init__(self) -> None:
        # Unique, also among those who test on the same machine; links have at most 15 letters.
        tag = f"{os.getpid():x}{uuid.uuid4().hex[:4]}"
        self.speaker, self.phone = f"tonearm-s-{tag}", f"tonearm-p-{tag}"
        self._ends = (f"tas{tag}"[:15], f"tap{tag}"[:15])

    def lay(self) -> None:
        for space in (self.speaker, self.phone):
            ip("netns", "add", space)
            ip("-n", space, "link", "set", "lo", "up")
        one, other = self._ends
        ip("link", "add", one, "netns", self.speaker, "type", "veth",
           "peer", "name", other, "netns", self.phone)  # fmt: skip
        ip("-n", self.phone, "address", "add", "10.77.0.2/16", "dev", other)
        ip("-n", self.phone, "link", "set", other, "up")
        ip("-n", self.speaker, "link", "set", one, "up")

    def remove(self) -> None:
        for space in (self.speaker, self.phone):
            subprocess.run(["ip", "netns", "delete", space], check=False, capture_output=True)

    def give(self, address: str) -> None:
        """Make this the only address of the speaker; an empty one takes the last away."""
        ip("-n", self.speaker, "-4", "address", "flush", "dev", self._ends[0])
        if address:
            ip("-n", self.speaker, "address", "add", f"{address}/16", "dev", self._ends[0])

    def cut(self) -> None:
        ip("-n", self.phone, "link", "set", self._ends[1], "down")

    def mend(self) -> None:
        ip("-n", self.phone, "link", "set", self._ends[1], "up")


@pytest.fixture
def cable() -> Iterator[Cable]:
    made = Cable()
    try:
        made.lay()
        yield made
    finally:
        made.remove()


@asynccontextmanager
async def program(space: str, *arguments: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """One of `programs`, inside of a namespace."""
    process = await asyncio.create_subprocess_exec(
        "ip", "netns", "exec", space, sys.executable, "-m", "tests.discovery.programs", *arguments,
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

    async def until_advertised(self, address: str) -> None:
        """Wait until it says so itself."""
        async with asyncio.timeout(PATIENCE_S):
            while address not in await line_of(self._process):
                pass


@asynccontextmanager
async def phone(cable: Cable) -> AsyncIterator[Phone]:
    async with program(cable.phone, "browse", "10.77.0.2") as process:
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
        async with speaker(cable.speaker, KITCHEN):
            seen = await eyes.until(at("Kitchen", "10.77.0.1"))
            assert seen["Kitchen"]["port"] == 7766
            assert seen["Kitchen"]["text"]["id"] == KITCHEN.id
        await eyes.until(lambda seen: "Kitchen" not in seen)


async def test_starts_with_no_network_and_follows_its_address(cable: Cable) -> None:
    async with phone(cable) as eyes, speaker(cable.speaker, KITCHEN):
        await eyes.until(lambda seen: not seen)
        cable.give("10.77.0.1")
        await eyes.until(at("Kitchen", "10.77.0.1"))
        cable.give("10.77.5.5")
        await eyes.until(at("Kitchen", "10.77.5.5"))


async def test_comes_back_after_the_link_was_cut(cable: Cable) -> None:
    cable.give("10.77.0.1")
    async with speaker(cable.speaker, KITCHEN) as kitchen, phone(cable) as eyes:
        await eyes.until(at("Kitchen", "10.77.0.1"))
        cable.cut()
        await kitchen.until_advertised("127.0.0.1")
        cable.mend()
        await kitchen.until_advertised("10.77.0.1")
        async with phone(cable) as fresh_eyes:
            await fresh_eyes.until(at("Kitchen", "10.77.0.1"))


async def test_renamed_when_it_meets_its_name_on_a_network_it_joins(cable: Cable) -> None:
    cable.give("10.77.0.1")
    cable.cut()
    other = Advertisement("b" * 32, "Kitchen", 7766)
    async with speaker(cable.speaker, KITCHEN) as one, speaker(cable.phone, other) as two:
        await one.until_advertised("127.0.0.1")
        await two.until_advertised("127.0.0.1")
        cable.mend()
        async with phone(cable) as eyes:
            seen = await eyes.until(lambda seen: {"Kitchen", "Kitchen (2)"} == seen.keys())
    assert {found["text"]["id"] for found in seen.values()} == {KITCHEN.id, other.id}
