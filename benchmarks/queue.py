"""The queue at its longest, and with many who look on."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp

from benchmarks.peers.tonearm import Tonearm
from benchmarks.results import Results
from benchmarks.stage import SETTLE_S, Stage
from controller.client import Client
from receiver.protocol.limits import MAX_QUEUE, WEBSOCKET_PATH

EDIT = "an edit of 10,000 items, answered (ms)"
SEEN = "an edit, seen by 50 controllers (ms)"
UNDERRUNS = "underruns meanwhile"
ADDRESSES = [f"127.0.0.{number}" for number in range(2, 7)]
CONTROLLERS = 10
"""At each address. A receiver takes at most 16 connections of one, and 64 in all."""
ROOM = 10
"""Left in a full queue, to be edited."""
URL = "http://192.0.2.1/music/{:05}.ogg"


def queue(stage: Stage, runs: int, results: Results) -> None:
    """Edits of a full queue, and how soon all controllers know, while music plays."""
    if Tonearm.name not in stage.names:
        return
    with stage.player(Tonearm.name) as player:
        assert isinstance(player, Tonearm)
        player.play(stage.url(stage.one))
        time.sleep(SETTLE_S)
        asyncio.run(_measure(player.port, runs, results))
        results.add(UNDERRUNS, player.name, player.says_of_itself()["underruns counted"])


async def _measure(port: int, runs: int, results: Results) -> None:
    async with Client("127.0.0.1", port) as client:
        for _ in range(runs):
            await _seen_by_all(client, port, results)
        room = MAX_QUEUE - client.state.session.queue.length - ROOM
        await client.queue.add([URL.format(n) for n in range(room)])
        for run in range(runs):
            await _edits(client, run, results)


async def _edits(client: Client, run: int, results: Results) -> None:
    edits: list[Callable[[list[str]], Awaitable[Any]]] = [
        lambda _: client.queue.add([URL.format(run)], 5000),
        lambda ids: client.queue.move(ids[7000], 100),
        lambda ids: client.queue.remove(ids[3000:3001]),
        lambda _: client.set_shuffle(run % 2 == 0),
        lambda _: client.queue.add([URL.format(run)], "next"),
        lambda ids: client.queue.remove(ids[1:2]),
    ]
    for edit in edits:
        ids = [item.id for item in await client.queue.items()]
        began = time.monotonic()
        await edit(ids)
        results.add(EDIT, Tonearm.name, 1000 * (time.monotonic() - began))


async def _seen_by_all(client: Client, port: int, results: Results) -> None:
    """An edit, and when each of many controllers has heard of it."""
    async with contextlib.AsyncExitStack() as stack:
        onlookers = []
        for address in ADDRESSES:
            connector = aiohttp.TCPConnector(local_addr=(address, 0))
            session = await stack.enter_async_context(aiohttp.ClientSession(connector=connector))
            for _ in range(CONTROLLERS):
                opening = session.ws_connect(f"http://127.0.0.1:{port}{WEBSOCKET_PATH}")
                onlookers.append(await stack.enter_async_context(opening))
        for onlooker in onlookers:
            await onlooker.receive_str()
        async with asyncio.TaskGroup() as tasks:
            began = time.monotonic()
            seen = [tasks.create_task(_hears(onlooker)) for onlooker in onlookers]
            await client.queue.add([URL.format(0)])
        for instant in seen:
            results.add(SEEN, Tonearm.name, 1000 * (instant.result() - began))


async def _hears(onlooker: aiohttp.ClientWebSocketResponse) -> float:
    """The instant at which an edit of the queue is heard of."""
    while '"queue"' not in await onlooker.receive_str():
        pass
    return time.monotonic()
