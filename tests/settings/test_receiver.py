"""A whole receiver is set over HTTP: what its parts make of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from receiver.app import Kept, Receiver, Surroundings
from receiver.clock.mock import MockWallClock
from receiver.clock.system import SystemClock
from receiver.config.config import SETTABLE, Config
from receiver.config.load import Loaded
from receiver.discovery.mock import MockAdvertiser, MockNetwork
from receiver.engine.link import Receive, ToEngine
from receiver.front import Front
from receiver.model import orders as o
from receiver.model import reports as r
from receiver.model.state import SoundDevice
from receiver.settings import Settings
from receiver.source.policy import Policy
from receiver.store.history_file import HistoryFile
from receiver.store.mock import MockStore
from receiver.store.settings import SettingsFile
from receiver.store.trust import TrustFile
from receiver.store.uploads import Bounds, Uploads
from tests.trust.test_pairing import no_source, no_wire


class Answering:
    """A link to an engine that opens whatever device is chosen."""

    def __init__(self) -> None:
        self.sent: list[ToEngine] = []
        self._receive: Receive = lambda _: None

    def send(self, message: ToEngine) -> None:
        """See `EngineLink`."""
        self.sent.append(message)
        match message:
            case o.ListDevices():
                self._receive(r.Devices([SoundDevice("dac")]))
            case o.UseDevice(device):
                self._receive(r.Chosen(device))

    async def run(self, receive: Receive) -> None:
        """See `EngineLink`."""
        self._receive = receive
        await asyncio.Event().wait()


class Set:
    """The receiver, its parts that are not real, and its door."""

    def __init__(self, folder: Path) -> None:
        clock, store = SystemClock(), MockStore()
        self.engine, self.network = Answering(), MockNetwork()
        config = Config(
            name="Kitchen", host="127.0.0.1", port=0, mdns=False, auth="open", state_dir=folder
        )
        loaded = Loaded(config, {option.key: "default" for option in SETTABLE})
        self.file = SettingsFile(folder)
        settings = Settings(loaded, self.file, clock)
        files = TrustFile(folder), HistoryFile(folder)
        self.receiver = Receiver(
            Kept(store.load(), store, *files, None, Uploads(folder, Bounds(1, 1)), settings),
            Surroundings(
                self.engine,
                Policy(list, port=0),
                no_source,
                no_wire,
                clock,
                MockWallClock(),
                Front(None, clock),
            ),
        )
        self.url = ""

    async def ask(self, kind: str, **fields: Any) -> Any:
        """The result of a command."""
        async with aiohttp.ClientSession() as http:
            command = {"type": kind, "id": "1", **fields}
            answer = await http.post(f"{self.url}/v1/commands", json=command)
            return (await answer.json())["result"]


@pytest.fixture
async def speaker(tmp_path: Path) -> AsyncIterator[Set]:
    made = Set(tmp_path)
    receiver = made.receiver
    async with receiver.running() as port, asyncio.TaskGroup() as tasks:
        made.url = f"http://127.0.0.1:{port}"
        advertiser = MockAdvertiser(receiver._advertised, made.network)
        receiver._advertiser = advertiser
        running = tasks.create_task(advertiser.run())
        yield made
        running.cancel()


async def test_each_part_goes_by_what_is_set(speaker: Set) -> None:
    assert list(speaker.network.visible()) == ["Kitchen"]
    told = await speaker.ask("settings.set", name="Loft", volume_cap=40, device="dac")
    assert (told["name"], told["volume_cap"], told["device"]) == ("Loft", 40, "dac")
    state = (await speaker.ask("status"))["state"]
    assert state["receiver"]["name"] == "Loft"
    assert (state["volume"]["cap"], state["volume"]["percent"]) == (40, 40)
    assert state["settings"] == {"revision": 1}
    assert list(speaker.network.visible()) == ["Loft"]
    assert speaker.engine.sent[-1] == o.SetGain(pytest.approx(0.074, abs=0.001), muted=False)
    assert (await speaker.ask("stop", receiver="loft"))["playback"] == "idle"
    assert (await speaker.ask("settings.get")) == told


async def test_the_same_command_with_a_unique_id_is_done_once(speaker: Set) -> None:
    for _ in range(2):
        await speaker.ask("settings.set", name="Loft", id="a-unique-id-of-ours")
    state = (await speaker.ask("status"))["state"]
    assert state["settings"] == {"revision": 1}
