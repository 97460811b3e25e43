"""What is shown of a house of several receivers, and those who stay to see the music move."""

from __future__ import annotations

import json
import re

import pytest

from controller.address import Address
from controller.cli import discover
from controller.discovery import Found
from controller.known import Memory
from receiver.model.state import SessionState
from receiver.protocol import commands as c
from tests.controller.cli.conftest import Runs
from tests.controller.cli.process import Tonearm
from tests.controller.fake_house import URL, HouseReceiver


async def test_where_nothing_plays_it_is_told_what_does(
    kitchen: HouseReceiver, bedroom: HouseReceiver, run: Runs
) -> None:
    await kitchen.plays()
    await run("transfer", "bedroom")
    outcome = await run("-d", "kitchen", "pause")
    told = "tonearm: Nothing is playing. Bedroom is playing a.ogg: --device Bedroom.\n"
    assert outcome == (3, "", told)
    told = "The queue is empty. Bedroom is playing a.ogg: --device Bedroom.\n"
    assert await run("-d", "kitchen", "queue") == (0, told, "")


async def test_the_status_has_a_line_for_each_other_receiver(
    kitchen: HouseReceiver, bedroom: HouseReceiver, bath: HouseReceiver, run: Runs
) -> None:
    await bedroom.plays()
    await bath.leaves_the_house()
    shown = (await run("status")).out
    assert shown.endswith("\nBath: does not answer\nBedroom: playing a.ogg\n")


def found(*receivers: Found) -> object:
    return lambda seconds, enough: list(receivers)


async def test_discover_lists_the_house(
    kitchen: HouseReceiver,
    bedroom: HouseReceiver,
    bath: HouseReceiver,
    run: Runs,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with HouseReceiver("Shed") as shed:
        there = (Address(shed.host, shed.port),)
        silent = Found("id-loft", "Loft", "1", (Address("127.0.0.1", 9),))
        announced = found(Found("id-shed", "Shed", "1", there), silent)
        monkeypatch.setattr(discover, "by_mdns", announced)
        await bedroom.plays()
        bedroom.unreachable = True
        await bath.leaves_the_house()
        await bath.vanish()
        rows = (await run("discover")).out.splitlines()
        assert [re.split(r" {2,}", row) for row in rows] == [
            ["", "Bedroom", "127.0.0.1:9", "playing a.ogg, volume 50 %"],
            ["* Kitchen", kitchen.address, "idle, volume 50 %"],
            ["", "Shed", shed.address, "idle, volume 50 %"],
            ["", "Bath", bath.address, "does not answer"],
            ["", "Loft", "127.0.0.1:9", "does not answer"],
        ]
    known = Memory().find("Bedroom")
    assert known is not None
    assert known.address == Address(kitchen.host, kitchen.port), "it is commanded through there"
    assert (await run("-d", "bedroom", "pause")).code == 0


async def test_discover_by_one_address_lists_its_house(
    kitchen: HouseReceiver, bedroom: HouseReceiver, run: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    def searches(seconds: float, enough: object) -> list[Found]:
        raise AssertionError

    monkeypatch.setattr(discover, "by_mdns", searches)
    await bedroom.plays()
    outcome = await run("discover", "--json", "-d", kitchen.address)
    first, second = (json.loads(row) for row in outcome.out.splitlines())
    assert (first["name"], first["connected"], first["default"]) == ("Bedroom", True, False)
    assert first["session"]["item"]["url"] == URL
    assert first["volume"]["percent"] == 50
    assert (second["name"], second["default"]) == ("Kitchen", True)


async def test_two_of_the_same_name_are_told_apart(
    kitchen: HouseReceiver, run: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    twin = Found("id-twin", "Kitchen", "1", (Address("127.0.0.1", 9),))
    monkeypatch.setattr(discover, "by_mdns", found(twin))
    out = (await run("discover")).out
    assert "* Kitchen id-kitchen  " in out
    assert "  Kitchen id-twin     " in out


# --- those that stay ---------------------------------------------------------------------------


async def test_watch_tells_where_the_music_has_gone(
    kitchen: HouseReceiver, bedroom: HouseReceiver, bath: HouseReceiver
) -> None:
    await kitchen.plays()
    async with Tonearm("watch", "-d", kitchen.address) as process:
        await process.shows("playing, a.ogg, 0:")
        await kitchen.hands_over(bedroom)
        await process.shows("idle, moved to Bedroom, volume 50 %\n")
        await bedroom.hands_over(bath)
        await process.shows("idle, moved to Bath, volume 50 %\n")
        await bath.hands_over(kitchen)
        await process.shows("moved to Bath, volume 50 %\nplaying, a.ogg, 0:")
        process.interrupt()
        assert (await process.ends()).code == 0


async def test_a_cast_goes_along_and_ctrl_c_acts_where_it_is(
    kitchen: HouseReceiver, bedroom: HouseReceiver, bath: HouseReceiver
) -> None:
    async with Tonearm("cast", __file__, "-d", kitchen.address) as process:
        await process.shows("playing, ")
        await kitchen.hands_over(bedroom)
        await process.shows("Moved to Bedroom.\n")
        await kitchen.vanish()
        await bedroom.hands_over(bath)
        await process.shows("Moved to Bath.\n")
        process.interrupt()
        await process.shows("Ctrl-C again stops the music.")
        process.interrupt()
        assert (await process.ends()).code == 130
    assert any(isinstance(command, c.Stop) for command in bath.commands)
    assert bath.state.session.playback == "idle"


async def test_a_cast_whose_session_is_gone_ends(
    kitchen: HouseReceiver, bedroom: HouseReceiver
) -> None:
    async with Tonearm("cast", "--json", __file__, "-d", kitchen.address) as process:
        await process.shows('"receipt"')
        await kitchen.hands_over(bedroom)
        await process.shows('{"receiver": "id-bedroom"')
        await bedroom.becomes(session=SessionState(id="another"))
        assert (await process.ends()).code == 0
