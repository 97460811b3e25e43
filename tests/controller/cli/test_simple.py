"""The simple commands, from words to what is printed."""

from __future__ import annotations

import json
import re

import pytest

from controller.cli import main, simple
from controller.cli.arguments import EXIT_CODES
from controller.known import Memory
from receiver.errors import NotSeekable, TonearmError, all_errors
from receiver.model.state import Volume
from receiver.protocol import commands as c
from tests.controller.cli.conftest import Call
from tests.controller.cli.process import Outcome, tonearm
from tests.controller.fake_receiver import FakeReceiver


@pytest.mark.parametrize(
    ("words", "command", "shown"),
    [
        (["pause"], c.Pause(id="one-shot"), "Paused at 0:"),
        (["resume"], c.Resume(id="one-shot"), "Playing at 0:"),
        (["toggle"], c.Toggle(id="one-shot"), "Paused at 0:"),
        (["stop"], c.Stop(id="one-shot"), "Idle"),
        (["seek", "1:23"], c.Seek(id="one-shot", position_ms=83_000), "Playing at 1:23"),
        (["seek", "+10"], c.Seek(id="one-shot", by_ms=10_000), "Playing at 0:"),
        (["seek", "-1:30"], c.Seek(id="one-shot", by_ms=-90_000), "Playing at 0:00"),
        (["volume", "40"], c.SetVolume(id="one-shot", percent=40), "Volume 40 %"),
        (["volume", "-5"], c.SetVolume(id="one-shot", by=-5), "Volume 45 %"),
        (["mute"], c.Mute(id="one-shot"), "Muted"),
        (["mute", "off"], c.Mute(id="one-shot", muted=False), "Not muted"),
        (["next"], c.Next(id="one-shot"), "Idle"),
        (["repeat", "one"], c.SetRepeat(id="one-shot", repeat="one"), "Repeat one"),
        (["shuffle", "on"], c.SetShuffle(id="one-shot", shuffle=True), "Shuffle on"),
        (["shuffle", "off"], c.SetShuffle(id="one-shot", shuffle=False), "Shuffle off"),
        (["crossfade", "4"], c.SetCrossfade(id="one-shot", seconds=4.0), "Crossfade 4 s"),
        (["crossfade", "2.5"], c.SetCrossfade(id="one-shot", seconds=2.5), "Crossfade 2.5 s"),
        (["crossfade", "off"], c.SetCrossfade(id="one-shot", seconds=0.0), "Crossfade off"),
    ],
)
async def test_a_command_is_sent_and_its_outcome_told(
    receiver: FakeReceiver, call: Call, words: list[str], command: c.Command, shown: str
) -> None:
    await call("cast", "http://x/a.ogg")
    outcome = await call(*words)
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out.startswith(shown)
    assert receiver.commands[-1] == command


async def test_the_volume_is_shown(receiver: FakeReceiver, call: Call) -> None:
    assert (await call("volume")).out == "Volume 50 %\n"
    await call("mute", "on")
    assert (await call("volume")).out == "Volume 50 %, muted\n"
    assert json.loads((await call("volume", "--json")).out)["volume"]["muted"] is True
    assert [type(command) for command in receiver.commands] == [c.Mute]


@pytest.mark.parametrize(
    ("volume", "shown", "status"),
    [
        (Volume(60, False, -14.0, 60), "Volume 60 %, the cap", "60 %, -14.0 dB, cap 60 %"),
        (Volume(40, False, -22.0, 60), "Volume 40 %", "40 %, -22.0 dB, cap 60 %"),
        (
            Volume(20, True, None, 20, "07:00"),
            "Volume 20 %, the cap until 07:00, muted",
            "20 %, muted, cap 20 % until 07:00",
        ),
    ],
)
async def test_the_cap_is_shown(
    receiver: FakeReceiver, call: Call, volume: Volume, shown: str, status: str
) -> None:
    await receiver.becomes(volume=volume)
    assert (await call("volume")).out == f"{shown}\n"
    assert f"\nvolume  {status}\n" in (await call("status")).out


async def test_what_is_set_is_shown(receiver: FakeReceiver, call: Call) -> None:
    assert (await call("repeat")).out == "Repeat off\n"
    assert (await call("shuffle")).out == "Shuffle off\n"
    assert (await call("crossfade")).out == "Crossfade off\n"
    await call("repeat", "all")
    await call("shuffle", "on")
    assert (await call("repeat")).out == "Repeat all\n"
    assert (await call("shuffle")).out == "Shuffle on\n"
    assert json.loads((await call("shuffle", "--json")).out)["queue"]["repeat"] == "all"
    assert [type(command) for command in receiver.commands] == [c.SetRepeat, c.SetShuffle]


async def test_next_and_previous_tell_what_plays(receiver: FakeReceiver, call: Call) -> None:
    await call("cast", "http://x/a.ogg", "http://x/B.ogg")
    assert (await call("next")).out == "Playing B.ogg\n"
    assert (await call("previous")).out == "Playing a.ogg\n"
    told = json.loads((await call("next", "--json")).out)
    assert told["receipt"]["first_frame"] == 18.4
    assert (await call("next")).out == "Idle\n"


async def test_json_is_the_result(call: Call) -> None:
    outcome = await call("stop", "--json")
    assert json.loads(outcome.out) == {
        "playback": "idle",
        "volume": {"percent": 50, "muted": False, "db": -20.0, "cap": 100, "cap_until": None},
    }


async def test_an_error_is_one_line_and_an_exit_code(call: Call) -> None:
    assert await call("pause") == Outcome(3, "", "tonearm: Nothing is playing.\n")


async def test_an_error_as_json(receiver: FakeReceiver, call: Call) -> None:
    receiver.refuses[c.Seek] = NotSeekable("This stream\nis live.", live=True)
    outcome = await call("--json", "seek", "5")
    told = json.loads(outcome.err)["error"]
    assert outcome.code == 3
    assert told == {
        "code": "not_seekable",
        "message": "This stream\nis live.",
        "detail": {"live": True},
    }


async def test_what_the_receiver_says_cannot_command_the_terminal(
    receiver: FakeReceiver, call: Call
) -> None:
    receiver.refuses[c.Pause] = NotSeekable("\x1b[2J\nowned")
    assert (await call("pause")).err == "tonearm: [2J owned\n"


@pytest.mark.parametrize("error", all_errors().values())
async def test_each_error_has_its_exit_code(
    receiver: FakeReceiver, call: Call, error: type[TonearmError]
) -> None:
    receiver.refuses[c.Stop] = error("It went wrong.")
    assert (await call("stop")).code == error.exit_code


@pytest.mark.parametrize(
    "words", [["seek", "1:5"], ["volume", "101"], ["cast", "--start=+5", "x://"]]
)
async def test_what_is_wrong_is_said_before_anything_is_sent(
    receiver: FakeReceiver, call: Call, words: list[str]
) -> None:
    outcome = await call(*words)
    assert outcome.code == 2
    assert outcome.err.count("\n") == 1
    assert receiver.commands == []


async def test_the_status_in_words(receiver: FakeReceiver, call: Call) -> None:
    assert "\nidle\n" in (await call("status")).out
    await call("cast", "http://x/a.ogg", "--start", "1:23", "--paused")
    await receiver.says("Blue\x1b[2J", "Miles")
    assert (await call("status")).out == (
        f"Kitchen  {receiver.address}  id-kitchen\n"
        "paused  Miles - Blue [2J\n"
        "position  1:23 of 4:56\n"
        "volume  50 %, -20.0 dB\n"
        "output  Mock (mock), 44100 Hz, 2 channels, 0 underruns\n"
        "access  open: whoever reaches it may command it\n"
    )


async def test_the_status_tells_the_second_that_is_heard_now(
    receiver: FakeReceiver, call: Call
) -> None:
    """Not the one at which the state last changed."""
    await call("cast", "http://x/a.ogg")
    receiver._clock_ahead_us += 90_000_000
    position_ms = json.loads((await call("status", "--json")).out)["position_ms"]
    assert position_ms >= 90_000


async def test_the_device_is_remembered(receiver: FakeReceiver, call: Call) -> None:
    await call("stop")
    assert Memory().find("Kitchen")
    outcome = await tonearm("volume", "33")
    assert outcome == Outcome(0, "Volume 33 %\n", "")


async def test_a_command_loads_little(receiver: FakeReceiver, call: Call) -> None:
    await call("stop")
    casts = ["cast", "x://a", "x://b"], ["queue", "add", "x://a"]
    for words in (["pause"], ["--help"], ["volume"], ["queue"], *casts):
        outcome = await tonearm(*words, options=("-X", "importtime"))
        loaded = set(re.findall(r"\|\s+(\S+)$", outcome.err, re.MULTILINE))
        assert "controller.cli.arguments" in loaded
        heavy = {"numpy", "aiohttp", "zeroconf", "asyncio", "msgspec", "http.client", "ssl"}
        assert not loaded & heavy, words


def test_the_help_tells_every_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["--help"])
    assert caught.value.code == 0
    assert EXIT_CODES in capsys.readouterr().out
    told: dict[str, int] = {}
    for entry in re.split(r"\n  (?=\d)", EXIT_CODES):
        if match := re.match(r"(\d+) .*\(([a-z_,\s]+)\)", entry, re.DOTALL):
            told |= dict.fromkeys(re.split(r",\s+", match[2]), int(match[1]))
    assert told == {code: error.exit_code for code, error in all_errors().items()}


@pytest.mark.parametrize(
    "words", [[], ["paus"], ["seek"], ["mute", "perhaps"], ["pause", "--loud"], ["cast"]]
)
def test_a_wrong_command_line_is_told_in_one_line(
    capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        main(words)
    err = capsys.readouterr().err
    assert caught.value.code == 2
    assert err.startswith("tonearm")
    assert "--help" in err
    assert err.count("\n") == 1


async def test_a_fault_of_our_own_is_one_line_that_can_be_reported(
    call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: object) -> int:
        return {}["cartridge"]

    monkeypatch.setattr(simple, "simple", broken)
    code, out, err = await call("pause")
    assert (code, out, err.count("\n")) == (70, "", 1)
    assert re.search(r"a fault in tonearm: KeyError at test_simple.py:\d+: 'cartridge'", err)
    monkeypatch.setenv("TONEARM_TRACEBACK", "1")
    with pytest.raises(KeyError):
        await call("pause")
