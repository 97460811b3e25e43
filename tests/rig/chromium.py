"""A real Chromium without a window, driven by Playwright, and a watch over what its pages do.

The browser is the system's own (`.ci/system.py`): nothing is downloaded. It is cut off from all
but this machine, and what a page asks for elsewhere is a fault of the page.
"""

from __future__ import annotations

import contextlib
import json
import re
import shutil
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from playwright.async_api import (
    BrowserContext,
    ConsoleMessage,
    Dialog,
    Page,
    Request,
    WebSocket,
    async_playwright,
    expect,
)

PROGRAM = "chromium"
FLAGS = (
    "--headless=new",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # No name and no address leads anywhere but to this machine.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
PATIENCE_MS = 20_000
"""For what a test waits for. None takes so long, on however busy a machine."""
OWN_SCHEMES = ("data", "blob", "about")
"""Of addresses that lead to no network."""


class Chromium:
    """The program, with a fresh profile; an async context manager."""

    async def __aenter__(self) -> Self:
        program = shutil.which(PROGRAM)
        assert program is not None, f"there is no {PROGRAM}"
        expect.set_options(timeout=PATIENCE_MS)
        async with contextlib.AsyncExitStack() as stack:
            playwright = await stack.enter_async_context(async_playwright())
            # Without its sandbox, which root cannot have, nor a container: the pages are our own.
            self._browser = await playwright.chromium.launch(
                executable_path=program, args=FLAGS, chromium_sandbox=False
            )
            stack.push_async_callback(self._browser.close)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._stack.aclose()

    @property
    def version(self) -> str:
        """Of the program."""
        return self._browser.version

    async def person(self, home: str, **options: Any) -> Person:
        """Somebody with a browser of their own, who has nothing open yet. `home`: scheme, host and
        port of the only receiver whose page is theirs. `options` are those of a Playwright context:
        `viewport`, `color_scheme`, `locale`, ...
        """
        context = await self._browser.new_context(base_url=home, **options)
        context.set_default_timeout(PATIENCE_MS)
        return Person(context, home, await context.new_page())


class Person:
    """Somebody at the page, in `page`: what it asked for is in `urls`, what it said over WebSockets
    (JSON) in `sent`, what went wrong in `faults`. A page that logs an error, breaks its content
    policy, opens a dialog, or asks for anything of another origin is at fault.
    """

    def __init__(self, context: BrowserContext, home: str, page: Page) -> None:
        self.context = context
        self.page = page
        self.urls: list[str] = []
        self.sent: list[Any] = []
        self.faults: list[str] = []
        self._pardoned: list[re.Pattern[str]] = []
        self._home = urlsplit(home)
        context.on("request", self._asked)
        context.on("console", self._said)
        context.on("weberror", lambda found: self.faults.append(f"thrown: {found.error}"))
        context.on("dialog", self._opened)
        context.on("page", self._came)
        self._came(page)

    def _came(self, page: Page) -> None:
        page.on("websocket", self._connected)

    def pardon(self, pattern: str) -> None:
        """Faults in which this is found are none: the test is about them."""
        self._pardoned.append(re.compile(pattern))

    async def leave(self) -> None:
        """Close everything. Fails where there was a fault."""
        await self.context.close()
        left = [
            fault
            for fault in self.faults
            if not any(pattern.search(fault) for pattern in self._pardoned)
        ]
        assert not left, "\n".join(left)

    def _asked(self, request: Request) -> None:
        self._saw(request.url)

    def _connected(self, socket: WebSocket) -> None:
        self._saw(socket.url)
        socket.on("framesent", lambda text: self.sent.append(json.loads(text)))

    def _saw(self, url: str) -> None:
        self.urls.append(url)
        found = urlsplit(url)
        if found.scheme not in OWN_SCHEMES and found.netloc != self._home.netloc:
            self.faults.append(f"asked for {url}")

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            where = message.location
            self.faults.append(f"{message.type}: {message.text} ({where.get('url', '')})")

    async def _opened(self, dialog: Dialog) -> None:
        self.faults.append(f"dialog: {dialog.message}")
        await dialog.dismiss()
