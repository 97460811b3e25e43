"""`tonearm cast` of several URLs: the receiver's queue plays them, watched or not."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import pytest

from controller.cli.myself import myself
from receiver.errors import HttpRefused, Superseded, Unplayable
from receiver.model.state import Item, Problem
from receiver.protocol import commands as c
from tests.controller.cli.conftest import Call
from tests.controller.cli.process import Tonearm, tonearm
from tests.controller.fake_receiver import FakeReceiver

URLS = ("http://x/a.ogg", "http://x/b.ogg", "http://x/c.ogg")
OTHER = "http://y/other.ogg"


def held(receiver: FakeReceiver) -> list[str]:
    return [item.url for item in receiver.queue.page(0, 99)]


# --- and the command returns ---------------------------------------------------------------


async def test_the_first_is_played_and_the_others_wait_behind_it(
    receiver: FakeReceiver, call: Call
) -> None:
    await call("cast", OTHER)
    assert await call("cast", *URLS, "--start", "5", "--paused") == (0, "", "")
    assert held(receiver) == list(URLS)
    assert receiver.state.session.playback == "paused"
    assert receiver.state.session.queue.index == 0
    assert [x.position_ms for x in receiver.commands if isinstance(x, c.Play)] == [0.0, 5000.0]
    assert {item.added_by for item in receiver.queue.page(0, 9)} == {myself()}


async def test_on_a_terminal_they_may_be_detached(receiver: FakeReceiver) -> None:
    async with Tonearm("cast", "-D", *URLS, "-d", receiver.address, terminal=True) as process:
        assert await process.ends() == (0, "", "")
    assert held(receiver) == list(URLS)


async def test_as_json_it_is_one_line(receiver: FakeReceiver, call: Call) -> None:
    told = json.loads((await call("cast", "--json", *URLS)).out)
    assert (told["receiver"], told["url"]) == ("id-kitchen", URLS[0])
    assert told["items"] == 3


async def test_what_cannot_be_played_is_told_and_left_out(
    receiver: FakeReceiver, call: Call
) -> None:
    receiver.unplayable[URLS[0]] = HttpRefused("It is not there.")
    outcome = await call("cast", *URLS)
    assert outcome == (4, "", f"tonearm: {URLS[0]}: It is not there.\n")
    assert receiver.state.session.item == receiver.queue.page(1, 1)[0]


async def test_another_cast_in_between_wins(receiver: FakeReceiver, call: Call) -> None:
    receiver.refuses[c.Play] = Superseded("Another play came.")
    assert await call("cast", *URLS) == (3, "", "tonearm: Another play came.\n")
    assert held(receiver) == []


# --- watched -------------------------------------------------------------------------------


@pytest.fixture
async def process(receiver: FakeReceiver) -> AsyncIterator[Tonearm]:
    """A cast of `URLS` on a terminal, which has begun."""
    words = ("cast", *URLS, "-d", receiver.address)
    async with Tonearm(*words, terminal=True) as process:
        await process.shows("▶ a.ogg")
        yield process


async def test_the_progress_goes_on_until_the_queue_has_ended(
    receiver: FakeReceiver, process: Tonearm
) -> None:
    assert held(receiver) == list(URLS)
    for name in ("b.ogg", "c.ogg"):
        await receiver.ends()
        await process.shows(f"▶ {name}")
    await receiver.ends()
    outcome = await process.ends()
    assert (outcome.code, outcome.err) == (0, "")
    assert [type(x) for x in receiver.commands if not isinstance(x, c.TimeRequest)] == [
        c.Play,
        c.QueueList,
    ]


async def test_what_others_add_is_shown_as_well(receiver: FakeReceiver, process: Tonearm) -> None:
    await tonearm("queue", "add", "--next", OTHER, "-d", receiver.address)
    await receiver.ends()
    await process.shows("▶ other.ogg")
    await receiver.ends()
    await process.shows("▶ b.ogg")


async def test_another_cast_ends_it(receiver: FakeReceiver, process: Tonearm) -> None:
    await tonearm("cast", OTHER, "-d", receiver.address)
    await process.shows("Something else is played now.")
    assert (await process.ends()).code == 0
    assert held(receiver) == [OTHER]


async def test_a_stop_ends_it(receiver: FakeReceiver, process: Tonearm) -> None:
    await receiver.says("Blue")
    await process.shows("▶ Blue")
    await tonearm("stop", "-d", receiver.address)
    await process.shows("It was stopped from elsewhere.")
    assert (await process.ends()).code == 0


async def test_what_the_queue_skips_is_told(receiver: FakeReceiver, process: Tonearm) -> None:
    await receiver.fails(Problem("stalled", "It stopped sending."))
    await process.shows("▶ b.ogg")
    await receiver.fails(Problem("unplayable", "It is damaged."))
    await process.shows("▶ c.ogg")
    await receiver.fails(Problem("unplayable", "It is damaged as well."))
    outcome = await process.ends()
    assert outcome.code == 4
    assert outcome.err.splitlines() == [
        f"tonearm: {URLS[0]}: It stopped sending.",
        f"tonearm: {URLS[1]}: It is damaged.",
        f"tonearm: {URLS[2]}: It is damaged as well.",
    ]


async def test_a_device_that_is_gone_is_not_the_fault_of_an_item(
    receiver: FakeReceiver, process: Tonearm
) -> None:
    await receiver._goes_to(receiver.queue.after(), Problem("no_device", "It was unplugged."))
    await process.shows("▶ b.ogg")
    await receiver.ends()
    await process.shows("▶ c.ogg")
    await receiver.ends()
    assert (await process.ends()).err == ""


async def test_ctrl_c_leaves_the_queue_playing(receiver: FakeReceiver, process: Tonearm) -> None:
    process.interrupt()
    await process.shows("The speaker plays on; `tonearm stop` ends it.")
    assert (await process.ends()).code == 0
    assert held(receiver) == list(URLS)
    assert receiver.state.session.playback == "playing"


async def test_what_cannot_be_played_first_is_told_and_left_out(receiver: FakeReceiver) -> None:
    receiver.unplayable[URLS[0]] = Unplayable("It is damaged.")
    async with Tonearm("cast", *URLS, "-d", receiver.address, terminal=True) as process:
        await process.shows("▶ b.ogg")
        process.interrupt()
        outcome = await process.ends()
    assert outcome.err == f"tonearm: {URLS[0]}: It is damaged.\n"
    assert receiver.state.session.playback == "playing"


async def test_what_is_queued_behind_one_url_is_shown_too(receiver: FakeReceiver) -> None:
    async with Tonearm("cast", URLS[0], "-d", receiver.address, terminal=True) as process:
        await process.shows("▶ a.ogg")
        receiver.queue.add([Item("i-99", OTHER)])
        await receiver.ends()
        await process.shows("▶ other.ogg")
