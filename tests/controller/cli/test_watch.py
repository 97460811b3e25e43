"""`tonearm watch` and `discover`."""

from __future__ import annotations

import asyncio
import json
import sys

import msgspec
import pytest

from controller.cli import arguments, discover, main
from receiver.protocol.commands import Play
from tests.controller.cli.process import Tonearm
from tests.controller.fake_receiver import FakeReceiver


async def test_a_line_for_each_change_when_piped(receiver: FakeReceiver) -> None:
    async with Tonearm("watch", "-d", receiver.address) as process:
        await process.shows("idle, volume 50 %\n")
        await receiver.becomes(volume=msgspec.structs.replace(receiver.state.volume, percent=7))
        await process.shows("idle, volume 7 %\n")
        process.interrupt()
        outcome = await process.ends()
    assert outcome == (0, "idle, volume 50 %\nidle, volume 7 %\n", "")


async def test_drawn_in_place_on_a_terminal(receiver: FakeReceiver) -> None:
    async with Tonearm("watch", "-d", receiver.address, terminal=True) as process:
        await process.shows("■ nothing plays\x1b[K")
        output = msgspec.structs.replace(receiver.state.output, level_dbfs=-9.0)
        await receiver.becomes(output=output)
        await receiver._play(Play(id="c", url="http://x/a.ogg"))
        shown = await process.shows("▶ a.ogg  0:00 50 % -9 dBFS")
        assert "\n" not in shown
        process.interrupt()
        assert (await process.ends()).code == 0


async def test_json_holds_the_whole_state(receiver: FakeReceiver) -> None:
    async with Tonearm("watch", "--json", "-d", receiver.address) as process:
        shown = await process.shows("\n")
        process.interrupt()
        assert (await process.ends()).code == 0
    told = json.loads(shown.splitlines()[0])
    assert told["revision"] == receiver.revision
    assert told["state"]["receiver"]["name"] == "Kitchen"


async def test_a_reader_that_leaves_is_no_error(receiver: FakeReceiver) -> None:
    process = await asyncio.create_subprocess_shell(
        f"{sys.executable} -m controller.cli watch --json -d {receiver.address} | head -n 1",
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.TaskGroup() as tasks:
        ending = tasks.create_task(process.communicate())
        while not ending.done():
            percent = (receiver.state.volume.percent + 1) % 100
            volume = msgspec.structs.replace(receiver.state.volume, percent=percent)
            await receiver.becomes(volume=volume)
            await asyncio.wait([ending], timeout=0.05)
    assert ending.result()[1] == b""


async def test_discover_finds_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(discover, "by_mdns", lambda seconds, enough: [])
    assert await asyncio.to_thread(main, ["discover"]) == 7
    assert "--device HOST[:PORT]" in capsys.readouterr().err


def test_the_negative_is_no_option() -> None:
    assert arguments.shield_negative(["seek", "-1:30", "-d", "-x"]) == [
        "seek",
        " -1:30",
        "-d",
        "-x",
    ]
