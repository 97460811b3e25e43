"""What people do at a page, and what tests wait for."""

from __future__ import annotations

from collections.abc import Callable

from controller.client import Client
from receiver.model.state import State
from tests.rig.receiver_process import ReceiverProcess


def home(receiver: ReceiverProcess) -> str:
    """Where its page is."""
    return f"http://127.0.0.1:{receiver.port}"


async def becomes(client: Client, true: Callable[[State], object]) -> State:
    """Wait until the state is so; gives it."""
    async for state in client.changes():
        if true(state):
            return state
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
