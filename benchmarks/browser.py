"""A Chromium that nobody watches: it is told where to go, and asked afterwards how it was.

The tests drive theirs with Playwright, which follows each request of a page. On two cores that
costs a page of many small files more than the page itself does, and people's browsers do no such
thing. So this one is spoken to by the DevTools protocol, of which nothing is switched on.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import shutil
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp

from tests.rig.chromium import FLAGS, PROGRAM

LISTENS = b"DevTools listening on "
BLANK = "about:blank"


class Browser:
    """One that runs; its pages share nothing. On the event loop that opened it."""

    def __init__(self, wire: aiohttp.ClientWebSocketResponse) -> None:
        self._wire = wire
        self._ids = itertools.count(1)

    @contextlib.asynccontextmanager
    async def page(self, script: str) -> AsyncIterator[Page]:
        """A page of somebody who was nowhere yet; `script` runs in whatever it opens, first."""
        context = (await self.ask("Target.createBrowserContext"))["browserContextId"]
        made = await self.ask("Target.createTarget", url=BLANK, browserContextId=context)
        attached = await self.ask("Target.attachToTarget", targetId=made["targetId"], flatten=True)
        page = Page(self, attached["sessionId"])
        await page.ask("Page.enable")
        await page.ask("Page.addScriptToEvaluateOnNewDocument", source=script)
        yield page
        await self.ask("Target.disposeBrowserContext", browserContextId=context)

    async def ask(self, method: str, session: str | None = None, **params: Any) -> Any:
        """The result of one method. One at a time."""
        number = next(self._ids)
        message = {"id": number, "method": method, "params": params}
        if session is not None:
            message["sessionId"] = session
        await self._wire.send_json(message)
        while (answer := await self._wire.receive_json()).get("id") != number:
            pass  # it tells of this and that
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']['message']}")
        return answer["result"]


class Page:
    """One of a browser."""

    def __init__(self, browser: Browser, session: str) -> None:
        self._browser = browser
        self._session = session

    async def ask(self, method: str, **params: Any) -> Any:
        """The result of one method."""
        return await self._browser.ask(method, self._session, **params)

    async def goto(self, url: str) -> None:
        """Open an address; returns when its first bytes are there."""
        await self.ask("Page.navigate", url=url)

    async def evaluate(self, function: str, value: Any) -> Any:
        """What an asynchronous function in JavaScript gives for a value."""
        told = f"({function})({json.dumps(value)})"
        evaluated = {"expression": told, "awaitPromise": True, "returnByValue": True}
        return (await self.ask("Runtime.evaluate", **evaluated))["result"]["value"]


@contextlib.asynccontextmanager
async def browser(profile: Path) -> AsyncIterator[Browser]:
    """One with a fresh profile, in a folder that is not there yet."""
    program = shutil.which(PROGRAM)
    assert program is not None, f"there is no {PROGRAM}"
    flags = (*FLAGS, "--no-sandbox", "--remote-debugging-port=0", f"--user-data-dir={profile}")
    process = await asyncio.create_subprocess_exec(program, *flags, BLANK, stderr=PIPE)
    assert process.stderr is not None
    try:
        line = b"-"
        while line and not line.startswith(LISTENS):
            line = await process.stderr.readline()
        url = line.removeprefix(LISTENS).decode().strip()
        async with asyncio.TaskGroup() as tasks, aiohttp.ClientSession() as session:
            drain = tasks.create_task(process.stderr.read())  # it would stop at a full pipe
            async with session.ws_connect(url, max_msg_size=0) as wire:
                yield Browser(wire)
            drain.cancel()
    finally:
        process.terminate()
        await process.wait()
