"""What the demo does, scene by scene."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

from controller.address import Address
from controller.cli.following import moments
from controller.cli.progress import Display, line
from controller.cli.receipt import receipt_lines
from controller.client import Client
from controller.demo.speaker import NAME, Speaker
from controller.discovery import browse
from controller.file_server import FileServer
from receiver.errors import Internal, NoReceiver
from receiver.model.state import State

TUNE = Path(__file__).with_name("tune.ogg")
WIDTH = 100
FIND_S = 10.0
PAUSE_S = 1.0
AUDIBLE_DBFS = -60.0


async def run_show(speaker: Speaker) -> None:
    """Find the speaker, cast to it and play with it. Raises a `TonearmError` if anything is not
    as it should be.
    """
    display = Display()
    address = await find(speaker, display)
    async with (
        Client(address.host, address.port) as client,
        FileServer([str(TUNE)], address) as server,
    ):
        url = server.files[0].url
        display.say(f"$ tonearm cast {url}")
        receipt = await client.play(url)
        await _watch(client, display, 3.0)
        _check(client.state.session.playback == "playing", "it does not play")

        display.say("$ tonearm pause")
        stood = await client.pause()
        await _watch(client, display, PAUSE_S)
        _check(client.state.session.playback == "paused", "it does not stand")
        display.say("$ tonearm resume")
        check_pause(stood, await client.resume())
        display.say("$ tonearm seek 0:20")
        await client.seek(20_000.0)
        await _watch(client, display, 2.0)
        _check((client.position_ms() or 0.0) > 20_000.0, "the seek did not land")

        display.say("$ tonearm volume 25")
        await client.set_volume(25)
        await _watch(client, display, 2.0)
        _check(client.state.volume.percent == 25, "the volume did not change")

        display.say("$ tonearm stop")
        await client.stop()
        display.leave()
        display.say("\nFrom the command to the first frame at the device:")
        for row in receipt_lines(receipt):
            display.say(f"  {row}")


async def find(speaker: Speaker, display: Display) -> Address:
    """The speaker's address, by mDNS; where multicast is blocked, as it was told to us."""
    display.say("$ tonearm discover")
    began = time.monotonic()
    try:
        found = await browse(FIND_S, lambda receiver: receiver.addresses[0].port == speaker.port)
    except NoReceiver as error:
        found = []
        display.say(error.message)
    for receiver in found:
        if receiver.addresses[0].port == speaker.port:
            seconds = time.monotonic() - began
            display.say(
                f"{receiver.name} at {receiver.addresses[0]}, found by mDNS in {seconds:.1f} s"
            )
            return receiver.addresses[0]
    address = Address("127.0.0.1", speaker.port)
    display.say(f"mDNS does not find {NAME} (is multicast blocked?): going on by {address}.")
    return address


async def _watch(client: Client, display: Display, seconds: float) -> None:
    """Show what is heard for so long; while it plays it must be audible. In a line of its own it is
    what was heard last: a device that has just run dry has no level for a moment.
    """
    silent = client.state.session.playback != "playing"
    heard = ""
    try:
        async with asyncio.timeout(seconds):
            async for state in moments(client):
                if display.in_place:
                    display.show(state, client.position_ms(), client.connected)
                if silent or _audible(state):
                    heard = line(state, client.position_ms(), client.connected, WIDTH)
    except TimeoutError:
        pass
    _check(bool(heard), "nothing is heard")
    if not display.in_place:
        display.say(heard)


def check_pause(paused: dict[str, Any], resumed: dict[str, Any]) -> None:
    """Raise `Internal` if, by the answers to both commands, music went by in between."""
    moved = resumed["position_ms"] - paused["position_ms"]
    _check(abs(moved) < PAUSE_S * 1000 / 2, f"the pause did not hold: {moved:.0f} ms went by")


def _audible(state: State) -> bool:
    return (state.output.level_dbfs or -200.0) > AUDIBLE_DBFS


def _check(holds: bool, otherwise: str) -> None:
    if not holds:
        raise Internal(f"The demo failed: {otherwise}.")
