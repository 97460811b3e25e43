"""The moments at which what is shown of a receiver is drawn anew."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from controller.client import Client
from receiver.model.state import State

TICK_SECONDS = 0.25

SETTLED_SECONDS = 2.0
"""A session that has left one receiver is heard of at another within this time, or is over."""


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


async def of_session(client: Client, session: str) -> AsyncIterator[State]:
    """As `moments`, for one session: the client turns to whichever receiver it is handed over to.
    When no receiver has it any more, the states are those of the last one that had it.
    """
    now = asyncio.get_running_loop().time
    gone_at = now()
    async for state in moments(client):
        if state.session.id != session and (holder := client.holder(session)):
            client.turn_to(holder)
        if client.state.session.id == session or not client.connected:
            gone_at = now()
        elif now() - gone_at < SETTLED_SECONDS:
            continue
        yield client.state
