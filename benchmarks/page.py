"""The page: how soon it is there, and what it costs that many have it open."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import http.client
import itertools
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any, Protocol

import aiohttp

from benchmarks.browser import browser
from benchmarks.peers.tonearm import Tonearm
from benchmarks.results import Results
from benchmarks.stage import SETTLE_S, Stage
from controller.client import Client
from receiver.protocol.limits import WEBSOCKET_PATH
from tests.rig.chromium import Chromium
from tests.rig.http_server import HttpServer, Serving
from tests.rig.receiver_process import ReceiverProcess

FIRST_BYTE = "page, first byte (ms)"
PAINT = "page, first paint (ms)"
USEFUL = "page, what plays is shown (ms)"
AGAIN = "page opened again, what plays is shown (ms)"
WATCHED = ", watched by the driver of the tests"
"""Which follows each request of a page, as nobody does at home."""
PAGES = 20
TABS = 8
"""Of one browser, which has up to six connections more: a receiver takes 16 of one address."""
COST = f"{PAGES} open pages while it plays (% of a core)"
TABS_COST = f"{TABS} tabs of a browser while it plays (% of a core)"
ADDRESSES = ("127.0.0.2", "127.0.0.3")
"""Where the pages are, since a receiver takes 16 connections of one address."""
ROUNDS = 2
PATIENCE_S = 30.0
BEAT_S = 10.0
"""How often a page asks for the time, as `controller/web/lib/speaker.js` says."""
FIRST_BEATS = 4

HEADING = b"<!doctype html><title>T</title><link rel=icon href='data:,'><h1>Tonearm</h1>"
"""No page is painted sooner than this one: the floor."""

NOTE = """
new MutationObserver((_, observer) => {
    const title = document.querySelector("tone-playing h2")?.textContent;
    const button = document.querySelector("tone-transport button");
    if (!title || !button) return;
    observer.disconnect();
    window.usable = performance.now();
}).observe(document, {subtree: true, childList: true, attributes: true});
"""
"""Notes when what plays is shown; the buttons are put there as those that do something."""
FIGURES = """async (whole) => {
    const paints = () => performance.getEntriesByName("first-contentful-paint");
    while (!paints().length || (whole && !window.usable)) {
        await new Promise((resolve) => setTimeout(resolve, 10));
    }
    return [paints()[0].startTime, window.usable ?? 0];
}"""


def page(stage: Stage, runs: int, seconds: float, results: Results) -> None:
    """How soon it is there in a browser that was never here, and in one that was; then the CPU time
    of a receiver that plays, with many pages and without.
    """
    if Tonearm.name not in stage.names:
        return
    with stage.player(Tonearm.name) as player:
        assert isinstance(player, Tonearm)
        player.repeat(stage.url(stage.one))
        time.sleep(SETTLE_S)
        for _ in range(runs):
            results.add(FIRST_BYTE, player.name, _first_byte_ms(player))
        asyncio.run(_measure_cost(player, seconds, results))
    # Nobody's browser shares two cores with a sound card that is a program: this one has the mock.
    folder = stage.folder / "page"
    folder.mkdir()
    with ReceiverProcess(folder, "--audio", "mock") as receiver:
        opening = _measure_opening(
            receiver.port, folder / "profile", stage.url(stage.one), runs, results
        )
        asyncio.run(opening)


def _first_byte_ms(player: Tonearm) -> float:
    began = time.monotonic()
    connection = http.client.HTTPConnection(player.host, player.port)
    with contextlib.closing(connection):
        connection.request("GET", "/", headers={"Accept-Encoding": "gzip"})
        connection.getresponse().read(1)
        return 1000 * (time.monotonic() - began)


async def _measure_opening(port: int, profile: Path, url: str, runs: int, results: Results) -> None:
    home = f"http://127.0.0.1:{port}/"
    async with (
        Client("127.0.0.1", port) as client,
        HttpServer() as site,
        browser(profile) as unwatched,
        Chromium() as chromium,
    ):
        await client.play(url)
        await client.set_repeat("one")
        floor_url = site.serve("/", Serving(HEADING, "text/html"))
        pages = {"": unwatched.page, WATCHED: functools.partial(_watched, chromium)}
        for page in pages.values():
            await _open(page, home)  # the receiver has read its files then
        for _, (name, page) in itertools.product(range(runs), pages.items()):
            ((floor, _), _) = await _open(page, floor_url, whole=False)
            (paint, useful), (_, again) = await _open(page, home)
            results.add(PAINT + name, "floor", floor)
            results.add(PAINT + name, Tonearm.name, paint)
            results.add(USEFUL + name, Tonearm.name, useful)
            results.add(AGAIN + name, Tonearm.name, again)


async def _measure_cost(player: Tonearm, seconds: float, results: Results) -> None:
    home = f"http://{player.host}:{player.port}"
    async with Chromium() as chromium:
        for _ in range(ROUNDS):
            idle = await _share(player, seconds)
            async with _tabs(chromium, home):
                with_tabs = await _share(player, seconds)
            async with _pages(home):
                with_pages = await _share(player, seconds)
            results.add(TABS_COST, player.name, with_tabs - idle)
            results.add(COST, player.name, with_pages - idle)


class Opened(Protocol):
    """A page of a browser."""

    async def goto(self, url: str) -> Any:
        """Open an address."""

    async def evaluate(self, function: str, value: Any) -> Any:
        """What a function in JavaScript gives."""


OpenPage = Callable[[str], AbstractAsyncContextManager[Opened]]
"""A page of somebody who was nowhere yet, in which a script runs first."""


@contextlib.asynccontextmanager
async def _watched(chromium: Chromium, script: str) -> AsyncIterator[Opened]:
    person = await chromium.person("")
    await person.page.add_init_script(script)
    yield person.page
    await person.context.close()


async def _open(open_page: OpenPage, url: str, *, whole: bool = True) -> list[list[float]]:
    """Open a page, and once more; when there was something to be seen, and, of a `whole` page, to
    be used (ms).
    """
    figures = []
    async with open_page(NOTE) as page:
        for _ in range(2):
            await asyncio.sleep(SETTLE_S)  # the browser is still at the page before this one
            await page.goto(url)
            async with asyncio.timeout(PATIENCE_S):
                figures.append(await page.evaluate(FIGURES, whole))
    return figures


async def _share(player: Tonearm, seconds: float) -> float:
    """What both processes take of a core, in percent."""
    await asyncio.sleep(SETTLE_S)
    before = player.cpu_seconds()
    await asyncio.sleep(seconds)
    return 100 * (player.cpu_seconds() - before) / seconds


@contextlib.asynccontextmanager
async def _tabs(chromium: Chromium, home: str) -> AsyncIterator[None]:
    """The real thing, as often as one address may have it."""
    person = await chromium.person(home)
    tabs = [person.page, *[await person.context.new_page() for _ in range(TABS - 1)]]
    for tab in tabs:
        await tab.goto(f"{home}/")
    yield
    await person.leave()


@contextlib.asynccontextmanager
async def _pages(home: str) -> AsyncIterator[None]:
    """What pages say over their connections, without the browsers around it."""
    async with contextlib.AsyncExitStack() as stack, asyncio.TaskGroup() as tasks:
        talks = []
        for address in ADDRESSES:
            connector = aiohttp.TCPConnector(local_addr=(address, 0))
            session = await stack.enter_async_context(aiohttp.ClientSession(connector=connector))
            for _ in range(PAGES // len(ADDRESSES)):
                opened = session.ws_connect(home.replace("http", "ws", 1) + WEBSOCKET_PATH)
                websocket = await stack.enter_async_context(opened)
                talks += [tasks.create_task(_say(websocket)), tasks.create_task(_hear(websocket))]
        yield
        for talk in talks:
            talk.cancel()


async def _say(websocket: aiohttp.ClientWebSocketResponse) -> None:
    await websocket.send_str(json.dumps({"type": "queue.list", "id": "page-queue-of-one"}))
    for _ in range(FIRST_BEATS - 1):
        await _beat(websocket)
    while True:
        await _beat(websocket)
        await asyncio.sleep(BEAT_S)


async def _beat(websocket: aiohttp.ClientWebSocketResponse) -> None:
    now_us = time.monotonic_ns() // 1000
    await websocket.send_str(json.dumps({"type": "time", "id": str(now_us), "t1_us": now_us}))


async def _hear(websocket: aiohttp.ClientWebSocketResponse) -> None:
    async for _ in websocket:
        pass
