"""`tonearm watch`."""

from __future__ import annotations

import asyncio
import contextlib

import msgspec

from controller.cli.arguments import Arguments
from controller.cli.following import moments
from controller.cli.progress import Display
from controller.client import Client
from controller.known import Memory
from controller.locate import Located, locate


def watch(arguments: Arguments) -> int:
    """Show what the receiver does until Ctrl-C; a lost connection is tried again."""
    located = locate(arguments.device, Memory())
    follow = _print_json if arguments.json else _show
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(follow(_client(located)))
    return 0


def _client(located: Located) -> Client:
    receiver = located.receiver.id if located.forwarded else None
    return Client(*located.receiver.address, receiver=receiver, reconnect=True)


async def _show(client: Client) -> None:
    display, moved = Display(), Moved()
    try:
        async with client:
            async for state in moments(client):
                display.show(state, client.position_ms(), client.connected, moved.to(client))
    finally:
        display.leave()


class Moved:
    """Knows which session was here last, and where it has gone."""

    def __init__(self) -> None:
        self._session = ""

    def to(self, client: Client) -> str:
        """The name of the receiver that it is at now; empty while it is here, or is nowhere."""
        state = client.state
        if state.session.item is not None or not self._session:
            self._session = state.session.id
        holder = client.holder(self._session)
        return state.peers[holder].name if holder in state.peers else ""


async def _print_json(client: Client) -> None:
    async with client:
        async for state in client.changes():
            shown = {
                "revision": client.revision,
                "connected": client.connected,
                "position_ms": client.position_ms(),
                "state": state,
            }
            print(msgspec.json.encode(shown).decode(), flush=True)
