"""The moments at which what is shown of a receiver is drawn anew."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from controller.client import Client
from receiver.model.state import State

TICK_SECONDS = 0.25


async def moments(client: Client) -> AsyncIterator[State]:
    """The state at each change, and a few times a second in between, for the position."""
    changes = client.changes()
    await anext(changes)
    while True:
        yield client.state
        try:
            async with asyncio.timeout(TICK_SECONDS):
                await anext(changes)
        except TimeoutError:
            pass
