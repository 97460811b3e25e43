"""`tonearm history`: what was played."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from controller.client import Client
from receiver.errors import Unauthorized
from receiver.model.state import Item, Tags
from receiver.protocol import commands as c
from tests.controller.cli.conftest import Call
from tests.controller.fake_receiver import FakeReceiver


@pytest.fixture
def utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Local time is that of Greenwich."""
    import time  # noqa: PLC0415 - nothing else here has to do with it

    with monkeypatch.context() as patched:
        patched.setenv("TZ", "UTC")
        time.tzset()
        yield
    time.tzset()


def heard(receiver: FakeReceiver, count: int = 1) -> None:
    for number in range(count):
        receiver.history.heard(Item(f"i-{number}", f"http://x/{number}.ogg"), anew=True)


@pytest.mark.usefixtures("utc")
async def test_it_is_listed_the_newest_first(receiver: FakeReceiver, call: Call) -> None:
    heard(receiver)
    tags = Tags("Blue\x1b[2J", "Miles")
    item = Item("i-9", "http://x/b.ogg", tags, duration_ms=296_000.0, added_by="Anna\n")
    receiver.history.heard(item, anew=True)
    assert await call("history") == (
        0,
        "2023-11-14 22:13  4:56  Miles - Blue [2J  (Anna)\n2023-11-14 22:13        0.ogg\n",
        "",
    )


async def test_for_programs_it_is_a_line_for_each(receiver: FakeReceiver, call: Call) -> None:
    heard(receiver, 2)
    rows = [json.loads(row) for row in (await call("history", "--json")).out.splitlines()]
    assert [row["number"] for row in rows] == [2, 1]
    assert rows[1] == {
        "number": 1,
        "item": "i-0",
        "url": "http://x/0.ogg",
        "played_at": 1_700_000_000,
        "tags": {"title": None, "artist": None, "album": None},
        "duration_ms": None,
        "live": False,
        "added_by": None,
    }


async def test_an_empty_one_says_so(call: Call) -> None:
    assert (await call("history")).out == "Nothing was played yet\n"
    assert (await call("history", "--json")).out == ""


async def test_a_refusal_has_its_exit_code(receiver: FakeReceiver, call: Call) -> None:
    receiver.refuses[c.HistoryList] = Unauthorized("Pair with it.")
    assert (await call("history")).code == Unauthorized.exit_code


async def test_all_of_it_is_read_however_many_pages(receiver: FakeReceiver) -> None:
    heard(receiver, 100)
    async with Client(receiver.host, receiver.port) as client:
        told = await client.history()
    assert [played.number for played in told] == list(range(100, 0, -1))
