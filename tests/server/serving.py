"""Servers for tests, behind a gate and a guard."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from receiver.clock.base import Clock
from receiver.server.callers import Callers
from receiver.server.door import Door
from receiver.server.gate import Gate
from receiver.server.guard import Guard
from receiver.server.http import Server
from receiver.server.hub import Hub
from receiver.server.metrics import Metrics
from receiver.server.page import Page, folder_beside
from receiver.server.places import Places
from receiver.server.rules import own_names
from receiver.server.uploads import UploadDoor
from receiver.store.uploads import Uploads
from tests.server.health import healthy

ServePeer = Callable[[Any], Awaitable[None]]


async def nobody(_: object) -> None:
    """For a house without peers."""
    raise AssertionError


def serving(
    hub: Hub,
    door: Door,
    clock: Clock,
    serve_peer: ServePeer = nobody,
    metrics: Metrics | None = None,
    uploads: Uploads | None = None,
) -> Server:
    """A healthy one on a machine called kitchen, with our page."""
    metrics = metrics or Metrics(clock)
    gate = Gate(clock, metrics, Places(tuple))
    guard = Guard(clock, own_names("kitchen"))
    server = Server(hub, door, serve_peer, metrics, healthy, gate, guard)
    server.add(Page(folder_beside("controller", "web")).routes)
    if uploads is not None:
        callers = Callers(door.doorkeeper)
        server.add(UploadDoor(uploads, callers, door.doorkeeper, clock).routes)
    return server
