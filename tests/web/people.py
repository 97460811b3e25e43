"""What people do at a page, and what tests wait for."""

from __future__ import annotations

import asyncio
import contextlib
import re
import signal
from collections.abc import Awaitable, Callable, Iterator
from types import TracebackType
from typing import Any, Self

import aiohttp

from controller.client import Client
from receiver.model.state import State
from tests.rig.chromium import PATIENCE_MS
from tests.rig.receiver_process import ReceiverProcess

PATIENCE_S = PATIENCE_MS / 1000


def home(receiver: ReceiverProcess) -> str:
    """Where its page is."""
    return f"http://127.0.0.1:{receiver.port}"


async def becomes(client: Client, true: Callable[[State], object]) -> State:
    """Wait until the state is so; gives it."""
    async with asyncio.timeout(PATIENCE_S):
        async for state in client.changes():
            if true(state):
                return state
    raise AssertionError("the receiver is gone")


async def plays(client: Client, title: str) -> None:
    """Wait until this is heard."""

    def heard(state: State) -> bool:
        item, playback = state.session.item, state.session.playback
        return item is not None and item.tags.title == title and playback == "playing"

    await becomes(client, heard)


async def queued(client: Client, titles: list[str]) -> None:
    """Wait until the queue holds these, and no others."""
    async with asyncio.timeout(PATIENCE_S):
        async for _ in client.changes():
            if [item.tags.title for item in await client.queue.items()] == titles:
                return
    raise AssertionError("the receiver is gone")


async def at_rest(client: Client) -> None:
    """Let the receiver be as it was before the tests before this one."""
    await client.stop()
    await client.queue.clear()
    await client.set_repeat("off")
    await client.set_shuffle(False)
    await client.set_crossfade(0.0)
    await client.mute(False)
    await client.set_volume(50)


@contextlib.contextmanager
def held(receiver: ReceiverProcess) -> Iterator[None]:
    """Meanwhile its control process does nothing: it answers nobody, and its connections stay."""
    receiver.process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        receiver.process.send_signal(signal.SIGCONT)


class Owner:
    """Who was let in first, by the code of the first start. An async context manager."""

    def __init__(self, receiver: ReceiverProcess) -> None:
        self.receiver = receiver
        self._headers: dict[str, str] = {}

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(home(self.receiver))
        code = await first_code(self.receiver)
        paired = await self.command("pair", code=code, name="Owner")
        self._headers["Authorization"] = f"Bearer {paired['token']}"
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._session.close()

    async def command(self, kind: str, **fields: object) -> dict[str, Any]:
        """Give one command; gives its result. Fails where it is refused."""
        body = {"type": kind, "id": "owner", **fields}
        async with self._session.post("/v1/commands", json=body, headers=self._headers) as answer:
            told = await answer.json()
        assert told["type"] == "done", told
        result: dict[str, Any] = told.get("result") or {}
        return result

    async def state(self) -> dict[str, Any]:
        """The state now."""
        result = await self.command("status")
        state: dict[str, Any] = result["state"]
        return state


async def first_code(receiver: ReceiverProcess) -> str:
    """That of its first start, out of the log."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            found = re.search(r"Code: (\d{6})", "".join(receiver.log))
            if found:
                return found[1]
            await asyncio.sleep(0.01)


async def loudness(owner: Owner) -> int:
    """How loud the owner's receiver is, in percent."""
    return int((await owner.state())["volume"]["percent"])


async def until(ask: Callable[[], Awaitable[object]], wanted: object) -> None:
    """Ask until it is so."""
    async with asyncio.timeout(PATIENCE_S):
        while await ask() != wanted:
            await asyncio.sleep(0.02)
