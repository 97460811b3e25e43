"""The hub: one order of changes for all, and nobody waits for a slow client."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from receiver.model.state import ClockId, Output, ReceiverInfo, SessionState, State, Volume
from receiver.protocol import patch
from receiver.protocol.events import Done
from receiver.server.hub import LAG, MAX_ANSWERS, Hub, Outbox

ME = ReceiverInfo("r", "Kitchen", "0", ClockId("r", "boot"))


def state(percent: int) -> State:
    return State(ME, SessionState("s"), Volume(percent, False, -1.0), Output("mock", "mock"))


async def read(outbox: Outbox) -> dict[str, Any]:
    message: dict[str, Any] = json.loads(await outbox.next())
    return message


async def test_a_client_gets_a_snapshot_then_each_change_in_order() -> None:
    hub = Hub()
    hub.publish(state(1))
    outbox = hub.join()
    first = await read(outbox)
    assert (first["type"], first["revision"]) == ("state", 1)
    plain = first["state"]
    for percent in (2, 3, 4):
        hub.publish(state(percent))
        change = await read(outbox)
        assert (change["type"], change["revision"]) == ("change", percent)
        plain = patch.apply(plain, change["patch"])
        assert plain["volume"]["percent"] == percent


async def test_the_same_state_is_no_news() -> None:
    hub = Hub()
    hub.publish(state(1))
    hub.publish(state(1))
    assert hub.revision == 1


async def test_a_client_that_lags_gets_the_newest_state_and_all_of_its_answers() -> None:
    hub = Hub()
    hub.publish(state(0))
    outbox = hub.join()
    await read(outbox)
    for percent in range(1, LAG + 20):
        hub.publish(state(percent % 100))
        outbox.post(Done(f"c{percent}"))
    messages = [await read(outbox) for _ in range(LAG + 20)]
    assert messages[0]["type"] == "state"
    assert messages[0]["revision"] == hub.revision
    assert [m["id"] for m in messages[1:]] == [f"c{n}" for n in range(1, LAG + 20)]


async def test_a_client_that_reads_no_answers_is_cut_off() -> None:
    hub = Hub()
    hub.publish(state(0))
    outbox = hub.join()
    for number in range(MAX_ANSWERS + 1):
        outbox.post(Done(str(number)))
    for _ in range(MAX_ANSWERS + 1):
        await outbox.next()
    with pytest.raises(ConnectionAbortedError):
        await outbox.next()


@given(st.lists(st.one_of(st.integers(0, 100), st.just("read")), max_size=200))
async def test_whatever_is_read_when_the_client_ends_up_with_the_state(script: list[Any]) -> None:
    hub = Hub()
    hub.publish(state(0))
    outbox = hub.join()
    mirror: dict[str, Any] = {}
    revision = 0

    async def take() -> None:
        nonlocal mirror, revision
        message = await read(outbox)
        if message["type"] == "state":
            mirror = message["state"]
        else:
            assert message["revision"] == revision + 1
            mirror = patch.apply(mirror, message["patch"])
        revision = message["revision"]

    for step in script:
        if isinstance(step, int):
            hub.publish(state(step))
        elif revision < hub.revision:
            await take()
    while revision < hub.revision:
        await take()
    assert msgspec.convert(mirror, State) == hub.snapshot().state
