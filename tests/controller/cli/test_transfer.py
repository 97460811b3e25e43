"""`tonearm transfer`: from where, to where, how it went."""

from __future__ import annotations

import asyncio
import json
import re

import pytest

from controller.known import Memory
from receiver.errors import Busy, TargetLost, TargetNotReady, TonearmError, Unreachable
from receiver.model.state import SessionState
from receiver.protocol import commands as c
from tests.controller.cli.conftest import Runs
from tests.controller.cli.process import tonearm
from tests.controller.fake_house import HouseReceiver


def default() -> str:
    known = Memory().default()
    assert known is not None
    return known.name


def transfers(receiver: HouseReceiver) -> list[c.Transfer]:
    return [command for command in receiver.commands if isinstance(command, c.Transfer)]


# --- from where to where -----------------------------------------------------------------------


@pytest.mark.parametrize("to", ["Bedroom", "bedroom", "id-bedroom", "ADDRESS"])
async def test_the_music_goes_on_elsewhere_and_commands_follow(
    kitchen: HouseReceiver, bedroom: HouseReceiver, run: Runs, to: str
) -> None:
    await kitchen.plays()
    outcome = await run("transfer", bedroom.address if to == "ADDRESS" else to)
    told = "Bedroom plays a.ogg; switched after 84 ms, tight (clock error 0.12 ms at most)\n"
    assert outcome == (0, told, "")
    assert transfers(kitchen) == [c.Transfer(id="one-shot", to="id-bedroom")]
    assert default() == "Bedroom"
    assert (await run("pause")).out.startswith("Paused at 0:0")
    assert bedroom.state.session.playback == "paused"


async def test_what_is_wished_for_goes_along(
    kitchen: HouseReceiver, bedroom: HouseReceiver, run: Runs
) -> None:
    await kitchen.plays()
    await bedroom.plays()
    words = ("kitchen", "bedroom", "--to-paused", "--volume", "30", "--replace")
    assert (await run("transfer", *words)).code == 0
    assert transfers(kitchen) == [
        c.Transfer(id="one-shot", to="id-bedroom", paused=True, volume=30, replace=True)
    ]


async def test_one_that_is_named_and_not_the_default_leaves_the_default_alone(
    kitchen: HouseReceiver, bedroom: HouseReceiver, bath: HouseReceiver, run: Runs
) -> None:
    await bath.plays()
    assert (await run("transfer", "bath", "bedroom")).code == 0
    assert default() == "Kitchen"
    await bath.plays()
    assert (await run("-d", "bath", "transfer", "kitchen")).code == 0
    assert default() == "Kitchen"


async def test_the_only_one_that_plays_is_meant(
    kitchen: HouseReceiver, bedroom: HouseReceiver, bath: HouseReceiver, run: Runs
) -> None:
    await bath.plays()
    assert (await run("transfer", "bedroom")).out.startswith("Bedroom plays a.ogg; ")
    assert bath.state.session.playback == "idle"
    await bedroom._obey(c.Pause(id="p"))
    assert (await run("transfer", "kitchen")).code == 0
    assert kitchen.state.session.playback == "paused"


async def test_of_several_that_play_the_default_is_meant(
    kitchen: HouseReceiver, bedroom: HouseReceiver, bath: HouseReceiver, run: Runs
) -> None:
    await bath.plays()
    await kitchen.plays("http://x/b.ogg")
    assert (await run("transfer", "bedroom")).out.startswith("Bedroom plays b.ogg; ")


async def test_to_where_it_is_already(
    kitchen: HouseReceiver, bedroom: HouseReceiver, run: Runs
) -> None:
    await kitchen.plays()
    assert (await run("transfer", "kitchen")).out == "Kitchen has it already: playing a.ogg\n"
    told = json.loads((await run("transfer", "kitchen", "--json")).out)
    assert told == {"from": "id-kitchen", "to": "id-kitchen", "transfer": None}


async def test_through_one_when_the_others_are_not_reached_from_here(
    kitchen: HouseReceiver, bedroom: HouseReceiver, run: Runs
) -> None:
    bedroom.unreachable = True
    await kitchen.hears_of_others()
    await kitchen.plays()
    assert (await run("transfer", "bedroom")).code == 0
    assert (await run("volume", "33")).out == "Volume 33 %\n"
    assert (bedroom.state.volume.percent, kitchen.state.volume.percent) == (33, 50)
    shown = (await run("status")).out
    assert shown.startswith(f"Bedroom  through {kitchen.address}  id-bedroom\nplaying  a.ogg\n")
    assert json.loads((await run("status", "--json")).out)["position_ms"] < 60_000
    assert (await run("next")).out == "Idle\n"
    assert (await run("transfer", "bedroom", "kitchen")).code == 0


# --- how it went -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("went", "told"),
    [
        ({"tight": False, "clock_error_ms": 35.2}, "merely quick (clock error 35 ms at most)"),
        (
            {"tight": False, "clock_error_ms": None},
            "merely quick (nothing is known of its clock)",
        ),
        ({"tight": False, "live": True}, "and joined the live stream where it is now"),
    ],
)
async def test_how_it_went_is_told(
    kitchen: HouseReceiver,
    bedroom: HouseReceiver,
    run: Runs,
    went: dict[str, object],
    told: str,
) -> None:
    await kitchen.plays()
    kitchen.went |= went
    out = (await run("transfer", "bedroom")).out
    assert out == f"Bedroom plays a.ogg; switched after 84 ms, {told}\n"


async def test_what_does_not_sound_is_moved(
    kitchen: HouseReceiver, bedroom: HouseReceiver, run: Runs
) -> None:
    await kitchen.plays()
    kitchen.went |= {"paused": True, "switch_ms": 8.25}
    out = (await run("transfer", "bedroom", "--to-paused")).out
    assert out == "Bedroom has a.ogg, paused; moved after 8.2 ms\n"
    await bedroom._idles()
    out = (await run("transfer", "kitchen")).out
    assert out == "Kitchen has the queue now; nothing plays\n"


async def test_the_whole_result_as_json(
    kitchen: HouseReceiver, bedroom: HouseReceiver, run: Runs
) -> None:
    await kitchen.plays()
    told = json.loads((await run("transfer", "bedroom", "--json")).out)
    assert told == {
        "from": "id-kitchen",
        "to": "id-bedroom",
        "transfer": {**kitchen.went, "to": "id-bedroom"},
    }


# --- when it goes wrong ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (TargetLost("Bedroom went away."), 8),
        (Unreachable("Bedroom: The server at x does not answer."), 4),
        (Busy("Another transfer is being done. Try again when it is over."), 3),
    ],
)
async def test_what_went_wrong_and_where_the_music_is(
    kitchen: HouseReceiver, bedroom: HouseReceiver, run: Runs, error: TonearmError, code: int
) -> None:
    await kitchen.plays()
    kitchen.refuses[c.Transfer] = error
    told = f"tonearm: {error.message} The music is on Kitchen.\n"
    assert await run("transfer", "bedroom") == (code, "", told)
    assert default() == "Kitchen"
    failure = json.loads((await run("transfer", "bedroom", "--json")).err)["error"]
    assert failure["code"] == error.code
    assert failure["detail"]["music"] == {
        "id": "id-kitchen",
        "name": "Kitchen",
        "playback": "playing",
    }


async def test_a_target_that_does_not_get_ready(
    kitchen: HouseReceiver, bedroom: HouseReceiver, run: Runs
) -> None:
    await kitchen.plays("http://192.0.2.5:8000/a.ogg")
    kitchen.refuses[c.Transfer] = TargetNotReady("Bedroom did not get ready in time.")
    code, _, told = await run("transfer", "bedroom")
    assert code == 8
    assert "in time. Perhaps it cannot reach 192.0.2.5:8000. The music is on Kitchen.\n" in told


async def test_what_plays_there_is_named(
    kitchen: HouseReceiver, bedroom: HouseReceiver, run: Runs
) -> None:
    await kitchen.plays()
    await bedroom.plays("http://x/b.ogg")
    await kitchen._obey(c.Pause(id="p"))
    told = "Bedroom is playing b.ogg; --replace puts this in its place."
    outcome = await run("transfer", "kitchen", "bedroom")
    assert outcome == (3, "", f"tonearm: {told} The music is on Kitchen, paused.\n")
    assert (await run("transfer", "kitchen", "bedroom", "--replace")).code == 0


async def test_a_source_that_goes_away_meanwhile(
    kitchen: HouseReceiver, bedroom: HouseReceiver, run: Runs
) -> None:
    await kitchen.plays()
    kitchen.ignores.add(c.Transfer)
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(run("transfer", "bedroom"))
        await kitchen.hears(c.Transfer)
        await kitchen.hands_over(bedroom)
        await kitchen.vanish()
    outcome = running.result()
    assert outcome.code == 7
    assert re.search(r"No receiver answers at .* The music is on Bedroom\.\n", outcome.err)


async def test_nobody_says_where_it_is(
    kitchen: HouseReceiver, bedroom: HouseReceiver, run: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    await kitchen.plays()

    async def loses(command: c.Command) -> dict[str, object]:
        await kitchen.becomes(session=SessionState(id="another"))
        raise TargetLost("Bedroom went away.")

    monkeypatch.setattr(kitchen, "_obey", loses)
    told = "tonearm: Bedroom went away. Nobody says where the music is now.\n"
    assert await run("transfer", "bedroom") == (8, "", told)


async def test_a_receiver_that_the_house_does_not_know(
    kitchen: HouseReceiver, bedroom: HouseReceiver, run: Runs
) -> None:
    outcome = await run("transfer", "kitchen", "attic")
    assert outcome.code == 7
    assert "Kitchen knows no receiver attic; it knows: Bedroom." in outcome.err
    async with HouseReceiver("Shed") as shed:
        outcome = await run("transfer", shed.address)
        assert outcome.code == 7
        assert f"knows no receiver Shed at {shed.address}; " in outcome.err
        assert "--peers" in outcome.err
    await bedroom.leaves_the_house()
    outcome = await run("transfer", "kitchen", "bedroom")
    assert (outcome.code, outcome.out) == (7, "")
    assert "Bedroom is not connected now; is it on?" in outcome.err


@pytest.mark.parametrize(
    "words",
    [
        ["-d", "kitchen", "transfer", "kitchen", "bedroom"],
        ["transfer", "bedroom", "--volume", "+5"],
        ["transfer", "bedroom", "--volume", "101"],
    ],
)
async def test_a_wrong_wish_is_told_before_anything_is_sent(
    kitchen: HouseReceiver, bedroom: HouseReceiver, run: Runs, words: list[str]
) -> None:
    assert (await run(*words)).code == 2
    assert transfers(kitchen) == []


async def test_it_loads_little(kitchen: HouseReceiver, bedroom: HouseReceiver) -> None:
    await kitchen.plays()
    outcome = await tonearm("transfer", "bedroom", options=("-X", "importtime"))
    assert outcome.code == 0
    loaded = set(re.findall(r"\|\s+(\S+)$", outcome.err, re.MULTILINE))
    assert "controller.locate" in loaded
    assert not loaded & {"numpy", "aiohttp", "zeroconf", "asyncio", "msgspec", "http.client"}
