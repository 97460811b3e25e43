"""`tonearm cast`: URLs, files, lists, and how it is left."""

from __future__ import annotations

import json
from pathlib import Path

import aiohttp
import msgspec
import pytest

from controller.cli.myself import myself
from receiver.errors import UnsupportedFormat
from receiver.model.state import Problem
from receiver.protocol import commands as c
from tests.controller.cli.process import Tonearm, tonearm
from tests.controller.fake_receiver import FakeReceiver

URL = "http://x/a.ogg"
OTHER = "http://x/b.ogg"


@pytest.fixture
def track(tmp_path: Path) -> Path:
    path = tmp_path / "blue.ogg"
    path.write_bytes(b"OggS" * 50_000)
    return path


def at(receiver: FakeReceiver) -> tuple[str, str]:
    return "-d", receiver.address


def plays(receiver: FakeReceiver) -> list[str]:
    """The URLs of what was to be played."""
    played = [command.entries for command in receiver.commands if isinstance(command, c.Play)]
    return [entry.url for entries in played for entry in entries]


# --- one URL, and the command returns ------------------------------------------------------


async def test_a_url_is_played_and_the_command_returns(receiver: FakeReceiver) -> None:
    outcome = await tonearm("cast", URL, "--start", "1:00", "--paused", *at(receiver))
    assert outcome == (0, "", "")
    assert receiver.commands == [
        c.Play(id="one-shot", items=[c.Entry(URL)], position_ms=60_000, paused=True, by=myself()),
    ]


async def test_the_receipt_is_a_table(receiver: FakeReceiver) -> None:
    outcome = await tonearm("cast", "-v", URL, *at(receiver))
    assert outcome.out.splitlines() == [
        "stage          at ms   took ms",
        "accepted         0.0       0.0",
        "resolved           -         -",
        "connected        1.5       1.5",
        "first byte       3.2       1.8",
        "first block      4.0       0.8",
        "first frame     18.4      14.4",
    ]


async def test_the_receipt_as_json(receiver: FakeReceiver) -> None:
    told = json.loads((await tonearm("cast", "--json", URL, *at(receiver))).out)
    assert (told["receiver"], told["url"]) == ("id-kitchen", URL)
    assert told["receipt"] == msgspec.to_builtins(receiver.receipt)


async def test_what_cannot_be_played_is_told(receiver: FakeReceiver) -> None:
    receiver.refuses[c.Play] = UnsupportedFormat("This is Opus.")
    assert await tonearm("cast", URL, *at(receiver)) == (5, "", "tonearm: This is Opus.\n")


@pytest.mark.parametrize("what", [[URL, "FILE"], ["FILE"]])
async def test_what_needs_this_computer_cannot_be_detached(
    receiver: FakeReceiver, track: Path, what: list[str]
) -> None:
    words = [str(track) if word == "FILE" else word for word in what]
    outcome = await tonearm("cast", "--detach", *words, *at(receiver))
    assert outcome.code == 2
    assert "--detach takes URLs only" in outcome.err


async def test_a_file_that_is_none_is_told_before_anything_plays(receiver: FakeReceiver) -> None:
    outcome = await tonearm("cast", URL, "/nowhere/b.ogg", *at(receiver))
    assert outcome.code == 2
    assert "/nowhere/b.ogg is no file" in outcome.err
    assert plays(receiver) == []


# --- on a terminal -------------------------------------------------------------------------


async def test_on_a_terminal_the_progress_is_shown_to_the_end(receiver: FakeReceiver) -> None:
    async with Tonearm("cast", "-v", URL, *at(receiver), terminal=True) as process:
        await process.shows("first frame     18.4")
        await process.shows("▶ a.ogg  0:00")
        await receiver.says("Blue", "Miles")
        await process.shows("▶ Miles - Blue")
        await receiver.ends()
        assert (await process.ends()).code == 0


async def test_on_a_terminal_detach_returns(receiver: FakeReceiver) -> None:
    async with Tonearm("cast", "-D", URL, *at(receiver), terminal=True) as process:
        assert await process.ends() == (0, "", "")


async def test_ctrl_c_leaves_a_url_playing(receiver: FakeReceiver) -> None:
    async with Tonearm("cast", URL, *at(receiver), terminal=True) as process:
        await process.shows("▶ a.ogg")
        process.interrupt()
        await process.shows("The speaker plays on; `tonearm stop` ends it.")
        assert (await process.ends()).code == 0
    assert receiver.state.session.playback == "playing"


# --- lists with files in them --------------------------------------------------------------


async def test_a_list_is_played_one_after_the_other(receiver: FakeReceiver, track: Path) -> None:
    async with Tonearm("cast", URL, str(track), "--start", "5", *at(receiver)) as process:
        await process.shows("playing, a.ogg")
        await receiver.ends()
        await process.shows("playing, blue.ogg")
        await receiver.ends()
        assert (await process.ends()).code == 0
    assert [url.rpartition("/")[2] for url in plays(receiver)] == ["a.ogg", "blue.ogg"]
    starts = [x.position_ms for x in receiver.commands if isinstance(x, c.Play)]
    assert starts == [5000.0]


async def test_a_stop_from_elsewhere_ends_the_list(receiver: FakeReceiver, track: Path) -> None:
    async with Tonearm("cast", URL, str(track), *at(receiver)) as process:
        await process.shows("playing, a.ogg")
        await receiver.says("Blue")
        await process.shows("playing, Blue")
        await tonearm("stop", *at(receiver))
        outcome = await process.ends()
    assert outcome.code == 0
    assert "It was stopped from elsewhere." in outcome.out
    assert [item.url for item in receiver.queue.page(0, 9)] == [URL]


async def test_another_cast_ends_the_list(receiver: FakeReceiver, track: Path) -> None:
    async with Tonearm("cast", URL, str(track), *at(receiver)) as process:
        await process.shows("playing, a.ogg")
        await tonearm("cast", OTHER, *at(receiver))
        outcome = await process.ends()
    assert outcome.code == 0
    assert "Something else is played now." in outcome.out
    assert [item.url for item in receiver.queue.page(0, 9)] == [OTHER]


async def test_what_breaks_off_is_told_and_the_list_goes_on(
    receiver: FakeReceiver, track: Path
) -> None:
    async with Tonearm("cast", URL, str(track), *at(receiver)) as process:
        await process.shows("playing, a.ogg")
        await receiver.fails(Problem("stalled", "It stopped sending."))
        await process.shows("playing, blue.ogg")
        await receiver.ends()
        outcome = await process.ends()
    assert outcome.code == 4
    assert outcome.err == "tonearm: http://x/a.ogg: It stopped sending.\n"


async def test_a_list_as_json_is_a_line_for_each(receiver: FakeReceiver, track: Path) -> None:
    async with Tonearm("cast", "--json", URL, str(track), *at(receiver)) as process:
        await process.shows("a.ogg")
        await receiver.ends()
        await process.shows("blue.ogg")
        await receiver.ends()
        outcome = await process.ends()
    assert [json.loads(text)["url"] for text in outcome.out.splitlines()] == plays(receiver)


async def test_a_lost_connection_is_tried_again(receiver: FakeReceiver) -> None:
    async with Tonearm("cast", URL, *at(receiver), terminal=True) as process:
        await process.shows("▶ a.ogg")
        await receiver.loses_connections()
        await process.shows("Kitchen does not answer; trying again")
        await receiver.says("Blue")
        await process.shows("▶ Blue")


# --- files ---------------------------------------------------------------------------------


async def test_a_file_is_served_until_it_has_ended(receiver: FakeReceiver, track: Path) -> None:
    receiver.fetches = True
    async with Tonearm("cast", str(track), *at(receiver)) as process:
        await process.shows("playing, blue.ogg")
        assert receiver.fetched == track.read_bytes()
        await _fetch(plays(receiver)[0])  # a seek would
        await receiver.ends()
        assert (await process.ends()).code == 0
    with pytest.raises(aiohttp.ClientError):
        await _fetch(plays(receiver)[0])


async def test_ctrl_c_leaves_when_the_file_has_been_fetched(
    receiver: FakeReceiver, track: Path
) -> None:
    receiver.fetches = True
    async with Tonearm("cast", str(track), *at(receiver)) as process:
        await process.shows("playing, blue.ogg")
        process.interrupt()
        outcome = await process.ends()
    assert outcome.code == 0
    assert "The speaker has the whole file" in outcome.out
    assert receiver.state.session.playback == "playing"


async def test_what_is_still_to_come_leaves_with_the_command(
    receiver: FakeReceiver, track: Path
) -> None:
    receiver.fetches = True
    async with Tonearm("cast", *[str(track)] * 3, *at(receiver)) as process:
        await process.shows("playing, blue.ogg, 0:00, 1 of 3")
        process.interrupt()
        outcome = await process.ends()
    assert (outcome.code, outcome.err) == (0, "")
    assert "Taken out of the queue: 2 files of this computer, still to come." in outcome.out
    assert receiver.state.session.playback == "playing"
    assert [item.url for item in receiver.queue.page(0, 9)] == plays(receiver)[:1]


async def test_ctrl_c_waits_until_the_file_has_been_fetched(
    receiver: FakeReceiver, track: Path
) -> None:
    async with Tonearm("cast", str(track), *at(receiver)) as process:
        await process.shows("playing, blue.ogg")
        process.interrupt()
        await process.shows("Ctrl-C again stops the music.")
        await _fetch(plays(receiver)[0])
        outcome = await process.ends()
    assert outcome.code == 0
    assert "The speaker has the whole file" in outcome.out
    assert receiver.state.session.playback == "playing"


async def test_ctrl_c_in_a_hurry_is_the_same_as_once(receiver: FakeReceiver, track: Path) -> None:
    async with Tonearm("cast", URL, str(track), *at(receiver)) as process:
        await process.shows("playing, a.ogg")
        process.interrupt()
        process.interrupt()
        outcome = await process.ends()
    assert (outcome.code, outcome.err) == (0, "")


async def test_ctrl_c_twice_stops_the_music(receiver: FakeReceiver, track: Path) -> None:
    async with Tonearm("cast", str(track), URL, *at(receiver)) as process:
        await process.shows("playing, blue.ogg")
        process.interrupt()
        await process.shows("Ctrl-C again stops the music.")
        process.interrupt()
        assert (await process.ends()).code == 130
    assert receiver.state.session.playback == "idle"
    assert [item.url for item in receiver.queue.page(0, 9)] == [URL]


async def _fetch(url: str) -> None:
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        await answer.read()
