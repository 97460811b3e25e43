"""A server that whoever reaches it may command, and what its answers are like."""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
from multidict import CIMultiDict

from receiver.clock.mock import MockClock
from receiver.covers.covers import Covers
from receiver.model.reports import Report
from receiver.protocol.commands import Command
from receiver.protocol.events import Done
from receiver.server.cover_door import CoverDoor
from receiver.server.door import Door, Reply
from receiver.server.hub import Hub
from receiver.server.rules import ANSWER_HEADERS
from receiver.store.uploads import Bounds, Uploads
from tests.server.serving import serving
from tests.server.test_hub import state
from tests.trust.doors import doorkeeper

STOP = b'{"type": "stop", "id": "1"}'
NO_BRACES = str.maketrans("", "", "{}")
"""Around what may be anything."""
OF_THE_PAGE = {
    "Cache-Control": "no-cache",
    "Content-Security-Policy": f"{ANSWER_HEADERS['Content-Security-Policy']}; style-src 'self' ",
}
JSON = {"Content-Type": "application/json"}


class House:
    """See the module."""

    def __init__(self, folder: Path) -> None:
        """`folder`: for what is uploaded."""
        self.uploads = Uploads(folder, Bounds(1_000_000, 2_000_000), lambda _: 10**12)
        self.uploads.base = lambda: f"{self.url}/"
        self.hub = Hub()
        self.hub.publish(state(10))
        self.clock = MockClock()
        self.asked: list[Command] = []
        door = Door(self.hub, self._ask, _nowhere, doorkeeper(self.clock), self.clock)
        self.server = serving(self.hub, door, self.clock, uploads=self.uploads)
        self.reports: asyncio.Queue[Report] = asyncio.Queue()
        """What the covers tell."""
        self.covers = Covers(self.reports.put_nowait)
        self.server.add(CoverDoor(self.covers).routes)
        self.port = 0

    def _ask(self, command: Command, reply: Reply) -> None:
        self.asked.append(command)
        reply(Done(command.id))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def routes(self) -> list[tuple[str, str]]:
        """Every method with its path that is answered."""
        routes = self.server._app().router.routes()
        return [
            (route.method, route.resource.canonical.translate(NO_BRACES))
            for route in routes
            if route.resource
        ]

    @property
    def connections(self) -> int:
        """How many there are."""
        return len(self.server._gate._places)

    async def raw(self, *parts: bytes) -> bytes:
        """What comes back for these bytes, up to the end of the connection."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            for part in parts:
                writer.write(part)
                await writer.drain()
            return await reader.read()
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()


def _nowhere(*_: object) -> None:
    raise AssertionError


@contextlib.asynccontextmanager
async def open_house() -> AsyncIterator[House]:
    """One that listens."""
    with tempfile.TemporaryDirectory() as folder:
        made = House(Path(folder))
        async with made.server.listening("127.0.0.1", 0) as port:
            made.port = port
            yield made


async def code_of(answer: aiohttp.ClientResponse) -> str:
    code: str = (await answer.json())["code"]
    return code


def says_of_itself(head: CIMultiDict[str] | Any) -> None:
    """Every answer bears the headers of all answers, and none that lets strangers in."""
    for name, value in ANSWER_HEADERS.items():
        (said,) = head.getall(name)
        assert said == value or OF_THE_PAGE.get(name, "-") in said
    names = {name.lower() for name in head}
    assert not any(name.startswith("access-control") for name in names)
    assert "set-cookie" not in names


def head_of(answer: bytes) -> tuple[int, CIMultiDict[str]]:
    """The status and the headers of an answer."""
    first, *lines = answer.partition(b"\r\n\r\n")[0].decode().split("\r\n")
    fields = (line.partition(": ") for line in lines)
    return int(first.split()[1]), CIMultiDict((name, value) for name, _, value in fields)
