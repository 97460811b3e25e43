"""The queue from a program."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest

from controller.client import Client
from receiver.errors import BadRequest, Conflict, NoSuchItem, NothingPlaying
from receiver.model.state import Tags
from receiver.protocol import commands as c
from receiver.protocol.limits import MAX_ITEMS, MAX_QUEUE
from tests.controller.fake_receiver import FakeReceiver


@pytest.fixture
async def client(receiver: FakeReceiver) -> AsyncIterator[Client]:
    async with Client(receiver.host, receiver.port, by="anna@laptop") as client:
        yield client


def urls(count: int, filler: str = "") -> list[str]:
    return [f"http://x/{filler}{number}.ogg" for number in range(count)]


def held(receiver: FakeReceiver) -> list[str]:
    """The names of what the queue holds."""
    names = [item.url.rpartition("/")[2] for item in receiver.queue.page(0, MAX_QUEUE)]
    return [name.removesuffix(".ogg") for name in names]


def sent(receiver: FakeReceiver, kind: type[c.Command]) -> list[c.Command]:
    found = [command for command in receiver.commands if isinstance(command, kind)]
    return [msgspec.structs.replace(command, id="-") for command in found]


async def test_each_edit_arrives_as_it_was_meant(receiver: FakeReceiver, client: Client) -> None:
    await client.play("http://x/a.ogg")
    b, d = await client.queue.add(["http://x/b.ogg", "http://x/d.ogg"])
    (e,) = await client.queue.add([c.Entry("http://x/c.ogg", Tags("C"))], at="next")
    assert held(receiver) == ["a", "c", "b", "d"]
    assert [item.id for item in receiver.queue.page(1, 3)] == [e, b, d]
    await client.queue.move(d, 1, revision=receiver.queue.revision)
    assert held(receiver) == ["a", "d", "c", "b"]
    await client.queue.move(e, "end")
    await client.queue.remove([b, "gone"])
    assert held(receiver) == ["a", "d", "c"]
    assert await client.queue.jump(e, 1500.0) == receiver.receipt
    assert sent(receiver, c.QueueJump) == [c.QueueJump(id="-", item=e, position_ms=1500.0)]
    assert {item.added_by for item in receiver.queue.page(0, 9)} == {"anna@laptop"}
    await client.queue.clear()
    assert held(receiver) == []
    assert (await client.status()).session.item is None


async def test_next_and_previous_until_nothing_is_left(
    receiver: FakeReceiver, client: Client
) -> None:
    await client.play("http://x/a.ogg")
    await client.queue.add(["http://x/b.ogg"])
    assert await client.next() == receiver.receipt
    assert client.state.session.queue.index == 1
    assert await client.previous() == receiver.receipt
    assert client.state.session.queue.index == 0
    await client.next()
    assert await client.next() is None
    assert client.state.session.playback == "idle"


async def test_repeat_and_shuffle(receiver: FakeReceiver, client: Client) -> None:
    assert (await client.set_repeat("one"))["queue"]["repeat"] == "one"
    assert (await client.set_shuffle(True))["queue"]["shuffle"] is True
    assert (await client.set_crossfade(2.5))["queue"]["crossfade_ms"] == 2500
    queue = client.state.session.queue
    assert (queue.repeat, queue.shuffle) == ("one", True)


async def test_errors_come_out_as_themselves(receiver: FakeReceiver, client: Client) -> None:
    receiver.refuses[c.Next] = NothingPlaying("The queue is empty.")
    with pytest.raises(NothingPlaying):
        await client.next()
    with pytest.raises(NoSuchItem):
        await client.queue.jump("gone")
    ids = await client.queue.add(urls(2))
    with pytest.raises(Conflict) as caught:
        await client.queue.move(ids[0], 1, revision=receiver.queue.revision - 1)
    assert caught.value.detail["queue"]["length"] == 2
    with pytest.raises(BadRequest):
        await client.queue.move(ids[0], -1)


@pytest.mark.parametrize("at", ["end", "next", 1])
async def test_a_long_list_goes_in_parts_and_stays_in_order(
    receiver: FakeReceiver, client: Client, at: c.Place
) -> None:
    await client.play("http://x/first.ogg")
    await client.queue.add(["http://x/last.ogg"])
    ids = await client.queue.add(urls(MAX_ITEMS + 10, "ü" * 100), at)
    queue = await client.queue.items()
    first = 2 if at == "end" else 1
    assert [item.id for item in queue[first : first + len(ids)]] == ids
    names = [item.url for item in queue[first : first + len(ids)]]
    assert names == urls(MAX_ITEMS + 10, "ü" * 100)
    assert len(sent(receiver, c.QueueAdd)) > 3
    assert len(sent(receiver, c.QueueList)) == 2


async def test_the_current_item_is_removed_last(receiver: FakeReceiver, client: Client) -> None:
    await client.play("http://x/first.ogg")
    item = client.state.session.item
    assert item is not None
    ids = await client.queue.add(urls(MAX_ITEMS + 10))
    await client.queue.remove([item.id, *ids[:-1]])
    assert held(receiver) == [str(MAX_ITEMS + 9)]
    assert len(sent(receiver, c.QueueRemove)) == 2
    assert receiver.state.session.item == receiver.queue.page(0, 1)[0]


async def test_a_queue_that_changes_while_it_is_read_is_read_anew(
    receiver: FakeReceiver, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, *_ = await client.queue.add(urls(MAX_ITEMS + 2))
    edit = receiver._edit

    async def edit_and_change(command: c.QueueList) -> dict[str, Any]:
        result = await edit(command)
        receiver.queue.remove([first])
        return result

    monkeypatch.setattr(receiver, "_edit", edit_and_change)
    queue = await client.queue.items()
    assert [item.url for item in queue] == urls(MAX_ITEMS + 2)[1:]
    offsets = [x.offset for x in receiver.commands if isinstance(x, c.QueueList)]
    assert offsets == [0, MAX_ITEMS, 0, MAX_ITEMS]
