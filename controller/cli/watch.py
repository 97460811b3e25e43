"""`tonearm watch`."""

from __future__ import annotations

import asyncio
import contextlib

import msgspec

from controller.address import Address
from controller.cli.arguments import Arguments
from controller.cli.following import moments
from controller.cli.progress import Display
from controller.client import Client
from controller.known import Memory
from controller.locate import locate


def watch(arguments: Arguments) -> int:
    """Show what the receiver does until Ctrl-C; a lost connection is tried again."""
    located = locate(arguments.device, Memory())
    follow = _print_json if arguments.json else _show
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(follow(located.receiver.address))
    return 0


async def _show(address: Address) -> None:
    display = Display()
    try:
        async with Client(*address, reconnect=True) as client:
            async for state in moments(client):
                display.show(state, client.position_ms(), client.connected)
    finally:
        display.leave()


async def _print_json(address: Address) -> None:
    async with Client(*address, reconnect=True) as client:
        async for state in client.changes():
            shown = {
                "revision": client.revision,
                "connected": client.connected,
                "position_ms": client.position_ms(),
                "state": state,
            }
            print(msgspec.json.encode(shown).decode(), flush=True)
