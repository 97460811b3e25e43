"""`tonearm settings`."""

from __future__ import annotations

import json

import pytest

from controller.known import Memory
from receiver.errors import NoDevice
from receiver.protocol import commands as c
from tests.controller.cli.conftest import Call
from tests.controller.fake_receiver import FakeReceiver


async def test_all_are_shown_with_where_they_come_from(receiver: FakeReceiver, call: Call) -> None:
    receiver.settings["name"] = "K\u00f6k\x1b[2J"
    outcome = await call("settings")
    assert outcome.out.splitlines() == [
        "name         K\u00f6k [2J  default",
        "volume_cap   80       --volume-cap (fixed there)",
        'night_hours  ""       default',
        'device       ""       default',
        "sound device  USB DAC (hw:1,0)  card DAC",
        "sound device  default",
    ]


async def test_one_is_shown(call: Call) -> None:
    assert (
        await call("settings", "volume-cap")
    ).out == "volume_cap  80  --volume-cap (fixed there)\n"
    assert len((await call("settings", "device")).out.splitlines()) == 3


async def test_one_is_changed_and_another_name_is_remembered(
    receiver: FakeReceiver, call: Call
) -> None:
    outcome = await call("settings", "name", "Loft")
    assert outcome.out == "name  Loft  settings.json\n"
    assert receiver.commands[-1] == c.SettingsSet(id="one-shot", name="Loft")
    found = Memory().find("Loft")
    assert found is not None
    assert found.id == receiver.state.receiver.id
    await call("settings", "volume_cap", "40%")
    assert receiver.commands[-1] == c.SettingsSet(id="one-shot", volume_cap=40)
    await call("settings", "night_hours", "")
    assert receiver.commands[-1] == c.SettingsSet(id="one-shot", night_hours="")


async def test_for_programs(receiver: FakeReceiver, call: Call) -> None:
    assert json.loads((await call("settings", "name", "--json")).out) == receiver.settings


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("colour", "red"), "There is no setting colour. There are: name, volume_cap"),
        (("volume_cap", "loud"), "volume_cap is a whole number, not 'loud'."),
    ],
)
async def test_a_mistake_is_named(call: Call, words: tuple[str, ...], said: str) -> None:
    outcome = await call("settings", *words)
    assert outcome.code == 2
    assert said in outcome.err


async def test_what_the_receiver_says_of_it_is_said(receiver: FakeReceiver, call: Call) -> None:
    receiver.refuses[c.SettingsSet] = NoDevice("It cannot be opened. The one before stays.")
    outcome = await call("settings", "device", "DAC")
    assert (outcome.code, outcome.out) == (6, "")
    assert "The one before stays" in outcome.err
